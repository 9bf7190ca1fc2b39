//! `leverage`: supplies what is lent and what comes from the wallet, and borrows to repay the loan.

use crate::{
    abi::{IDebtManager::Leveraged, Position},
    bounds::Moved,
    calldata::Calldata,
    error::{Error, Result},
    flash::{Plan, Step},
    math,
    operation::Operation,
    sizing,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;

/// The entry point.
pub(crate) fn run(calldata: Calldata<'_>) -> Result<Position> {
    let operation = Operation::begin(calldata)?;
    let deposit_assets = operation.request.wallet_assets;
    let borrow_assets = sizing::borrow_assets(&operation.before, &deposit_assets, &operation.request.size)?;
    if !deposit_assets.is_zero() {
        operation.asset.transfer_from(&operation.account, &operation.this, &deposit_assets)?;
    }
    if !borrow_assets.is_zero() {
        operation.flash(borrow_assets, Step::Raise { deposit_assets })?;
    } else if !deposit_assets.is_zero() {
        operation.market.supply(&operation.asset, &deposit_assets, &operation.account)?;
    }
    let residue = operation.held_assets()?;
    if !residue.is_zero() {
        let expected = U256::ZERO;
        return Err(Error::ResidualBalance { balance: &residue, expected: &expected }.into());
    }
    operation.end(&Moved::Deposited(deposit_assets), Leveraged::SIGNATURE_HASH)
}

/// In the callback: with the loan in hand, supplies it all and borrows what the source is owed, straight to it.
pub(crate) fn raise(plan: &Plan, deposit_assets: &U256, due_assets: &U256, source: &Address) -> Result {
    plan.market.supply(&plan.asset, &math::add(deposit_assets, &plan.lent_assets)?, &plan.account)?;
    plan.market.borrow(due_assets, source, &plan.account)
}
