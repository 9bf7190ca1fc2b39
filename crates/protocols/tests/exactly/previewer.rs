//! The previewer says what the manager then does.

use crate::{ALICE, succeed, times, usdc, world};
use alloy_primitives::{Address, B256, I256, U256, b256};
use protocols::{Asset, exactly::LeveragePermits};

/// Where a proxy keeps its implementation (EIP-1967).
const IMPLEMENTATION: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

#[test]
fn the_previewer_is_behind_a_proxy() {
    let (chain, world) = world();
    let slot = chain.state().storage(world.exactly.debt_previewer, IMPLEMENTATION.into());
    let implementation = Address::from_word(slot.into());
    assert!(!chain.state().code(implementation).is_empty());
}

#[test]
fn leverage_and_deleverage_end_as_previewed() {
    let (mut chain, world) = world();
    let (market, manager) = (world.exactly.market(Asset::Usdc), world.exactly.manager());
    let (previewer, health) = (world.exactly.previewer(&market), times(1) + times(1) / U256::from(50));
    market.token.mint(&mut chain, ALICE, usdc(100)).unwrap();
    market.token.approve(&mut chain, ALICE, manager.address, U256::MAX).unwrap();
    market.approve(&mut chain, ALICE, manager.address, U256::MAX).unwrap();
    let near = |one: U256, other: U256| assert!(one.abs_diff(other) <= U256::from(20), "{one} {other}");

    let told = previewer.preview_leverage(&chain, ALICE, usdc(100), times(4), health).unwrap();
    assert_eq!((told.ratio, told.principal), (times(4), I256::from_raw(usdc(100))));
    succeed(&mut chain, manager.leverage(ALICE, market.address, usdc(100), times(4), LeveragePermits::None));
    let position = market.position(&chain, ALICE);
    near(position.deposit, told.deposit);
    near(position.debt, told.borrow);

    let now = previewer.leverage(&chain, ALICE, health).unwrap();
    near(now.deposit, position.deposit);
    near(now.borrow, position.debt);
    assert!(now.maxRatio > times(4) && now.maxRatio < times(6), "{}", now.maxRatio);
    assert_eq!(now.minDeposit, U256::ZERO);
    let lendable = now.availableAssets.iter().find(|available| available.asset == market.token.address);
    assert_eq!(lendable.unwrap().liquidity, market.token.balance_of(&chain, world.balancer.vault));

    let told = previewer.preview_deleverage(&chain, ALICE, usdc(20), times(2), health).unwrap();
    succeed(&mut chain, manager.deleverage(ALICE, market.address, usdc(20), times(2), None));
    let position = market.position(&chain, ALICE);
    near(position.deposit, told.deposit);
    near(position.debt, told.borrow);
    assert!(previewer.preview_deleverage(&chain, ALICE, usdc(1_000), times(1), health).is_err());
}

/// What the previewer calls the highest ratio is the highest: the manager goes there, and not much beyond.
#[test]
fn the_highest_ratio_is_the_highest() {
    let (mut chain, world) = world();
    let (market, manager) = (world.exactly.market(Asset::Usdc), world.exactly.manager());
    market.token.mint(&mut chain, ALICE, usdc(100)).unwrap();
    market.token.approve(&mut chain, ALICE, manager.address, U256::MAX).unwrap();
    market.approve(&mut chain, ALICE, manager.address, U256::MAX).unwrap();
    let previewer = world.exactly.previewer(&market);
    let told = previewer.preview_leverage(&chain, ALICE, usdc(100), times(2), times(1)).unwrap();
    let leverage = |ratio: U256| manager.leverage(ALICE, market.address, usdc(100), ratio, LeveragePermits::None);
    let thousandth = told.maxRatio / U256::from(1_000);
    assert!(!chain.send(leverage(told.maxRatio + thousandth)).unwrap().success);
    succeed(&mut chain, leverage(told.maxRatio - thousandth));
}
