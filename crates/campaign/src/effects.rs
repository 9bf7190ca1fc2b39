//! What an operation is for has come about: the size that was asked for, a full exit, a debt or a deposit moved as a whole;
//! and it has cost no more than accepted.

use crate::{
    books::{Book, Books},
    check::Violation,
    coin::Coin,
    conserve::ROUNDING,
    orders::{AnyOrder, Placed},
    stage::Stage,
};
use alloy_primitives::{I256, U256};
use alloy_sol_types::sol;
use debt_manager::abi::IDebtManager::{Size, Target};
use protocols::{deployer::ask, exactly::WAD, manager::Fee};

sol! {
    function latestAnswer() external view returns (int256);
}

/// The rule.
const RULE: &str = "I13: not what was asked for";

/// The account's dealings in a position's two markets, before and now.
struct Sides<'a> {
    collateral: [&'a Book; 2],
    debt: [&'a Book; 2],
    maturity: U256,
    /// Whether the ratio says all, without a fee, another asset's price or interest ahead.
    is_plain: bool,
}

/// Holds what there is now against what was asked for. A flash source's fee makes a debt greater than it says.
pub(crate) fn check(placed: &Placed, [before, now]: [&Books; 2], costs_fee: bool) -> Result<(), Violation> {
    let (from, to) = (placed.from, placed.to);
    let is_plain = from.collateral == from.debt && from.maturity.is_zero() && !costs_fee;
    let book = |coin: Coin| [&before[coin as usize], &now[coin as usize]];
    let sides = Sides { collateral: book(from.collateral), debt: book(from.debt), maturity: from.maturity, is_plain };
    let holds = match &placed.order {
        AnyOrder::Leverage(order) => sides.has_grown(&order.operation.size, order.operation.deposit),
        AnyOrder::Deleverage(order) if order.operation.withdraw == U256::MAX => sides.is_closed(),
        AnyOrder::Deleverage(order) => sides.has_shrunk(&order.operation.size),
        AnyOrder::Migrate(order) => {
            let (debt, collateral) = (order.operation.debtPortion, order.operation.collateralPortion);
            let moves_debt = (from.debt, from.maturity) != (to.debt, to.maturity) && is_whole(debt);
            let moves_collateral = from.collateral != to.collateral && is_whole(collateral);
            (!moves_debt || sides.owed()[1].is_zero()) && (!moves_collateral || sides.collateral[1].deposit.is_zero())
        }
    };
    Violation::unless(holds, RULE, || format!("{:?} {:?}", sides.collateral, sides.debt))
}

/// Whether a portion is all.
fn is_whole(portion: U256) -> bool {
    portion == U256::from(WAD)
}

impl Sides<'_> {
    fn owed(&self) -> [U256; 2] {
        self.debt.map(|book| book.owed(self.maturity))
    }

    /// Units that the lender's rounding, and what it makes of everybody's shares, may account for.
    fn rounding(&self) -> U256 {
        let [before, now] = self.collateral;
        U256::from(ROUNDING) + now.revalued(before)
    }

    fn near(&self, one: U256, other: U256) -> bool {
        one.abs_diff(other) <= self.rounding()
    }

    fn has_grown(&self, size: &Size, deposit: U256) -> bool {
        let [before, now] = self.collateral.map(|book| book.deposit);
        match size.target {
            Target::Amount => self.near(now, before + deposit + size.value),
            _ => now + self.rounding() >= before + deposit && self.is_at(size.value),
        }
    }

    fn has_shrunk(&self, size: &Size) -> bool {
        let [before, now] = self.owed();
        match size.target {
            Target::Amount => !self.is_plain || self.near(now, before.saturating_sub(size.value)),
            _ => now <= before && self.is_at(size.value),
        }
    }

    fn is_closed(&self) -> bool {
        self.owed()[1].is_zero() && self.collateral[1].deposit.is_zero()
    }

    /// Whether the deposit is so many times the principal, as far as the ratio says that.
    fn is_at(&self, ratio: U256) -> bool {
        let ([_, book], [_, owed]) = (self.collateral, self.owed());
        let wad = U256::from(WAD);
        let due = book.deposit.saturating_sub(owed).saturating_mul(ratio) / wad;
        let rounding = self.rounding().saturating_mul(U256::from(2) + ratio / wad);
        !self.is_plain || book.deposit.abs_diff(due) <= rounding
    }
}

/// No more is lost than accepted, by the lender's prices: of what is in the wallet and deposited, less what is owed and
/// the fee for sending. A debt that is late is not counted with its penalty here, so nothing is said where there is one.
pub(crate) fn loss(
    stage: &Stage,
    placed: &Placed,
    [before, now]: [&Books; 2],
    fee: Option<Fee>,
    loss_max: U256,
) -> Result<(), Violation> {
    let time = U256::from(stage.chain.timestamp());
    let is_late = |book: &Book| book.fixed.iter().any(|(maturity, _)| *maturity < time);
    if before.iter().any(is_late) {
        return Ok(());
    }
    let (mut value, mut rounding) = (I256::ZERO, I256::ZERO);
    for coin in Coin::ALL {
        let (had, has) = (&before[coin as usize], &now[coin as usize]);
        let token = stage.market(coin).token.address;
        let paid = fee.filter(|fee| fee.token == token).map_or(U256::ZERO, |fee| fee.units);
        let inexact = U256::from(ROUNDING) + has.revalued(had);
        value += stage.value(coin, had.net() - has.net() - I256::from_raw(paid));
        rounding += stage.value(coin, I256::from_raw(inexact));
    }
    let Ok(loss_max) = I256::try_from(loss_max) else { return Ok(()) };
    let accepted = loss_max.min(I256::unchecked_from(MUCH));
    let accepted = stage.value(placed.to.debt, accepted) + rounding;
    Violation::unless(value <= accepted, "I9: more was lost than accepted", || format!("{value} of {accepted}"))
}

/// Units above which a bound is none: more than there is of anything.
const MUCH: i128 = 1 << 100;

impl Stage {
    /// What units of a coin are worth, in the price feeds' dollars and 18 digits more.
    fn value(&self, coin: Coin, units: I256) -> I256 {
        let price = ask(&self.chain, self.market(coin).price_feed, latestAnswerCall {});
        units * price * I256::unchecked_from(WAD) / I256::from_raw(coin.units(1))
    }
}
