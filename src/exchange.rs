//! What every verb comes down to: something is put into a position, and what is taken out of one pays for it.
//!
//! To raise leverage, a deposit is put in and a debt is taken out; to lower it, a repayment in and a deposit out; to
//! migrate, a repayment of the old debt against the new one, and the new deposit against the old one. A flash source
//! advances what is put in. An exchange is a row of words: what is committed to, what the source hands on, and what is
//! read from it in the source's callback are the same bytes.

use crate::{
    flash::uniswap_v3::{self, Leg},
    flight::Flight,
    host,
    lender::{Debt, Market, Owed},
    math::exact,
    token::Token,
    word::{self, Address, WORD, Word, ZERO},
};

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

/// The words of an exchange that is being prepared.
pub(crate) struct Draft(pub(crate) [Word; WORDS]);

impl Draft {
    /// An exchange that is lent all it puts in. If `sells`, it is the amount taken out that is known: only for a deposit
    /// that is moved by way of a swap. If `trims`, the allowance on the shares where it is taken out is used up.
    #[inline(never)]
    pub(crate) fn new(
        account: Address<'_>,
        (put, put_side): (Put, &Side<'_>),
        (take, take_side): (Take, &Side<'_>),
        amounts: &Amounts<'_>,
        sells: bool,
    ) -> Self {
        let mut kinds = ZERO;
        (kinds[PUT], kinds[TAKE], kinds[SELLS]) = (put as u8, take as u8, u8::from(sells));
        let [put_market, put_maturity, put_asset] = put_side.words();
        let [take_market, take_maturity, take_asset] = take_side.words();
        let all = [
            &kinds,
            account.word(),
            put_market,
            put_maturity,
            put_asset,
            take_market,
            take_maturity,
            take_asset,
            amounts.assets,
            amounts.face,
            amounts.assets,
            amounts.wallet_assets,
        ];
        let mut words = [ZERO; WORDS];
        word::copy(&mut words, &all);
        Self(words)
    }

    /// The exchange.
    pub(crate) fn exchange(&self) -> Exchange<'_> {
        Exchange(&self.0)
    }

    /// Has the allowance on the shares where it is taken out used up.
    pub(crate) fn trim_allowance(&mut self) {
        self.0[Place::Kinds as usize][TRIMS] = 1;
    }

    /// Has the deposit brought from the wallet, which allows it, when it is put in: by then the source has touched the
    /// asset, and has paid for being the first.
    pub(crate) fn pull_deposit(&mut self) {
        self.0[Place::Kinds as usize][PULLS] = 1;
    }

    /// Has the source lend less at a time.
    pub(crate) fn lend_at_a_time(&mut self, assets: &Word) {
        self.0[Place::Lent as usize] = *assets;
    }
}

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

    /// With a loan in hand, carries out the exchange, after which the source has been paid back with its fee.
    pub(crate) fn carry_out(self, flight: &Flight, fee_assets: &Word, source: Address<'_>, route: &[u8]) {
        let lent_assets = self.lent_assets();
        let due_assets = &exact::add(lent_assets, fee_assets);
        if self.swaps() {
            self.put_in(self.assets(), true, true);
            return uniswap_v3::buy(flight, self, route, Leg::Next, due_assets, source);
        }
        let (mut left_assets, mut is_first) = (*self.assets(), true);
        let mut accepted_assets = *self.word(Place::Wallet);
        // Without a swap, a loan that is too small is used again and again.
        while word::less(lent_assets, &left_assets) {
            let kept_assets = self.put_in(lent_assets, is_first, false);
            let paid_assets = exact::sub(lent_assets, &kept_assets);
            self.take_out(Some(&paid_assets), host::this());
            accepted_assets = exact::sub_to_zero(&accepted_assets, &paid_assets);
            (left_assets, is_first) = (exact::sub(&left_assets, lent_assets), false);
        }
        // What earlier rounds left for rounding is repaid by the last one, which may offer the whole loan for that, but
        // of a debt that pays for another no more than the caller accepts.
        let mut put_assets = if self.repays_all() { lent_assets } else { &left_assets };
        let is_bounded = self.repays_all() && self.kind(TAKE) == Take::Borrow as u8;
        if is_bounded && word::less(&accepted_assets, put_assets) {
            put_assets = &accepted_assets;
        }
        let kept_assets = self.put_in(put_assets, is_first, true);
        let spare_assets = exact::add(&exact::sub(lent_assets, put_assets), &kept_assets);
        self.pay(due_assets, &spare_assets, source);
    }

    /// Puts in `assets` of this contract's: with what came from the wallet the first time, and in full, if that is what is
    /// asked for, the last time. Returns what the lender did not take.
    #[inline(never)]
    pub(crate) fn put_in(self, assets: &Word, is_first: bool, is_last: bool) -> Word {
        let Side { debt, asset } = self.put_side();
        let account = Address::known(self.word(Place::Account));
        if self.kind(PUT) == Put::Supply as u8 {
            let mut supplied_assets = *assets;
            if is_first {
                let wallet_assets = self.word(Place::Wallet);
                if self.kind(PULLS) != 0 {
                    asset.transfer_from(account, host::this(), wallet_assets);
                }
                supplied_assets = exact::add(assets, wallet_assets);
            }
            debt.market.supply(asset, &supplied_assets, account);
            return ZERO;
        }
        let face = match self.repays_all() && is_last {
            true => None,
            false => Some(Owed { face: *self.word(Place::Face), assets: *self.assets() }.face_of(assets)),
        };
        exact::sub(assets, &debt.repay(asset, assets, face.as_ref(), account))
    }

    /// Takes out what the source is owed and does not get from `spare_assets`, and what the wallet is to get; and pays
    /// both. After a swap, what is the wallet's stays here for the outermost frame: with whatever else the swap left.
    #[inline(never)]
    pub(crate) fn pay(self, due_assets: &Word, spare_assets: &Word, source: Address<'_>) {
        let (this, take) = (host::this(), self.kind(TAKE));
        let account = Address::known(self.word(Place::Account));
        let mut taken_assets = exact::sub(due_assets, spare_assets);
        if take == Take::Withdraw as u8 && self.kind(PUT) != Put::Supply as u8 {
            taken_assets = exact::add(&taken_assets, self.word(Place::Wallet));
        }
        let some_assets = (take != Take::WithdrawAll as u8).then_some(&taken_assets);
        if self.kind(TRIMS) != 0 {
            self.take_side().debt.market.trim_allowance(some_assets, account, this);
        }
        // Straight to the source, where that is all.
        if some_assets.is_some() && word::is_zero(spare_assets) && word::same(&taken_assets, due_assets) {
            self.take_out(some_assets, source);
            return;
        }
        let here_assets = exact::add(&self.take_out(some_assets, this), spare_assets);
        let asset = self.take_side().asset;
        asset.transfer(source, due_assets);
        if !self.swaps() {
            asset.give(account, &exact::sub(&here_assets, due_assets));
        }
    }

    /// Takes out so much, or everything. Returns how much that is.
    #[inline(never)]
    fn take_out(self, assets: Option<&Word>, receiver: Address<'_>) -> Word {
        let (Side { debt, .. }, account) = (self.take_side(), Address::known(self.word(Place::Account)));
        match assets {
            Some(assets) if word::is_zero(assets) => *assets,
            Some(assets) if self.kind(TAKE) == Take::Borrow as u8 => {
                debt.borrow(assets, receiver, account);
                *assets
            }
            assets => debt.market.withdraw(assets, receiver, account),
        }
    }
}
