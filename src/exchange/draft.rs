//! An exchange that is being prepared.

use super::{Amounts, Exchange, PULLS, PUT, Place, Put, SELLS, Side, TAKE, TRIMS, Take, WORDS};
use crate::word::{self, Address, Word, ZERO};

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
