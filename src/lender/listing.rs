//! Markets as their lenders list them, and what their assets are worth in one another.

use super::{Market, exactly};
use crate::{
    math::exact,
    token::Token,
    word::{Address, Word},
};

/// A market as its lender lists it.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    /// The market.
    pub(crate) market: Market<'a>,
    pub(super) asset: Word,
    pub(super) quotation: exactly::Quotation,
}

/// How many units of one asset another's are worth.
#[derive(Clone, Copy)]
pub(crate) enum Rate {
    /// One for one: they are the same.
    Par,
    /// So many for so many.
    Of {
        /// Units of the one
        numerator: Word,
        /// for units of the other.
        denominator: Word,
    },
}

impl Rate {
    /// What units are worth, rounded down.
    #[inline(never)]
    pub(crate) fn convert_down(&self, units: &Word) -> Word {
        match self {
            Self::Par => *units,
            Self::Of { numerator, denominator } => exact::mul_div_down(units, numerator, denominator),
        }
    }

    /// What units are worth, rounded up.
    #[inline(never)]
    pub(crate) fn convert_up(&self, units: &Word) -> Word {
        match self {
            Self::Par => *units,
            Self::Of { numerator, denominator } => exact::mul_div_up(units, numerator, denominator),
        }
    }

    /// How many units are worth so much, rounded up.
    #[inline(never)]
    pub(crate) fn invert_up(&self, worth: &Word) -> Word {
        match self {
            Self::Par => *worth,
            Self::Of { numerator, denominator } => exact::mul_div_up(worth, denominator, numerator),
        }
    }
}

impl Listing<'_> {
    /// What is lent and borrowed there.
    pub(crate) fn asset(&self) -> Token<'_> {
        Token(Address::known(&self.asset))
    }

    /// What units of this one's asset are worth in units of another's, by the lender's oracle.
    #[inline(never)]
    pub(crate) fn rate_to(&self, other: &Self) -> Rate {
        if self.market.address().is(other.market.address()) {
            return Rate::Par;
        }
        let ((price, unit), (other_price, other_unit)) = (self.quotation.price(), other.quotation.price());
        Rate::Of { numerator: exact::mul(&price, &other_unit), denominator: exact::mul(&other_price, &unit) }
    }
}
