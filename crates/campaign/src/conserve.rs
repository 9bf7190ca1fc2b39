//! Conservation: token by token, what an account has less what it owes changes by what the pools and the flash source
//! took, by the fee to who sent the operation, and by what the lender charged or gave back for a debt of fixed maturity;
//! and by nothing else but the rounding of shares.

use crate::{
    books::{Book, Books},
    check::Violation,
    coin::Coin,
    owners::Owner,
    stage::Stage,
    ways::Call,
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolEvent as _, sol};
use devnet::{Change, Receipt};
use protocols::deployer::ask;

sol! {
    function totalAssets() external view returns (uint256);
    event BorrowAtMaturity(uint256 indexed maturity, address caller, address indexed receiver, address indexed borrower, uint256 assets, uint256 fee);
    event Repay(address indexed caller, address indexed borrower, uint256 assets, uint256 shares);
    event RepayAtMaturity(uint256 indexed maturity, address indexed caller, address indexed borrower, uint256 assets, uint256 positionAssets);
}

/// Units that the conversions to shares and back may cost or give, in all the calls of the lender that an operation of
/// 32 rounds makes.
pub(crate) const ROUNDING: u64 = 200;

/// The lender's view of what all shares are worth is too high by at most one part of so many.
const IMPRECISION: u64 = 1_000_000_000;

/// Holds what was before against what is now.
pub(crate) fn check(
    stage: &Stage,
    before: &Books,
    now: &Books,
    changes: &[Change],
    receipt: &Receipt,
    call: &Call,
) -> Result<(), Violation> {
    for asset in Coin::ALL {
        let token = stage.market(asset).token.address;
        let (before, now) = (&before[asset as usize], &now[asset as usize]);
        let gain = now.net() - before.net();
        let taken = taken(stage, changes, token);
        let fee = call.fee.filter(|fee| fee.token == token).map_or(I256::ZERO, |fee| I256::from_raw(fee.units));
        let charged = charged(receipt, stage.market(asset).address);
        let unexplained = gain + taken + fee + charged;
        let rule = "I10: value came or went";
        let rounding = U256::from(ROUNDING) + now.revalued(before);
        let price_drop = before.share_price.saturating_sub(now.share_price);
        Violation::unless(is_rounding(stage, asset, price_drop, now), "I4: everybody's shares lost value", || {
            format!("{}: {} to {}", asset.symbol(), before.share_price, now.share_price)
        })?;
        Violation::unless(unexplained.unsigned_abs() <= rounding, rule, || {
            format!("{}: {unexplained} (account {gain}, pools {taken}, lender {charged})", asset.symbol())
        })?;
    }
    Ok(())
}

/// Whether all shares together are worth hardly less. The lender counts what its pools of maturities have earned by parts,
/// and before it works out the interest of a floating rate that depends on it, while its view does it the other way round.
fn is_rounding(stage: &Stage, coin: Coin, drop: U256, now: &Book) -> bool {
    if drop.is_zero() {
        return true;
    }
    let all = ask(&stage.chain, stage.market(coin).address, totalAssetsCall {});
    let lost = all.saturating_mul(drop).checked_div(now.share_price).unwrap_or_default();
    lost <= U256::from(ROUNDING) + all / U256::from(IMPRECISION)
}

/// Units of a token that the pools have more, and who gets the flash source's fees.
fn taken(stage: &Stage, changes: &[Change], token: Address) -> I256 {
    gained(stage, changes, token, |account| account == stage.collector || stage.is_pool(account))
}

/// Units of a token that the flash source has charged.
pub(crate) fn flash_fee(stage: &Stage, changes: &[Change], token: Address) -> I256 {
    gained(stage, changes, token, |account| account == stage.collector)
}

/// Units of a token that some of the protocols' accounts have more.
fn gained(stage: &Stage, changes: &[Change], token: Address, counts: impl Fn(Address) -> bool) -> I256 {
    let is_one = |index: usize| stage.accounts.get(index).is_some_and(|account| counts(*account));
    let slots = changes.iter().filter(|change| change.address == token).flat_map(|change| &change.slots);
    slots
        .filter(|(slot, _)| matches!(stage.owner(*slot), Some(Owner::Protocol(index)) if is_one(index)))
        .fold(I256::ZERO, |sum, (_, [before, after])| sum + I256::from_raw(*after) - I256::from_raw(*before))
}

/// Units that a market charged for debts of fixed maturity, less what it gave back for paying early.
fn charged(receipt: &Receipt, market: Address) -> I256 {
    let logs = receipt.logs.iter().filter(|log| log.address == market);
    logs.fold(I256::ZERO, |sum, log| {
        if let Ok(borrowed) = BorrowAtMaturity::decode_log(log) {
            return sum + I256::from_raw(borrowed.fee);
        }
        let repaid =
            RepayAtMaturity::decode_log(log).map(|log| I256::from_raw(log.assets) - I256::from_raw(log.positionAssets));
        sum + repaid.unwrap_or_default()
    })
}

/// Units that a market got for debts.
pub(crate) fn repaid(receipt: &Receipt, market: Address) -> U256 {
    let logs = receipt.logs.iter().filter(|log| log.address == market);
    let paid = logs.filter_map(|log| {
        let fixed = RepayAtMaturity::decode_log(log).map(|log| log.assets).ok();
        fixed.or_else(|| Repay::decode_log(log).map(|log| log.assets).ok())
    });
    paid.fold(U256::ZERO, |sum, assets| sum + assets)
}
