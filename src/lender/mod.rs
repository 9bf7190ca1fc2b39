//! The lending protocols, a closed set, behind one set of verbs.
//!
//! A market exists only as [`Market`], and a `Market` is made in two ways: by a lender's own listing, before the first
//! call to it, or from what an operation in flight committed to, which was listed when it began.

mod debt;
mod exactly;
mod listing;

use crate::{
    calldata::Calldata,
    token::Token,
    word::{Address, Word},
};
pub(crate) use debt::{Debt, Owed};
pub(crate) use listing::{Listing, Rate};

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

    /// A market that the lender lists: it is asked for those that are not among the known ones.
    #[inline(never)]
    pub(crate) fn listed_or_known<'a>(self, address: Address<'a>, known: &[&Listing<'a>]) -> Listing<'a> {
        match known.iter().find(|listing| listing.market.address().is(address)) {
            Some(listing) => **listing,
            None => match self {
                Self::Exactly => exactly::listed(address),
            },
        }
    }

    /// How near an account is to liquidation, over all its markets.
    pub(crate) fn health(self, account: Address<'_>) -> Health {
        match self {
            Self::Exactly => exactly::health(account),
        }
    }
}

/// What an account's solvency rests on, in the lender's unit of account, weighted by the lender's factors.
pub(crate) struct Health {
    /// What the deposits count for.
    pub(crate) collateral_value: Word,
    /// What the debts count for.
    pub(crate) debt_value: Word,
}

/// A market of one of the lenders.
#[derive(Clone, Copy)]
pub(crate) enum Market<'a> {
    /// A market of Exactly.
    Exactly(exactly::Market<'a>),
}

impl<'a> Market<'a> {
    /// Where it is. Its shares are there too.
    pub(crate) fn address(self) -> Address<'a> {
        let Self::Exactly(market) = self;
        market.0
    }

    /// The market that an operation committed to by this word.
    pub(crate) fn committed(word: &'a Word) -> Self {
        Self::Exactly(exactly::Market(Address::known(word)))
    }

    /// What an account has deposited, rounded down.
    pub(crate) fn deposit_assets(self, account: Address<'_>) -> Word {
        let Self::Exactly(market) = self;
        market.deposit_assets(account)
    }

    /// The shares of what an account has deposited.
    pub(crate) fn deposit_shares(self, account: Address<'_>) -> Word {
        Token(self.address()).balance_of(account)
    }

    /// What an account has deposited and owes at the floating rate here, and the shares of what it owes.
    pub(crate) fn floating_position(self, account: Address<'_>) -> [Word; 3] {
        let Self::Exactly(market) = self;
        market.floating_position(account)
    }

    /// The shares of what an account owes at the floating rate.
    pub(crate) fn debt_shares(self, account: Address<'_>) -> Word {
        let Self::Exactly(market) = self;
        market.debt_shares(account)
    }

    /// Supplies assets of this contract's to an account's position.
    #[inline(never)]
    pub(crate) fn supply(self, asset: Token<'_>, assets: &Word, account: Address<'_>) {
        let Self::Exactly(market) = self;
        asset.approve(market.0, assets);
        market.supply(assets, account);
    }

    /// Withdraws from an account's position: so much, or everything. Returns how much that is.
    #[inline(never)]
    pub(crate) fn withdraw(self, assets: Option<&Word>, receiver: Address<'_>, account: Address<'_>) -> Word {
        let Self::Exactly(market) = self;
        market.withdraw(assets, receiver, account)
    }

    /// Leaves `spender` exactly the allowance on the account's shares that taking `assets` out, or everything, uses up.
    pub(crate) fn trim_allowance(self, assets: Option<&Word>, account: Address<'_>, spender: Address<'_>) {
        let Self::Exactly(market) = self;
        market.trim_allowance(assets, account, spender);
    }
}
