//! What an operation says, read from its calldata as the contract reads it.

use crate::{
    abi::{
        IDebtManager::{deleverageCall, deleverageForCall, leverageCall, leverageForCall, migrateCall, migrateForCall},
        IDebtPreview::AnotherAccount,
    },
    calldata::Calldata,
    door::{Door, Extras, Verb},
    error::revert,
    holding::{Holding, Name},
    host,
    lender::Listing,
    permit::Kind,
    token::Token,
    word::{self, Address, WORD, Word, ZERO},
};
use alloc::vec::Vec;
use alloy_sol_types::{SolCall, SolError};

/// Words of an operation between its names and its paths: the flash source and the bounds.
const SOURCE_AND_BOUNDS: usize = 6;

/// An operation.
pub(super) struct Plan<'a> {
    pub(super) verb: Verb,
    from: Name<'a>,
    to: Name<'a>,
    /// What comes from the wallet, or goes there; nothing in a migration.
    pub(super) wallet_assets: &'a Word,
    extras: Extras<'a>,
}

/// The positions that an operation is about.
pub(super) struct Holdings<'a> {
    /// What there is.
    pub(super) from: Holding<'a>,
    /// What there is to be: the same unless it is a migration.
    pub(super) to: Holding<'a>,
}

impl<'a> Plan<'a> {
    /// Reads the calldata of a verb. Ends the frame with the contract's own error if it is none, and for an operation
    /// of another account's than this one.
    pub(super) fn read(operation: &'a [u8]) -> Self {
        let (selector, arguments) = operation.split_first_chunk().unwrap_or((&[0; 4], &[]));
        let (verb, door) = match *selector {
            leverageCall::SELECTOR => (Verb::Leverage, Door::Caller),
            deleverageCall::SELECTOR => (Verb::Deleverage, Door::Caller),
            migrateCall::SELECTOR => (Verb::Migrate, Door::Caller),
            leverageForCall::SELECTOR => (Verb::Leverage, Door::Signed),
            deleverageForCall::SELECTOR => (Verb::Deleverage, Door::Signed),
            migrateForCall::SELECTOR => (Verb::Migrate, Door::Signed),
            unknown => revert!(UnknownSelector(&word::of_selector(unknown))),
        };
        let mut calldata = Calldata::new(arguments);
        let from = Name::decode(&mut calldata);
        let (mut to, mut wallet_assets) = (from, &ZERO);
        if verb == Verb::Migrate {
            to = Name::decode(&mut calldata);
            calldata.skip(3);
        } else {
            calldata.skip(2);
            wallet_assets = calldata.word();
        }
        calldata.skip(SOURCE_AND_BOUNDS);
        let extras = Extras::decode(calldata, verb, door);
        if door == Door::Signed && !extras.account().is(host::this()) {
            host::fail(AnotherAccount::SELECTOR, &[extras.account().word()]);
        }
        Self { verb, from, to, wallet_assets, extras }
    }

    /// Looks up the positions, counted as the contract counts them.
    pub(super) fn find(&self) -> Holdings<'a> {
        let (mut from, mut to) = (Holding::find(&self.from, &[]), Holding::find(&self.to, &[]));
        if self.verb == Verb::Migrate {
            let unit = to.owed;
            from.count_in(&unit);
            to.count_in(&unit);
        }
        Holdings { from, to }
    }

    /// What an approval by signature leaves the contract of a token, if there is one.
    pub(super) fn given(&self, token: Token<'_>) -> Option<Word> {
        let mut given = None;
        self.extras.authorizations.each(|authorization| {
            if authorization.token.0.is(token.0) && authorization.gives() {
                match authorization.kind {
                    Kind::Eip2612 | Kind::Eip7598 => given = Some(*authorization.value),
                    Kind::DaiLike => given = Some([0xff; WORD]),
                    Kind::Permit2 => {}
                }
            }
        });
        given
    }

    /// The token in which whoever sends the operation is paid.
    pub(super) fn fee_token(&self) -> Option<Token<'_>> {
        self.extras.signed.as_ref().map(|signed| Token(signed.fee_token))
    }
}

/// The calldata of `leverage` or `deleverage` with another ratio, and within any bounds but the deadline.
pub(super) fn at_ratio(operation: &[u8], ratio_wad: &Word) -> Vec<u8> {
    let mut changed = Vec::from(operation);
    let (none, most) = (ZERO, [0xff; WORD]);
    // The size, and the most debt, the least deposit, the most loss and the least health factor.
    let words = [(4, none), (5, *ratio_wad), (9, most), (10, none), (11, most), (12, none)];
    for (index, word) in words {
        let start = 4 + index * WORD;
        if let Some(place) = changed.get_mut(start..start + WORD) {
            place.copy_from_slice(&word);
        }
    }
    changed
}

impl<'a> Holdings<'a> {
    /// The markets, of which some may be the same.
    pub(super) fn listings(&self) -> [&Listing<'a>; 4] {
        [&self.from.collateral, &self.from.owed, &self.to.collateral, &self.to.owed]
    }

    /// The assets, each once.
    pub(super) fn assets(&self) -> Vec<Token<'_>> {
        let mut assets: Vec<Token<'_>> = Vec::new();
        for listing in self.listings() {
            let asset = listing.asset();
            if !assets.iter().any(|known| known.0.is(asset.0)) {
                assets.push(asset);
            }
        }
        assets
    }

    /// The market at an address, if it is one of these.
    pub(super) fn market_at(&self, address: Address<'_>) -> Option<&Listing<'a>> {
        self.listings().into_iter().find(|listing| listing.market.address().is(address))
    }
}
