//! `deleverage`: repays with what is advanced, and withdraws to pay for it and to the wallet.

use crate::{
    abi::Position,
    error::Error,
    exchange::{Exchange, Put, Take},
    holding::Holding,
    lender::Owed,
    math::{exact, wad},
    operation::Operation,
    sizing::{self, Size},
};
use alloy_primitives::U256;

/// The largest number of assets to withdraw stands for all of them. What is withdrawn stays here to be counted.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding,
    position: &Position,
    owed: &Owed,
    size: &Size,
    withdraw_assets: &U256,
) {
    let (account, rate) = (&operation.account, &holding.collateral_rate);
    let is_all = *withdraw_assets == U256::MAX;
    let assets = match size {
        _ if !is_all => {
            let owing = Position { collateral: exact::convert_down(rate, &position.collateral), ..*position };
            sizing::repay_assets(&owing, &exact::convert_up(rate, withdraw_assets), size)
                .unwrap_or_else(|reason| reason.revert())
        }
        Size::RatioWad(ratio_wad) if *ratio_wad == wad() => position.debt,
        Size::RatioWad(size) | Size::Assets(size) => Error::WithdrawAllNeedsFullRepayment { size }.revert(),
    };
    if !assets.is_zero() {
        let put = if assets == position.debt { Put::RepayAll } else { Put::Repay };
        let take = if is_all { Take::WithdrawAll } else { Take::Withdraw };
        let (put, take) = ((put, holding.debt_side()), (take, holding.collateral_side()));
        let face = exact::mul_div_down(&assets, &owed.face, &owed.assets);
        let exchange = Exchange::new(account, put, take, &assets);
        operation.exchange(Exchange { face, wallet_assets: *withdraw_assets, ..exchange }, 0);
    } else if is_all {
        holding.collateral.market.withdraw_all(&operation.this, account);
    } else if !withdraw_assets.is_zero() {
        holding.collateral.market.withdraw(withdraw_assets, &operation.this, account);
    }
}
