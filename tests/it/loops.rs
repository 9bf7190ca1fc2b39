//! A flash source that holds less than is needed, and one that is not free.

use crate::{
    debts::{ROUNDING, events, percent},
    stage::{ALICE, Stage, near, times, usdc},
};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{Bounds, FlashLiquidityTooLow};
use devnet::{Receipt, Tx};
use protocols::{
    exactly::IMarket::{Borrow, Repay},
    manager,
};

/// Alice puts 80 USDC at 5x, which takes a loan of 320.
fn opening(stage: &Stage) -> Tx {
    stage.dm.send(ALICE, manager::leverage(stage.market().address, usdc(80), times(5)))
}

fn opened() -> Stage {
    let mut stage = Stage::new();
    stage.succeeds(opening(&stage));
    stage
}

/// Alice closes everything, whatever she owes.
fn closing(stage: &Stage) -> Tx {
    stage.dm.send(ALICE, manager::deleverage(stage.market().address, manager::ALL, times(1)))
}

/// Alice repays a part.
fn repaying(stage: &Stage, units: U256) -> Tx {
    let order = manager::deleverage(stage.market().address, U256::ZERO, times(1)).repaying(units);
    stage.dm.send(ALICE, order)
}

fn rounds(receipt: &Receipt) -> (usize, usize) {
    (events::<Borrow>(receipt).len(), events::<Repay>(receipt).len())
}

/// What is needed in so many rounds, to the unit.
fn share(needed: U256, rounds: u64) -> U256 {
    needed.div_ceil(U256::from(rounds))
}

fn refuses(stage: &mut Stage, tx: Tx, available: U256, needed: U256) {
    stage.vault_holds(available);
    stage.reverts(tx, &FlashLiquidityTooLow { available, needed });
}

fn has_closed(stage: &Stage) {
    let position = stage.alice();
    assert_eq!((position.deposit, position.debt), (U256::ZERO, U256::ZERO));
    assert_eq!(stage.market().shares(&stage.chain, ALICE), U256::ZERO);
    assert_eq!(stage.market().floating_shares(&stage.chain, ALICE), U256::ZERO);
}

#[test]
fn a_vault_that_holds_just_enough_lends_once() {
    let mut stage = Stage::new();
    stage.vault_holds(usdc(320));
    assert_eq!(rounds(&stage.succeeds(opening(&stage))), (1, 0));
}

#[test]
fn leverage_is_raised_in_as_few_rounds_as_will_do() {
    for count in [2, 3, 5, 31, 32] {
        let mut stage = Stage::new();
        stage.vault_holds(share(usdc(320), count));
        let receipt = stage.succeeds(opening(&stage));
        assert_eq!(rounds(&receipt), (count as usize, 0));
        let position = stage.alice();
        // Every round may cost a unit on either side.
        assert!(usdc(400) - position.deposit <= U256::from(count), "{count}: {position:?}");
        assert!(position.debt - usdc(320) <= U256::from(count), "{count}: {position:?}");
    }
}

#[test]
fn one_unit_less_takes_one_round_more() {
    for count in [1, 2, 31] {
        let mut stage = Stage::new();
        stage.vault_holds(share(usdc(320), count) - U256::ONE);
        let receipt = stage.succeeds(opening(&stage));
        assert_eq!(rounds(&receipt), (count as usize + 1, 0));
    }
}

#[test]
fn thirty_three_rounds_to_raise_leverage_are_refused() {
    for available in [share(usdc(320), 32) - U256::ONE, share(usdc(320), 33), U256::ONE, U256::ZERO] {
        let mut stage = Stage::new();
        let tx = opening(&stage);
        refuses(&mut stage, tx, available, usdc(320));
    }
}

#[test]
fn a_part_is_repaid_in_as_few_rounds_as_will_do() {
    for count in [2, 3, 32] {
        let mut stage = opened();
        stage.vault_holds(share(usdc(160), count));
        let receipt = stage.succeeds(repaying(&stage, usdc(160)));
        assert_eq!(rounds(&receipt), (0, count as usize));
        let position = stage.alice();
        assert!(position.debt - usdc(160) <= U256::from(2 * count), "{count}: {position:?}");
        assert!(usdc(240).abs_diff(position.deposit) <= U256::from(2 * count), "{count}: {position:?}");
    }
}

#[test]
fn thirty_three_rounds_to_repay_a_part_are_refused() {
    for available in [share(usdc(160), 32) - U256::ONE, U256::ONE, U256::ZERO] {
        let mut stage = opened();
        let tx = repaying(&stage, usdc(160));
        refuses(&mut stage, tx, available, usdc(160));
    }
}

