//! Checked arithmetic on amounts. The operators of `U256` wrap silently and are not used.
//!
//! Each function is one in the WASM too: inlined where they are used they would be a third of it.

use crate::host;
use alloy_primitives::{U256, uint};

/// One, at 18 decimals.
pub const WAD: U256 = uint!(1_000_000_000_000_000_000_U256);

/// [`WAD`] made by code. A reference to the constant would put it into the data, which every frame pays for.
#[must_use]
pub fn wad() -> U256 {
    WAD
}

/// A result that does not fit 256 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// The sum.
#[inline(never)]
pub fn add(a: &U256, b: &U256) -> core::result::Result<U256, Overflow> {
    a.checked_add(*b).ok_or(Overflow)
}

/// `a - b` if it is not negative.
#[inline(never)]
#[must_use]
pub fn sub(a: &U256, b: &U256) -> Option<U256> {
    a.checked_sub(*b)
}

/// The same for words, which fit if everyone keeps to their word; if not, the frame ends.
pub(crate) mod exact {
    use super::{Overflow, U256};
    use crate::{
        error::overflow,
        word::{self, Word, of_uint, uint},
    };

    fn or_revert(result: Result<U256, Overflow>) -> Word {
        match result {
            Ok(result) => of_uint(&result),
            Err(Overflow) => overflow(),
        }
    }

    /// The sum.
    #[inline(never)]
    pub(crate) fn add(a: &Word, b: &Word) -> Word {
        match carry(a, b, 0) {
            (sum, false) => sum,
            (_, true) => overflow(),
        }
    }

    /// The difference, where `b` does not exceed `a`.
    #[inline(never)]
    pub(crate) fn sub(a: &Word, b: &Word) -> Word {
        match carry(a, b, u64::MAX) {
            (difference, true) => difference,
            (_, false) => overflow(),
        }
    }

    /// Adds a quarter at a time, as on paper: `b`, or its two's complement if `flip` has all bits set, which is to
    /// subtract. Returns the result, and whether anything is left to carry: of a difference, that it is not negative.
    #[inline(never)]
    fn carry(a: &Word, b: &Word, flip: u64) -> (Word, bool) {
        let (mut result, mut carried) = (*a, flip != 0);
        for (place, quarter) in result.as_chunks_mut().0.iter_mut().zip(b.as_chunks().0).rev() {
            let (partial, first) = u64::from_be_bytes(*place).overflowing_add(u64::from_be_bytes(*quarter) ^ flip);
            let (total, second) = partial.overflowing_add(u64::from(carried));
            (*place, carried) = (total.to_be_bytes(), first | second);
        }
        (result, carried)
    }

    /// The product.
    #[inline(never)]
    pub(crate) fn mul(a: &Word, b: &Word) -> Word {
        or_revert(super::mul(&uint(a), &uint(b)))
    }

    /// `a * b / denominator`, rounded down.
    #[inline(never)]
    pub(crate) fn mul_div_down(a: &Word, b: &Word, denominator: &Word) -> Word {
        or_revert(super::mul_div_down(&uint(a), &uint(b), &uint(denominator)))
    }

    /// `a * b / denominator`, rounded up.
    #[inline(never)]
    pub(crate) fn mul_div_up(a: &Word, b: &Word, denominator: &Word) -> Word {
        or_revert(super::mul_div_up(&uint(a), &uint(b), &uint(denominator)))
    }

    /// The difference, or zero where `b` exceeds `a`.
    #[inline(never)]
    pub(crate) fn sub_to_zero(a: &Word, b: &Word) -> Word {
        if word::less(a, b) { word::ZERO } else { sub(a, b) }
    }

    /// One, at 18 decimals.
    #[inline(never)]
    pub(crate) fn wad() -> Word {
        of_uint(&super::wad())
    }

    /// Ten to a power.
    #[inline(never)]
    pub(crate) fn power_of_ten(exponent: usize) -> Word {
        or_revert(super::power_of_ten(exponent))
    }
}

/// The last 256 bits of the product.
#[inline(never)]
fn wrapping_mul(a: &U256, b: &U256) -> U256 {
    a.wrapping_mul(*b)
}

/// The product.
#[inline(never)]
pub fn mul(a: &U256, b: &U256) -> core::result::Result<U256, Overflow> {
    let product = wrapping_mul(a, b);
    // Numbers of 128 bits, as amounts are, have a product that fits. Of others, a product that wrapped does not give its
    // factor back: the host's division is cheaper than a wider product.
    let fits = is_half(a) && is_half(b) || a.is_zero() || host::div(&product, a) == *b;
    if fits { Ok(product) } else { Err(Overflow) }
}

/// Whether a number has no more than 128 bits.
fn is_half(number: &U256) -> bool {
    let [_, _, third, fourth] = number.as_limbs();
    third | fourth == 0
}

/// `a * b / denominator`, rounded down. The product must fit 256 bits: no amount of a token comes near.
#[inline(never)]
pub fn mul_div_down(a: &U256, b: &U256, denominator: &U256) -> core::result::Result<U256, Overflow> {
    let product = mul(a, b)?;
    if denominator.is_zero() { Err(Overflow) } else { Ok(host::div(&product, denominator)) }
}

/// `a * b / denominator`, rounded up. The product must fit 256 bits.
#[inline(never)]
pub fn mul_div_up(a: &U256, b: &U256, denominator: &U256) -> core::result::Result<U256, Overflow> {
    let down = mul_div_down(a, b, denominator)?;
    let is_exact = wrapping_mul(&down, denominator) == wrapping_mul(a, b);
    if is_exact { Ok(down) } else { add(&down, &U256::from(1)) }
}

/// Ten to a power.
pub fn power_of_ten(exponent: usize) -> core::result::Result<U256, Overflow> {
    let (mut power, ten) = (U256::from(1), U256::from(10));
    for _ in 0..exponent {
        power = mul(&power, &ten)?;
    }
    Ok(power)
}

#[cfg(test)]
mod tests;
