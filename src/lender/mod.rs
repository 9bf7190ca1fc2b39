//! The lending protocols, a closed set, behind one set of verbs.
//!
//! A market exists only as [`Market`], and a `Market` is made in two ways: by a lender's own listing, before the first
//! call to it, or from what an operation in flight committed to, which was listed when it began.

pub(crate) mod exactly;

use crate::{
    abi::Position,
    calldata::Calldata,
    math::{Rate, exact},
    token::Token,
    word::Value,
};
use alloy_primitives::{Address, U256};

/// A lending protocol.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lender {
    /// Exactly.
    Exactly,
}

impl Lender {
    /// Reads one word.
    pub(crate) fn decode(calldata: &mut Calldata<'_>) -> Self {
        calldata.variant(1);
        Self::Exactly
    }

    /// A market that the lender lists.
    pub(crate) fn listed(self, address: &Address) -> Listing {
        match self {
            Self::Exactly => exactly::Market::listed(address),
        }
    }

    /// How near an account is to liquidation, over all its markets.
    pub(crate) fn health(self, account: &Address) -> Health {
        match self {
            Self::Exactly => exactly::health(account),
        }
    }
}

/// What an account's solvency rests on, in the lender's unit of account, weighted by the lender's factors.
#[derive(Clone, Copy)]
pub(crate) struct Health {
    /// What the deposits count for.
    pub(crate) collateral_value: U256,
    /// What the debts count for.
    pub(crate) debt_value: U256,
}

/// A market as its lender lists it.
#[derive(Clone, Copy)]
pub(crate) struct Listing {
    /// The market.
    pub(crate) market: Market,
    /// What is lent and borrowed there.
    pub(crate) asset: Token,
    quotation: exactly::Quotation,
}

impl Listing {
    /// What units of this one's asset are worth in units of another's, by the lender's oracle.
    pub(crate) fn rate_to(&self, other: &Self) -> Rate {
        if self.market.address() == other.market.address() {
            return Rate::PAR;
        }
        let ((price, unit), (other_price, other_unit)) = (self.quotation.price(), other.quotation.price());
        Rate { numerator: exact::mul(&price, &other_unit), denominator: exact::mul(&other_price, &unit) }
    }
}

/// A market of one of the lenders.
#[derive(Clone, Copy)]
pub(crate) enum Market {
    /// A market of Exactly.
    Exactly(exactly::Market),
}

impl Market {
    /// The word that says which market this is.
    pub(crate) fn value(&self) -> Value<'_> {
        Value::Address(self.address())
    }

    /// Where it is. Its shares are there too.
    pub(crate) fn address(&self) -> &Address {
        let Self::Exactly(market) = self;
        &market.0
    }

    /// Reads the word of a market that an operation committed to.
    pub(crate) fn decode_committed(calldata: &mut Calldata<'_>) -> Self {
        Self::Exactly(exactly::Market(calldata.address()))
    }

    /// What an account has deposited, rounded down.
    pub(crate) fn deposit_assets(&self, account: &Address) -> U256 {
        let Self::Exactly(market) = self;
        market.deposit_assets(account)
    }

    /// What an account has deposited and owes at the floating rate here. `no_fixed_debt` is what is known of whether it
    /// owes anything else here, and what is known then: it saves a view.
    pub(crate) fn floating_position(&self, account: &Address, no_fixed_debt: &mut Option<bool>) -> Position {
        let Self::Exactly(market) = self;
        market.floating_position(account, no_fixed_debt)
    }

    /// Supplies assets of this contract's to an account's position.
    pub(crate) fn supply(&self, asset: &Token, assets: &U256, account: &Address) {
        let Self::Exactly(market) = self;
        market.supply(asset, assets, account)
    }

    /// Withdraws from an account's position.
    pub(crate) fn withdraw(&self, assets: &U256, receiver: &Address, account: &Address) {
        let Self::Exactly(market) = self;
        market.withdraw(assets, receiver, account)
    }

    /// Withdraws everything from an account's position.
    pub(crate) fn withdraw_all(&self, receiver: &Address, account: &Address) {
        let Self::Exactly(market) = self;
        market.withdraw_all(receiver, account)
    }

    /// Leaves `spender` exactly the allowance on the account's shares that taking `assets` out, or everything, uses up.
    pub(crate) fn trim_allowance(&self, assets: Option<&U256>, account: &Address, spender: &Address) {
        let Self::Exactly(market) = self;
        market.trim_allowance(assets, account, spender)
    }
}

/// A debt of an account in a market.
#[derive(Clone, Copy)]
pub(crate) struct Owed {
    /// What has to be paid for it, at most: with all the interest up to a fixed maturity, and the penalty after it.
    pub(crate) assets: U256,
    /// What the lender counts it for. Another number than `assets` only when a fixed maturity has passed.
    pub(crate) face: U256,
}

/// Where something is owed, and until when.
#[derive(Clone, Copy)]
pub(crate) struct Debt {
    /// The market.
    pub(crate) market: Market,
    /// Seconds since the epoch; 0 for the floating rate.
    pub(crate) maturity: U256,
}

impl Debt {
    /// Whether both are one debt.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.market.address() == other.market.address() && self.maturity == other.maturity
    }

    /// What an account owes.
    pub(crate) fn owed(&self, account: &Address) -> Owed {
        let Market::Exactly(market) = &self.market;
        if self.maturity.is_zero() {
            let assets = market.floating_debt(account);
            return Owed { assets, face: assets };
        }
        market.fixed_debt(&self.maturity, account)
    }

    /// Borrows on an account's behalf.
    pub(crate) fn borrow(&self, assets: &U256, receiver: &Address, account: &Address) {
        let Market::Exactly(market) = &self.market;
        match self.maturity.is_zero() {
            true => market.borrow(assets, receiver, account),
            false => market.borrow_fixed(&self.maturity, assets, receiver, account),
        }
    }

    /// Repays with assets of this contract's, at most `offered`: of a fixed debt this much of its face, and of any
    /// debt everything where `face` is none. Returns what was taken.
    pub(crate) fn repay(&self, asset: &Token, offered: &U256, face: Option<&U256>, account: &Address) -> U256 {
        let Market::Exactly(market) = &self.market;
        asset.approve(self.market.address(), offered);
        let taken = match self.maturity.is_zero() {
            true => market.repay(offered, face.is_none(), account),
            false => market.repay_fixed(&self.maturity, face, offered, account),
        };
        if taken != *offered {
            let nothing = U256::ZERO;
            asset.approve(self.market.address(), &nothing);
        }
        taken
    }
}
