//! `migrate`: replaces the debt, the collateral, or both, one after the other.

use crate::{
    abi::Position,
    bounds::Bounds,
    calldata::Calldata,
    door::{Door, Extras, Verb},
    error::{Error, Result},
    exchange::{Exchange, Put, Take},
    flash::Source,
    flight::Lock,
    holding::{Holding, Name, Worth},
    host,
    math::{self, wad},
    operation::Operation,
};
use alloy_primitives::{Address, U256};

/// The entry points.
pub(crate) fn run(mut calldata: Calldata<'_>, door: Door) -> Result<Position> {
    let lock = Lock::take()?;
    let start = calldata;
    let (name, to_name) = (Name::decode(&mut calldata)?, Name::decode(&mut calldata)?);
    let (debt_portion, collateral_portion) = (portion_wad(&mut calldata)?, portion_wad(&mut calldata)?);
    let repay_max = calldata.uint()?;
    let (source, bounds) = (Source::decode(&mut calldata)?, Bounds::decode(&mut calldata)?);
    let extras = Extras::decode(&start, calldata, Verb::Migrate, door)?;

    let mut operation = Operation::begin(lock, source, bounds, extras);
    let to = Holding::find(&to_name)?;
    let unit = to.owed;
    let mut migration = Migration {
        account: operation.account,
        from: Holding::find(&name)?.in_units_of(&unit)?,
        to: to.in_units_of(&unit)?,
    };
    let Migration { from, to, .. } = &migration;
    operation.admit(Verb::Migrate, &[from, to], &from.collateral.asset, &U256::ZERO)?;
    let (found, _, before) = migration.measure()?;

    let moves_debt = migration.moves_debt() && !debt_portion.is_zero();
    let moves_collateral = migration.moves_collateral() && !collateral_portion.is_zero();
    if !moves_debt && !moves_collateral {
        return Err(Error::NothingToMigrate {}.into());
    }
    if moves_debt && !found.debt.is_zero() {
        operation.exchange(migration.of_debt(&debt_portion, &repay_max)?, 0)?;
    }
    if moves_collateral && !found.collateral.is_zero() {
        operation.exchange(migration.of_collateral(&found.collateral, &collateral_portion)?, 1)?;
    }
    let swept = operation.settle()?;
    let (_, after, worth) = migration.measure()?;
    operation.end(Verb::Migrate, &to_name, migration.to.lender, &after, &worth.with(&swept)?.loss_since(&before)?)
}

/// Reads a portion, 18 decimals.
fn portion_wad(calldata: &mut Calldata<'_>) -> Result<U256> {
    let portion = calldata.uint()?;
    match math::sub(&wad(), &portion) {
        Some(_) => Ok(portion),
        None => Err(Error::PortionTooHigh { portion: &portion }.into()),
    }
}

/// From where to where, and whose.
struct Migration {
    account: Address,
    from: Holding,
    to: Holding,
}

impl Migration {
    fn moves_debt(&self) -> bool {
        !self.from.debt.is(&self.to.debt)
    }

    fn moves_collateral(&self) -> bool {
        self.from.collateral.market.address() != self.to.collateral.market.address()
    }

    /// Both positions, and what they are worth together. A side that both have is counted once.
    fn measure(&mut self) -> Result<(Position, Position, Worth)> {
        let distinct = (self.moves_collateral(), self.moves_debt());
        let ((from, _), (to, _)) = (self.from.measure(&self.account)?, self.to.measure(&self.account)?);
        let worth = self.from.worth(&from, distinct)?.and(&self.to.worth(&to, (true, true))?)?;
        Ok((from, to, worth))
    }

    /// The old debt is repaid and the new one pays for it.
    fn of_debt(&self, portion_wad: &U256, repay_max: &U256) -> Result<Exchange> {
        let owed = self.from.debt.owed(&self.account)?;
        let repayment = math::mul_div_up(&owed.assets, portion_wad, &wad())?;
        let mut assets = repayment;
        if math::sub(repay_max, &repayment).is_none() {
            // Before it is due, a debt of fixed maturity costs less than it says; the lender tells how much.
            if math::sub(&U256::from(host::timestamp()), &self.from.debt.maturity).is_some() {
                return Err(Error::RepaymentAboveMax { repayment: &repayment, repay_max }.into());
            }
            assets = *repay_max;
        }
        Ok(Exchange {
            account: self.account,
            put: if *portion_wad == wad() { Put::RepayAll } else { Put::Repay },
            put_side: self.from.debt_side(),
            take: Take::Borrow,
            take_side: self.to.debt_side(),
            trims_allowance: false,
            assets,
            is_exact_input: false,
            face: math::mul_div_down(&owed.face, portion_wad, &wad())?,
            lent_assets: U256::ZERO,
            wallet_assets: U256::ZERO,
        })
    }

    /// The new collateral is supplied and the old one pays for it.
    fn of_collateral(&self, collateral: &U256, portion_wad: &U256) -> Result<Exchange> {
        let (put_side, take_side) = (self.to.collateral_side(), self.from.collateral_side());
        Ok(Exchange {
            account: self.account,
            put: Put::Supply,
            put_side,
            take: if *portion_wad == wad() { Take::WithdrawAll } else { Take::Withdraw },
            take_side,
            trims_allowance: false,
            assets: math::mul_div_down(collateral, portion_wad, &wad())?,
            is_exact_input: put_side.asset.0 != take_side.asset.0,
            face: U256::ZERO,
            lent_assets: U256::ZERO,
            wallet_assets: U256::ZERO,
        })
    }
}
