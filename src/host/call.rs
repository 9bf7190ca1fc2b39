//! Calls of other contracts, and what they return.

use super::{Part, end_with_failure, hooks, outgoing};
use crate::{
    abi::IDebtManager::WrappedError,
    error::revert,
    word::{self, Address, BEFORE_ADDRESS, WORD, Word, ZERO},
};
use alloy_sol_types::SolError;

/// Whether the callee may change state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Mutating,
    Static,
}

/// Calls a contract that may change state, with all the gas and no value, and reads the first `N` words it returns.
pub(crate) fn call<const N: usize>(target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>]) -> [Word; N] {
    let mut returned = [ZERO; N];
    perform(Mode::Mutating, target, selector, parts, &mut returned);
    returned
}

/// Calls a contract that must not change state, and reads the first `N` words it returns.
pub(crate) fn view<const N: usize>(target: Address<'_>, selector: [u8; 4], words: &[&Word]) -> [Word; N] {
    let mut returned = [ZERO; N];
    perform(Mode::Static, target, selector, &[Part::Words(words)], &mut returned);
    returned
}

/// Calls a function that returns one word, or nothing at all as older tokens do.
pub(crate) fn call_or_nothing(target: Address<'_>, selector: [u8; 4], words: &[&Word]) -> Option<Word> {
    match send(Mode::Mutating, target, selector, &[Part::Words(words)]) {
        0 => None,
        length => {
            let mut returned = [ZERO];
            read(target, selector, length, &mut returned);
            returned.into_iter().next()
        }
    }
}

/// Calls a contract that may refuse.
pub(crate) fn call_or_refused(target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>]) -> Result<(), Refused> {
    match transmit(Mode::Mutating, target, selector, parts) {
        Some(_) => Ok(()),
        None => Err(Refused::keep(target, selector)),
    }
}

/// Calls a contract whose refusal does not matter by itself.
pub(crate) fn attempt(target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>]) {
    let _ = transmit(Mode::Mutating, target, selector, parts);
}

#[inline(never)]
fn perform(mode: Mode, target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>], returned: &mut [Word]) {
    let length = send(mode, target, selector, parts);
    read(target, selector, length, returned);
}

/// Returns the length of what the callee returned.
#[inline(never)]
fn send(mode: Mode, target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>]) -> usize {
    match transmit(mode, target, selector, parts) {
        Some(length) => length,
        None => Refused::keep(target, selector).revert(),
    }
}

/// Returns the length of what the callee returned, or nothing if it reverted.
#[inline(never)]
fn transmit(mode: Mode, target: Address<'_>, selector: [u8; 4], parts: &[Part<'_>]) -> Option<usize> {
    let (data, data_length) = outgoing::parts(&selector, parts);
    let (to, value, mut length) = (bytes(target), ZERO, 0);
    // SAFETY: the host reads the address, what was laid out and 32 bytes of value, and writes the length.
    let status = unsafe {
        match mode {
            Mode::Mutating => hooks::call_contract(to, data, data_length, value.as_ptr(), u64::MAX, &mut length),
            Mode::Static => hooks::static_call_contract(to, data, data_length, u64::MAX, &mut length),
        }
    };
    (status == 0).then_some(length)
}

/// Reads words of the return data, of which there may be more, but not fewer.
#[inline(never)]
fn read(target: Address<'_>, selector: [u8; 4], length: usize, returned: &mut [Word]) {
    let size = size_of_val(returned);
    if length < size {
        invalid_return(target, selector);
    }
    if size != 0 {
        // SAFETY: the host writes at most `size` bytes, which is what the slice has.
        unsafe { hooks::read_return_data(returned.as_mut_ptr().cast(), 0, size) };
    }
}

/// Ends the frame for data that its type does not allow.
#[cold]
#[inline(never)]
pub(crate) fn invalid_return(target: Address<'_>, selector: [u8; 4]) -> ! {
    revert!(InvalidReturn(target.word(), &word::of_selector(selector)))
}

/// Bytes of code at an address.
pub(crate) fn code_size(address: Address<'_>) -> usize {
    // SAFETY: the host reads 20 bytes.
    unsafe { hooks::account_code_size(bytes(address)) }
}

/// Where the 20 bytes of an address are.
pub(super) fn bytes(address: Address<'_>) -> *const u8 {
    // SAFETY: the word goes on for 20 bytes there.
    unsafe { address.word().as_ptr().add(BEFORE_ADDRESS) }
}

/// Why a call failed has been written as the frame's revert data: it may still go on, or end with it.
pub(crate) struct Refused(());

impl Refused {
    /// Keeps the reason that the last call gave, or its first 4 KiB, in ERC-7751's error: who failed in which function.
    #[cold]
    #[inline(never)]
    fn keep(target: Address<'_>, function: [u8; 4]) -> Self {
        // SAFETY: asks for a number.
        let length = unsafe { hooks::return_data_size() }.min(outgoing::REASON_MAX);
        let padded = length.next_multiple_of(WORD);
        let small = |number: usize| word::of_small(number as u64);
        let (reason_at, details_at, length_word) = (small(4 * WORD), small(5 * WORD + padded), small(length));
        let (data, head) = outgoing::words(
            &WrappedError::SELECTOR,
            &[target.word(), &word::of_selector(function), &reason_at, &details_at, &length_word],
        );
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
