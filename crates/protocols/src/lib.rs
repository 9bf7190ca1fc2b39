//! The real lending, flash-loan and swap protocols, deployed on the devnet from pinned packages.
//!
//! [`World::deploy`] puts them on a chain by ordinary transactions, in a fixed order, so that every address is the same
//! each time and equal to `deploy/devnet.toml`. Each protocol has a typed handle.

pub mod aave;
pub mod balancer;
pub mod deployer;
pub mod exactly;
pub mod fixtures;
pub mod manager;
pub mod permit2;
pub mod preinstalls;
pub mod preview;
pub mod signing;
pub mod stand_ins;
pub mod tokens;
pub mod uniswap;
pub mod world;

pub use aave::Aave;
pub use deployer::{Account, WorldError};
pub use exactly::{Exactly, ExactlyMarket, PositionNow};
pub use fixtures::{FixtureError, Fixtures};
pub use manager::DebtManager;
pub use preinstalls::Preinstalls;
pub use preview::DebtPreview;
pub use tokens::{Asset, Erc20, Token, Tokens};
pub use uniswap::Uniswap;
pub use world::World;
