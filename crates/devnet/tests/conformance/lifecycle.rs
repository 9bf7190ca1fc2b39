//! An activation from its first day to its last, and what caches and blocks remember of programs.

use crate::probe::{BLOCK, CALL, CONST, call, chain, deploy, ink_on, sender};
use alloy_primitives::{Address, B256, Bytes, U256, address, hex, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use devnet::{
    ArbOs, Chain, Receipt, Tx,
    arbos::precompiles::{ARB_OWNER, ARB_WASM, ARB_WASM_CACHE, CHAIN_OWNER},
};

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashKeepalive(bytes32 codehash) external payable;
    function programTimeLeft(address program) external view returns (uint64 timeLeft);
    function cacheProgram(address addr) external;
    function evictCodehash(bytes32 codehash) external;
    function addWasmCacheManager(address manager) external;
    function setWasmBlockCacheSize(uint16 count) external;
    function setWasmActivationGas(uint64 gas) external;
    function activationGas() external view returns (uint64 gas);

    event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

    error ProgramNotActivated();
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

const GAS: u64 = 10_000;
const ETHER: u64 = 1_000_000_000_000_000_000;
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
/// The smallest program, at an address whose first byte is all that must be written.
const SMALLEST: &str =
    r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
const CHILD: Address = address!("ee00000000000000000000000000000000000000");
/// The same with another result, which makes it another program of the same price: it reverts.
const REVERTS: &str =
    r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 1))"#;
const OTHER: Address = address!("dd00000000000000000000000000000000000000");
/// Its native code: 512,000 and 996 for a function, 22 for two types, 400 for 64 bytes. In whole kilobytes, 502.
const ASM: u64 = 513_418;
const KILOBYTES: u64 = 502 * 1_024;
/// Wei of a byte: the exponential of 240 basis points of the auction's inertia, in whole basis points.
const BYTE: u64 = 82_928_201 * 10_242 / 10_000;
/// Its start.
const INIT: u64 = 8_832 + 18;
const CACHED: u64 = 352 + 11;
const WORK: u64 = 1;

fn send(chain: &mut Chain, from: Address, to: Address, order: &impl SolCall, value: u64) -> Receipt {
    chain.send(Tx::call(from, to, order.abi_encode()).value(U256::from(value))).unwrap()
}

fn by_owner(chain: &mut Chain, to: Address, order: &impl SolCall) {
    chain.set_balance(CHAIN_OWNER, U256::from(ETHER));
    let receipt = send(chain, CHAIN_OWNER, to, order, 0);
    assert!(receipt.success, "{receipt:?}");
}

fn hash(chain: &Chain, program: Address) -> B256 {
    keccak256(chain.state().code(program))
}

fn renewal(chain: &Chain) -> codehashKeepaliveCall {
    codehashKeepaliveCall { codehash: hash(chain, CHILD) }
}

fn time_left(chain: &Chain) -> u64 {
    let query = programTimeLeftCall { program: CHILD }.abi_encode();
    U256::from_be_slice(&chain.call(Tx::call(sender(chain), ARB_WASM, query)).unwrap().output).to()
}

fn strangers(chain: &Chain) -> Address {
    chain.config().signers()[3].address()
}

fn fresh(arbos: ArbOs) -> Chain {
    let mut chain = chain(arbos);
    deploy(&mut chain, CHILD, SMALLEST);
    chain
}

