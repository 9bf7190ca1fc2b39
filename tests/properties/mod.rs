//! Properties: the arithmetic against big integers, over the whole range of every argument and mostly at its edges.
//!
//! These run natively. `tests/it/arithmetic.rs` and its neighbours hold the release WASM against the same reference.

mod cases;
mod reference;
mod sizes;
mod sums;
mod words;
