//! An Arbitrum chain with Stylus, in process or served over JSON-RPC.
//!
//! [`Chain`] is the chain: it executes transactions, one a block, and remembers what was. EVM contracts run on revm;
//! Stylus programs run on the `stylus` crate's machine as frames among the EVM's own, on one journal.

pub mod arbos;
pub mod block;
pub mod call;
pub mod chain;
pub mod config;
mod control;
pub mod dump;
pub mod evm;
mod execute;
mod inspect;
pub mod provider;
pub mod rpc;
pub mod server;
pub mod state;
pub mod trace;
pub mod tx;

pub use block::{Block, Receipt, TxRecord};
pub use call::{CallResult, Overrides};
pub use chain::{Chain, Snapshot};
pub use config::{ChainConfig, MNEMONIC};
pub use state::{Change, State};
pub use stylus::params::ArbOs;
pub use trace::{CallTrace, FrameKind};
pub use tx::{Tx, TxError};
