//! The host: everything that crosses the boundary of the WASM, and the only folder with unsafe code.
//!
//! Calls, errors and logs are laid out in one static buffer, without an allocator: a frame has its own fresh memory, is
//! single threaded, and never keeps a reference into the buffer across a host call.

mod call;
mod env;
mod hooks;
mod outgoing;
#[cfg(any(feature = "preview", not(target_arch = "wasm32")))]
mod whole;

pub(crate) use call::{Refused, attempt, call, call_or_nothing, call_or_refused, code_size, invalid_return, view};
pub(crate) use env::{
    div, keccak256, keccak256_of, log, sender, this, timestamp, transient_load, transient_store, value,
};
pub(crate) use outgoing::Part;
#[cfg(any(feature = "preview", not(target_arch = "wasm32")))]
pub(crate) use whole::{call_whole, succeed, undo};

#[cfg(target_arch = "wasm32")]
use crate::error::malformed;
use crate::word::Word;
use core::cell::UnsafeCell;

/// Most calldata that is read: twice what the longest operation needs.
#[cfg(target_arch = "wasm32")]
const ARGUMENTS_MAX: usize = 16 * 1024;

/// Memory that the host reads or writes.
struct Static<const N: usize>(UnsafeCell<[u8; N]>);
// SAFETY: a program runs on one thread; natively nothing reaches it, since every import panics first.
unsafe impl<const N: usize> Sync for Static<N> {}

impl<const N: usize> Static<N> {
    const fn new() -> Self {
        Self(UnsafeCell::new([0; N]))
    }

    fn start(&self) -> *mut u8 {
        self.0.get().cast()
    }
}

#[cfg(target_arch = "wasm32")]
static ARGUMENTS: Static<ARGUMENTS_MAX> = Static::new();

/// What Stylus calls: 0 ends the frame with success and the data written.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
extern "C" fn user_entrypoint(length: usize) -> usize {
    if length > ARGUMENTS_MAX {
        malformed(ARGUMENTS_MAX);
    }
    // SAFETY: the host copies exactly `length` bytes, which fit; this runs once, before anything else, so that nothing
    // writes there while the slice lives.
    let input = unsafe {
        hooks::read_args(ARGUMENTS.start());
        core::slice::from_raw_parts(ARGUMENTS.start(), length)
    };
    #[cfg(feature = "preview")]
    crate::preview::dispatch(input);
    #[cfg(not(feature = "preview"))]
    {
        if let Some([collateral, debt]) = crate::dispatch(input) {
            let (data, length) = outgoing::words(&[], &[&collateral, &debt]);
            // SAFETY: the host reads what was laid out.
            unsafe { hooks::write_result(data, length) };
        }
        0
    }
}

/// Ends the frame with an error.
#[cold]
#[inline(never)]
pub(crate) fn fail(selector: [u8; 4], words: &[&Word]) -> ! {
    #[cfg(not(target_arch = "wasm32"))]
    std::panic::panic_any(format!("{} {words:?}", crate::error::name(selector)));
    #[cfg(target_arch = "wasm32")]
    {
        let (data, length) = outgoing::words(&selector, words);
        // SAFETY: the host reads what was laid out.
        unsafe { hooks::write_result(data, length) };
        end_with_failure()
    }
}

/// Ends the frame with failure and the data written.
fn end_with_failure() -> ! {
    // SAFETY: asks for the end; what comes after is not reached.
    unsafe { hooks::exit_early(1) };
    trap()
}

/// Ends the frame as running out of gas would.
fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}

/// The error that something ends with, for tests.
#[cfg(test)]
pub(crate) fn reverts<T: core::fmt::Debug>(run: impl FnOnce() -> T) -> Option<String> {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).err()?;
    panic.downcast_ref::<String>().cloned()
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    trap()
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;
