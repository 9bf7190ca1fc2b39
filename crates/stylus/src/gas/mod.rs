//! What things cost: starting a program, its memory, each host I/O, and the fee for its data.

pub mod data_fee;
pub mod entry;
pub mod hostio;
pub mod memory;
