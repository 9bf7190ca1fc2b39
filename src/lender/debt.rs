//! Debts, at the floating rate or until a maturity.

use super::Market;
use crate::{
    math::exact,
    token::Token,
    word::{self, Address, Word},
};

/// A debt of an account in a market.
#[derive(Clone, Copy)]
pub(crate) struct Owed {
    /// What has to be paid for it, at most: with all the interest up to a fixed maturity, and the penalty after it.
    pub(crate) assets: Word,
    /// What the lender counts it for. Another number than `assets` only when a fixed maturity has passed.
    pub(crate) face: Word,
}

impl Owed {
    /// How much of the face a payment covers, rounded down.
    #[inline(never)]
    pub(crate) fn face_of(&self, assets: &Word) -> Word {
        match word::same(&self.face, &self.assets) {
            true => *assets,
            false => exact::mul_div_down(assets, &self.face, &self.assets),
        }
    }
}

/// Where something is owed, and until when.
#[derive(Clone, Copy)]
pub(crate) struct Debt<'a> {
    /// The market.
    pub(crate) market: Market<'a>,
    /// Seconds since the epoch; 0 for the floating rate.
    pub(crate) maturity: &'a Word,
}

impl Debt<'_> {
    /// Whether both are one debt.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.market.address().is(other.market.address()) && word::same(self.maturity, other.maturity)
    }

    /// Whether the rate is the floating one.
    pub(crate) fn is_floating(&self) -> bool {
        word::is_zero(self.maturity)
    }

    /// What an account owes.
    #[inline(never)]
    pub(crate) fn owed(&self, account: Address<'_>) -> Owed {
        let Market::Exactly(market) = self.market;
        if self.is_floating() {
            let assets = market.floating_debt(account);
            return Owed { assets, face: assets };
        }
        market.fixed_debt(self.maturity, account)
    }

    /// Borrows on an account's behalf.
    #[inline(never)]
    pub(crate) fn borrow(&self, assets: &Word, receiver: Address<'_>, account: Address<'_>) {
        let Market::Exactly(market) = self.market;
        market.borrow((!self.is_floating()).then_some(self.maturity), assets, receiver, account);
    }

    /// Repays with assets of this contract's, at most `offered`: of a fixed debt this much of its face, and of any
    /// debt everything where `face` is none. Returns what was taken.
    #[inline(never)]
    pub(crate) fn repay(&self, asset: Token<'_>, offered: &Word, face: Option<&Word>, account: Address<'_>) -> Word {
        let Market::Exactly(market) = self.market;
        asset.approve(market.0, offered);
        let taken = market.repay((!self.is_floating()).then_some(self.maturity), offered, face, account);
        if !word::same(&taken, offered) {
            asset.approve(market.0, &word::ZERO);
        }
        taken
    }
}
