//! Exactly's Auditor, the root of trust: it lists the markets, prices their assets and judges accounts.

use super::Market;
use crate::{
    abi::{IExactlyAuditor as auditor, IExactlyMarket as market},
    error::revert,
    host,
    lender::{self, Health, Listing},
    math::exact,
    network::root,
    word::{self, Address, Word, ZERO},
};
use alloy_sol_types::SolCall;

/// How the Auditor values an asset.
#[derive(Clone, Copy)]
pub(crate) struct Quotation {
    decimals: usize,
    feed: Word,
}

/// Asks the Auditor something.
#[inline(never)]
fn ask_auditor<const N: usize>(selector: [u8; 4], words: &[&Word]) -> [Word; N] {
    host::view(Address::known(&root!(EXACTLY_AUDITOR)), selector, words)
}

impl Quotation {
    /// The price of a whole one, and the units in it.
    pub(in crate::lender) fn price(&self) -> (Word, Word) {
        let [price] = ask_auditor(auditor::assetPriceCall::SELECTOR, &[&self.feed]);
        (price, exact::power_of_ten(self.decimals))
    }
}

/// What an account's solvency rests on.
pub(in crate::lender) fn health(account: Address<'_>) -> Health {
    let [collateral_value, debt_value] =
        ask_auditor(auditor::accountLiquidityCall::SELECTOR, &[account.word(), &ZERO, &ZERO]);
    Health { collateral_value, debt_value }
}

/// Asks the Auditor, the root of trust, before anything else is asked of the market.
#[inline(never)]
pub(in crate::lender) fn listed(address: Address<'_>) -> Listing<'_> {
    let [_adjust_factor, decimals, _index, is_listed, feed] =
        ask_auditor(auditor::marketsCall::SELECTOR, &[address.word()]);
    if !word::is_true(&is_listed) {
        revert!(MarketNotListed(address.word()));
    }
    let [asset] = host::view(address, market::assetCall::SELECTOR, &[]);
    let (Some(_), Some(decimals)) = (Address::of(&asset), word::small(&decimals)) else {
        host::invalid_return(address, market::assetCall::SELECTOR);
    };
    Listing { market: lender::Market::Exactly(Market(address)), asset, quotation: Quotation { decimals, feed } }
}
