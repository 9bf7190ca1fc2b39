//! `leverage`: supplies what is advanced and what comes from the wallet, and borrows to pay for it.

use crate::{
    abi::Position,
    bounds::Bounds,
    calldata::Calldata,
    door::{Door, Extras, Verb},
    error::Result,
    exchange::{Exchange, Put, Take},
    flash::Source,
    flight::Lock,
    holding::{Holding, Name},
    operation::Operation,
    sizing::{self, Size},
};
use alloy_primitives::U256;

/// The entry points.
pub(crate) fn run(mut calldata: Calldata<'_>, door: Door) -> Result<Position> {
    let lock = Lock::take()?;
    let start = calldata;
    let (name, size) = (Name::decode(&mut calldata)?, Size::decode(&mut calldata)?);
    let deposit_assets = calldata.uint()?;
    let (source, bounds) = (Source::decode(&mut calldata)?, Bounds::decode(&mut calldata)?);
    let extras = Extras::decode(&start, calldata, Verb::Leverage, door)?;

    let mut operation = Operation::begin(lock, source, bounds, extras);
    let mut holding = Holding::find(&name)?;
    operation.admit(Verb::Leverage, &[&holding], &holding.collateral.asset, &deposit_assets)?;
    let account = operation.account;
    let (position, _) = holding.measure(&account)?;
    let deposited = holding.collateral_rate.convert_down(&deposit_assets)?;
    let before = holding.worth(&position, (true, true))?.with(&deposited)?;

    let supplied = Position { debt: holding.collateral_rate.inverse().convert_up(&position.debt)?, ..position };
    let assets = sizing::supply_assets(&supplied, &deposit_assets, &size)?;
    if !assets.is_zero() {
        let exchange = Exchange {
            account,
            put: Put::Supply,
            put_side: holding.collateral_side(),
            take: Take::Borrow,
            take_side: holding.debt_side(),
            trims_allowance: false,
            assets,
            is_exact_input: false,
            face: U256::ZERO,
            lent_assets: U256::ZERO,
            wallet_assets: deposit_assets,
        };
        operation.exchange(exchange, 0)?;
    } else if !deposit_assets.is_zero() {
        holding.collateral.market.supply(&holding.collateral.asset, &deposit_assets, &account)?;
    }
    let swept = operation.settle()?;
    let (after, _) = holding.measure(&account)?;
    let loss = holding.worth(&after, (true, true))?.with(&swept)?.loss_since(&before)?;
    operation.end(Verb::Leverage, &name, holding.lender, &after, &loss)
}
