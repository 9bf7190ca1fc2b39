//! The EVM of the chain: revm, with Stylus programs as frames among its own.

mod calls;
mod context;
mod entry;
mod frames;
mod handler;
mod requests;

pub use context::{ChainContext, CompiledPrograms, Context, StylusEnv};
pub(crate) use entry::{CompileError, compile};
pub use frames::StylusEvm;
pub(crate) use handler::{Ran, RunError, run, run_inspected};
