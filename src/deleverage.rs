//! `deleverage`: repays with what is advanced, and withdraws to pay for it and to the wallet.

use crate::{
    abi::Position,
    bounds::Bounds,
    calldata::Calldata,
    door::{Door, Extras, Verb},
    error::{Error, Result},
    exchange::{Exchange, Put, Take},
    flash::Source,
    flight::Lock,
    holding::{Holding, Name},
    math,
    operation::Operation,
    sizing::{self, Size},
};
use alloy_primitives::U256;

/// The entry points.
pub(crate) fn run(mut calldata: Calldata<'_>, door: Door) -> Result<Position> {
    let lock = Lock::take()?;
    let start = calldata;
    let (name, size) = (Name::decode(&mut calldata)?, Size::decode(&mut calldata)?);
    let withdraw_assets = calldata.uint()?;
    let (source, bounds) = (Source::decode(&mut calldata)?, Bounds::decode(&mut calldata)?);
    let extras = Extras::decode(&start, calldata, Verb::Deleverage, door)?;

    let mut operation = Operation::begin(lock, source, bounds, extras);
    let mut holding = Holding::find(&name)?;
    operation.admit(Verb::Deleverage, &[&holding], &holding.collateral.asset, &U256::ZERO)?;
    let account = operation.account;
    let (position, owed) = holding.measure(&account)?;
    let before = holding.worth(&position, (true, true))?;

    // The largest number of assets stands for all of them.
    let is_all = withdraw_assets == U256::MAX;
    let assets = match &size {
        _ if !is_all => {
            let owing = Position { collateral: holding.collateral_rate.convert_down(&position.collateral)?, ..position };
            sizing::repay_assets(&owing, &holding.collateral_rate.convert_up(&withdraw_assets)?, &size)?
        }
        Size::RatioWad(ratio_wad) if *ratio_wad == math::wad() => position.debt,
        Size::RatioWad(size) | Size::Assets(size) => {
            return Err(Error::WithdrawAllNeedsFullRepayment { size }.into());
        }
    };
    if !assets.is_zero() {
        let exchange = Exchange {
            account,
            put: if assets == position.debt { Put::RepayAll } else { Put::Repay },
            put_side: holding.debt_side(),
            take: if is_all { Take::WithdrawAll } else { Take::Withdraw },
            take_side: holding.collateral_side(),
            trims_allowance: false,
            assets,
            is_exact_input: false,
            face: math::mul_div_down(&assets, &owed.face, &owed.assets)?,
            lent_assets: U256::ZERO,
            wallet_assets: withdraw_assets,
        };
        operation.exchange(exchange, 0)?;
    } else if is_all {
        holding.collateral.market.withdraw_all(&operation.this, &account)?;
    } else if !withdraw_assets.is_zero() {
        holding.collateral.market.withdraw(&withdraw_assets, &operation.this, &account)?;
    }
    let swept = operation.settle()?;
    let (after, _) = holding.measure(&account)?;
    let loss = holding.worth(&after, (true, true))?.with(&swept)?.loss_since(&before)?;
    operation.end(Verb::Deleverage, &name, holding.lender, &after, &loss)
}
