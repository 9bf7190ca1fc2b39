//! What the caller accepts of the outcome, on both sides of each limit.

use crate::stage::{ALICE, Stage, times, usdc};
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use debt_manager::abi::IDebtManager::{
    Bounds, CollateralBelowMin, DeadlinePassed, DebtAboveMax, EquityLossAboveMax, HealthFactorBelowMin,
};
use devnet::{Receipt, Tx};
use protocols::manager;

/// Alice's 100 USDC at 3x, within these bounds.
fn within(stage: &Stage, bounds: Bounds) -> Tx {
    let operation = manager::leverage(stage.market().address, usdc(100), times(3));
    stage.dm.send(ALICE, operation.within(bounds))
}

/// The position that the operation ends with, when nothing is in its way.
fn outcome() -> (Stage, U256, U256) {
    let stage = Stage::new();
    let mut copy = stage.clone();
    let receipt = copy.send(within(&stage, Stage::loose()));
    let word = |at: usize| U256::from_be_slice(&receipt.output[at..at + 32]);
    (stage, word(0), word(32))
}

fn attempt(stage: &Stage, bounds: Bounds) -> Receipt {
    let mut copy = stage.clone();
    copy.send(within(stage, bounds))
}

#[test]
fn the_deadline_is_the_last_second() {
    let (mut stage, ..) = outcome();
    let now = stage.chain.next_timestamp();
    let at = |deadline: u64| Bounds { deadline: U256::from(deadline), ..Stage::loose() };
    assert!(attempt(&stage, at(now)).success && attempt(&stage, at(now + 1)).success);
    let tx = within(&stage, at(now - 1));
    stage.reverts(tx, &DeadlinePassed { deadline: U256::from(now - 1), timestamp: U256::from(now) });
}

#[test]
fn the_most_debt_is_held_to_the_unit() {
    let (mut stage, _, debt) = outcome();
    assert!(attempt(&stage, Bounds { debtMax: debt, ..Stage::loose() }).success);
    let less = debt - U256::ONE;
    let tx = within(&stage, Bounds { debtMax: less, ..Stage::loose() });
    stage.reverts(tx, &DebtAboveMax { debt, debtMax: less });
}

#[test]
fn the_least_deposit_is_held_to_the_unit() {
    let (mut stage, collateral, _) = outcome();
    assert!(attempt(&stage, Bounds { collateralMin: collateral, ..Stage::loose() }).success);
    let more = collateral + U256::ONE;
    let tx = within(&stage, Bounds { collateralMin: more, ..Stage::loose() });
    stage.reverts(tx, &CollateralBelowMin { collateral, collateralMin: more });
}

#[test]
fn the_most_loss_is_held_to_the_unit() {
    let (mut stage, collateral, debt) = outcome();
    let loss = usdc(100) + debt - collateral;
    assert!(!loss.is_zero(), "conversions to shares cost a unit or two");
    assert!(attempt(&stage, Bounds { equityLossMax: loss, ..Stage::loose() }).success);
    let less = loss - U256::ONE;
    let tx = within(&stage, Bounds { equityLossMax: less, ..Stage::loose() });
    stage.reverts(tx, &EquityLossAboveMax { loss, lossMax: less });
}

#[test]
fn the_least_health_factor_is_held_to_the_last_digit() {
    let (stage, ..) = outcome();
    let refused = attempt(&stage, Bounds { healthFactorMin: U256::MAX, ..Stage::loose() });
    let factor = HealthFactorBelowMin::abi_decode(&refused.output).unwrap().healthFactor;
    assert!(factor > times(1));
    assert!(attempt(&stage, Bounds { healthFactorMin: factor, ..Stage::loose() }).success);
    let mut stage = stage;
    let more = factor + U256::ONE;
    let tx = within(&stage, Bounds { healthFactorMin: more, ..Stage::loose() });
    stage.reverts(tx, &HealthFactorBelowMin { healthFactor: factor, healthFactorMin: more });
}
