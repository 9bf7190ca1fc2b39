//! `leverage`: supplies what is advanced and what comes from the wallet, and borrows to pay for it.

use crate::{
    abi::Position,
    exchange::{Amounts, Draft, Put, Take},
    holding::{Holding, Measure},
    operation::{Operation, Size},
    sizing,
    word::{self, Word},
};

/// With the deposit here. Without anything to borrow, it is all that is supplied.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding<'_>,
    measure: &Measure,
    size: Size<'_>,
    deposit_assets: &Word,
) {
    let debt = holding.collateral_rate.invert_up(&measure.owed.assets);
    let position = Position { collateral: word::uint(&measure.collateral), debt: word::uint(&debt) };
    let assets = match sizing::supply_assets(&position, &word::uint(deposit_assets), &size.stated()) {
        Ok(assets) => word::of_uint(&assets),
        Err(reason) => reason.revert(),
    };
    let side = holding.collateral_side();
    if !word::is_zero(&assets) {
        let amounts = Amounts { assets: &assets, face: &assets, wallet_assets: deposit_assets };
        let (put, take) = ((Put::Supply, &side), (Take::Borrow, &holding.debt_side()));
        operation.exchange(Draft::new(operation.account, put, take, &amounts, false), 0, false);
    } else if !word::is_zero(deposit_assets) {
        side.debt.market.supply(side.asset, deposit_assets, operation.account);
    }
}
