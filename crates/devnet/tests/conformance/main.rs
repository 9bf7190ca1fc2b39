//! Programs written for one rule each, with the ink or gas that the rule says, worked out here and not recorded.

mod calls;
mod create;
mod entry;
mod hostio;
mod opcodes;
mod outcomes;
mod probe;
