//! Values of the call, the transaction and the block; transient storage, logs and the host's arithmetic.

use super::{hooks, lay_out};
use crate::word::{Value, WORD, uint};
use alloy_primitives::{Address, B256, U256};

/// Emits a log: two topics, and words.
pub(crate) fn log(topics_and_data: &[Value<'_>; 7]) {
    let (data, length) = lay_out(&[], topics_and_data);
    // SAFETY: the host reads what was laid out.
    unsafe { hooks::emit_log(data, length, 2) };
}

/// Keccak-256 of some bytes.
pub(crate) fn keccak256(data: &[u8]) -> B256 {
    let mut hash = B256::ZERO;
    // SAFETY: the host reads what the slice covers and writes 32 bytes.
    unsafe { hooks::native_keccak256(data.as_ptr(), data.len(), hash.as_mut_ptr()) };
    hash
}

/// Keccak-256 of the first `length` bytes of what words are laid out as.
pub(crate) fn keccak256_of(words: &[Value<'_>], length: usize) -> B256 {
    let ((data, laid_out), mut hash) = (lay_out(&[], words), B256::ZERO);
    // SAFETY: the host reads at most what was laid out and writes 32 bytes.
    unsafe { hooks::native_keccak256(data, length.min(laid_out), hash.as_mut_ptr()) };
    hash
}

/// Keccak-256 of what words are laid out as, without the first bytes.
pub(crate) fn keccak256_behind(skipped: usize, words: &[Value<'_>]) -> B256 {
    let ((data, length), mut hash) = (lay_out(&[], words), B256::ZERO);
    let skipped = skipped.min(length);
    // SAFETY: the host reads within what was laid out and writes 32 bytes.
    unsafe { hooks::native_keccak256(data.add(skipped), length - skipped, hash.as_mut_ptr()) };
    hash
}

fn key(slot: u8) -> B256 {
    B256::with_last_byte(slot)
}

/// A value of this transaction, by its slot.
pub(crate) fn transient_load(slot: u8) -> B256 {
    let (key, mut value) = (key(slot), B256::ZERO);
    // SAFETY: the host reads and writes 32 bytes.
    unsafe { hooks::transient_load_bytes32(key.as_ptr(), value.as_mut_ptr()) };
    value
}

/// Keeps a value until the transaction ends or the frame reverts.
pub(crate) fn transient_store(slot: u8, value: &B256) {
    let key = key(slot);
    // SAFETY: the host reads 32 bytes twice.
    unsafe { hooks::transient_store_bytes32(key.as_ptr(), value.as_ptr()) };
}

/// The quotient, rounded down; zero for a zero divisor.
pub(crate) fn div(dividend: &U256, divisor: &U256) -> U256 {
    if cfg!(not(target_arch = "wasm32")) {
        return dividend.checked_div(*divisor).unwrap_or_default();
    }
    let (mut value, divisor) = (dividend.to_be_bytes::<WORD>(), divisor.to_be_bytes::<WORD>());
    // SAFETY: the host reads 32 bytes twice and writes 32 over the first.
    unsafe { hooks::math_div(value.as_mut_ptr(), divisor.as_ptr()) };
    uint(&value)
}

/// Wei sent along.
pub(crate) fn value() -> B256 {
    let mut value = B256::ZERO;
    // SAFETY: the host writes 32 bytes.
    unsafe { hooks::msg_value(value.as_mut_ptr()) };
    value
}

/// Who called this frame.
pub(crate) fn sender() -> Address {
    let mut address = Address::ZERO;
    // SAFETY: the host writes 20 bytes.
    unsafe { hooks::msg_sender(address.as_mut_ptr()) };
    address
}

/// The contract itself.
pub(crate) fn this() -> Address {
    let mut address = Address::ZERO;
    // SAFETY: the host writes 20 bytes.
    unsafe { hooks::contract_address(address.as_mut_ptr()) };
    address
}

/// Seconds since the epoch.
pub(crate) fn timestamp() -> u64 {
    // SAFETY: asks for a number.
    unsafe { hooks::block_timestamp() }
}
