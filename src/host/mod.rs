//! The host: everything that crosses the boundary of the WASM, and the only folder with unsafe code.
//!
//! Calls, errors and logs are laid out in one static buffer, without an allocator: a frame has its own fresh memory, is
//! single threaded, and never keeps a reference into the buffer across a host call. What goes out is words, because
//! everything the contract says to others is words.

mod call;
mod env;
mod hooks;

pub(crate) use call::{attempt, call, call_or_nothing, call_or_refused, code_size, invalid_return, view};
pub(crate) use env::{
    div, keccak256, keccak256_behind, keccak256_of, log, sender, this, timestamp, transient_load, transient_store,
    value,
};

use crate::{
    abi::IDebtManager::WrappedError,
    error::Error,
    word::{Value, WORD, words},
};
use alloy_primitives::Address;
use alloy_sol_types::SolError;
use core::cell::UnsafeCell;

/// Most calldata that is read: twice what the longest operation needs.
const ARGUMENTS_MAX: usize = 16 * 1024;
/// Most bytes of a callee's revert reason that are passed on.
const REASON_MAX: usize = 4 * 1024;
/// Most bytes that go out in one piece, besides a reason: words, a path, a signature.
const PIECE_MAX: usize = 4 * 1024;
const OUTGOING_MAX: usize = PIECE_MAX + REASON_MAX + WORD;

/// Memory that the host reads or writes.
struct Static<const N: usize>(UnsafeCell<[u8; N]>);
// SAFETY: a program runs on one thread; natively nothing reaches it, since every import panics first.
unsafe impl<const N: usize> Sync for Static<N> {}

static OUTGOING: Static<OUTGOING_MAX> = Static(UnsafeCell::new([0; OUTGOING_MAX]));
#[cfg(target_arch = "wasm32")]
static ARGUMENTS: Static<ARGUMENTS_MAX> = Static(UnsafeCell::new([0; ARGUMENTS_MAX]));

/// What Stylus calls: 0 ends the frame with success and the data written.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
extern "C" fn user_entrypoint(length: usize) -> usize {
    let arguments = ARGUMENTS.0.get().cast::<u8>();
    if length > ARGUMENTS_MAX {
        Error::InvalidCalldata { offset: &ARGUMENTS_MAX }.revert();
    }
    // SAFETY: the host copies exactly `length` bytes, which fit; this runs once, before anything else, so that nothing
    // writes there while the slice lives.
    let input = unsafe {
        hooks::read_args(arguments);
        core::slice::from_raw_parts(arguments, length)
    };
    if let Some(position) = crate::dispatch(input) {
        finish(&words![position.collateral, position.debt]);
    }
    0
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
    unreachable!("there is no frame to end without the chain");
}

/// What ends a frame on the chain ends the thread elsewhere.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn native_revert(error: &Error<'_>) {
    panic!("{error:?}");
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
    core::arch::wasm32::unreachable()
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

/// Lays out a selector and words for the host; returns where, and how many bytes. They stay until the next call of this.
#[inline(never)]
fn lay_out(selector: &[u8], words: &[Value<'_>]) -> (*mut u8, usize) {
    let buffer = OUTGOING.0.get().cast::<u8>();
    // SAFETY: no selector is longer than the buffer, which nothing else refers to while this runs.
    unsafe { selector.as_ptr().copy_to_nonoverlapping(buffer, selector.len()) };
    (buffer, append(selector.len(), words))
}

/// Lays out words behind the first `length` bytes; returns how many there are then.
fn append(mut length: usize, words: &[Value<'_>]) -> usize {
    let buffer = OUTGOING.0.get().cast::<u8>();
    for word in words {
        match word {
            Value::Words(words) => length = append(length, words),
            Value::Bytes(bytes) => {
                let padded = bytes.len().next_multiple_of(WORD);
                room(length + padded);
                // SAFETY: there is room for all of it in the buffer, and the bytes are not in it.
                unsafe {
                    buffer.add(length).write_bytes(0, padded);
                    bytes.as_ptr().copy_to_nonoverlapping(buffer.add(length), bytes.len());
                }
                length += padded;
            }
            word => {
                room(length + WORD);
                // SAFETY: there is room for a word in the buffer, which nothing else refers to.
                word.lay_out(unsafe { &mut *buffer.add(length).cast() });
                length += WORD;
            }
        }
    }
    length
}

/// Stops at once what would not fit: callers pass no more than limited lengths allow, so this is for those who change
/// them.
fn room(length: usize) {
    if length > PIECE_MAX {
        trap();
    }
}

/// Sets the return data of a frame that succeeds.
#[cfg(target_arch = "wasm32")]
fn finish(words: &[Value<'_>]) {
    let (data, length) = lay_out(&[], words);
    // SAFETY: the host reads what was laid out.
    unsafe { hooks::write_result(data, length) };
}

/// Ends the frame with an error.
pub(crate) fn fail(selector: [u8; 4], words: &[Value<'_>]) -> ! {
    let (data, length) = lay_out(&selector, words);
    // SAFETY: the host reads what was laid out.
    unsafe { hooks::write_result(data, length) };
    end_with_failure()
}

/// Why a call failed has been written as the frame's revert data: it may still go on, or end with it.
pub(crate) struct Refused(());

impl Refused {
    /// Keeps the reason that the last call gave, or its first 4 KiB, in ERC-7751's error: who failed in which function.
    #[cold]
    #[inline(never)]
    fn keep(target: &Address, function: &[u8; 4]) -> Self {
        // SAFETY: asks for a number.
        let length = unsafe { hooks::return_data_size() }.min(REASON_MAX);
        let padded = length.next_multiple_of(WORD);
        let (data, head) =
            lay_out(&WrappedError::SELECTOR, &words![*target, *function, 4 * WORD, 5 * WORD + padded, length]);
        // SAFETY: the reason, its padding and one word fit behind the head; the host writes at most `length` bytes.
        unsafe {
            data.add(head).write_bytes(0, padded + WORD);
            hooks::read_return_data(data.add(head), 0, length);
            hooks::write_result(data, head + padded + WORD);
        }
        Self(())
    }

    /// Ends the frame with it.
    pub(crate) fn revert(self) -> ! {
        end_with_failure()
    }
}
