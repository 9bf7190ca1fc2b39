//! `deleverage`: repays with what is advanced, and withdraws to pay for it and to the wallet.

use crate::{
    abi::Position,
    error::revert,
    exchange::{Amounts, Draft, Put, Take},
    holding::{Holding, Measure},
    host,
    math::exact,
    operation::{Operation, Size},
    sizing,
    word::{self, Word},
};

/// The largest number of assets to withdraw stands for all of them. What is withdrawn stays here to be counted.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding<'_>,
    measure: &Measure,
    size: Size<'_>,
    withdraw_assets: &Word,
) {
    let (owed, is_all) = (&measure.owed, word::is_max(withdraw_assets));
    let assets = if is_all {
        if !size.is_ratio || !word::same(size.value, &exact::wad()) {
            revert!(WithdrawAllNeedsFullRepayment(size.value));
        }
        owed.assets
    } else {
        let (rate, uint) = (&holding.collateral_rate, word::uint);
        let collateral = uint(&rate.convert_down(&measure.collateral));
        let position = Position { collateral, debt: uint(&owed.assets) };
        match sizing::repay_assets(&position, &uint(&rate.convert_up(withdraw_assets)), &size.stated()) {
            Ok(assets) => word::of_uint(&assets),
            Err(reason) => reason.revert(),
        }
    };
    let side = holding.collateral_side();
    if !word::is_zero(&assets) {
        let put = if word::same(&assets, &owed.assets) { Put::RepayAll } else { Put::Repay };
        let take = if is_all { Take::WithdrawAll } else { Take::Withdraw };
        let face = owed.face_of(&assets);
        let amounts = Amounts { assets: &assets, face: &face, wallet_assets: withdraw_assets };
        let (put, take) = ((put, &holding.debt_side()), (take, &side));
        operation.exchange(Draft::new(operation.account, put, take, &amounts, false), 0, false);
    } else if !word::is_zero(withdraw_assets) {
        let some_assets = (!is_all).then_some(withdraw_assets);
        side.debt.market.withdraw(some_assets, host::this(), operation.account);
    }
}