#[test]
fn a_full_close_in_rounds_leaves_no_share_of_a_debt() {
    for count in [2, 3, 32] {
        let mut stage = opened();
        stage.chain.advance_time(90 * 24 * 60 * 60);
        stage.chain.mine();
        let owed = stage.market().floating_debt(&stage.chain, ALICE);
        // What accrues until then, and what rounding leaves, is less than a thousand units.
        stage.vault_holds(share(owed + U256::from(1_000), count));
        let receipt = stage.succeeds(closing(&stage));
        assert_eq!(rounds(&receipt), (0, count as usize));
        has_closed(&stage);
        let wallet = stage.alices_wallet();
        assert!(wallet > usdc(90) && wallet < usdc(100), "{wallet}");
    }
}

#[test]
fn a_full_repayment_keeps_room_for_what_rounding_leaves() {
    let mut stage = opened();
    let tx = closing(&stage);
    // Setting what the vault holds takes a block, and so does what comes then.
    let mut copy = stage.clone();
    copy.chain.mine();
    copy.chain.mine();
    let owed = copy.market().floating_debt(&copy.chain, ALICE);
    let enough = share(owed + U256::from(ROUNDING), 32);
    refuses(&mut stage.clone(), tx.clone(), enough - U256::ONE, owed);
    stage.vault_holds(enough);
    assert_eq!(rounds(&stage.succeeds(tx)), (0, 32));
    has_closed(&stage);
}

#[test]
fn a_wallet_gets_its_part_when_there_are_rounds() {
    let mut stage = opened();
    stage.vault_holds(usdc(100));
    stage.alice_deleverages(usdc(40), times(2));
    let position = stage.alice();
    assert!(near(position.deposit, usdc(80)) && near(position.debt, usdc(40)), "{position:?}");
    assert_eq!(stage.alices_wallet(), usdc(60));
}

/// A vault that takes a thousandth.
fn with_a_fee(mut stage: Stage) -> Stage {
    stage.world.balancer.set_flash_fee(&mut stage.chain, percent(1) / U256::from(10)).unwrap();
    stage
}

fn fees(stage: &Stage) -> U256 {
    stage.market().token.balance_of(&stage.chain, stage.world.balancer.fees_collector(&stage.chain))
}

#[test]
fn a_fee_is_borrowed_too() {
    let mut stage = with_a_fee(Stage::new());
    stage.succeeds(opening(&stage));
    let (position, fee) = (stage.alice(), usdc(320) / U256::from(1_000));
    assert_eq!(fees(&stage), fee);
    assert!(near(position.deposit, usdc(400)) && near(position.debt, usdc(320) + fee), "{position:?}");
}

#[test]
fn a_fee_counts_as_a_loss() {
    let stage = with_a_fee(Stage::new());
    let fee = usdc(320) / U256::from(1_000);
    let within = |loss| {
        let bounds = Bounds { equityLossMax: loss, ..Stage::loose() };
        let order = manager::leverage(stage.market().address, usdc(80), times(5)).within(bounds);
        stage.clone().send(stage.dm.send(ALICE, order)).success
    };
    // What was supplied and what was borrowed are each counted against the account by two units at most.
    assert!(within(fee + U256::from(4)) && !within(fee - U256::ONE));
}

#[test]
fn a_fee_is_withdrawn_too() {
    let mut stage = with_a_fee(opened());
    stage.succeeds(repaying(&stage, usdc(160)));
    let (position, fee) = (stage.alice(), usdc(160) / U256::from(1_000));
    assert_eq!(fees(&stage), fee);
    assert!(near(position.deposit, usdc(240) - fee) && near(position.debt, usdc(160)), "{position:?}");
}

#[test]
fn a_fee_is_paid_out_of_what_remains_at_the_end() {
    let mut stage = with_a_fee(opened());
    stage.succeeds(closing(&stage));
    has_closed(&stage);
    let wallet = stage.alices_wallet();
    assert!(near(wallet + fees(&stage), usdc(100)), "{wallet}");
    assert!(near(fees(&stage), usdc(320) / U256::from(1_000)));
}

#[test]
fn in_rounds_the_fee_is_one_round_s() {
    let mut stage = with_a_fee(Stage::new());
    stage.vault_holds(usdc(80));
    assert_eq!(rounds(&stage.succeeds(opening(&stage))), (4, 0));
    assert_eq!(fees(&stage), usdc(80) / U256::from(1_000));
    stage.vault_holds(usdc(100));
    stage.succeeds(closing(&stage));
    has_closed(&stage);
    assert!(near(stage.alices_wallet() + fees(&stage), usdc(100)));
}

#[test]
fn the_highest_fee_is_paid() {
    let mut stage = Stage::new();
    stage.world.balancer.set_flash_fee(&mut stage.chain, percent(1)).unwrap();
    stage.succeeds(opening(&stage));
    assert!(near(stage.alice().debt, usdc(320) + usdc(320) / U256::from(100)));
}
