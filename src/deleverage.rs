//! `deleverage`: repays with what is lent, and withdraws to repay the loan and to the wallet.

use crate::{
    abi::{IDebtManager::Deleveraged, Position},
    bounds::Moved,
    calldata::Calldata,
    error::{Error, Result},
    flash::{Plan, Step},
    host,
    lender::Market,
    math::{self, WAD},
    operation::Operation,
    sizing::{self, Size},
    word::Value,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;

/// How much is withdrawn to the wallet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withdraw {
    /// This many assets.
    Assets(U256),
    /// Everything that remains when nothing is owed.
    All,
}

impl Withdraw {
    /// Of a word: the largest one stands for everything.
    pub(crate) fn from_word(word: U256) -> Self {
        if word == U256::MAX { Self::All } else { Self::Assets(word) }
    }

    /// The word it came from.
    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Assets(assets) => Value::Uint(assets),
            Self::All => Value::Max,
        }
    }
}

/// The entry point.
pub(crate) fn run(calldata: Calldata<'_>) -> Result<Position> {
    let operation = Operation::begin(calldata)?;
    let withdraw = Withdraw::from_word(operation.request.wallet_assets);
    let repay_assets = repay_assets(&operation.before, &withdraw, &operation.request.size)?;
    if repay_assets.is_zero() {
        let nothing_more = U256::ZERO;
        withdraw_to_this(&operation.market, &operation.account, &withdraw, &nothing_more)?;
    } else {
        let in_full = repay_assets == operation.before.debt;
        operation.flash(repay_assets, Step::Lower { withdraw, in_full })?;
    }
    let withdrawn_assets = operation.held_assets()?;
    if let Withdraw::Assets(expected) = &withdraw
        && withdrawn_assets != *expected
    {
        return Err(Error::ResidualBalance { balance: &withdrawn_assets, expected }.into());
    }
    if !withdrawn_assets.is_zero() {
        operation.asset.transfer(&operation.account, &withdrawn_assets)?;
    }
    operation.end(&Moved::Withdrawn(withdrawn_assets), Deleveraged::SIGNATURE_HASH)
}

fn repay_assets(before: &Position, withdraw: &Withdraw, size: &Size) -> Result<U256> {
    match (withdraw, size) {
        (Withdraw::Assets(assets), size) => Ok(sizing::repay_assets(before, assets, size)?),
        (Withdraw::All, Size::RatioWad(ratio_wad)) if *ratio_wad == WAD => Ok(before.debt),
        (Withdraw::All, Size::RatioWad(size) | Size::DebtAssets(size)) => {
            Err(Error::WithdrawAllNeedsFullRepayment { size }.into())
        }
    }
}

/// In the callback: with the loan in hand, repays, withdraws what the source is owed and what the wallet is to get,
/// and pays the source. The wallet's part stays here for the outermost frame, which measures it.
pub(crate) fn lower(plan: &Plan, withdraw: &Withdraw, in_full: bool, due_assets: &U256, source: &Address) -> Result {
    let Plan { market, asset, account, lent_assets, .. } = plan;
    let repaid_assets = market.repay(asset, lent_assets, in_full, account)?;
    // A lender may take a unit less than it was offered, for rounding: the rest goes back to the source.
    let spare_assets = math::must_sub(lent_assets, &repaid_assets)?;
    let missing_assets = math::must_sub(due_assets, &spare_assets)?;
    if *withdraw == Withdraw::Assets(U256::ZERO) && spare_assets.is_zero() {
        return market.withdraw(&missing_assets, source, account);
    }
    withdraw_to_this(market, account, withdraw, &missing_assets)?;
    asset.transfer(source, due_assets)
}

/// Withdraws to this contract what the wallet is to get, and `more_assets`.
fn withdraw_to_this(market: &Market, account: &Address, withdraw: &Withdraw, more_assets: &U256) -> Result {
    match withdraw {
        Withdraw::All => market.withdraw_all(&host::this(), account),
        Withdraw::Assets(assets) => match math::add(assets, more_assets)? {
            assets if assets.is_zero() => Ok(()),
            assets => market.withdraw(&assets, &host::this(), account),
        },
    }
}
