//! Values of the call, the transaction and the block; transient storage, logs and the host's arithmetic.

use super::{Part, Static, hooks, outgoing};
use crate::word::{self, Address, BEFORE_ADDRESS, WORD, Word, ZERO};
use alloy_primitives::U256;

static THIS: Static<WORD> = Static::new();
static SENDER: Static<WORD> = Static::new();

/// Emits a log: two topics, and words.
pub(crate) fn log(topics_and_data: &[&Word]) {
    let (data, length) = outgoing::words(&[], topics_and_data);
    // SAFETY: the host reads what was laid out.
    unsafe { hooks::emit_log(data, length, 2) };
}

/// Keccak-256 of some bytes.
#[inline(never)]
pub(crate) fn keccak256(data: &[u8]) -> Word {
    let mut hash = ZERO;
    // SAFETY: the host reads what the slice covers and writes 32 bytes.
    unsafe { hooks::native_keccak256(data.as_ptr(), data.len(), hash.as_mut_ptr()) };
    hash
}

/// Keccak-256 of some pieces, without the first `skipped` bytes, and with no more than `length` after them.
#[inline(never)]
pub(crate) fn keccak256_of(parts: &[Part<'_>], skipped: usize, length: usize) -> Word {
    let ((data, laid_out), mut hash) = (outgoing::parts(&[], parts), ZERO);
    let skipped = skipped.min(laid_out);
    let length = length.min(laid_out - skipped);
    // SAFETY: the host reads within what was laid out and writes 32 bytes.
    unsafe { hooks::native_keccak256(data.add(skipped), length, hash.as_mut_ptr()) };
    hash
}

/// A value of this transaction, by its slot.
#[inline(never)]
pub(crate) fn transient_load(slot: u8) -> Word {
    let (key, mut value) = (word::of_small(u64::from(slot)), ZERO);
    // SAFETY: the host reads and writes 32 bytes.
    unsafe { hooks::transient_load_bytes32(key.as_ptr(), value.as_mut_ptr()) };
    value
}

/// Keeps a value until the transaction ends or the frame reverts.
#[inline(never)]
pub(crate) fn transient_store(slot: u8, value: &Word) {
    let key = word::of_small(u64::from(slot));
    // SAFETY: the host reads 32 bytes twice.
    unsafe { hooks::transient_store_bytes32(key.as_ptr(), value.as_ptr()) };
}

/// The quotient, rounded down; zero for a zero divisor.
#[inline(never)]
pub(crate) fn div(dividend: &U256, divisor: &U256) -> U256 {
    if cfg!(not(target_arch = "wasm32")) {
        return dividend.checked_div(*divisor).unwrap_or_default();
    }
    let (mut value, divisor) = (word::of_uint(dividend), word::of_uint(divisor));
    // SAFETY: the host reads 32 bytes twice and writes 32 over the first.
    unsafe { hooks::math_div(value.as_mut_ptr(), divisor.as_ptr()) };
    word::uint(&value)
}

/// Wei sent along.
pub(crate) fn value() -> Word {
    let mut value = ZERO;
    // SAFETY: the host writes 32 bytes.
    unsafe { hooks::msg_value(value.as_mut_ptr()) };
    value
}

/// Who called this frame.
#[inline(never)]
pub(crate) fn sender() -> Address<'static> {
    // SAFETY: the host writes 20 bytes, always the same ones; the word goes on for so many.
    unsafe { hooks::msg_sender(SENDER.start().add(BEFORE_ADDRESS)) };
    kept(&SENDER)
}

/// The contract itself.
#[inline(never)]
pub(crate) fn this() -> Address<'static> {
    // SAFETY: the host writes 20 bytes, always the same ones; the word goes on for so many.
    unsafe { hooks::contract_address(THIS.start().add(BEFORE_ADDRESS)) };
    kept(&THIS)
}

fn kept(word: &'static Static<WORD>) -> Address<'static> {
    // SAFETY: nothing but the same bytes is ever written there again.
    Address::known(unsafe { &*word.start().cast() })
}

/// Seconds since the epoch.
#[inline(never)]
pub(crate) fn timestamp() -> Word {
    // SAFETY: asks for a number.
    word::of_small(unsafe { hooks::block_timestamp() })
}
