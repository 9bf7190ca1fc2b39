//! ArbOS: the chain's own layer around the EVM, its state and its precompiles.

pub mod precompiles;
pub mod programs;
pub mod recent;

pub use precompiles::ArbPrecompiles;
