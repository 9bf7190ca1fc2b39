//! Runs programs. A running program is a coroutine: it is resumed, and stops again when it needs the chain or is done.
//!
//! So the chain drives it like any other frame, and programs and contracts can call each other to any depth without
//! recursion on the native stack. All of it is safe code: the coroutine is a future that owns its instance, and a host
//! I/O that needs the chain leaves a [`Request`] and waits.

mod env;
mod escape;
mod frame;
mod guest;
mod hostio;
mod machine;
mod mailbox;
mod request;
mod storage;

pub use env::EvmData;
pub use frame::{Frame, FrameInput, HostIoTrace, Outcome, Status, Step};
pub use machine::{Program, Vm, VmError};
pub use request::{CallKind, Request, Response};
