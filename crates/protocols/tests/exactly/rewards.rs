//! Rewards, which the world is without until they are enabled.

use crate::{ALICE, BOB, succeed, times, usdc, with_collateral, world};
use alloy_primitives::{Address, U256};
use devnet::{Chain, Tx};
use protocols::{
    Asset, Fixtures, World,
    deployer::ask,
    exactly::{IMarket, LeveragePermits, Terms},
    stand_ins::{Manner, StandIn},
};

/// Alice's next leverage to four times, of which everything is approved.
fn leverage(chain: &mut Chain, world: &World) -> Tx {
    let (market, manager) = (world.exactly.market(Asset::Usdc), world.exactly.manager());
    market.token.mint(chain, ALICE, usdc(100)).unwrap();
    market.token.approve(chain, ALICE, manager.address, U256::MAX).unwrap();
    market.approve(chain, ALICE, manager.address, U256::MAX).unwrap();
    manager.leverage(ALICE, market.address, usdc(100), times(4), LeveragePermits::None)
}

#[test]
fn no_market_has_rewards_until_they_are_enabled() {
    let (mut chain, world) = world();
    let controllers = |chain: &Chain| {
        world.exactly.markets.map(|market| ask(chain, market.address, IMarket::rewardsControllerCall {}))
    };
    assert_eq!(controllers(&chain), [Address::ZERO; 3]);
    let rewards = world.exactly.enable_rewards(&mut chain, &Fixtures::open().unwrap()).unwrap();
    assert_eq!(controllers(&chain), [rewards.controller; 3]);
}

#[test]
fn leverage_costs_more_gas_and_earns_rewards() {
    let (mut chain, world) = world();
    let without = {
        let mut chain = chain.clone();
        let tx = leverage(&mut chain, &world);
        succeed(&mut chain, tx).gas_used
    };
    let rewards = world.exactly.enable_rewards(&mut chain, &Fixtures::open().unwrap()).unwrap();
    let tx = leverage(&mut chain, &world);
    let with = succeed(&mut chain, tx).gas_used;
    assert!(with > without + 100_000, "{with} and {without}");

    let market = world.exactly.market(Asset::Usdc);
    chain.advance_time(24 * 60 * 60);
    chain.mine();
    let earned = rewards.claimable(&chain, ALICE);
    assert!(earned > U256::ZERO);
    assert_eq!(rewards.claimable(&chain, BOB), U256::ZERO);
    rewards.claim(&mut chain, ALICE).unwrap();
    assert!(rewards.token.balance_of(&chain, ALICE) >= earned);
    // Positions are as without: leverage does not spend what is earned.
    assert!(market.position(&chain, ALICE).debt.abs_diff(usdc(300)) < usdc(1));
}

#[test]
fn a_deposit_alone_earns_and_twice_as_much_earns_twice() {
    let (mut chain, world) = world();
    let rewards = world.exactly.enable_rewards(&mut chain, &Fixtures::open().unwrap()).unwrap();
    chain.set_block_time(0);
    with_collateral(&mut chain, &world, ALICE, 1_000);
    with_collateral(&mut chain, &world, BOB, 2_000);
    chain.advance_time(24 * 60 * 60);
    chain.mine();
    let [alice, bob] = [ALICE, BOB].map(|account| rewards.claimable(&chain, account));
    assert!(alice > U256::ZERO);
    assert!(bob.abs_diff(alice * U256::from(2)) <= bob / U256::from(10_000), "{alice} {bob}");
}

#[test]
fn a_listed_market_gives_rewards_too() {
    let (mut chain, world) = world();
    let fixtures = Fixtures::open().unwrap();
    let rewards = world.exactly.enable_rewards(&mut chain, &fixtures).unwrap();
    let depositor = protocols::Account::DEPOSITOR.0;
    let units = times(1_000_000);
    let token = StandIn::deploy(&mut chain, &fixtures, Manner::DaiLike, depositor, units * U256::from(2)).unwrap();
    let market = world.exactly.list_market(&mut chain, &fixtures, token, &Terms::at("DAI", 1), units).unwrap();
    rewards.enable(&mut chain, &market).unwrap();
    token.transfer(&mut chain, depositor, ALICE, times(10)).unwrap();
    market.deposit(&mut chain, ALICE, times(10)).unwrap();
    chain.advance_time(60 * 60);
    chain.mine();
    assert!(rewards.claimable(&chain, ALICE) > U256::ZERO);
}
