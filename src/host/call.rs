//! Calls of other contracts, and what they return.

use super::{Refused, hooks, lay_out};
use crate::{
    error::Error,
    word::{Value, WORD},
};
use alloy_primitives::Address;

/// A word returned.
pub(crate) type Word = [u8; WORD];

/// Whether the callee may change state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Mutating,
    Static,
}

/// Calls a contract that may change state, with all the gas and no value, and reads the first `N` words it returns.
pub(crate) fn call<const N: usize>(target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> [Word; N] {
    let mut returned = [[0; WORD]; N];
    perform(Mode::Mutating, target, selector, words, &mut returned);
    returned
}

/// Calls a contract that must not change state, and reads the first `N` words it returns.
pub(crate) fn view<const N: usize>(target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> [Word; N] {
    let mut returned = [[0; WORD]; N];
    perform(Mode::Static, target, selector, words, &mut returned);
    returned
}

/// Calls a function that returns one word, or nothing at all as older tokens do.
pub(crate) fn call_or_nothing(target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> Option<Word> {
    match send(Mode::Mutating, target, selector, words) {
        0 => None,
        length => {
            let mut returned = [[0; WORD]];
            read(target, selector, length, &mut returned);
            returned.into_iter().next()
        }
    }
}

/// Calls a contract that may refuse.
pub(crate) fn call_or_refused(target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> Result<(), Refused> {
    transmit(Mode::Mutating, target, selector, words).map(|_| ()).ok_or_else(|| Refused::keep(target, &selector))
}

/// Calls a contract whose refusal does not matter by itself.
pub(crate) fn attempt(target: &Address, selector: [u8; 4], words: &[Value<'_>]) {
    let _ = transmit(Mode::Mutating, target, selector, words);
}

#[inline(never)]
fn perform(mode: Mode, target: &Address, selector: [u8; 4], words: &[Value<'_>], returned: &mut [Word]) {
    let length = send(mode, target, selector, words);
    read(target, selector, length, returned);
}

/// Returns the length of what the callee returned.
#[inline(never)]
fn send(mode: Mode, target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> usize {
    transmit(mode, target, selector, words).unwrap_or_else(|| Refused::keep(target, &selector).revert())
}

/// Returns the length of what the callee returned, or nothing if it reverted.
fn transmit(mode: Mode, target: &Address, selector: [u8; 4], words: &[Value<'_>]) -> Option<usize> {
    let (data, data_length) = lay_out(&selector, words);
    let (to, value, mut length) = (target.as_ptr(), [0; WORD], 0);
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
fn read(target: &Address, selector: [u8; 4], length: usize, returned: &mut [Word]) {
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
pub(crate) fn invalid_return(target: &Address, selector: [u8; 4]) -> ! {
    Error::InvalidReturn { target, selector: &selector }.revert()
}

/// Bytes of code at an address.
pub(crate) fn code_size(address: &Address) -> usize {
    // SAFETY: the host reads 20 bytes.
    unsafe { hooks::account_code_size(address.as_ptr()) }
}
