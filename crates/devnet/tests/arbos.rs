//! The life of an activation, and what ArbOS's precompiles say and may be told.

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use devnet::{
    ArbOs, Chain, ChainConfig, Receipt, Tx,
    arbos::precompiles::{ARB_OWNER, ARB_OWNER_PUBLIC, ARB_SYS, ARB_WASM, ARB_WASM_CACHE, CHAIN_OWNER},
};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashKeepalive(bytes32 codehash) external payable;
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function cacheProgram(address addr) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
    function allCacheManagers() external view returns (address[] memory);
    function addWasmCacheManager(address manager) external;
    function removeWasmCacheManager(address manager) external;
    function setInkPrice(uint32 price) external;
    function inkPrice() external view returns (uint32);
    function getMaxStylusContractFragments() external view returns (uint8);
    function arbOSVersion() external view returns (uint256);

    event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);

    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

const PROGRAM: Address = address!("00000000000000000000000000000000000c0de0");
const USER: Address = address!("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const DAY: u64 = 24 * 60 * 60;

fn code() -> Bytes {
    let wat = r#"(module (memory (export "memory") 0 0) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    stylus::code::compress(&wat::parse_str(wat).unwrap()).into()
}

fn chain(arbos: ArbOs) -> Chain {
    let mut chain = Chain::new(ChainConfig { arbos, ..ChainConfig::default() });
    chain.set_code(PROGRAM, code());
    chain.set_balance(CHAIN_OWNER, U256::from(10).pow(U256::from(18)));
    chain
}

fn send(chain: &mut Chain, from: Address, to: Address, call: &impl SolCall, value: u64) -> Receipt {
    chain.send(Tx::call(from, to, call.abi_encode()).value(U256::from(value))).unwrap()
}

fn view<C: SolCall>(chain: &Chain, to: Address, call: &C) -> C::Return {
    let result = chain.call(Tx::call(USER, to, call.abi_encode())).unwrap();
    assert!(result.success, "{result:?}");
    C::abi_decode_returns(&result.output).unwrap()
}

const ETHER: u64 = 1_000_000_000_000_000_000;
const ACTIVATE: activateProgramCall = activateProgramCall { program: PROGRAM };

fn status(chain: &Chain) -> Bytes {
    let call = codehashVersionCall { codehash: keccak256(code()) };
    chain.call(Tx::call(USER, ARB_WASM, call.abi_encode())).unwrap().output
}

#[test]
fn an_activation_is_paid_for_once_and_announced() {
    let mut chain = chain(ArbOs::V61);
    assert_eq!(status(&chain), ProgramNotActivated {}.abi_encode());
    let before = chain.state().balance(USER);
    let receipt = send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER);
    assert!(receipt.success);
    let event = ProgramActivated::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.codehash, event.program, event.version), (keccak256(code()), PROGRAM, 3));
    let gas = U256::from(receipt.gas_used) * U256::from(chain.base_fee());
    assert_eq!(before - chain.state().balance(USER), event.dataFee + gas);
    let again = send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER);
    assert_eq!((again.success, again.output), (false, ProgramUpToDate {}.abi_encode().into()));
}

#[test]
fn too_little_value_reverts_everything_and_says_how_much_it_takes() {
    let mut chain = chain(ArbOs::V61);
    let receipt = send(&mut chain, USER, ARB_WASM, &ACTIVATE, 1);
    let error = ProgramInsufficientValue::abi_decode(&receipt.output).unwrap();
    assert_eq!(error.have, U256::ONE);
    assert_eq!(status(&chain), ProgramNotActivated {}.abi_encode());
}

#[test]
fn a_module_that_breaks_a_rule_takes_all_gas_without_a_word() {
    let mut chain = chain(ArbOs::V61);
    chain.set_code(PROGRAM, stylus::code::compress(b"\0asm\x01\0\0\0").into());
    let receipt =
        chain.send(Tx::call(USER, ARB_WASM, ACTIVATE.abi_encode()).value(U256::from(ETHER)).gas(9_000_000)).unwrap();
    assert_eq!((receipt.success, receipt.gas_used, receipt.output), (false, 9_000_000, Bytes::new()));
}

