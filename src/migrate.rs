//! `migrate`: replaces the debt, the collateral, or both, one after the other.

use crate::{
    abi::Position,
    calldata::Calldata,
    door::{Door, Verb},
    error::Error,
    exchange::{Exchange, Put, Take},
    flight::Lock,
    holding::{Holding, Name, Worth},
    host,
    math::{self, exact, wad},
    operation::Operation,
};
use alloy_primitives::{Address, U256};

/// The entry points.
pub(crate) fn run(mut calldata: Calldata<'_>, door: Door) -> Position {
    let lock = Lock::take();
    let start = calldata;
    let (name, to_name) = (Name::decode(&mut calldata), Name::decode(&mut calldata));
    let (debt_portion, collateral_portion) = (portion_wad(&mut calldata), portion_wad(&mut calldata));
    let repay_max = calldata.uint();
    let mut operation = Operation::begin(lock, start, calldata, Verb::Migrate, door);

    let to = Holding::find(&to_name);
    let unit = to.owed;
    let (from, to) = (Holding::find(&name).in_units_of(&unit), to.in_units_of(&unit));
    operation.admit(Verb::Migrate, &[&from, &to], &from.collateral.asset, &U256::ZERO);
    let mut migration = Migration { account: operation.account, from, to };
    let (found, _, before) = migration.measure();

    let moves_debt = migration.moves_debt() && !debt_portion.is_zero() && !found.debt.is_zero();
    let moves_collateral = migration.moves_collateral() && !collateral_portion.is_zero() && !found.collateral.is_zero();
    if moves_debt {
        operation.exchange(migration.of_debt(&debt_portion, &repay_max), 0);
    }
    if moves_collateral {
        operation.exchange(migration.of_collateral(&found.collateral, &collateral_portion), 1);
    }
    if !moves_debt && !moves_collateral {
        Error::NothingToMigrate {}.revert();
    }
    let swept = operation.settle();
    let (_, after, worth) = migration.measure();
    operation.end(Verb::Migrate, &to_name, migration.to.lender, &after, &worth.with(&swept).loss_since(&before));
    after
}

/// Reads a portion, 18 decimals.
fn portion_wad(calldata: &mut Calldata<'_>) -> U256 {
    let portion = calldata.uint();
    if math::sub(&wad(), &portion).is_none() {
        Error::PortionTooHigh { portion: &portion }.revert();
    }
    portion
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
    #[inline(never)]
    fn measure(&mut self) -> (Position, Position, Worth) {
        let distinct = (self.moves_collateral(), self.moves_debt());
        let ((from, _), (to, _)) = (self.from.measure(&self.account), self.to.measure(&self.account));
        let worth = self.from.worth(&from, distinct).and(&self.to.worth(&to, (true, true)));
        (from, to, worth)
    }

    /// The old debt is repaid and the new one pays for it.
    fn of_debt(&self, portion_wad: &U256, repay_max: &U256) -> Exchange {
        let owed = self.from.debt.owed(&self.account);
        let repayment = exact::mul_div_up(&owed.assets, portion_wad, &wad());
        let mut assets = repayment;
        if math::sub(repay_max, &repayment).is_none() {
            // Before it is due, a debt of fixed maturity costs less than it says; the lender tells how much.
            if math::sub(&U256::from(host::timestamp()), &self.from.debt.maturity).is_some() {
                Error::RepaymentAboveMax { repayment: &repayment, repay_max }.revert();
            }
            assets = *repay_max;
        }
        let put = if *portion_wad == wad() { Put::RepayAll } else { Put::Repay };
        let (put, take) = ((put, self.from.debt_side()), (Take::Borrow, self.to.debt_side()));
        let face = exact::mul_div_down(&owed.face, portion_wad, &wad());
        Exchange { face, ..Exchange::new(&self.account, put, take, &assets) }
    }

    /// The new collateral is supplied and the old one pays for it.
    fn of_collateral(&self, collateral: &U256, portion_wad: &U256) -> Exchange {
        let take = if *portion_wad == wad() { Take::WithdrawAll } else { Take::Withdraw };
        let (put, take) = ((Put::Supply, self.to.collateral_side()), (take, self.from.collateral_side()));
        let assets = exact::mul_div_down(collateral, portion_wad, &wad());
        let exchange = Exchange::new(&self.account, put, take, &assets);
        Exchange { is_exact_input: exchange.swaps(), ..exchange }
    }
}
