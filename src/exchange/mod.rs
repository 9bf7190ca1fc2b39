//! What every verb comes down to: something is put into a position, and what is taken out of one pays for it.
//!
//! To raise leverage, a deposit is put in and a debt is taken out; to lower it, a repayment in and a deposit out; to
//! migrate, a repayment of the old debt against the new one, and the new deposit against the old one. A flash source
//! advances what is put in. An exchange is a row of words: what is committed to, what the source hands on, and what is
//! read from it in the source's callback are the same bytes.

mod carry_out;
mod draft;

use crate::{
    lender::{Debt, Market},
    token::Token,
    word::{Address, WORD, Word},
};
pub(crate) use draft::Draft;

/// Words of an exchange.
pub(crate) const WORDS: usize = 12;
/// Bytes of an exchange.
pub(crate) const BYTES: usize = WORDS * WORD;

/// What is put in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// A deposit.
    Supply,
    /// A repayment of part of a debt.
    Repay,
    /// A repayment that leaves no debt.
    RepayAll,
}

/// What is taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// A debt.
    Borrow,
    /// Part of a deposit.
    Withdraw,
    /// All of a deposit, by this contract: what the source is not owed is the wallet's.
    WithdrawAll,
}

/// One side of an exchange: a market, listed, with the maturity of what is borrowed or repaid there; and its asset.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// The market, and the maturity.
    pub(crate) debt: Debt<'a>,
    /// The market's asset.
    pub(crate) asset: Token<'a>,
}

/// How much is exchanged.
pub(crate) struct Amounts<'a> {
    /// What is put in, in units of the put side's asset; or what is taken out, if that is the amount known.
    pub(crate) assets: &'a Word,
    /// How much of a fixed debt's face the repayment covers.
    pub(crate) face: &'a Word,
    /// What comes from the wallet, if it is a deposit that is put in; what goes to the wallet, if it is one that is taken
    /// out. If a debt pays for another, the most that may be paid.
    pub(crate) wallet_assets: &'a Word,
}

/// The places of an exchange's words. The first one has the kinds in its last bytes.
#[derive(Clone, Copy)]
enum Place {
    Kinds,
    Account,
    Put,
    Take = 5,
    Assets = 8,
    Face,
    Lent,
    Wallet,
}

/// The places of the kinds in their word.
const PUT: usize = 31;
const TAKE: usize = 30;
const TRIMS: usize = 29;
const SELLS: usize = 28;
const PULLS: usize = 27;

/// An exchange.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a>(pub(crate) &'a [Word; WORDS]);

impl<'a> Side<'a> {
    fn words(&self) -> [&'a Word; 3] {
        [self.debt.market.address().word(), self.debt.maturity, self.asset.0.word()]
    }
}

impl<'a> Exchange<'a> {
    /// The bytes that are committed to.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0.as_flattened()
    }

    fn word(self, place: Place) -> &'a Word {
        &self.0[place as usize]
    }

    fn kind(self, place: usize) -> u8 {
        self.0[Place::Kinds as usize][place]
    }

    #[inline(never)]
    fn side(self, place: Place) -> Side<'a> {
        let start = place as usize;
        let [market, maturity, asset] = [&self.0[start], &self.0[start + 1], &self.0[start + 2]];
        Side { debt: Debt { market: Market::committed(market), maturity }, asset: Token(Address::known(asset)) }
    }

    /// Where it is put in.
    pub(crate) fn put_side(self) -> Side<'a> {
        self.side(Place::Put)
    }

    /// Where it is taken out.
    pub(crate) fn take_side(self) -> Side<'a> {
        self.side(Place::Take)
    }

    /// What is put in or, if that is the amount known, taken out.
    pub(crate) fn assets(self) -> &'a Word {
        self.word(Place::Assets)
    }

    /// What the source lends at a time.
    pub(crate) fn lent_assets(self) -> &'a Word {
        self.word(Place::Lent)
    }

    /// Whether it is the amount taken out that is known.
    pub(crate) fn sells(self) -> bool {
        self.kind(SELLS) != 0
    }

    /// Whether there is a swap in it.
    pub(crate) fn swaps(self) -> bool {
        !self.put_side().asset.0.is(self.take_side().asset.0)
    }

    /// Whether no debt is to be left.
    pub(crate) fn repays_all(self) -> bool {
        self.kind(PUT) == Put::RepayAll as u8
    }
}
