//! Health, liquidation and what stops a market.

use crate::{ALICE, BOB, selector, usdc, with_collateral, world};
use alloy_primitives::{U256, keccak256};
use protocols::{Asset, exactly::WAD};

#[test]
fn a_smaller_adjust_factor_makes_an_account_liquidatable() {
    let (mut chain, world) = world();
    let exactly = &world.exactly;
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    market.borrow(&mut chain, ALICE, usdc(800)).unwrap();
    market.token.mint(&mut chain, BOB, usdc(1_000)).unwrap();
    let debt = market.position(&chain, ALICE).debt;

    let healthy = market.liquidate(&mut chain, BOB, ALICE, U256::MAX, &market).unwrap_err();
    assert_eq!(selector(&healthy), keccak256("InsufficientShortfall()")[..4]);
    assert_eq!(exactly.adjust_factor(&chain, &market), 910_000_000_000_000_000);

    exactly.set_adjust_factor(&mut chain, &market, 800_000_000_000_000_000).unwrap();
    assert!(exactly.health_factor(&chain, ALICE) < U256::from(WAD));
    let before = market.position(&chain, BOB).deposit + market.token.balance_of(&chain, BOB);
    let repaid = market.liquidate(&mut chain, BOB, ALICE, U256::MAX, &market).unwrap();
    assert!(repaid > U256::ZERO);
    assert!(market.position(&chain, ALICE).debt < debt);
    assert!(market.position(&chain, BOB).deposit + market.token.balance_of(&chain, BOB) > before, "the incentive");
}

#[test]
fn a_price_moves_health() {
    let (mut chain, world) = world();
    let exactly = &world.exactly;
    with_collateral(&mut chain, &world, ALICE, 10_000);
    let weth = exactly.market(Asset::Weth);
    weth.borrow(&mut chain, ALICE, Asset::Weth.units(1)).unwrap();
    let before = exactly.health_factor(&chain, ALICE);
    weth.set_price(&mut chain, 6_000).unwrap();
    let after = exactly.health_factor(&chain, ALICE);
    assert!(before > after * U256::from(199) / U256::from(100), "{before} {after}");
    assert_eq!(weth.snapshot(&chain, ALICE).debt, weth.position(&chain, ALICE).debt);
}

#[test]
fn entering_and_leaving_a_market_is_what_makes_a_deposit_collateral() {
    let (mut chain, world) = world();
    let exactly = &world.exactly;
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    assert!(exactly.has_entered(&chain, ALICE, &market));
    assert!(exactly.liquidity(&chain, ALICE).collateral > U256::ZERO);
    exactly.exit_market(&mut chain, ALICE, &market).unwrap();
    assert!(!exactly.has_entered(&chain, ALICE, &market));
    assert_eq!(exactly.liquidity(&chain, ALICE).collateral, U256::ZERO);

    exactly.enter_market(&mut chain, ALICE, &market).unwrap();
    market.borrow(&mut chain, ALICE, usdc(10)).unwrap();
    let error = exactly.exit_market(&mut chain, ALICE, &market).unwrap_err();
    assert_eq!(selector(&error), keccak256("RemainingDebt()")[..4]);
}

#[test]
fn a_paused_market_moves_nothing_and_a_frozen_one_only_out() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    market.token.mint(&mut chain, ALICE, usdc(10)).unwrap();
    market.set_paused(&mut chain, true).unwrap();
    assert!(market.paused(&chain));
    assert!(market.borrow(&mut chain, ALICE, usdc(10)).is_err());
    assert!(market.withdraw(&mut chain, ALICE, usdc(10)).is_err());
    market.set_paused(&mut chain, false).unwrap();
    market.borrow(&mut chain, ALICE, usdc(10)).unwrap();

    market.set_frozen(&mut chain, true).unwrap();
    assert!(market.frozen(&chain));
    let error = market.deposit(&mut chain, ALICE, usdc(10)).unwrap_err();
    assert_eq!(selector(&error), keccak256("MarketFrozen()")[..4]);
    market.repay(&mut chain, ALICE, usdc(5)).unwrap();
    market.withdraw(&mut chain, ALICE, usdc(10)).unwrap();
}

#[test]
fn shares_move_between_accounts() {
    let (mut chain, world) = world();
    let market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let shares = market.shares(&chain, ALICE);
    market.transfer(&mut chain, ALICE, BOB, shares / U256::from(4)).unwrap();
    assert_eq!(market.shares(&chain, BOB), shares / U256::from(4));
    assert_eq!(market.shares(&chain, ALICE), shares - shares / U256::from(4));
}

/// What a liquidator gains on a liquidation of Alice, in dollars at 18 decimals, at an incentive in hundredths.
fn gain_at(hundredths: u128) -> U256 {
    let (mut chain, world) = world();
    let exactly = &world.exactly;
    let market = with_collateral(&mut chain, &world, ALICE, 10_000);
    let weth = exactly.market(Asset::Weth);
    weth.borrow(&mut chain, ALICE, Asset::Weth.units(2)).unwrap();
    exactly.set_liquidation_incentive(&mut chain, u128::from(WAD) / 100 * hundredths, 0).unwrap();
    weth.token.mint(&mut chain, BOB, Asset::Weth.units(2)).unwrap();
    // Eight thousand dollars of debt against ten thousand, of which not all counts.
    weth.set_price(&mut chain, 4_000).unwrap();
    let repaid = weth.liquidate(&mut chain, BOB, ALICE, U256::MAX, &market).unwrap();
    let seized = market.token.balance_of(&chain, BOB) * U256::from(10).pow(U256::from(12));
    seized - repaid * U256::from(4_000)
}

#[test]
fn a_debt_in_one_market_is_liquidated_for_collateral_of_another() {
    let [five, ten] = [5, 10].map(gain_at);
    assert!(five > U256::ZERO);
    assert!(ten > five, "{ten} and {five}");
}

#[test]
fn a_market_asks_the_feed_that_the_auditor_is_told_of() {
    let (mut chain, world) = world();
    let exactly = &world.exactly;
    let mut market = with_collateral(&mut chain, &world, ALICE, 1_000);
    let before = exactly.liquidity(&chain, ALICE).collateral;
    let feed = exactly.market(Asset::Weth).price_feed;
    exactly.set_price_feed(&mut chain, &mut market, feed).unwrap();
    assert_eq!(exactly.liquidity(&chain, ALICE).collateral, before * U256::from(3_000));
    market.set_price(&mut chain, 6_000).unwrap();
    assert_eq!(exactly.liquidity(&chain, ALICE).collateral, before * U256::from(6_000));
}
