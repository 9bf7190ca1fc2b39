//! Calls and answers of any length: for the preview, which may allocate.

use super::{call::bytes, end_with_failure, hooks, trap};
use crate::word::{Address, ZERO};
use alloc::{vec, vec::Vec};

/// Calls a contract with calldata as it is, with all the gas and no value. Returns what it returned, or why it refused,
/// of either at most so many bytes.
pub(crate) fn call_whole(target: Address<'_>, data: &[u8], most: usize) -> Result<Vec<u8>, Vec<u8>> {
    let mut length = 0;
    // SAFETY: the host reads the address, what the slice covers and 32 bytes of value, and writes the length.
    let status =
        unsafe { hooks::call_contract(bytes(target), data.as_ptr(), data.len(), ZERO.as_ptr(), u64::MAX, &mut length) };
    let mut returned = vec![0; length.min(most)];
    // SAFETY: the host writes at most as many bytes as the vector has.
    unsafe { hooks::read_return_data(returned.as_mut_ptr(), 0, returned.len()) };
    if status == 0 { Ok(returned) } else { Err(returned) }
}

/// Ends the frame with success and an answer.
pub(crate) fn succeed(answer: &[u8]) -> ! {
    // SAFETY: the host reads what the slice covers; what comes after the end is not reached.
    unsafe {
        hooks::write_result(answer.as_ptr(), answer.len());
        hooks::exit_early(0);
    }
    trap()
}

/// Ends the frame with an error, and undoes what it did.
pub(crate) fn undo(error: &[u8]) -> ! {
    // SAFETY: the host reads what the slice covers.
    unsafe { hooks::write_result(error.as_ptr(), error.len()) };
    end_with_failure()
}