#[test]
fn a_stranger_may_renew_after_a_month_for_the_fee_of_whole_kilobytes() {
    let mut chain = fresh(ArbOs::V61);
    let (stranger, order) = (strangers(&chain), renewal(&chain));
    chain.advance_time(31 * DAY - HOUR - 60);
    let early = send(&mut chain, stranger, ARB_WASM, &order, ETHER);
    let error = ProgramKeepaliveTooSoon::abi_decode(&early.output).unwrap();
    assert!(!early.success && error.ageInSeconds < 31 * DAY && error.ageInSeconds > 31 * DAY - HOUR - 60);

    chain.advance_time(HOUR + 60);
    let poor = send(&mut chain, stranger, ARB_WASM, &order, KILOBYTES * BYTE - 1);
    let want = U256::from(KILOBYTES * BYTE);
    let error = ProgramInsufficientValue { have: want - U256::ONE, want };
    assert_eq!((poor.success, poor.output), (false, error.abi_encode().into()));
    assert!(time_left(&chain) < 335 * DAY);

    let before = chain.state().balance(stranger);
    let receipt = send(&mut chain, stranger, ARB_WASM, &order, ETHER);
    let event = ProgramLifetimeExtended::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((receipt.success, event.codehash, event.dataFee), (true, order.codehash, want));
    let gas = U256::from(receipt.gas_used) * U256::from(chain.base_fee());
    assert_eq!(before - chain.state().balance(stranger), want + gas, "the surplus comes back");
    assert!(time_left(&chain) > 364 * DAY + 22 * HOUR);

    // Another month must pass; and the year begins anew.
    assert!(!send(&mut chain, stranger, ARB_WASM, &order, ETHER).success);
    chain.advance_time(364 * DAY);
    assert!(call(&mut chain, CHILD, Bytes::new()).success);
    chain.advance_time(2 * DAY);
    assert!(!call(&mut chain, CHILD, Bytes::new()).success);
}

#[test]
fn what_cannot_be_called_cannot_be_renewed() {
    let mut chain = fresh(ArbOs::V51);
    let order = renewal(&chain);
    let renew = |chain: &mut Chain, order: &codehashKeepaliveCall| send(chain, CHAIN_OWNER, ARB_WASM, order, 0).output;
    chain.set_balance(CHAIN_OWNER, U256::from(ETHER));
    let unknown = codehashKeepaliveCall { codehash: B256::repeat_byte(7) };
    assert_eq!(renew(&mut chain, &unknown), ProgramNotActivated {}.abi_encode());
    chain.set_arbos(ArbOs::V61);
    let outdated = ProgramNeedsUpgrade { version: 2, stylusVersion: 3 };
    assert_eq!(renew(&mut chain, &order), outdated.abi_encode());
    assert!(chain.activate(CHILD, strangers(&chain)).unwrap().success);
    chain.advance_time(366 * DAY);
    assert!(ProgramExpired::abi_decode(&renew(&mut chain, &order)).unwrap().ageInSeconds > 365 * DAY);
}

#[test]
fn an_expired_program_takes_what_it_is_sent_until_a_stranger_activates_it_again() {
    let mut chain = fresh(ArbOs::V61);
    by_owner(&mut chain, ARB_WASM_CACHE, &cacheProgramCall { addr: CHILD });
    chain.advance_time(366 * DAY);
    // A call by a program with 50,000 gas: they are gone, and nothing else is.
    let gas = gas_of_call(&mut chain.clone(), "", 50_000);
    assert_eq!(gas, 2_600 + 50_000);
    let stranger = strangers(&chain);
    let order = activateProgramCall { program: CHILD };
    let receipt = send(&mut chain, stranger, ARB_WASM, &order, ETHER);
    let event = ProgramActivated::decode_log(&receipt.logs[0]).unwrap();
    assert_eq!((event.codehash, event.program, event.version), (hash(&chain, CHILD), CHILD, 3));
    assert_eq!(event.dataFee, U256::from(ASM * BYTE), "of bytes, not of whole kilobytes");
    // It is still cached.
    assert_eq!(gas_of_call(&mut chain, "", 50_000), 2_600 + CACHED + WORK);
}

/// A call of the child or the other by a program, with this gas at most.
fn of(first_byte: u8, gas: u64) -> String {
    format!(
        "(i32.store8 (i32.const 0) (i32.const {first_byte}))
         (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const {gas}) (i32.const 96)))"
    )
}

