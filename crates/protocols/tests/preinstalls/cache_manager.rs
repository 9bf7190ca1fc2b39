//! The CacheManager sells places in ArbOS's cache, which make a program's entry cheaper.

use crate::{ALICE, chain, program};
use alloy_primitives::{Address, U256, address, aliases::U192};
use alloy_sol_types::{SolCall, SolError, sol};
use devnet::{
    ArbOs, Chain, Tx,
    arbos::precompiles::{ARB_WASM_CACHE, CHAIN_OWNER},
};
use protocols::deployer::{ask, execute};
use stylus::code;

sol! {
    function allCacheManagers() external view returns (address[] memory managers);
    function placeBid(address program) external payable;
    function setCacheSize(uint64 newSize) external;
    function initialize(uint64 initCacheSize, uint64 initDecay) external;
    function cacheSize() external view returns (uint64);
    function queueSize() external view returns (uint64);
    function isPaused() external view returns (bool);
    function getMinBid(address program) external view returns (uint192 min);
    function sweepFunds() external;
    error AlreadyCached(bytes32 codehash);
    error NotChainOwner(address sender);
}

/// The least room that the manager counts for a program.
const PLACE: u64 = 4_096;
/// Where the fees of the chain go.
const NETWORK_FEES: Address = address!("a4b0000000000000000000000000000000000002");

/// Deploys and activates a program, given a byte that makes it differ from others.
fn program(chain: &mut Chain, salt: u8) -> Address {
    // A custom section, which changes nothing but the hash: its number, its length, a name of one letter.
    let wasm = [program::wasm(), vec![0, 3, 1, b'x', salt]].concat();
    let create = Tx::create(ALICE, code::initcode(&code::compress(&wasm)));
    let program = execute(chain, "deploy", create).unwrap().contract_address.unwrap();
    assert!(chain.activate(program, ALICE).unwrap().success);
    program
}

fn bid(chain: &mut Chain, manager: Address, program: Address, wei: u64) -> devnet::Receipt {
    chain.send(Tx::call(ALICE, manager, placeBidCall { program }.abi_encode()).value(U256::from(wei))).unwrap()
}

#[test]
fn it_is_the_only_manager_with_room_and_open_to_bids() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let (chain, preinstalls) = chain(arbos);
        let manager = preinstalls.cache_manager;
        assert_eq!(ask(&chain, ARB_WASM_CACHE, allCacheManagersCall {}), [manager]);
        assert!(!ask(&chain, manager, isPausedCall {}));
        assert_eq!(ask(&chain, manager, cacheSizeCall {}), 512 << 20);
        assert_eq!(ask(&chain, manager, queueSizeCall {}), 0);
    }
}

#[test]
fn a_bid_of_nothing_makes_every_entry_as_cheap_as_arbos_says() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let (mut chain, preinstalls) = chain(arbos);
        let program = program(&mut chain, 0);
        let (before, saving) = (program::gas(&chain, program), program::saving(&chain, program));
        assert!(saving > 0);
        assert_eq!(ask(&chain, preinstalls.cache_manager, getMinBidCall { program }), U192::ZERO);
        assert!(bid(&mut chain, preinstalls.cache_manager, program, 0).success);
        assert!(program::is_cached(&chain, program));
        assert_eq!(program::gas(&chain, program), before - saving);
        assert!(ask(&chain, preinstalls.cache_manager, queueSizeCall {}) >= PLACE);
    }
}

#[test]
fn what_is_cached_or_no_program_is_not_bid_for() {
    let (mut chain, preinstalls) = chain(ArbOs::V61);
    let manager = preinstalls.cache_manager;
    let program = program(&mut chain, 0);
    assert!(bid(&mut chain, manager, program, 0).success);
    let again = bid(&mut chain, manager, program, 1);
    assert!(!again.success);
    assert_eq!(AlreadyCached::abi_decode(&again.output).unwrap().codehash, chain.state().code_hash(program));
    assert!(!bid(&mut chain, manager, ALICE, 1).success);
    assert_eq!(chain.state().balance(manager), U256::ZERO);
}

#[test]
fn the_lowest_bid_goes_when_the_owner_leaves_room_for_one() {
    let (mut chain, preinstalls) = chain(ArbOs::V61);
    let manager = preinstalls.cache_manager;
    let [low, high] = [1, 2].map(|salt| program(&mut chain, salt));
    let ether = 1_000_000_000_000_000_000;
    assert!(bid(&mut chain, manager, low, ether).success);
    let room = ask(&chain, manager, queueSizeCall {});
    let resize = setCacheSizeCall { newSize: room }.abi_encode();
    let refused = chain.send(Tx::call(ALICE, manager, resize.clone())).unwrap();
    assert_eq!(NotChainOwner::abi_decode(&refused.output).unwrap().sender, ALICE);
    assert!(chain.send(Tx::call(CHAIN_OWNER, manager, resize)).unwrap().success);
    let least = ask(&chain, manager, getMinBidCall { program: high });
    assert!(least > U192::ZERO && least <= U192::from(ether), "{least}");
    assert!(!bid(&mut chain, manager, high, 0).success);
    assert!(program::is_cached(&chain, low) && !program::is_cached(&chain, high));
    assert!(bid(&mut chain, manager, high, 2 * ether).success);
    assert!(!program::is_cached(&chain, low) && program::is_cached(&chain, high));
}

#[test]
fn what_was_paid_goes_to_the_network_and_it_is_set_up_once() {
    let (mut chain, preinstalls) = chain(ArbOs::V61);
    let manager = preinstalls.cache_manager;
    let program = program(&mut chain, 0);
    assert!(bid(&mut chain, manager, program, 5).success);
    let before = chain.state().balance(NETWORK_FEES);
    execute(&mut chain, "sweep", Tx::call(ALICE, manager, sweepFundsCall {}.abi_encode())).unwrap();
    assert_eq!(chain.state().balance(NETWORK_FEES) - before, U256::from(5));
    let again = initializeCall { initCacheSize: 1, initDecay: 1 }.abi_encode();
    assert!(!chain.send(Tx::call(ALICE, manager, again)).unwrap().success);
}
