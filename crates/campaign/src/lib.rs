//! A campaign against the contract: random operations by several people in the real protocols' world, between which
//! time, prices, liquidity and the lender's own operations move, with every invariant checked after each call.
//!
//! A campaign is a seed. It consists of episodes, each in a fresh world and each a list of [`Step`]s that the seed and
//! the episode's number determine, so that any episode can be played again by itself, alone or without some of its steps.

mod allowances;
pub mod amount;
mod books;
mod check;
pub mod coin;
mod conserve;
mod damage;
mod draw;
mod effects;
mod hostile;
mod orders;
mod outside;
mod owners;
pub mod people;
mod perform;
mod permits;
mod reasons;
mod rehearsal;
pub mod rng;
mod run;
mod shrink;
mod stage;
pub mod step;
mod tally;
mod ways;

pub use books::{Book, Books};
pub use check::Violation;
pub use perform::Play;
pub use run::{Campaign, Failure, Progress, Theme, steps};
pub use stage::Stage;
pub use step::Step;
pub use tally::{Count, Tally};
