//! What tools expect of an Arbitrum chain is on this one, where they expect it, and does what they expect.

mod cache_manager;
mod cargo_stylus;
mod multicall;
mod program;
#[path = "../../../devnet/tests/rpc/served.rs"]
mod served;
mod stylus_deployer;
#[path = "../../../devnet/tests/rpc/tool.rs"]
mod tool;

use alloy_primitives::{Address, U256, address, utils::Unit};
use devnet::{ArbOs, Chain, ChainConfig, trace::Labels};
use protocols::{
    Account, Fixtures, Preinstalls, World,
    permit2::PERMIT2,
    preinstalls::{MULTICALL3, STYLUS_DEPLOYER},
};

const ALICE: Address = address!("00000000000000000000000000000000000a11ce");

/// A chain with what is preinstalled and no world.
fn chain(arbos: ArbOs) -> (Chain, Preinstalls) {
    let mut chain = Chain::new(ChainConfig { arbos, ..ChainConfig::default() });
    chain.set_balance(ALICE, U256::from(100) * Unit::ETHER.wei());
    let preinstalls = Preinstalls::install(&mut chain, &Fixtures::open().unwrap()).unwrap();
    (chain, preinstalls)
}

#[test]
fn everything_is_there_by_its_name_and_of_the_length_that_is_documented() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let (chain, preinstalls) = chain(arbos);
        let mut labels = Labels::default();
        preinstalls.name(&mut labels);
        let there: Vec<_> =
            labels.accounts().map(|(address, name)| (name, chain.state().code(address).len(), address)).collect();
        let manager = preinstalls.cache_manager;
        let expected = [
            ("Permit2", 9_152, PERMIT2),
            ("CacheManager", 2_201, manager),
            ("Multicall3", 5_552, MULTICALL3),
            ("StylusDeployer", 2_228, STYLUS_DEPLOYER),
        ];
        assert_eq!(there, expected);
    }
}

#[test]
fn the_readme_says_where_they_are() {
    let readme = include_str!("../../../../README.md");
    let (_, preinstalls) = chain(ArbOs::V61);
    let mut labels = Labels::default();
    preinstalls.name(&mut labels);
    for (address, name) in labels.accounts() {
        assert!(readme.contains(&format!("| {name} | `{address}` |")), "{name} is at {address}");
    }
}

#[test]
fn installing_again_changes_nothing() {
    let (mut chain, first) = chain(ArbOs::V61);
    let before = chain.block_number();
    assert_eq!(Preinstalls::install(&mut chain, &Fixtures::open().unwrap()).unwrap(), first);
    assert_eq!(chain.block_number(), before);
}

#[test]
fn accounts_of_the_world_and_of_users_have_sent_nothing() {
    let (chain, _) = chain(ArbOs::V61);
    for account in [Account::DEPLOYER, Account::PROXY_ADMIN, Account::DEPOSITOR] {
        assert_eq!(chain.state().nonce(account.0), 0, "{account:?}");
    }
    for signer in chain.config().signers() {
        assert_eq!(chain.state().nonce(signer.address()), 0);
        assert_eq!(chain.state().balance(signer.address()), chain.config().funds());
    }
}

#[test]
fn a_world_has_the_same_at_the_same_addresses() {
    let (_, alone) = chain(ArbOs::V61);
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &Fixtures::open().unwrap()).unwrap();
    assert_eq!(world.preinstalls, alone);
    let (mut expected, all) = (Labels::default(), world.labels());
    alone.name(&mut expected);
    for (address, name) in expected.accounts() {
        assert!(!chain.state().code(address).is_empty(), "{name}");
        assert_eq!(all.account(address), name);
    }
}
