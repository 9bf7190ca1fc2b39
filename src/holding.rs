//! A position as the caller named it, found with its lender: what is supplied, what is owed, and what both are worth.

use crate::{
    abi::Position,
    calldata::Calldata,
    exchange::Side,
    lender::{Debt, Lender, Listing, Owed},
    math::{self, Rate, exact},
};
use alloy_primitives::{Address, U256};

/// A position, as the caller named it. Nothing of it has been looked up yet.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    lender: Lender,
    /// Where it is supplied.
    pub(crate) collateral: Address,
    /// Where it is borrowed.
    pub(crate) debt: Address,
    /// When the debt falls due; 0 for the floating rate.
    pub(crate) maturity: U256,
}

impl Name {
    /// Reads four words.
    pub(crate) fn decode(calldata: &mut Calldata<'_>) -> Self {
        Self {
            lender: Lender::decode(calldata),
            collateral: calldata.address(),
            debt: calldata.address(),
            maturity: calldata.uint(),
        }
    }
}

/// A position in markets that their lender lists.
pub(crate) struct Holding {
    /// Where it is.
    pub(crate) lender: Lender,
    /// Where it is supplied.
    pub(crate) collateral: Listing,
    /// Where it is borrowed.
    pub(crate) owed: Listing,
    /// What is owed there.
    pub(crate) debt: Debt,
    /// What the collateral's asset is worth in the unit of account.
    pub(crate) collateral_rate: Rate,
    /// What the debt's asset is worth in it.
    pub(crate) debt_rate: Rate,
    no_fixed_debt: Option<bool>,
}

/// What two sides of a position are worth, in the unit of account.
#[derive(Clone, Copy, Default)]
pub(crate) struct Worth {
    /// What it has, rounded down.
    pub(crate) assets: U256,
    /// What it owes, rounded up.
    pub(crate) debts: U256,
}

impl Holding {
    /// Looks up the markets. The unit of account is the asset owed.
    pub(crate) fn find(name: &Name) -> Self {
        let collateral = name.lender.listed(&name.collateral);
        let owed = if name.debt == name.collateral { collateral } else { name.lender.listed(&name.debt) };
        Self {
            lender: name.lender,
            collateral,
            owed,
            debt: Debt { market: owed.market, maturity: name.maturity },
            collateral_rate: collateral.rate_to(&owed),
            debt_rate: Rate::PAR,
            no_fixed_debt: None,
        }
    }

    /// The same with another unit of account. It is measured at any time then, whatever debts come and go beside it.
    pub(crate) fn in_units_of(self, unit: &Listing) -> Self {
        Self {
            collateral_rate: self.collateral.rate_to(unit),
            debt_rate: self.owed.rate_to(unit),
            no_fixed_debt: Some(false),
            ..self
        }
    }

    /// What an account has and owes, and what the lender counts the debt for.
    pub(crate) fn measure(&mut self, account: &Address) -> (Position, Owed) {
        let is_one_view = self.collateral.market.address() == self.debt.market.address();
        if is_one_view && self.debt.maturity.is_zero() && self.no_fixed_debt != Some(false) {
            let position = self.debt.market.floating_position(account, &mut self.no_fixed_debt);
            return (position, Owed { assets: position.debt, face: position.debt });
        }
        let collateral = self.collateral.market.deposit_assets(account);
        let owed = self.debt.owed(account);
        (Position { collateral, debt: owed.assets }, owed)
    }

    /// What a position in it is worth; the sides that another holding counts are not counted here.
    pub(crate) fn worth(&self, position: &Position, counts: (bool, bool)) -> Worth {
        let mut worth = Worth::default();
        if counts.0 {
            worth.assets = exact::convert_down(&self.collateral_rate, &position.collateral);
        }
        if counts.1 {
            worth.debts = exact::convert_up(&self.debt_rate, &position.debt);
        }
        worth
    }

    /// The side on which it is supplied, for an exchange.
    pub(crate) fn collateral_side(&self) -> Side {
        let Listing { market, asset, .. } = self.collateral;
        Side { debt: Debt { market, maturity: U256::ZERO }, asset }
    }

    /// The side on which it is owed.
    pub(crate) fn debt_side(&self) -> Side {
        Side { debt: self.debt, asset: self.owed.asset }
    }
}

impl Worth {
    /// Both together.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self { assets: exact::add(&self.assets, &other.assets), debts: exact::add(&self.debts, &other.debts) }
    }

    /// With assets elsewhere.
    pub(crate) fn with(&self, assets: &U256) -> Self {
        Self { assets: exact::add(&self.assets, assets), ..*self }
    }

    /// How much less it is worth than before; zero for a gain.
    pub(crate) fn loss_since(&self, before: &Self) -> U256 {
        // What is subtracted on one side is added on the other, so that no number has a sign.
        let had = exact::add(&before.assets, &self.debts);
        let have = exact::add(&self.assets, &before.debts);
        math::sub(&had, &have).unwrap_or_default()
    }
}
