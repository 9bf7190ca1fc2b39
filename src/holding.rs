//! A position as the caller named it, found with its lender: what is supplied, what is owed, and what both are worth.

use crate::{
    calldata::Calldata,
    exchange::Side,
    lender::{Debt, Lender, Listing, Owed, Rate},
    math::exact,
    word::{self, Address, Word, ZERO},
    worth::Worth,
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
}

/// What an account has in a position: its deposit, rounded down, and its debt, rounded up.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    /// Units of the collateral's asset.
    pub(crate) collateral: Word,
    /// Units of the debt's asset, and what the lender counts them for.
    pub(crate) owed: Owed,
    /// The shares of a floating debt, if it is in the market of the deposit.
    pub(crate) debt_shares: Option<Word>,
}

/// What an operation added to a position in one market.
pub(crate) struct Growth {
    /// The shares that there were, of the deposit and of the debt.
    pub(crate) shares: [Word; 2],
    /// What was supplied, at once.
    pub(crate) supplied: Word,
    /// What was borrowed, at once.
    pub(crate) borrowed: Word,
}

impl<'a> Holding<'a> {
    /// Looks up the markets, unless they are known already. The unit of account is the asset owed.
    #[inline(never)]
    pub(crate) fn find(name: &Name<'a>, known: &[&Listing<'a>]) -> Self {
        let collateral = name.lender.listed_or_known(name.collateral, known);
        let owed = name.lender.listed_or_known(name.debt, &[&collateral]);
        Self {
            lender: name.lender,
            collateral,
            owed,
            debt: Debt { market: owed.market, maturity: name.maturity },
            collateral_rate: collateral.rate_to(&owed),
            debt_rate: Rate::Par,
        }
    }

    /// Takes another unit of account.
    #[inline(never)]
    pub(crate) fn count_in(&mut self, unit: &Listing<'_>) {
        self.collateral_rate = self.collateral.rate_to(unit);
        self.debt_rate = self.owed.rate_to(unit);
    }

    /// What an account has and owes.
    #[inline(never)]
    pub(crate) fn measure(&self, account: Address<'_>) -> Measure {
        if self.collateral.market.address().is(self.debt.market.address()) && self.debt.is_floating() {
            let [collateral, assets, debt_shares] = self.debt.market.floating_position(account);
            return Measure { collateral, owed: Owed { assets, face: assets }, debt_shares: Some(debt_shares) };
        }
        self.measure_sides(account, true, true)
    }

    /// The same of the sides that are asked for, with nothing on the others.
    #[inline(never)]
    pub(crate) fn measure_sides(&self, account: Address<'_>, asks_collateral: bool, asks_debt: bool) -> Measure {
        let mut measure = Measure { collateral: ZERO, owed: Owed { assets: ZERO, face: ZERO }, debt_shares: None };
        if asks_collateral {
            measure.collateral = self.collateral.market.deposit_assets(account);
        }
        if asks_debt {
            measure.owed = self.debt.owed(account);
        }
        measure
    }

    /// The same where it should be nothing: what an account has no share of needs no conversion.
    pub(crate) fn measure_closed(&self, account: Address<'_>) -> Measure {
        let is_left = !word::is_zero(&self.collateral.market.deposit_shares(account));
        self.measure_sides(account, is_left, true)
    }

    /// The same after an operation in one market, from the shares that came of it: the lender's conversions are the
    /// dearest of its views. No interest comes within a block, and a share that was paid for and not received, or received
    /// and not paid for, is worth no more than each of the others was on average. So the deposit is at least this, and the
    /// debt at most: by a unit, where a share is not worth many.
    #[inline(never)]
    pub(crate) fn measure_grown(&self, account: Address<'_>, mut measure: Measure, growth: &Growth) -> Measure {
        let (market, one) = (self.debt.market, word::of_small(1));
        let [had_shares, owed_shares] = &growth.shares;
        let new_shares = exact::sub(&market.deposit_shares(account), had_shares);
        let new_debt_shares = exact::sub(&market.debt_shares(account), owed_shares);
        if !word::is_zero(&new_shares) {
            let gain = exact::mul_div_down(&growth.supplied, &exact::sub(&new_shares, &one), &new_shares);
            measure.collateral = exact::add(&measure.collateral, &gain);
        }
        let others = exact::sub_to_zero(&new_debt_shares, &one);
        if !word::is_zero(&others) {
            let cost = exact::mul_div_up(&growth.borrowed, &new_debt_shares, &others);
            measure.owed.assets = exact::add(&measure.owed.assets, &cost);
        } else if !word::is_zero(&new_debt_shares) {
            measure.owed = self.debt.owed(account);
        }
        measure
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
