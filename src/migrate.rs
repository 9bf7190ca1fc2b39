//! `migrate`: replaces the debt, the collateral, or both, one after the other.

use crate::{
    calldata::Calldata,
    door::{Door, Verb},
    error::revert,
    exchange::{Amounts, Draft, Put, Take},
    flight::Lock,
    holding::{Holding, Measure, Name},
    host,
    math::exact,
    operation::Operation,
    word::{self, Address, WORD, Word, ZERO},
    worth::Worth,
};

/// The entry points.
pub(crate) fn run(mut calldata: Calldata<'_>, door: Door) -> [Word; 2] {
    let lock = Lock::take();
    let (name, to_name) = (Name::decode(&mut calldata), Name::decode(&mut calldata));
    let (debt_portion, collateral_portion) = (portion_wad(&mut calldata), portion_wad(&mut calldata));
    let repay_max = calldata.word();
    let operation = Operation::begin(lock, calldata, Verb::Migrate, door);

    let mut from = Holding::find(&name, &[]);
    let to = Holding::find(&to_name, &[&from.collateral, &from.owed]);
    from.count_in(&to.owed);
    let migration = Migration { account: operation.account, from, to };
    let (from, to) = (&migration.from, &migration.to);
    let (tills, _) = operation.admit(Verb::Migrate, &[from, to], from.collateral.asset(), &ZERO);
    let (found, _, before) = migration.measure(false);

    let moves_debt = migration.moves_debt() && !word::is_zero(debt_portion) && !word::is_zero(&found.owed.assets);
    let moves_collateral =
        migration.moves_collateral() && !word::is_zero(collateral_portion) && !word::is_zero(&found.collateral);
    if !moves_debt && !moves_collateral {
        revert!(NothingToMigrate());
    }
    if moves_debt {
        // What takes from the same market next needs its part of the allowance.
        let follows = moves_collateral && to.debt.market.address().is(from.collateral.market.address());
        operation.exchange(
            migration.of_debt(debt_portion, repay_max, &found),
            0,
            &[if follows { 0xff } else { 0 }; WORD],
        );
    }
    if moves_collateral {
        operation.exchange(migration.of_collateral(collateral_portion, &found), 1, &ZERO);
    }
    let swept = operation.settle(&tills);
    let (_, after, mut worth) = migration.measure(true);
    worth.add_assets(&swept);
    operation.end(Verb::Migrate, &to_name, to.lender, after, &worth.loss_since(&before))
}

/// Reads a portion, 18 decimals.
fn portion_wad<'a>(calldata: &mut Calldata<'a>) -> &'a Word {
    let portion = calldata.word();
    if word::less(&exact::wad(), portion) {
        revert!(PortionTooHigh(portion));
    }
    portion
}

/// From where to where, and whose.
struct Migration<'a> {
    account: Address<'a>,
    from: Holding<'a>,
    to: Holding<'a>,
}

impl Migration<'_> {
    fn moves_debt(&self) -> bool {
        !self.from.debt.is(&self.to.debt)
    }

    fn moves_collateral(&self) -> bool {
        !self.from.collateral.market.address().is(self.to.collateral.market.address())
    }

    /// Both positions, and what they are worth together, but for the sides that are not moved. At the end, those are
    /// measured as well.
    #[inline(never)]
    fn measure(&self, is_end: bool) -> (Measure, Measure, Worth) {
        let (collateral, debt) = (self.moves_collateral(), self.moves_debt());
        let from = self.from.measure_sides(self.account, collateral, debt);
        let to = self.to.measure_sides(self.account, collateral || is_end, debt || is_end);
        let mut worth = self.from.worth(&from, collateral, debt);
        worth.add(&self.to.worth(&to, collateral, debt));
        (from, to, worth)
    }

    /// The old debt is repaid and the new one pays for it.
    #[inline(never)]
    fn of_debt(&self, portion_wad: &Word, repay_max: &Word, found: &Measure) -> Draft {
        let wad = exact::wad();
        let repayment = exact::mul_div_up(&found.owed.assets, portion_wad, &wad);
        let mut assets = &repayment;
        if word::less(repay_max, &repayment) {
            // Before it is due, a debt of fixed maturity costs less than it says; the lender tells how much.
            if !word::less(&host::timestamp(), self.from.debt.maturity) {
                revert!(RepaymentAboveMax(&repayment, repay_max));
            }
            assets = repay_max;
        }
        let put = if word::same(portion_wad, &wad) { Put::RepayAll } else { Put::Repay };
        let face = exact::mul_div_down(&found.owed.face, portion_wad, &wad);
        let amounts = Amounts { assets, face: &face, wallet_assets: repay_max };
        let (put, take) = ((put, &self.from.debt_side()), (Take::Borrow, &self.to.debt_side()));
        Draft::new(self.account, put, take, &amounts, false)
    }

    /// The new collateral is supplied and the old one pays for it.
    #[inline(never)]
    fn of_collateral(&self, portion_wad: &Word, found: &Measure) -> Draft {
        let wad = exact::wad();
        let take = if word::same(portion_wad, &wad) { Take::WithdrawAll } else { Take::Withdraw };
        let assets = exact::mul_div_down(&found.collateral, portion_wad, &wad);
        let amounts = Amounts { assets: &assets, face: &ZERO, wallet_assets: &ZERO };
        let (put_side, take_side) = (self.to.collateral_side(), self.from.collateral_side());
        let swaps = !put_side.asset.0.is(take_side.asset.0);
        Draft::new(self.account, (Put::Supply, &put_side), (take, &take_side), &amounts, swaps)
    }
}