#[test]
fn an_activation_can_be_renewed_after_a_month_and_ends_after_a_year() {
    let mut chain = chain(ArbOs::V61);
    send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER);
    let renewal = codehashKeepaliveCall { codehash: keccak256(code()) };
    let receipt = send(&mut chain, USER, ARB_WASM, &renewal, ETHER);
    assert!(ProgramKeepaliveTooSoon::abi_decode(&receipt.output).is_ok());
    chain.advance_time(31 * DAY);
    assert!(send(&mut chain, USER, ARB_WASM, &renewal, ETHER).success);
    chain.advance_time(364 * DAY);
    chain.mine();
    assert_eq!(status(&chain), U256::from(3).to_be_bytes_vec());
    chain.advance_time(2 * DAY);
    chain.mine();
    assert!(ProgramExpired::abi_decode(&status(&chain)).is_ok());
    assert!(send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER).success);
}

#[test]
fn an_upgrade_of_arbos_asks_for_a_new_activation_and_keeps_the_cached_flag() {
    let mut chain = chain(ArbOs::V51);
    send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER);
    assert!(send(&mut chain, CHAIN_OWNER, ARB_WASM_CACHE, &cacheProgramCall { addr: PROGRAM }, 0).success);
    chain.set_arbos(ArbOs::V61);
    assert_eq!(status(&chain), ProgramNeedsUpgrade { version: 2, stylusVersion: 3 }.abi_encode());
    assert!(!chain.send(Tx::call(USER, PROGRAM, Bytes::new())).unwrap().success);
    assert!(send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER).success);
    assert!(chain.send(Tx::call(USER, PROGRAM, Bytes::new())).unwrap().success);
    assert!(view(&chain, ARB_WASM_CACHE, &codehashIsCachedCall { codehash: keccak256(code()) }));
}

#[test]
fn only_managers_and_owners_say_what_is_cached() {
    let mut chain = chain(ArbOs::V61);
    send(&mut chain, USER, ARB_WASM, &ACTIVATE, ETHER);
    let order = cacheProgramCall { addr: PROGRAM };
    assert!(!send(&mut chain, USER, ARB_WASM_CACHE, &order, 0).success);
    let manager = addWasmCacheManagerCall { manager: USER };
    assert!(!send(&mut chain, USER, ARB_OWNER, &manager, 0).success);
    assert!(send(&mut chain, CHAIN_OWNER, ARB_OWNER, &manager, 0).success);
    assert_eq!(view(&chain, ARB_WASM_CACHE, &allCacheManagersCall {}), vec![USER]);
    assert!(send(&mut chain, USER, ARB_WASM_CACHE, &order, 0).success);
    assert!(send(&mut chain, CHAIN_OWNER, ARB_OWNER, &removeWasmCacheManagerCall { manager: USER }, 0).success);
    assert!(view(&chain, ARB_WASM_CACHE, &allCacheManagersCall {}).is_empty());
}

#[test]
fn the_owner_sets_parameters_and_views_tell_them() {
    let mut chain = chain(ArbOs::V61);
    assert_eq!(view(&chain, ARB_WASM, &inkPriceCall {}), 10_000);
    assert!(send(&mut chain, CHAIN_OWNER, ARB_OWNER, &setInkPriceCall { price: 20_000 }, 0).success);
    assert_eq!(view(&chain, ARB_WASM, &inkPriceCall {}), 20_000);
    assert_eq!(view(&chain, ARB_OWNER_PUBLIC, &getMaxStylusContractFragmentsCall {}), 4);
    assert_eq!(view(&chain, ARB_SYS, &arbOSVersionCall {}), U256::from(55 + 61));
}

#[test]
fn calldata_that_fits_nothing_takes_all_gas() {
    let chain = chain(ArbOs::V61);
    let unknown = B256::repeat_byte(7).to_vec();
    for input in [Bytes::new(), unknown.into(), codehashVersionCall::SELECTOR.into()] {
        let result = chain.call(Tx::call(USER, ARB_WASM, input).gas(100_000)).unwrap();
        assert_eq!((result.success, result.gas_used, result.output), (false, 100_000, Bytes::new()));
    }
}
