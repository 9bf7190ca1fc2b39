//! The chain as its clients meet it: JSON-RPC in process and over HTTP, the alloy provider, and the vendor's tool.

mod cargo_stylus;
mod control;
mod http;
mod node;
mod provider;
mod send;
mod served;
mod server;
mod state;
mod tool;
mod trace;
