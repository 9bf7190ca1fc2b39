//! The Stylus virtual machine without a chain: code formats, activation, metering, prices, host I/O and execution.
//!
//! Everything here is worked out from Nitro's published rules; nothing knows where state is kept or who calls. A chain
//! activates a program with [`activation::activate`] and runs it with `vm`, answering the requests that it makes.

pub mod activation;
pub mod code;
pub mod gas;
pub mod imports;
pub mod instrument;
pub mod params;
#[cfg(feature = "runtime")]
pub mod vm;
