//! Checked arithmetic on amounts. The operators of `U256` wrap silently and are not used.
//!
//! Each function is one in the WASM too: inlined where they are used they would be a third of it.

use crate::{error::Error, host};
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

/// A result, or the end of the frame.
pub(crate) trait OrRevert<T> {
    /// The result there must be.
    fn or_revert(self) -> T;
}

impl<T> OrRevert<T> for core::result::Result<T, Overflow> {
    fn or_revert(self) -> T {
        match self {
            Ok(result) => result,
            Err(Overflow) => Error::ArithmeticOverflow {}.revert(),
        }
    }
}

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

/// The same for amounts that fit if everyone keeps to their word; if not, the frame ends.
pub(crate) mod exact {
    use super::{OrRevert, Overflow, Rate, U256};

    /// The sum.
    #[inline(never)]
    pub(crate) fn add(a: &U256, b: &U256) -> U256 {
        super::add(a, b).or_revert()
    }

    /// The difference, where `b` does not exceed `a`.
    #[inline(never)]
    pub(crate) fn sub(a: &U256, b: &U256) -> U256 {
        super::sub(a, b).ok_or(Overflow).or_revert()
    }

    /// The product.
    #[inline(never)]
    pub(crate) fn mul(a: &U256, b: &U256) -> U256 {
        super::mul(a, b).or_revert()
    }

    /// `a * b / denominator`, rounded down.
    #[inline(never)]
    pub(crate) fn mul_div_down(a: &U256, b: &U256, denominator: &U256) -> U256 {
        super::mul_div_down(a, b, denominator).or_revert()
    }

    /// `a * b / denominator`, rounded up.
    #[inline(never)]
    pub(crate) fn mul_div_up(a: &U256, b: &U256, denominator: &U256) -> U256 {
        super::mul_div_up(a, b, denominator).or_revert()
    }

    /// What units are worth at a rate, rounded down.
    #[inline(never)]
    pub(crate) fn convert_down(rate: &Rate, units: &U256) -> U256 {
        rate.convert_down(units).or_revert()
    }

    /// What units are worth at a rate, rounded up.
    #[inline(never)]
    pub(crate) fn convert_up(rate: &Rate, units: &U256) -> U256 {
        rate.convert_up(units).or_revert()
    }
}

/// The product.
#[inline(never)]
pub fn mul(a: &U256, b: &U256) -> core::result::Result<U256, Overflow> {
    let product = a.wrapping_mul(*b);
    // A product that wrapped does not give its factor back. The host's division is cheaper than a wider product.
    if a.is_zero() || host::div(&product, a) == *b { Ok(product) } else { Err(Overflow) }
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
    let exact = down.wrapping_mul(*denominator) == a.wrapping_mul(*b);
    if exact { Ok(down) } else { add(&down, &U256::from(1)) }
}

/// Ten to a power.
pub fn power_of_ten(exponent: usize) -> core::result::Result<U256, Overflow> {
    let (mut power, ten) = (U256::from(1), U256::from(10));
    for _ in 0..exponent {
        power = mul(&power, &ten)?;
    }
    Ok(power)
}

/// How many units of one asset another's are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Units of the one,
    pub numerator: U256,
    /// for so many of the other.
    pub denominator: U256,
}

impl Rate {
    /// One for one.
    pub const PAR: Self = Self { numerator: U256::ONE, denominator: U256::ONE };

    /// What units of the one are worth, rounded down.
    pub fn convert_down(&self, units: &U256) -> core::result::Result<U256, Overflow> {
        mul_div_down(units, &self.numerator, &self.denominator)
    }

    /// What units of the one are worth, rounded up.
    pub fn convert_up(&self, units: &U256) -> core::result::Result<U256, Overflow> {
        mul_div_up(units, &self.numerator, &self.denominator)
    }

    /// The other way round.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_stop_at_the_word() {
        let most = U256::MAX - U256::ONE;
        assert_eq!(add(&most, &U256::ONE), Ok(U256::MAX));
        assert_eq!(add(&U256::MAX, &U256::ONE), Err(Overflow));
    }

    #[test]
    fn differences_stop_at_zero() {
        assert_eq!(sub(&WAD, &WAD), Some(U256::ZERO));
        assert_eq!(sub(&U256::ZERO, &U256::ONE), None);
    }

    #[test]
    fn products_are_divided_rounding_down() {
        assert_eq!(mul_div_down(&U256::from(7), &U256::from(3), &U256::from(2)), Ok(U256::from(10)));
        assert_eq!(mul_div_down(&U256::MAX, &U256::ONE, &WAD), Ok(U256::MAX / WAD));
        assert_eq!(mul_div_down(&U256::ZERO, &U256::MAX, &WAD), Ok(U256::ZERO));
    }

    #[test]
    fn a_product_past_the_word_and_a_zero_denominator_are_refused() {
        let half = U256::ONE << 255;
        assert_eq!(mul_div_down(&half, &U256::from(2), &WAD), Err(Overflow));
        assert_eq!(mul_div_down(&WAD, &WAD, &U256::ZERO), Err(Overflow));
    }
}
