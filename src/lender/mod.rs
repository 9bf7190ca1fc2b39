//! The lending protocols, a closed set, behind one set of verbs.
//!
//! A market exists only as [`Market`], and a `Market` is made in two ways: by a lender's own listing, before the first
//! call to it, or from what an operation in flight committed to, which was listed when it began.

pub(crate) mod exactly;

use crate::{abi::Position, calldata::Calldata, error::Result, token::Token, word::Value};
use alloy_primitives::{Address, U256};

/// A lending protocol.
#[derive(Clone, Copy)]
pub(crate) enum Lender {
    /// Exactly, floating rate.
    Exactly,
}

impl Lender {
    /// Reads one word.
    pub(crate) fn decode(calldata: &mut Calldata<'_>) -> Result<Self> {
        calldata.variant(1)?;
        Ok(Self::Exactly)
    }

    /// A market that the lender lists.
    pub(crate) fn market(&self, address: &Address) -> Result<Market> {
        match self {
            Self::Exactly => exactly::Market::listed(address).map(Market::Exactly),
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

/// A market of one of the lenders.
#[derive(Clone, Copy)]
pub(crate) enum Market {
    /// A market of Exactly.
    Exactly(exactly::Market),
}

impl Market {
    /// Two words that say which market this is.
    pub(crate) fn values(&self) -> [Value<'_>; 2] {
        match self {
            Self::Exactly(market) => [Value::Small(0), market.value()],
        }
    }

    /// Reads the words of a market that an operation committed to.
    pub(crate) fn decode_committed(calldata: &mut Calldata<'_>) -> Result<Self> {
        match Lender::decode(calldata)? {
            Lender::Exactly => exactly::Market::decode_committed(calldata).map(Self::Exactly),
        }
    }

    /// What is lent and borrowed there.
    pub(crate) fn asset(&self) -> Result<Token> {
        let Self::Exactly(market) = self;
        market.asset()
    }

    /// What an account has there.
    pub(crate) fn position(&self, account: &Address) -> Result<Position> {
        let Self::Exactly(market) = self;
        market.position(account)
    }

    /// How near an account is to liquidation, over all its markets.
    pub(crate) fn health(&self, account: &Address) -> Result<Health> {
        let Self::Exactly(market) = self;
        market.health(account)
    }

    /// Supplies assets of this contract's to an account's position.
    pub(crate) fn supply(&self, asset: &Token, assets: &U256, account: &Address) -> Result {
        let Self::Exactly(market) = self;
        market.supply(asset, assets, account)
    }

    /// Borrows on an account's behalf.
    pub(crate) fn borrow(&self, assets: &U256, receiver: &Address, account: &Address) -> Result {
        let Self::Exactly(market) = self;
        market.borrow(assets, receiver, account)
    }

    /// Repays with assets of this contract's, at most `assets`; `in_full` leaves no debt. Returns what was taken.
    pub(crate) fn repay(&self, asset: &Token, assets: &U256, in_full: bool, account: &Address) -> Result<U256> {
        let Self::Exactly(market) = self;
        market.repay(asset, assets, in_full, account)
    }

    /// Withdraws from an account's position.
    pub(crate) fn withdraw(&self, assets: &U256, receiver: &Address, account: &Address) -> Result {
        let Self::Exactly(market) = self;
        market.withdraw(assets, receiver, account)
    }

    /// Withdraws everything from an account's position.
    pub(crate) fn withdraw_all(&self, receiver: &Address, account: &Address) -> Result {
        let Self::Exactly(market) = self;
        market.withdraw_all(receiver, account)
    }
}
