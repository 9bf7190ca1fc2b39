//! Programs written for one rule each, with the ink or gas that the rule says, worked out here and not recorded.

mod cache;
mod calls;
mod create;
mod entry;
mod evm;
mod fragments;
mod frames;
mod hostio;
mod lifecycle;
mod nesting;
mod opcodes;
mod outcomes;
mod probe;
mod returns;
mod reverts;
