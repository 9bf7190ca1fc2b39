//! Amounts as a step states them: relative to what there is when it is performed, so that a step means something of the
//! same kind wherever it stands.

use crate::rng::Rng;
use alloy_primitives::U256;
use protocols::exactly::WAD;

/// What an amount is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Zero,
    /// A power of two; 256 is the largest number, and one more.
    Power(u16),
    /// What is deposited.
    Deposit,
    /// What is owed.
    Debt,
    /// What is in the wallet.
    Wallet,
    /// What the flash source holds.
    Vault,
    /// Now, in seconds since the epoch.
    Now,
    /// Dollars, in units of the asset.
    Dollars,
    /// One, at 18 decimals.
    Wad,
}

/// `base * thousandths / 1000 + shift`, wrapping around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// What it is relative to.
    pub base: Base,
    /// How much of it.
    pub thousandths: u64,
    /// Units more or less.
    pub shift: i8,
}

/// What the bases are at some moment, in units of one asset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// What is deposited.
    pub deposit: U256,
    /// What is owed.
    pub debt: U256,
    /// What is in the wallet.
    pub wallet: U256,
    /// What the flash source holds.
    pub vault: U256,
    /// Seconds since the epoch.
    pub now: U256,
    /// Units for a dollar, times a thousand, so that small ones have a value too.
    pub dollar_thousandths: U256,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self::all(Base::Zero);
    /// The largest number.
    pub const MAX: Self = Self { base: Base::Power(256), thousandths: 1000, shift: -1 };

    /// All of something.
    #[must_use]
    pub const fn all(base: Base) -> Self {
        Self { base, thousandths: 1000, shift: 0 }
    }

    /// Thousandths of something.
    #[must_use]
    pub const fn part(base: Base, thousandths: u64) -> Self {
        Self { base, thousandths, shift: 0 }
    }

    /// A number that a careless program trips over: a power of two or what there is, or one beside it.
    pub fn extreme(rng: &mut Rng) -> Self {
        let base = match rng.below(4) {
            0 => Base::Zero,
            1 => Base::Power(rng.pick(&[8, 31, 32, 63, 64, 96, 112, 127, 128, 160, 255, 256])),
            _ => rng.pick(&[Base::Deposit, Base::Debt, Base::Wallet, Base::Vault, Base::Now, Base::Wad]),
        };
        Self { base, thousandths: rng.pick(&[1000, 1000, 1000, 500, 2000]), shift: rng.pick(&[-2, -1, 0, 1, 2]) }
    }

    /// The number.
    #[must_use]
    pub fn resolve(&self, facts: &Facts) -> U256 {
        let (base, thousand) = (facts.of(self.base), U256::from(1000));
        let scaled = match self.thousandths {
            1000 => base,
            part => base.saturating_mul(U256::from(part)) / thousand,
        };
        let shift = U256::from(self.shift.unsigned_abs());
        if self.shift < 0 { scaled.wrapping_sub(shift) } else { scaled.wrapping_add(shift) }
    }
}

impl Facts {
    fn of(&self, base: Base) -> U256 {
        match base {
            Base::Zero => U256::ZERO,
            Base::Power(bits) => U256::ONE.checked_shl(usize::from(bits)).unwrap_or_default(),
            Base::Deposit => self.deposit,
            Base::Debt => self.debt,
            Base::Wallet => self.wallet,
            Base::Vault => self.vault,
            Base::Now => self.now,
            Base::Dollars => self.dollar_thousandths,
            Base::Wad => U256::from(WAD),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_of_what_there_is() {
        let facts = Facts { debt: U256::from(500), ..Facts::default() };
        assert_eq!(Amount { shift: -1, ..Amount::all(Base::Debt) }.resolve(&facts), U256::from(499));
        assert_eq!(Amount::part(Base::Debt, 300).resolve(&facts), U256::from(150));
    }

    #[test]
    fn extremes_wrap_around() {
        assert_eq!(Amount::MAX.resolve(&Facts::default()), U256::MAX);
        assert_eq!(Amount { shift: -2, ..Amount::ZERO }.resolve(&Facts::default()), U256::MAX - U256::ONE);
        assert_eq!(Amount::all(Base::Power(255)).resolve(&Facts::default()), U256::ONE << 255);
    }
}
