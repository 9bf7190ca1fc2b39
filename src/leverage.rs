//! `leverage`: supplies what is advanced and what comes from the wallet, and borrows to pay for it.

use crate::{
    abi::Position,
    exchange::{Exchange, Put, Take},
    holding::Holding,
    math::exact,
    operation::Operation,
    sizing::{self, Size},
};
use alloy_primitives::U256;

/// With the deposit here. Without anything to borrow, it is all that is supplied.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding,
    position: &Position,
    size: &Size,
    deposit_assets: &U256,
) {
    let debt = exact::convert_up(&holding.collateral_rate.inverse(), &position.debt);
    let assets = sizing::supply_assets(&Position { debt, ..*position }, deposit_assets, size)
        .unwrap_or_else(|reason| reason.revert());
    if !assets.is_zero() {
        let (put, take) = ((Put::Supply, holding.collateral_side()), (Take::Borrow, holding.debt_side()));
        let exchange = Exchange::new(&operation.account, put, take, &assets);
        operation.exchange(Exchange { wallet_assets: *deposit_assets, ..exchange }, 0);
    } else if !deposit_assets.is_zero() {
        holding.collateral.market.supply(&holding.collateral.asset, deposit_assets, &operation.account);
    }
}
