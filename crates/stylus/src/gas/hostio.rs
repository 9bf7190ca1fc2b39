//! The price of each host I/O, in ink.

use alloy_primitives::U256;

/// Crossing the boundary.
pub const HOSTIO: u64 = 8_400;
/// Handing over a pointer.
pub const PTR: u64 = 5_040;
/// Asking the EVM.
pub const EVM_API: u64 = 59_673;
/// A division, beyond the base price.
pub const DIV: u64 = 20_000;
/// `mulmod`, beyond the base price.
pub const MUL_MOD: u64 = 24_100;
/// `addmod`, beyond the base price.
pub const ADD_MOD: u64 = 21_000;

/// Of writing bytes to the guest's memory.
#[must_use]
pub fn write_price(bytes: u32) -> u64 {
    per_byte(5_040, 30, bytes)
}

/// Of reading bytes from the guest's memory.
#[must_use]
pub fn read_price(bytes: u32) -> u64 {
    per_byte(16_381, 55, bytes)
}

fn per_byte(base: u64, each: u64, bytes: u32) -> u64 {
    base + each * u64::from(bytes.saturating_sub(32))
}

/// Of hashing bytes.
#[must_use]
pub fn keccak_price(bytes: u32) -> u64 {
    121_800 + 21_000 * u64::from(bytes.div_ceil(32).saturating_sub(2))
}

/// Of raising to a power.
#[must_use]
pub fn pow_price(exponent: &U256) -> u64 {
    let bytes = 33 - exponent.leading_zeros() as u64 / 8;
    3_000 + 17_500 * bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_in_the_base() {
        assert_eq!([write_price(0), write_price(32), write_price(33)], [5_040, 5_040, 5_070]);
        assert_eq!([read_price(0), read_price(32), read_price(33)], [16_381, 16_381, 16_436]);
        assert_eq!(write_price(u32::MAX), 5_040 + 30 * (u64::from(u32::MAX) - 32));
    }

    #[test]
    fn hashes_pay_from_the_third_word_on() {
        assert_eq!([keccak_price(0), keccak_price(64), keccak_price(65)], [121_800, 121_800, 142_800]);
    }

    #[test]
    fn powers_pay_for_the_exponents_bytes() {
        assert_eq!(pow_price(&U256::ZERO), 3_000 + 17_500);
        assert_eq!(pow_price(&U256::ONE), 3_000 + 2 * 17_500);
        assert_eq!(pow_price(&U256::MAX), 3_000 + 33 * 17_500);
    }
}
