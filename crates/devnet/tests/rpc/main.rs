//! The chain as its clients meet it: JSON-RPC in process, and the alloy provider.

mod control;
mod node;
mod provider;
mod send;
mod state;
mod trace;
