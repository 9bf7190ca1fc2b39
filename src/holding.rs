//! A position as the caller named it, found with its lender: what is supplied, what is owed, and what both are worth.

use crate::{
    calldata::Calldata,
    exchange::Side,
    lender::{Debt, Lender, Listing, Owed, Rate},
    math::exact,
    word::{Address, Word, ZERO},
};

/// A position, as the caller named it. Nothing of it has been looked up yet.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    lender: Lender,
    /// Where it is supplied.
    pub(crate) collateral: Address<'a>,
    /// Where it is borrowed.
    pub(crate) debt: Address<'a>,
    /// When the debt falls due; 0 for the floating rate.
    pub(crate) maturity: &'a Word,
}

impl<'a> Name<'a> {
    /// Reads four words.
    #[inline(never)]
    pub(crate) fn decode(calldata: &mut Calldata<'a>) -> Self {
        let lender = Lender::decode(calldata);
        let (collateral, debt) = (calldata.address(), calldata.address());
        Self { lender, collateral, debt, maturity: calldata.word() }
    }
}

/// A position in markets that their lender lists.
pub(crate) struct Holding<'a> {
    /// Where it is.
    pub(crate) lender: Lender,
    /// Where it is supplied.
    pub(crate) collateral: Listing<'a>,
    /// Where it is borrowed.
    pub(crate) owed: Listing<'a>,
    /// What is owed there.
    pub(crate) debt: Debt<'a>,
    /// What the collateral's asset is worth in the unit of account.
    pub(crate) collateral_rate: Rate,
    /// What the debt's asset is worth in it.
    pub(crate) debt_rate: Rate,
    no_fixed_debt: Option<bool>,
}

/// What an account has in a position: its deposit, rounded down, and its debt, rounded up.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    /// Units of the collateral's asset.
    pub(crate) collateral: Word,
    /// Units of the debt's asset, and what the lender counts them for.
    pub(crate) owed: Owed,
}

/// What sides of positions are worth, in the unit of account.
#[derive(Clone, Copy)]
pub(crate) struct Worth {
    /// What there is, rounded down.
    pub(crate) assets: Word,
    /// What is owed, rounded up.
    pub(crate) debts: Word,
}

impl<'a> Holding<'a> {
    /// Looks up the markets. The unit of account is the asset owed.
    #[inline(never)]
    pub(crate) fn find(name: &Name<'a>) -> Self {
        let collateral = name.lender.listed(name.collateral);
        let owed = if name.debt.is(name.collateral) { collateral } else { name.lender.listed(name.debt) };
        Self {
            lender: name.lender,
            collateral,
            owed,
            debt: Debt { market: owed.market, maturity: name.maturity },
            collateral_rate: collateral.rate_to(&owed),
            debt_rate: Rate::Par,
            no_fixed_debt: None,
        }
    }

    /// Takes another unit of account. It is measured at any time then, whatever debts come and go beside it.
    #[inline(never)]
    pub(crate) fn count_in(&mut self, unit: &Listing<'_>) {
        self.collateral_rate = self.collateral.rate_to(unit);
        self.debt_rate = self.owed.rate_to(unit);
        self.no_fixed_debt = Some(false);
    }

    /// What an account has and owes.
    #[inline(never)]
    pub(crate) fn measure(&mut self, account: Address<'_>) -> Measure {
        let is_one_market = self.collateral.market.address().is(self.debt.market.address());
        if is_one_market && self.debt.is_floating() && self.no_fixed_debt != Some(false) {
            let [collateral, assets] = self.debt.market.floating_position(account, &mut self.no_fixed_debt);
            return Measure { collateral, owed: Owed { assets, face: assets } };
        }
        let collateral = self.collateral.market.deposit_assets(account);
        Measure { collateral, owed: self.debt.owed(account) }
    }

    /// What the sides that count are worth.
    #[inline(never)]
    pub(crate) fn worth(&self, measure: &Measure, counts_collateral: bool, counts_debt: bool) -> Worth {
        let mut worth = Worth { assets: ZERO, debts: ZERO };
        if counts_collateral {
            worth.assets = self.collateral_rate.convert_down(&measure.collateral);
        }
        if counts_debt {
            worth.debts = self.debt_rate.convert_up(&measure.owed.assets);
        }
        worth
    }

    /// The side on which it is supplied, for an exchange.
    pub(crate) fn collateral_side(&self) -> Side<'_> {
        Side { debt: Debt { market: self.collateral.market, maturity: &ZERO }, asset: self.collateral.asset() }
    }

    /// The side on which it is owed.
    pub(crate) fn debt_side(&self) -> Side<'_> {
        Side { debt: self.debt, asset: self.owed.asset() }
    }
}

impl Worth {
    /// Adds assets elsewhere.
    pub(crate) fn add_assets(&mut self, assets: &Word) {
        self.assets = exact::add(&self.assets, assets);
    }

    /// Adds another one.
    #[inline(never)]
    pub(crate) fn add(&mut self, other: &Self) {
        self.assets = exact::add(&self.assets, &other.assets);
        self.debts = exact::add(&self.debts, &other.debts);
    }

    /// How much less it is worth than before; zero for a gain.
    #[inline(never)]
    pub(crate) fn loss_since(&self, before: &Self) -> Word {
        // What is subtracted on one side is added on the other, so that no number has a sign.
        let had = exact::add(&before.assets, &self.debts);
        exact::sub_to_zero(&had, &exact::add(&self.assets, &before.debts))
    }
}
