//! What only a preview asks Exactly: the accounts' collateral, the markets' state and what they can give.

use crate::{
    abi::{IExactlyAuditor::marketsCall, IExactlyAuditorState::accountMarketsCall, IExactlyMarketState as market},
    host,
    math::exact,
    network::root,
    word::{self, Address, Word, ZERO},
};
use alloy_sol_types::SolCall;

/// Seconds between two maturities.
const INTERVAL: u64 = 4 * 7 * 24 * 60 * 60;

fn ask_auditor<const N: usize>(selector: [u8; 4], argument: Address<'_>) -> [Word; N] {
    host::view(Address::known(&root!(EXACTLY_AUDITOR)), selector, &[argument.word()])
}

/// Whether an account's deposit in a market counts as collateral.
pub(super) fn has_entered(account: Address<'_>, market: Address<'_>) -> bool {
    let [_adjust_factor, _decimals, index] = ask_auditor(marketsCall::SELECTOR, market);
    let [entered] = ask_auditor(accountMarketsCall::SELECTOR, account);
    word::small(&index).is_some_and(|index| word::uint(&entered).bit(index))
}

fn ask(market: Address<'_>, selector: [u8; 4]) -> Word {
    let [value] = host::view(market, selector, &[]);
    value
}

/// Whether a market is paused.
pub(super) fn is_paused(market: Address<'_>) -> bool {
    word::is_true(&ask(market, market::pausedCall::SELECTOR))
}

/// What can be borrowed from a market at the floating rate: its deposits, without the reserve that it keeps, with the
/// interest of this second, less all that is lent.
pub(super) fn lendable(market: Address<'_>) -> Word {
    let (deposits, debt) = (ask(market, market::floatingAssetsCall::SELECTOR), floating_debt(market));
    let owed_now = ask(market, market::totalFloatingBorrowAssetsCall::SELECTOR);
    let deposits = exact::add(&deposits, &exact::sub(&owed_now, &debt));
    let wad = exact::wad();
    let not_reserved = exact::sub(&wad, &ask(market, market::reserveFactorCall::SELECTOR));
    let free = exact::mul_div_down(&deposits, &not_reserved, &wad);
    exact::sub_to_zero(&free, &exact::add(&owed_now, &backup(market)))
}

/// What can be withdrawn from a market: its deposits, with what they have earned up to this second, less all that is lent.
/// Interest adds to both alike.
pub(super) fn withdrawable(market: Address<'_>) -> Word {
    let deposits = exact::add(&ask(market, market::floatingAssetsCall::SELECTOR), &accumulated(market));
    exact::sub_to_zero(&deposits, &exact::add(&floating_debt(market), &backup(market)))
}

/// What is lent at the floating rate, as the market last counted it.
fn floating_debt(market: Address<'_>) -> Word {
    ask(market, market::floatingDebtCall::SELECTOR)
}

/// What is lent to the pools of fixed maturity.
fn backup(market: Address<'_>) -> Word {
    ask(market, market::floatingBackupBorrowedCall::SELECTOR)
}

/// What the market's accumulator pays out when it is touched in this second.
fn accumulated(market: Address<'_>) -> Word {
    let since = ask(market, market::lastAccumulatorAccrualCall::SELECTOR);
    let elapsed = exact::sub_to_zero(&host::timestamp(), &since);
    if word::is_zero(&elapsed) {
        return ZERO;
    }
    let pools = ask(market, market::maxFuturePoolsCall::SELECTOR);
    let horizon = exact::mul(&pools, &word::of_small(INTERVAL));
    let factor = ask(market, market::earningsAccumulatorSmoothFactorCall::SELECTOR);
    let smoothing = exact::mul_div_down(&factor, &horizon, &exact::wad());
    let earnings = ask(market, market::earningsAccumulatorCall::SELECTOR);
    exact::mul_div_down(&earnings, &elapsed, &exact::add(&elapsed, &smoothing))
}
