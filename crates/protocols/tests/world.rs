//! The world is where the contract expects it, and Exactly's own manager works in it.

use alloy_primitives::{Address, U256, address};
use devnet::{Chain, ChainConfig};
use protocols::{Asset, Fixtures, PositionNow, World};
use serde::Deserialize;

const ALICE: Address = address!("a11ce000000000000000000000000000000a11ce");

#[derive(Deserialize)]
struct Network {
    exactly: ExactlyRoots,
    balancer_v2: BalancerRoots,
}

#[derive(Deserialize)]
struct ExactlyRoots {
    auditor: Address,
}

#[derive(Deserialize)]
struct BalancerRoots {
    vault: Address,
}

fn world() -> (Chain, World) {
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &Fixtures::open().unwrap()).unwrap();
    chain.set_balance(ALICE, ChainConfig::default().funds());
    (chain, world)
}

#[test]
fn the_world_is_where_the_contracts_constants_say() {
    let (_, world) = world();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/devnet.toml");
    let network: Network = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(world.exactly.auditor, network.exactly.auditor);
    assert_eq!(world.balancer.vault, network.balancer_v2.vault);
}

#[test]
fn exactlys_own_manager_leverages_and_deleverages() {
    let (mut chain, world) = world();
    let (market, manager) = (world.exactly.market(Asset::Usdc), world.exactly.solidity_manager[0]);
    let hundred = Asset::Usdc.units(100);
    market.token.mint(&mut chain, ALICE, hundred).unwrap();
    market.token.approve(&mut chain, ALICE, manager, U256::MAX).unwrap();
    market.approve(&mut chain, ALICE, manager, U256::MAX).unwrap();
    let wad = U256::from(protocols::exactly::WAD);
    let receipt =
        chain.send(world.exactly.solidity_leverage(ALICE, market.address, hundred, wad * U256::from(4))).unwrap();
    assert!(receipt.success, "{receipt:?}");
    let PositionNow { deposit, debt } = market.position(&chain, ALICE);
    assert!(deposit.abs_diff(Asset::Usdc.units(400)) <= U256::from(1), "{deposit}");
    assert!(debt.abs_diff(Asset::Usdc.units(300)) <= U256::from(1), "{debt}");
    assert!(world.exactly.health_factor(&chain, ALICE) > wad);
    // Ten units stay behind on purpose: interest accrues until the transaction is executed.
    let withdraw = hundred - U256::from(10);
    let receipt = chain.send(world.exactly.solidity_deleverage(ALICE, market.address, withdraw, wad)).unwrap();
    assert!(receipt.success, "{receipt:?}");
    assert_eq!(market.position(&chain, ALICE).debt, U256::ZERO);
    assert_eq!(market.token.balance_of(&chain, ALICE), withdraw);
}
