//! Debts that fall due at a maturity: raised, and lowered early, late, in part and in full.

use crate::{
    debts::{DAY, ROUNDING, WEEK, events, paid_for_face, penalty, percent},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use alloy_sol_types::SolError;
use debt_manager::abi::{
    IDebtManager::{Deleverage, WithdrawAllNeedsFullRepayment, WrappedError, WrongDirection},
    IExactlyMarket::borrowAtMaturityCall,
};
use devnet::{Receipt, Tx};
use protocols::{
    exactly::{IMarket, UnmatchedPoolState},
    manager::{self, Order},
};

/// Maturities that are open.
const POOLS: u64 = 7;
/// The floating rate, in place of a maturity.
const FLOATING: U256 = U256::ZERO;

/// Alice at 2x with 100 USDC, owing until the second maturity from now.
fn owing() -> (Stage, U256) {
    let mut stage = Stage::new();
    let maturity = stage.maturity(2);
    stage.alice_owes_until(maturity);
    (stage, maturity)
}

fn lowering(stage: &Stage, maturity: U256, withdraw: U256, ratio: U256) -> Order<Deleverage> {
    manager::deleverage(stage.market().address, withdraw, ratio).maturing(maturity)
}

fn closing(stage: &Stage, maturity: U256) -> Tx {
    stage.dm.send(ALICE, lowering(stage, maturity, manager::ALL, times(1)))
}

/// Repays a part by its units.
fn repays(stage: &mut Stage, maturity: U256, units: U256) -> Receipt {
    let order = lowering(stage, maturity, U256::ZERO, times(1)).repaying(units);
    stage.succeeds(stage.dm.send(ALICE, order))
}

/// Assets are what they should be, and what the market has earned but counts only when it is called. Rounding may have
/// cost some units.
fn has_earned(assets: U256, expected: U256) {
    let earnings = (assets + U256::from(ROUNDING)).checked_sub(expected);
    assert!(earnings.is_some_and(|units| units < U256::from(250)), "{assets} {expected}");
}

fn has_nothing(stage: &Stage) {
    let position = stage.alice();
    assert_eq!((position.deposit, position.debt), (U256::ZERO, U256::ZERO));
    assert_eq!(stage.market().shares(&stage.chain, ALICE), U256::ZERO);
}

/// What Alice would pay by herself for so much of the face, two blocks from now.
fn pays_directly(stage: &Stage, maturity: U256, face: U256) -> U256 {
    let (mut copy, market) = (stage.clone(), stage.market());
    market.token.mint(&mut copy.chain, ALICE, usdc(1_000)).unwrap();
    market.repay_at_maturity(&mut copy.chain, ALICE, maturity, face).unwrap()
}

#[test]
fn the_debt_of_a_leverage_falls_due_when_asked() {
    let mut stage = Stage::new();
    let maturity = stage.maturity(2);
    let receipt = stage.alice_owes_until(maturity);
    let debt = stage.market().fixed_borrow(&stage.chain, maturity, ALICE);
    assert_eq!(debt.principal, usdc(100));
    assert!(debt.fee > U256::ZERO && debt.fee < usdc(5));
    assert_eq!(stage.owed(FLOATING), U256::ZERO);
    assert!(near(stage.alice().deposit, usdc(200)));
    let [deposit, returned] = [0, 32].map(|at| U256::from_be_slice(&receipt.output[at..at + 32]));
    assert_eq!((deposit, returned), (stage.alice().deposit, debt.total()));
}

#[test]
fn a_further_leverage_counts_the_debt_with_all_its_interest() {
    let (mut stage, maturity) = owing();
    let (deposit, face) = (stage.alice().deposit, stage.owed(maturity));
    let order = manager::leverage(stage.market().address, U256::ZERO, times(4)).maturing(maturity);
    let receipt = stage.succeeds(stage.dm.send(ALICE, order));
    let borrowed: Vec<_> = events::<IMarket::BorrowAtMaturity>(&receipt).iter().map(|event| event.assets).collect();
    // Earnings of a second are a unit or two.
    let asked = (deposit - face) * U256::from(3) - face;
    assert!(borrowed.len() == 1 && near(borrowed[0], asked), "{borrowed:?} {asked}");
}

#[test]
fn the_interest_of_the_new_debt_comes_on_top_of_the_ratio() {
    let (mut stage, maturity) = owing();
    let (deposit, face) = (stage.alice().deposit, stage.owed(maturity));
    let order = manager::leverage(stage.market().address, U256::ZERO, percent(200)).maturing(maturity);
    let receipt = stage.send(stage.dm.send(ALICE, order));
    let error = WrongDirection::abi_decode(&receipt.output).unwrap();
    assert!(error.debt == face && near(error.debtTarget, deposit - face), "{}", error.debtTarget);
}

#[test]
fn two_maturities_and_the_floating_rate_are_three_debts() {
    let (mut stage, second) = owing();
    let third = stage.maturity(3);
    for maturity in [third, FLOATING] {
        let order = manager::leverage(stage.market().address, U256::ZERO, times(2)).adding(usdc(20)).maturing(maturity);
        stage.succeeds(stage.dm.send(ALICE, order));
    }
    let before = [second, third, FLOATING].map(|maturity| stage.owed(maturity));
    assert!(before[1] > usdc(20) && near(before[2], usdc(20)), "{before:?}");
    repays(&mut stage, third, before[1] / U256::from(2));
    assert_eq!(stage.owed(third), before[1] - before[1] / U256::from(2));
    assert_eq!(stage.owed(second), before[0]);
    assert!(near(stage.owed(FLOATING), before[2]));
    repays(&mut stage, FLOATING, U256::MAX);
    repays(&mut stage, third, U256::MAX);
    assert_eq!([second, third, FLOATING].map(|maturity| stage.owed(maturity)), [before[0], U256::ZERO, U256::ZERO]);
    stage.succeeds(closing(&stage, second));
    has_nothing(&stage);
}

#[test]
fn early_repayment_in_full_costs_what_the_market_asks() {
    let (mut stage, maturity) = owing();
    stage.passes(WEEK);
    let (deposit, face) = (stage.alice().deposit, stage.owed(maturity));
    let direct = pays_directly(&stage, maturity, U256::MAX);
    stage.passes(0);
    stage.passes(0);
    let receipt = stage.alice_lowers(maturity, U256::ZERO, times(1));
    let (paid, covered) = paid_for_face(&receipt);
    assert!(paid == direct && paid < face && covered == face, "{paid} {direct} {face}");
    assert_eq!(stage.owed(maturity), U256::ZERO);
    // The discount stays in the deposit.
    has_earned(stage.alice().deposit, deposit - paid);
}

#[test]
fn a_withdrawal_of_just_what_the_loan_leaves_reaches_the_wallet() {
    let (mut stage, maturity) = owing();
    stage.passes(WEEK);
    let (paid, face) = paid_for_face(&stage.clone().alice_lowers(maturity, U256::ZERO, times(1)));
    let (wallet, discount) = (stage.alices_wallet(), face - paid);
    stage.alice_lowers(maturity, discount, times(1));
    assert_eq!(stage.alices_wallet(), wallet + discount);
}

#[test]
fn early_repayment_of_a_part_covers_that_much_of_the_face() {
    let (mut stage, maturity) = owing();
    stage.passes(WEEK);
    let (deposit, face) = (stage.alice().deposit, stage.owed(maturity));
    let (paid, covered) = paid_for_face(&repays(&mut stage, maturity, usdc(40)));
    assert_eq!((covered, stage.owed(maturity)), (usdc(40), face - usdc(40)));
    assert!(paid < usdc(40));
    has_earned(stage.alice().deposit, deposit - paid);
}

#[test]
fn late_repayment_in_full_costs_the_penalty() {
    let (mut stage, maturity) = owing();
    let face = stage.owed(maturity);
    for late in [1, DAY, WEEK, 5 * WEEK] {
        let mut stage = stage.clone();
        stage.late_by(maturity, late);
        let deposit = stage.alice().deposit;
        let (paid, covered) = paid_for_face(&stage.alice_lowers(maturity, U256::ZERO, times(1)));
        assert_eq!((paid, covered), (face + penalty(face, late), face));
        assert_eq!(stage.owed(maturity), U256::ZERO);
        has_earned(stage.alice().deposit, deposit - paid);
    }
    // At the maturity itself there is neither a discount nor a penalty.
    stage.late_by(maturity, 0);
    assert_eq!(paid_for_face(&stage.alice_lowers(maturity, U256::ZERO, times(1))), (face, face));
}

#[test]
fn late_repayment_of_a_part_counts_the_penalty_in_what_is_repaid() {
    let (mut stage, maturity) = owing();
    let face = stage.owed(maturity);
    stage.late_by(maturity, WEEK);
    let (paid, covered) = paid_for_face(&repays(&mut stage, maturity, usdc(40)));
    let owed = face + penalty(face, WEEK);
    assert_eq!(covered, usdc(40) * face / owed);
    assert_eq!(stage.owed(maturity), face - covered);
    assert!(paid <= usdc(40) && near(paid, usdc(40)), "{paid}");
}

#[test]
fn a_ratio_is_met_early_and_late() {
    for late in [None, Some(WEEK)] {
        let (mut stage, maturity) = owing();
        match late {
            None => stage.passes(WEEK),
            Some(late) => stage.late_by(maturity, late),
        }
        let seconds = late.unwrap_or_default();
        let owed = |stage: &Stage| stage.owed(maturity) + penalty(stage.owed(maturity), seconds);
        let principal = stage.alice().deposit - owed(&stage);
        stage.alice_lowers(maturity, U256::ZERO, percent(150));
        // A second of penalty more, and some units of earnings.
        let half = principal / U256::from(2);
        assert!(owed(&stage).abs_diff(half) < U256::from(60), "{late:?}: {} {half}", owed(&stage));
    }
}

#[test]
fn closing_early_and_late_sends_all_that_remains() {
    for late in [None, Some(0), Some(1), Some(8 * WEEK)] {
        let (mut stage, maturity) = owing();
        match late {
            None => stage.passes(WEEK),
            Some(late) => stage.late_by(maturity, late),
        }
        let deposit = stage.alice().deposit;
        let receipt = stage.succeeds(closing(&stage, maturity));
        has_nothing(&stage);
        let (paid, _) = paid_for_face(&receipt);
        has_earned(stage.alices_wallet(), deposit - paid);
    }
}

#[test]
fn a_part_is_withdrawn_while_a_part_is_repaid() {
    let (mut stage, maturity) = owing();
    let order = lowering(&stage, maturity, usdc(30), times(1)).repaying(usdc(60));
    let face = stage.owed(maturity);
    let receipt = stage.succeeds(stage.dm.send(ALICE, order));
    assert_eq!(stage.alices_wallet(), usdc(30));
    assert_eq!(stage.owed(maturity), face - usdc(60));
    assert!(near(stage.alice().deposit, usdc(170) - paid_for_face(&receipt).0));
}

#[test]
fn a_close_in_rounds_leaves_nothing_either() {
    for late in [None, Some(WEEK)] {
        for rounds in [2, 3, 32] {
            let (mut stage, maturity) = owing();
            if let Some(late) = late {
                stage.late_by(maturity, late);
            }
            let (deposit, face) = (stage.alice().deposit, stage.owed(maturity));
            // Setting what the vault holds takes a block, which is a second of penalty.
            let needed = late.map_or(face, |late| face + penalty(face, late + 1)) + U256::from(ROUNDING);
            stage.vault_holds(needed.div_ceil(U256::from(rounds)));
            let receipt = stage.succeeds(closing(&stage, maturity));
            assert_eq!(events::<IMarket::RepayAtMaturity>(&receipt).len(), rounds, "{late:?}");
            has_nothing(&stage);
            has_earned(stage.alices_wallet(), deposit - paid_for_face(&receipt).0);
        }
    }
}

#[test]
fn another_debt_in_the_market_keeps_the_deposit_there() {
    let (mut stage, maturity) = owing();
    let order = manager::leverage(stage.market().address, U256::ZERO, times(2)).adding(usdc(20));
    stage.succeeds(stage.dm.send(ALICE, order));
    let refused = stage.send(closing(&stage, maturity));
    assert!(!refused.success);
    let outer = WrappedError::abi_decode(&refused.output).unwrap();
    assert_eq!(outer.target, stage.world.balancer.vault);
    stage.alice_lowers(maturity, U256::ZERO, percent(100));
    assert!(near(stage.alice().debt, usdc(20)));
}

#[test]
fn withdrawing_all_asks_for_a_ratio_of_one() {
    let (mut stage, maturity) = owing();
    let order = lowering(&stage, maturity, manager::ALL, times(2));
    let tx = stage.dm.send(ALICE, order);
    stage.reverts(tx, &WithdrawAllNeedsFullRepayment { size: times(2) });
}

#[test]
fn a_maturity_that_is_not_open_is_refused_by_the_market() {
    let mut stage = Stage::new();
    let (matured, last, too_far) = (stage.maturity(0), stage.maturity(POOLS), stage.maturity(POOLS + 1));
    let states = [(matured, 2), (too_far, 4), (last - U256::ONE, 1)];
    for (maturity, state) in states {
        let order = manager::leverage(stage.market().address, usdc(100), times(2)).maturing(maturity);
        let tx = stage.dm.send(ALICE, order);
        let reason = UnmatchedPoolState { state, requiredState: 3 };
        stage.refused_in_loan::<borrowAtMaturityCall>(tx, stage.market().address, &reason);
    }
    stage.alice_owes_until(last);
}

impl Stage {
    /// Alice lowers her leverage, repaying what falls due then.
    fn alice_lowers(&mut self, maturity: U256, withdraw: U256, ratio: U256) -> Receipt {
        let order = lowering(self, maturity, withdraw, ratio);
        self.succeeds(self.dm.send(ALICE, order))
    }
}