/// Gas of a call of the child by a program that did something before.
fn gas_of_call(chain: &mut Chain, before: &str, gas: u64) -> u64 {
    const STORE: u64 = 2 * CONST + 825;
    const AROUND: u64 = STORE + 6 * CONST + CALL + BLOCK + 9 + 83_193 + 2 * 16_381;
    let ink = ink_on(chain, before, "", &of(0xee, gas)) - AROUND;
    assert_eq!(ink % GAS, 0);
    ink / GAS
}

#[test]
fn an_activation_costs_what_is_read_and_written_for_it() {
    // The selector's four bytes, the account's one, and zeros.
    const CALLDATA: u64 = (4 + 1) * 16 + 31 * 4;
    const FIXED: u64 = 1_659_168;
    // By the formula: 20 for 64 bytes, 2,217 for a page and 16 for the operators, in whole microseconds.
    const MODULE: u64 = (20 + 2_217 + 16) * 28;
    const READ: u64 = 800;
    const WRITE: u64 = 20_000;
    // Three topics' worth, and four words.
    const EVENT: u64 = 3 * 375 + 128 * 8;
    // ArbOS's version, the parameters, the record; the module's hash; five numbers of the auction, two of them written;
    // the record; where the fee goes. A word of arguments and two of results.
    let gas = READ + 100 + READ + WRITE + 5 * READ + 2 * WRITE + WRITE + READ + EVENT + 3 + 2 * 3;
    // From version 59 on it is looked up what the owner takes for it.
    for (arbos, more) in [(ArbOs::V51, 0), (ArbOs::V61, READ)] {
        let mut chain = chain(arbos);
        chain.set_code(CHILD, stylus::code::compress(&wat::parse_str(SMALLEST).unwrap()).into());
        let order = activateProgramCall { program: CHILD };
        let stranger = strangers(&chain);
        let receipt = send(&mut chain, stranger, ARB_WASM, &order, ETHER);
        assert_eq!(receipt.gas_used, 21_000 + CALLDATA + FIXED + MODULE + gas + more);
    }
    let mut chain = chain(ArbOs::V61);
    by_owner(&mut chain, ARB_OWNER, &setWasmActivationGasCall { gas: 31_000_000 });
    chain.set_code(CHILD, stylus::code::compress(&wat::parse_str(SMALLEST).unwrap()).into());
    let order = activateProgramCall { program: CHILD };
    let stranger = strangers(&chain);
    let receipt = send(&mut chain, stranger, ARB_WASM, &order, ETHER);
    assert!(!receipt.success && receipt.gas_used == 32_000_000, "{receipt:?}");
    let asked = chain.call(Tx::call(CHILD, ARB_WASM, activationGasCall {}.abi_encode())).unwrap();
    assert_eq!(U256::from_be_slice(&asked.output), U256::from(31_000_000));
    // A word of results, ArbOS's version and the number itself.
    assert_eq!(asked.gas_used, 21_000 + 4 * 16 + 3 + 2 * READ);
}

#[test]
fn a_manager_makes_starts_cheap_and_dear_again() {
    let mut chain = fresh(ArbOs::V61);
    let manager = strangers(&chain);
    by_owner(&mut chain, ARB_OWNER, &addWasmCacheManagerCall { manager });
    let start = |chain: &mut Chain| call(chain, CHILD, Bytes::new()).gas_used - 21_000 - WORK;
    assert_eq!(start(&mut chain), INIT + CACHED);
    assert!(send(&mut chain, manager, ARB_WASM_CACHE, &cacheProgramCall { addr: CHILD }, 0).success);
    for _ in 0..2 {
        assert_eq!(start(&mut chain), CACHED);
    }
    let codehash = hash(&chain, CHILD);
    assert!(send(&mut chain, manager, ARB_WASM_CACHE, &evictCodehashCall { codehash }, 0).success);
    for _ in 0..2 {
        assert_eq!(start(&mut chain), INIT + CACHED);
    }
}

