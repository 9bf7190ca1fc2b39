//! The largest ratio for a least health factor: executed it keeps it, and with one more in the last digit it does not.

use crate::{
    debts::{WEEK, percent},
    pairs::{Pair, stake},
    stage::{ALICE, Stage, times, usdc},
};
use alloy_primitives::U256;
use debt_manager::abi::{
    IDebtManager::{Bounds, Size},
    IDebtPreview::Reason,
};
use protocols::{
    DebtPreview,
    manager::{self, Order, Verb},
};

/// The order with a ratio in place of its own.
trait Rational: Verb {
    fn size(&mut self) -> &mut Size;
}
impl Rational for debt_manager::abi::IDebtManager::Leverage {
    fn size(&mut self) -> &mut Size {
        &mut self.size
    }
}
impl Rational for debt_manager::abi::IDebtManager::Deleverage {
    fn size(&mut self) -> &mut Size {
        &mut self.size
    }
}

/// Whether the order, at a ratio, succeeds and keeps the health factor.
fn keeps<O: Rational>(stage: &Stage, order: &Order<O>, ratio: U256, least: U256) -> bool {
    let mut order = order.clone().within(Bounds { healthFactorMin: least, ..Stage::loose() });
    *order.operation.size() = manager::ratio(ratio);
    let mut copy = stage.clone();
    let receipt = copy.send(stage.dm.send(ALICE, order));
    receipt.success && copy.world.exactly.health_factor(&copy.chain, ALICE) >= least
}

/// The largest ratio is one that is kept, and the next is not.
fn is_the_last<O: Rational>(stage: &Stage, preview: DebtPreview, order: &Order<O>, least: U256) -> U256 {
    let ratio = preview.ask(&stage.chain, stage.dm, ALICE, order, least).maxRatio;
    assert!(keeps(stage, order, ratio, least), "{ratio} does not keep {least}");
    assert!(!keeps(stage, order, ratio + U256::ONE, least), "{ratio} is not the largest for {least}");
    ratio
}

/// Health factors, 18 decimals: what the lender asks for, and more.
fn healthy() -> [U256; 3] {
    [times(1), percent(105), percent(150)]
}

#[test]
fn leverage_on_one_market() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    let order = manager::leverage(stage.market().address, usdc(100), times(2));
    let ratios = healthy().map(|least| is_the_last(&stage, preview, &order, least));
    assert!(ratios[0] > ratios[1] && ratios[1] > ratios[2] && ratios[2] > times(2), "{ratios:?}");
    // By the factor of 0.91, as far as roundings allow.
    let factor = percent(91) * percent(91) / times(1);
    let formula = percent(105) * times(1) / (percent(105) - factor);
    assert!(ratios[1].abs_diff(formula) < formula / U256::from(1_000_000), "{} {formula}", ratios[1]);
}

#[test]
fn leverage_that_is_raised_after_a_while_in_rounds_and_for_a_fee() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    stage.alice_leverages(usdc(80), times(2));
    stage.passes(WEEK);
    stage.vault_holds(usdc(50));
    stage.world.balancer.set_flash_fee(&mut stage.chain, percent(1) / U256::from(10)).unwrap();
    let order = manager::leverage(stage.market().address, usdc(1), times(3));
    is_the_last(&stage, preview, &order, percent(110));
}

#[test]
fn leverage_until_a_maturity() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    let order = manager::leverage(stage.market().address, usdc(100), times(2)).maturing(stage.maturity(2));
    is_the_last(&stage, preview, &order, percent(105));
}

#[test]
fn leverage_on_every_pair_with_what_the_swap_costs() {
    for pair in Pair::all() {
        let mut stage = Stage::at_uneven_prices();
        let preview = stage.preview();
        let order = pair.raises(&stage, stake(pair.collateral), times(2));
        is_the_last(&stage, preview, &order, percent(120));
    }
}

#[test]
fn deleverage_that_withdraws() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    stage.alice_leverages(usdc(100), times(4));
    let order = manager::deleverage(stage.market().address, usdc(30), times(2));
    is_the_last(&stage, preview, &order, percent(120));
    // A health factor that needs no repayment leaves the ratio as it is.
    let order = manager::deleverage(stage.market().address, U256::ZERO, times(2));
    let present = is_the_last(&stage, preview, &order, times(1));
    assert!(present > times(4) - percent(1) && present < times(4) + percent(1), "{present}");
}

#[test]
fn the_operations_own_bounds_and_ratio_do_not_count() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    let market = stage.market().address;
    let order = manager::leverage(market, usdc(100), times(2));
    let free = is_the_last(&stage, preview, &order, percent(120));
    let order = manager::leverage(market, usdc(100), times(30)).within(Bounds { debtMax: usdc(1), ..Stage::loose() });
    let said = preview.ask(&stage.chain, stage.dm, ALICE, &order, percent(120));
    assert_eq!((said.maxRatio, said.reason as u8), (free, Reason::Shortfall as u8));
}

#[test]
fn what_has_no_ratio_has_no_largest() {
    let mut stage = Stage::new();
    let preview = stage.preview();
    stage.alice_leverages(usdc(90), times(3));
    let market = stage.market().address;
    let said =
        |ratio| preview.ask(&stage.chain, stage.dm, ALICE, &manager::deleverage(market, manager::ALL, times(1)), ratio);
    assert_eq!(said(percent(110)).maxRatio, U256::ZERO);
    let position = manager::position(market, market);
    let to = debt_manager::abi::IDebtManager::Market { maturity: stage.maturity(2), ..position.clone() };
    let roll = preview.ask(&stage.chain, stage.dm, ALICE, &manager::migrate(position, to), percent(110));
    assert_eq!((roll.reason as u8, roll.maxRatio), (Reason::None as u8, U256::ZERO));
    // And a health factor that even the least debt does not leave.
    let order = manager::leverage(market, U256::ZERO, times(3));
    assert_eq!(preview.ask(&stage.chain, stage.dm, ALICE, &order, times(9)).maxRatio, U256::ZERO);
    assert_eq!(preview.ask(&stage.chain, stage.dm, ALICE, &order, U256::ZERO).maxRatio, U256::ZERO);
}
