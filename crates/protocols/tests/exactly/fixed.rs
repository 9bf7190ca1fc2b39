//! Pools that end at a maturity.

use crate::{ALICE, BOB, selector, usdc, with_collateral, world};
use alloy_primitives::{U256, keccak256};
use protocols::exactly::{
    FixedPosition,
    fixed::{INTERVAL, maturity},
};

#[test]
fn a_fixed_debt_carries_its_fee_and_is_repaid_early_for_less() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let first = maturity(&chain, 1);
    let owed = market.borrow_at_maturity(&mut chain, ALICE, first, usdc(100)).unwrap();
    let position = market.fixed_borrow(&chain, first, ALICE);
    assert_eq!(position.principal, usdc(100));
    assert!(position.fee > U256::ZERO);
    assert_eq!(position.total(), owed);
    assert_eq!(market.fixed_pool(&chain, first).borrowed, usdc(100));
    assert_eq!(market.position(&chain, ALICE).debt, owed);
    assert_eq!(market.floating_debt(&chain, ALICE), U256::ZERO);

    // Nobody deposited until that maturity, so the fee that is not earned yet goes to who repays early.
    market.token.mint(&mut chain, ALICE, usdc(100)).unwrap();
    let paid = market.repay_at_maturity(&mut chain, ALICE, first, owed).unwrap();
    assert!(paid < owed, "{paid} of {owed}");
    assert_eq!(market.fixed_borrow(&chain, first, ALICE), FixedPosition::default());
}

#[test]
fn a_fixed_debt_past_its_maturity_costs_a_penalty() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let first = maturity(&chain, 1);
    let owed = market.borrow_at_maturity(&mut chain, ALICE, first, usdc(100)).unwrap();
    chain.set_next_timestamp(first.to::<u64>() + 24 * 60 * 60).unwrap();
    chain.mine();
    assert!(market.position(&chain, ALICE).debt > owed);
    market.token.mint(&mut chain, ALICE, usdc(100)).unwrap();
    assert!(market.repay_at_maturity(&mut chain, ALICE, first, owed).unwrap() > owed);
}

#[test]
fn a_fixed_deposit_earns_from_a_borrower_and_is_withdrawn_at_maturity() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let first = maturity(&chain, 1);
    market.borrow_at_maturity(&mut chain, ALICE, first, usdc(100)).unwrap();
    market.token.mint(&mut chain, BOB, usdc(50)).unwrap();
    let earned = market.deposit_at_maturity(&mut chain, BOB, first, usdc(50)).unwrap();
    assert!(earned > usdc(50));
    assert_eq!(market.fixed_deposit(&chain, first, BOB).total(), earned);
    assert_eq!(market.fixed_pool(&chain, first).supplied, usdc(50));
    chain.set_next_timestamp(first.to()).unwrap();
    assert_eq!(market.withdraw_at_maturity(&mut chain, BOB, first, earned).unwrap(), earned);
    assert_eq!(market.token.balance_of(&chain, BOB), earned);
}

#[test]
fn only_maturities_within_the_horizon_are_open() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let refused = keccak256("UnmatchedPoolState(uint8,uint8)");
    let seventh = maturity(&chain, 7);
    market.borrow_at_maturity(&mut chain, ALICE, seventh, usdc(10)).unwrap();
    for closed in [maturity(&chain, 8), maturity(&chain, 0), seventh - U256::from(INTERVAL / 2)] {
        let error = market.borrow_at_maturity(&mut chain, ALICE, closed, usdc(10)).unwrap_err();
        assert_eq!(selector(&error), refused[..4]);
    }
    market.set_max_future_pools(&mut chain, 8).unwrap();
    let eighth = maturity(&chain, 8);
    market.borrow_at_maturity(&mut chain, ALICE, eighth, usdc(10)).unwrap();
}
