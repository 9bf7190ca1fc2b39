//! Lowering leverage.

use crate::stage::{ALICE, Stage, near, times, usdc};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::WithdrawAllNeedsFullRepayment;
use protocols::manager;

fn leveraged() -> Stage {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(4));
    stage
}

#[test]
fn four_to_one_withdrawing_all_leaves_nothing_but_the_wallet() {
    let mut stage = leveraged();
    stage.alice_deleverages(manager::ALL, times(1));
    let position = stage.alice();
    assert_eq!((position.deposit, position.debt), (U256::ZERO, U256::ZERO));
    assert_eq!(stage.market().shares(&stage.chain, ALICE), U256::ZERO);
    assert!(near(stage.alices_wallet(), usdc(100)), "{}", stage.alices_wallet());
}

#[test]
fn almost_a_year_of_interest_leaves_no_dust_either() {
    let mut stage = leveraged();
    // A year after its activation the program would have expired.
    stage.chain.advance_time(364 * 24 * 60 * 60);
    stage.alice_deleverages(manager::ALL, times(1));
    let position = stage.alice();
    assert_eq!((position.deposit, position.debt), (U256::ZERO, U256::ZERO));
    assert!(stage.alices_wallet() < usdc(100));
}

#[test]
fn four_to_two_keeps_the_principal() {
    let mut stage = leveraged();
    stage.alice_deleverages(U256::ZERO, times(2));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(200)) && near(position.debt, usdc(100)), "{position:?}");
    assert_eq!(stage.alices_wallet(), U256::ZERO);
}

#[test]
fn a_part_is_withdrawn_on_the_way() {
    let mut stage = leveraged();
    stage.alice_deleverages(usdc(40), times(2));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(120)) && near(position.debt, usdc(60)), "{position:?}");
    assert_eq!(stage.alices_wallet(), usdc(40));
}

#[test]
fn repaying_everything_keeps_the_deposit() {
    let mut stage = leveraged();
    stage.alice_deleverages(U256::ZERO, times(1));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(100)), "{position:?}");
    assert_eq!(position.debt, U256::ZERO);
}

#[test]
fn an_explicit_repayment_stops_at_the_debt() {
    let mut stage = leveraged();
    let mut repay = |value| {
        let operation = manager::deleverage(stage.market().address, U256::ZERO, times(1));
        stage.succeeds(stage.dm.send(ALICE, operation.repaying(value)));
        stage.alice()
    };
    let position = repay(usdc(120));
    assert!(near(position.deposit, usdc(280)) && near(position.debt, usdc(180)), "{position:?}");
    assert_eq!(repay(U256::MAX).debt, U256::ZERO);
}

#[test]
fn without_a_debt_it_only_withdraws() {
    let mut stage = Stage::new();
    stage.market().deposit(&mut stage.chain, ALICE, usdc(100)).unwrap();
    stage.alice_deleverages(usdc(30), times(1));
    assert!(near(stage.alice().deposit, usdc(70)));
    stage.alice_deleverages(manager::ALL, times(1));
    assert_eq!(stage.market().shares(&stage.chain, ALICE), U256::ZERO);
    assert!(near(stage.alices_wallet(), usdc(100)));
}

#[test]
fn withdrawing_all_asks_for_a_ratio_of_one() {
    let mut stage = leveraged();
    let operation = manager::deleverage(stage.market().address, manager::ALL, times(2));
    let tx = stage.dm.send(ALICE, operation);
    stage.reverts(tx, &WithdrawAllNeedsFullRepayment { size: times(2) });
}
