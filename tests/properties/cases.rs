//! Numbers to try: the same in each run, and mostly at the edges where arithmetic goes wrong.

use super::reference::Stated;
use alloy_primitives::U256;

/// Cases that each property is tried with.
pub(crate) const CASES: usize = 10_000;

/// Numbers that look random and are the same each time (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Each seed has a row of numbers of its own.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from zero up to this one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// 256 bits.
    fn bits(&mut self) -> U256 {
        U256::from_limbs([self.next(), self.next(), self.next(), self.next()])
    }

    /// A number, or one of its neighbours. There is one beyond either end of the range: at the other.
    fn about(&mut self, number: U256) -> U256 {
        number.wrapping_add(U256::from(self.below(5))).wrapping_sub(U256::from(2))
    }

    /// Any number: of every length, and often at the edge of a length, of the range, or of a decimal unit.
    pub(crate) fn number(&mut self) -> U256 {
        let ten = U256::from(10);
        match self.below(8) {
            0 => U256::from(self.below(4)),
            1 => U256::MAX - U256::from(self.below(4)),
            2 => {
                let bit = self.below(256) as usize;
                self.about(U256::ONE << bit)
            }
            3 => {
                let digits = self.below(78);
                self.about(ten.wrapping_pow(U256::from(digits)))
            }
            4 => self.bits(),
            // What tokens have: some digits of 6 to 18 decimals.
            5 => U256::from(self.next()) * ten.pow(U256::from(self.below(13))),
            _ => {
                let length = self.below(256) as usize;
                self.bits() >> length
            }
        }
    }

    /// A number that stands in some relation to others: about as large, or where a sum or a product stops to fit.
    pub(crate) fn beside(&mut self, others: &[U256]) -> U256 {
        let other = others.get(self.below(others.len().max(1) as u64) as usize).copied().unwrap_or_default();
        match self.below(8) {
            0 | 1 => self.about(other),
            2 => self.about(U256::MAX - other),
            3 | 4 => self.about(U256::MAX.checked_div(other).unwrap_or_default()),
            5 => other >> (self.below(4) as usize),
            _ => self.number(),
        }
    }

    /// A ratio, 18 decimals: around one, around what makes a debt of this principal, around where that stops to fit.
    pub(crate) fn ratio(&mut self, principal: U256, debt: U256) -> U256 {
        let wad = U256::from(10).pow(U256::from(18));
        let over = match self.below(8) {
            0 => U256::ZERO,
            1 | 2 => debt.checked_mul(wad).and_then(|debt| debt.checked_div(principal)).unwrap_or_default(),
            3 => U256::MAX.checked_div(principal).unwrap_or_default(),
            4 => wad * U256::from(self.below(20)),
            5 => wad / U256::from(10) * U256::from(self.below(200)),
            _ => self.number(),
        };
        let ratio = over.wrapping_add(wad);
        if self.below(2) == 0 { ratio } else { self.about(ratio) }
    }
}

/// A position, what comes from the wallet or goes there, and a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizing {
    pub(crate) collateral: U256,
    pub(crate) debt: U256,
    pub(crate) wallet: U256,
    pub(crate) stated: Stated,
}

impl Sizing {
    /// Any; the wallet's part is added to the deposit or taken from it.
    pub(crate) fn any(random: &mut Random, adds: bool) -> Self {
        let collateral = random.number();
        let wallet = if random.below(3) == 0 { U256::ZERO } else { random.beside(&[collateral]) };
        let all = if adds { collateral.wrapping_add(wallet) } else { collateral.wrapping_sub(wallet) };
        let debt = match random.below(4) {
            0 => random.beside(&[collateral, all]),
            _ => all >> (random.below(5) as usize),
        };
        let stated = match random.below(8) {
            0 => Stated::Units(random.beside(&[debt, collateral])),
            _ => Stated::Ratio(random.ratio(all.wrapping_sub(debt), debt)),
        };
        Self { collateral, debt, wallet, stated }
    }
}

/// How often each side of something was met: a property that only ever sees one of them shows nothing of the other.
#[derive(Debug, Default)]
pub(crate) struct Sides([usize; 2]);

impl Sides {
    /// Counts one.
    pub(crate) fn count(&mut self, side: bool) {
        self.0[usize::from(side)] += 1;
    }

    /// Each side was met in one case of twenty at least.
    #[track_caller]
    pub(crate) fn were_both_met(&self) {
        let [no, yes] = self.0;
        assert!(no.min(yes) * 20 >= no + yes, "{self:?}");
    }
}