/// Reverts after it has called the child.
fn calls_and_reverts() -> Bytes {
    [&hex!("5f5f5f5f5f73")[..], CHILD.as_slice(), &hex!("5af1 5f5f fd")].concat().into()
}

#[test]
fn a_block_remembers_what_ran_also_where_that_was_reverted_or_not_even_paid_for() {
    let between = address!("cc00000000000000000000000000000000000000");
    for (arbos, again) in [(ArbOs::V51, INIT + CACHED), (ArbOs::V61, CACHED)] {
        let mut chain = fresh(arbos);
        chain.set_code(between, calls_and_reverts());
        let again = again + WORK;
        assert_eq!(gas_of_call(&mut chain.clone(), "", 50_000), 2_600 + INIT + CACHED + WORK);
        assert_eq!(gas_of_call(&mut chain.clone(), &of(0xee, 50_000), 50_000), 100 + again);
        // A revert makes the account as cold as it was, and the program as known as it became.
        assert_eq!(gas_of_call(&mut chain.clone(), &of(0xcc, 50_000), 50_000), 2_600 + again);
        // With less than a start costs, the program does not begin.
        assert_eq!(gas_of_call(&mut chain.clone(), &of(0xee, INIT), 50_000), 100 + again);
        assert_eq!(gas_of_call(&mut chain.clone(), &of(0xee, 0), 50_000), 100 + again);
    }
}

#[test]
fn a_program_is_remembered_by_its_code_and_not_by_its_account() {
    let mut chain = fresh(ArbOs::V61);
    chain.set_code(OTHER, chain.state().code(CHILD));
    assert_eq!(gas_of_call(&mut chain, &of(0xdd, 50_000), 50_000), 2_600 + CACHED + WORK);
}

#[test]
fn a_program_that_reverted_itself_is_remembered() {
    let mut chain = fresh(ArbOs::V61);
    deploy(&mut chain, CHILD, REVERTS);
    assert_eq!(gas_of_call(&mut chain, &of(0xee, 50_000), 50_000), 100 + CACHED + WORK);
}

#[test]
fn a_block_forgets_those_that_ran_longest_ago() {
    let mut chain = fresh(ArbOs::V61);
    deploy(&mut chain, OTHER, REVERTS);
    let (child, other) = (of(0xee, 50_000), of(0xdd, 50_000));
    // The program that calls is one of those that are remembered, the oldest one.
    for (count, before, start) in [
        (2, format!("{child} {other}"), CACHED),
        (1, format!("{child} {other}"), INIT + CACHED),
        (1, child.clone(), CACHED),
        (2, format!("{child} {other} {child} {other}"), CACHED),
    ] {
        by_owner(&mut chain, ARB_OWNER, &setWasmBlockCacheSizeCall { count });
        assert_eq!(gas_of_call(&mut chain.clone(), &before, 50_000), 100 + start + WORK, "{count} {before}");
    }
}

#[test]
fn what_a_manager_keeps_takes_a_place_among_those_that_ran() {
    let mut chain = fresh(ArbOs::V61);
    deploy(&mut chain, OTHER, REVERTS);
    by_owner(&mut chain, ARB_WASM_CACHE, &cacheProgramCall { addr: OTHER });
    by_owner(&mut chain, ARB_OWNER, &setWasmBlockCacheSizeCall { count: 1 });
    let before = format!("{} {}", of(0xee, 50_000), of(0xdd, 50_000));
    assert_eq!(gas_of_call(&mut chain, &before, 50_000), 100 + INIT + CACHED + WORK);
}

#[test]
fn a_call_that_only_asks_finds_a_block_that_knows_nothing() {
    let mut chain = fresh(ArbOs::V61);
    call(&mut chain, CHILD, Bytes::new());
    for _ in 0..2 {
        let asked = chain.call(Tx::call(sender(&chain), CHILD, Bytes::new())).unwrap();
        assert_eq!(asked.gas_used, 21_000 + INIT + CACHED + WORK);
    }
}
