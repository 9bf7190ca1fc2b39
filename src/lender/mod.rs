//! The lending protocols, a closed set, behind one set of verbs.
//!
//! A market exists only as [`Market`], and a `Market` is made in two ways: by a lender's own listing, before the first
//! call to it, or from what an operation in flight committed to, which was listed when it began.

mod exactly;

use crate::{
    calldata::Calldata,
    math::exact,
    token::Token,
    word::{self, Address, Word},
};

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

/// A market as its lender lists it.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    /// The market.
    pub(crate) market: Market<'a>,
    asset: Word,
    quotation: exactly::Quotation,
}

/// How many units of one asset another's are worth.
#[derive(Clone, Copy)]
pub(crate) enum Rate {
    /// One for one: they are the same.
    Par,
    /// So many for so many.
    Of {
        /// Units of the one
        numerator: Word,
        /// for units of the other.
        denominator: Word,
    },
}

impl Rate {
    /// What units are worth, rounded down.
    #[inline(never)]
    pub(crate) fn convert_down(&self, units: &Word) -> Word {
        match self {
            Self::Par => *units,
            Self::Of { numerator, denominator } => exact::mul_div_down(units, numerator, denominator),
        }
    }

    /// What units are worth, rounded up.
    #[inline(never)]
    pub(crate) fn convert_up(&self, units: &Word) -> Word {
        match self {
            Self::Par => *units,
            Self::Of { numerator, denominator } => exact::mul_div_up(units, numerator, denominator),
        }
    }

    /// How many units are worth so much, rounded up.
    #[inline(never)]
    pub(crate) fn invert_up(&self, worth: &Word) -> Word {
        match self {
            Self::Par => *worth,
            Self::Of { numerator, denominator } => exact::mul_div_up(worth, denominator, numerator),
        }
    }
}

impl Listing<'_> {
    /// What is lent and borrowed there.
    pub(crate) fn asset(&self) -> Token<'_> {
        Token(Address::known(&self.asset))
    }

    /// What units of this one's asset are worth in units of another's, by the lender's oracle.
    #[inline(never)]
    pub(crate) fn rate_to(&self, other: &Self) -> Rate {
        if self.market.address().is(other.market.address()) {
            return Rate::Par;
        }
        let ((price, unit), (other_price, other_unit)) = (self.quotation.price(), other.quotation.price());
        Rate::Of { numerator: exact::mul(&price, &other_unit), denominator: exact::mul(&other_price, &unit) }
    }
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
