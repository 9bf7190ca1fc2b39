//! `leverage`: supplies what is advanced and what comes from the wallet, and borrows to pay for it.

use crate::{
    abi::Position,
    error::revert,
    exchange::{Amounts, Draft, Put, Take},
    holding::{Growth, Holding, Measure},
    host,
    math::exact,
    operation::{Operation, Size},
    sizing,
    word::{self, Word, ZERO},
};

/// How often the deposit may go into the debt for shares to be expected of it: each time, a unit of rounding does.
const EXPECTED_TIMES: u64 = 16;

/// Without anything to borrow, the deposit is all that is supplied. Returns what was added, if that was
/// done at once and in one market.
pub(crate) fn carry_out(
    operation: &Operation<'_>,
    holding: &Holding<'_>,
    measure: &Measure,
    size: Size<'_>,
    (deposit_assets, is_brought): (&Word, bool),
) -> Option<Growth> {
    let debt = holding.collateral_rate.invert_up(&measure.owed.assets);
    let position = Position { collateral: word::uint(&measure.collateral), debt: word::uint(&debt) };
    let assets = match sizing::supply_assets(&position, &word::uint(deposit_assets), &size.stated()) {
        Ok(assets) => word::of_uint(&assets),
        Err(reason) => reason.revert(),
    };
    let (side, account) = (holding.collateral_side(), operation.account);
    let mut growth = None;
    if let Some(debt_shares) = measure.debt_shares {
        let shares = [side.debt.market.deposit_shares(account), debt_shares];
        let supplied = exact::add(&assets, deposit_assets);
        growth = Some(Growth { shares, supplied, borrowed: assets });
    }
    if !word::is_zero(&assets) {
        let amounts = Amounts { assets: &assets, face: &assets, wallet_assets: deposit_assets };
        let (put, take) = ((Put::Supply, &side), (Take::Borrow, &holding.debt_side()));
        let expected_shares = match &growth {
            Some(growth) if operation.has_approvals() => expected_shares(&assets, measure, growth),
            _ => ZERO,
        };
        let mut draft = Draft::new(account, put, take, &amounts, false);
        if !is_brought {
            draft.pull_deposit();
        }
        let (fee_assets, is_one_loan) = operation.exchange(draft, 0, &expected_shares);
        growth = growth.filter(|_| is_one_loan);
        if let Some(growth) = &mut growth {
            growth.borrowed = exact::add(&assets, &fee_assets);
        }
    } else if !word::is_zero(deposit_assets) {
        if !is_brought {
            // No source looks here at what it gets back: a token that brings less than it says would be noticed by nobody.
            let expected = exact::add(&side.asset.balance_of(host::this()), deposit_assets);
            side.asset.transfer_from(account, host::this(), deposit_assets);
            let balance = side.asset.balance_of(host::this());
            if !word::same(&balance, &expected) {
                revert!(ResidualBalance(&balance, &expected));
            }
        }
        side.debt.market.supply(side.asset, deposit_assets, account);
    }
    growth
}

/// The shares that a debt should use up of an allowance, or a few units more, by what the deposit and its shares were;
/// zero where that says too little.
fn expected_shares(assets: &Word, Measure { collateral, .. }: &Measure, growth: &Growth) -> Word {
    let [shares, _] = &growth.shares;
    match word::less(assets, &exact::mul(collateral, &word::of_small(EXPECTED_TIMES))) {
        true => exact::mul_div_up(assets, shares, collateral),
        false => ZERO,
    }
}
