//! `deleverage`: repays with what is advanced, and withdraws to pay for it and to the wallet.

use crate::{
    abi::Position,
    error::revert,
    exchange::{Amounts, Draft, Put, Take},
    holding::{Holding, Measure},
    math::exact,
    operation::{Operation, Size},
    sizing,
    word::{self, Word, ZERO},
};

/// What went out, other than what the outermost frame counts.
pub(crate) struct PaidOut {
    /// Units of the debt's asset that the source took.
    pub(crate) fee: Word,
    /// Units of the collateral's asset that went to the wallet: not counted where all of it does and the source takes
    /// its part.
    pub(crate) wallet: Word,
}

/// The largest number of assets to withdraw stands for all of them.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding<'_>,
    measure: &Measure,
    size: Size<'_>,
    withdraw_assets: &Word,
) -> PaidOut {
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
        let draft = Draft::new(operation.account, put, take, &amounts, false);
        let is_here = is_all || draft.exchange().swaps();
        let (fee, _) = operation.exchange(draft, 0, &ZERO);
        return PaidOut { fee, wallet: if is_here { ZERO } else { *withdraw_assets } };
    }
    let mut wallet = ZERO;
    if !word::is_zero(withdraw_assets) {
        let some_assets = (!is_all).then_some(withdraw_assets);
        wallet = side.debt.market.withdraw(some_assets, operation.account, operation.account);
    }
    PaidOut { fee: ZERO, wallet }
}
