//! What every file of the repository keeps to, beyond what the compiler and clippy can check.

mod documents;
mod interface;
mod sources;
mod tree;
