//! What a roll may pay for the old debt and owe at the new maturity, on both sides of each limit.

use crate::{
    debts::{DAY, WEEK, events, paid_for_face, percent},
    rolls::{Roll, WHOLE, in_rounds, kinds},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use debt_manager::abi::{
    IDebtManager::{Bounds, DebtAboveMax, EquityLossAboveMax, RepaymentAboveMax},
    IExactlyMarket::repayAtMaturityCall,
};
use devnet::Receipt;
use protocols::{
    exactly::{Disagreement, IMarket},
    manager,
};

/// What was paid for old debts.
fn paid(receipt: &Receipt) -> U256 {
    paid_for_face(receipt).0 + events::<IMarket::Repay>(receipt).iter().map(|event| event.assets).sum::<U256>()
}

/// What a roll pays for the old debt, and what is owed at the new maturity then.
fn outcome(stage: &Stage, roll: Roll) -> (U256, U256) {
    let mut copy = stage.clone();
    let receipt = copy.succeeds(roll.ours(stage));
    (paid(&receipt), copy.owed(roll.to))
}

/// The same roll on a copy, within limits.
fn attempt(stage: &Stage, roll: Roll, repay_max: U256, debt_max: U256) -> Receipt {
    let bounds = Bounds { debtMax: debt_max, ..Stage::loose() };
    let order = roll.order(stage).paying_at_most(repay_max).within(bounds);
    stage.clone().send(stage.dm.send(ALICE, order))
}

/// At exactly the limits the roll is done, and a unit below either of them it is not.
fn is_held_to_the_unit(stage: &Stage, roll: Roll) {
    let (paid, debt) = outcome(stage, roll);
    let exact = attempt(stage, roll, paid, debt);
    assert!(exact.success, "{roll:?}: {paid} {debt} {}", exact.output);
    assert!(!attempt(stage, roll, paid - U256::ONE, debt).success, "{roll:?}: {paid} {debt}");
    owes_at_most(stage, roll, debt);
}

/// A unit less than is owed at the end is refused.
fn owes_at_most(stage: &Stage, roll: Roll, debt: U256) {
    let error = DebtAboveMax { debt, debtMax: debt - U256::ONE };
    let above = attempt(stage, roll, U256::MAX, debt - U256::ONE);
    assert_eq!(above.output.as_ref(), error.abi_encode(), "{roll:?}");
}

#[test]
fn slippage_is_held_to_the_unit() {
    for (mut stage, roll) in kinds() {
        stage.passes(DAY);
        for portion in [percent(50), WHOLE] {
            is_held_to_the_unit(&stage, Roll { portion, ..roll });
        }
    }
}

#[test]
fn slippage_is_held_to_the_unit_beside_a_previous_debt() {
    for (mut stage, roll) in kinds() {
        let order = manager::leverage(stage.market().address, U256::ZERO, times(2)).adding(usdc(20)).maturing(roll.to);
        stage.succeeds(stage.dm.send(ALICE, order));
        stage.passes(DAY);
        is_held_to_the_unit(&stage, roll);
    }
}

#[test]
fn slippage_is_held_to_the_unit_when_late() {
    for (mut stage, roll) in kinds().into_iter().take(2) {
        stage.late_by(roll.from, WEEK);
        is_held_to_the_unit(&stage, roll);
        // A part of the penalty is counted rounded up, of which the market may take a unit less.
        let part = Roll { portion: percent(50), ..roll };
        let (paid, debt) = outcome(&stage, part);
        assert!(attempt(&stage, part, paid + U256::ONE, debt).success);
        assert!(!attempt(&stage, part, paid - U256::ONE, debt).success);
        owes_at_most(&stage, part, debt);
    }
}

#[test]
fn no_more_is_paid_than_accepted_in_rounds() {
    for (mut stage, roll) in kinds() {
        stage.passes(DAY);
        for portion in [percent(50), WHOLE] {
            for rounds in [2, 3, 32] {
                let (mut stage, roll) = (stage.clone(), Roll { portion, ..roll });
                in_rounds(&mut stage, roll, rounds);
                let (most, debt) = outcome(&stage, roll);
                assert!(attempt(&stage, roll, most + U256::from(rounds), U256::MAX).success, "{roll:?}");
                owes_at_most(&stage, roll, debt);
                for less in 0..80 {
                    let repay_max = most - U256::from(less);
                    let receipt = attempt(&stage, roll, repay_max, U256::MAX);
                    assert!(
                        !receipt.success || paid(&receipt) <= repay_max,
                        "{roll:?}: {} {repay_max}",
                        paid(&receipt)
                    );
                }
            }
        }
    }
}

#[test]
fn too_little_for_a_late_or_floating_debt_is_refused_by_name() {
    let [(mut late, roll), _, (floating, from_floating)] = kinds();
    late.late_by(roll.from, WEEK);
    for (mut stage, roll) in [(late, roll), (floating, from_floating)] {
        let (repayment, _) = outcome(&stage, roll);
        let repay_max = repayment - U256::ONE;
        let tx = stage.dm.send(ALICE, roll.order(&stage).paying_at_most(repay_max));
        stage.reverts(tx, &RepaymentAboveMax { repayment, repayMax: repay_max });
    }
}

#[test]
fn too_little_for_an_early_debt_is_refused_by_the_market() {
    let [(mut stage, roll), ..] = kinds();
    stage.passes(WEEK);
    let (repayment, _) = outcome(&stage, roll);
    assert!(repayment < stage.owed(roll.from));
    for repay_max in [repayment - U256::ONE, U256::ONE] {
        let tx = stage.dm.send(ALICE, roll.order(&stage).paying_at_most(repay_max));
        stage.refused_in_loan::<repayAtMaturityCall>(tx, stage.market().address, &Disagreement {});
    }
}

#[test]
fn the_interest_that_a_roll_adds_is_a_loss() {
    let [(mut stage, roll), ..] = kinds();
    let before = stage.alice();
    let (_, debt) = outcome(&stage, roll);
    let added = debt - before.debt;
    let within = |loss| {
        let bounds = Bounds { equityLossMax: loss, ..Stage::loose() };
        stage.dm.send(ALICE, roll.order(&stage).within(bounds))
    };
    assert!(stage.clone().send(within(added)).success);
    let tx = within(U256::ZERO);
    let receipt = stage.send(tx);
    let error = EquityLossAboveMax::abi_decode(&receipt.output).unwrap();
    assert!(near(error.loss, added), "{} {added}", error.loss);
}
