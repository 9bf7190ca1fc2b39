//! Raising leverage.

use crate::stage::{ALICE, Stage, near, times, usdc};
use alloy_primitives::U256;
use alloy_sol_types::SolEvent;
use debt_manager::abi::IDebtManager::{Leveraged, RatioTooLow, WrongDirection};
use protocols::manager;

#[test]
fn a_hundred_at_three_is_three_hundred_deposited_and_two_hundred_borrowed() {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(100), times(3));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(300)) && near(position.debt, usdc(200)), "{position:?}");
    assert_eq!(stage.alices_wallet(), U256::ZERO);
}

#[test]
fn leverage_is_raised_on_what_is_already_deposited() {
    let mut stage = Stage::new();
    stage.market().deposit(&mut stage.chain, ALICE, usdc(100)).unwrap();
    stage.alice_leverages(U256::ZERO, times(2));
    stage.alice_leverages(U256::ZERO, times(4));
    let position = stage.alice();
    // A unit or two is lost to rounding on the way, and is then missing four times.
    let principal = position.deposit - position.debt;
    assert!(near(principal, usdc(100)) && near(position.deposit, principal * U256::from(4)), "{position:?}");
}

#[test]
fn an_explicit_amount_is_borrowed() {
    let mut stage = Stage::new();
    let operation = manager::leverage(stage.market().address, usdc(100), times(1));
    let tx = stage.dm.send(ALICE, operation.adding(usdc(70)));
    stage.succeeds(tx);
    let position = stage.alice();
    assert!(near(position.deposit, usdc(170)) && near(position.debt, usdc(70)), "{position:?}");
}

#[test]
fn at_a_ratio_of_one_the_deposit_is_supplied_and_nothing_borrowed() {
    let mut stage = Stage::new();
    stage.alice_leverages(usdc(60), times(1));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(60)) && position.debt.is_zero(), "{position:?}");
    assert_eq!(stage.alices_wallet(), usdc(40));
}

#[test]
fn the_event_and_the_return_data_tell_the_position() {
    let mut stage = Stage::new();
    let receipt = stage.alice_leverages(usdc(100), times(3));
    let log = receipt.logs.last().unwrap();
    assert_eq!(log.address, stage.dm.address);
    let event = Leveraged::decode_log_data(&log.data).unwrap();
    assert_eq!(
        (event.account, event.collateralMarket, event.debtMarket),
        (ALICE, stage.market().address, stage.market().address)
    );
    let expected = [event.collateral, event.debt].map(|units| units.to_be_bytes::<32>()).concat();
    assert_eq!(receipt.output.as_ref(), expected);
    assert!(near(event.collateral, usdc(300)) && near(event.debt, usdc(200)));
}

#[test]
fn a_ratio_below_one_or_in_the_other_direction_is_refused() {
    let mut stage = Stage::new();
    let market = stage.market().address;
    let ratio = times(1) - U256::ONE;
    let tx = stage.dm.send(ALICE, manager::leverage(market, usdc(1), ratio));
    stage.reverts(tx, &RatioTooLow { ratio, least: times(1) });
    stage.alice_leverages(usdc(100), times(3));
    let position = stage.alice();
    let tx = stage.dm.send(ALICE, manager::leverage(market, U256::ZERO, times(1)));
    // Interest of the second in which it is executed is owed as well.
    let receipt = stage.send(tx);
    let error = <WrongDirection as alloy_sol_types::SolError>::abi_decode(&receipt.output).unwrap();
    assert!(!receipt.success && error.debtTarget.is_zero() && near(error.debt, position.debt));
}

#[test]
fn nothing_at_any_ratio_is_nothing() {
    let mut stage = Stage::new();
    let operation = manager::leverage(stage.market().address, U256::ZERO, times(2));
    // No deposit, no debt: a principal of nothing borrows nothing, and that is no error.
    let tx = stage.dm.send(ALICE, operation);
    stage.succeeds(tx);
    assert_eq!(stage.alice().deposit, U256::ZERO);
}
