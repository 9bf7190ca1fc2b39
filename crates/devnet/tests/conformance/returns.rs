//! What programs return costs at least what the EVM's memory for it would.

use crate::probe::{BLOCK, CALL, CONST, PROGRAM, call, chain, deploy, ink_on, sender};
use alloy_primitives::{Address, Bytes, address, hex};
use devnet::{ArbOs, Chain, Tx};

const TRANSACTION: u64 = 21_000;
/// Sixty thousand bytes are 1,875 words, of three gas each, and the square of that by 512.
const BYTES: u64 = 60_000;
const FLOOR: u64 = 3 * 1_875 + 1_875 * 1_875 / 512;
const CHILD: Address = address!("ee00000000000000000000000000000000000000");

/// A program of one page that writes so many bytes of result, and ends so.
fn writes(bytes: u64, end: &str) -> String {
    format!(
        r#"(module (import "vm_hooks" "write_result" (func $write_result (param i32 i32))) (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32)
              (call $write_result (i32.const 0) (i32.const {bytes})) {end}))"#
    )
}

fn cached(arbos: ArbOs, program: Address, wat: &str) -> Chain {
    let mut chain = chain(arbos);
    deploy(&mut chain, program, wat);
    chain.cache_program(program).unwrap();
    chain
}

/// Gas of the cached program: its start, two blocks, and a result that is read twice.
fn runs(bytes: u64) -> u64 {
    let result = 8_400 + 2 * (16_381 + 55 * bytes.saturating_sub(32));
    let blocks = BLOCK + 2 * CONST + CALL + BLOCK + 2 * CONST;
    352 + 11 + (blocks + result).div_ceil(10_000)
}

#[test]
fn returned_and_reverted_data_costs_the_evms_memory_or_what_was_used_whichever_is_more() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        for end in ["(i32.const 0)", "(i32.const 1)"] {
            for (bytes, gas) in [(BYTES, FLOOR), (32, runs(32)), (1_000, runs(1_000))] {
                let mut chain = cached(arbos, PROGRAM, &writes(bytes, end));
                let receipt = call(&mut chain, PROGRAM, Bytes::new());
                assert_eq!(receipt.output.len() as u64, bytes);
                assert_eq!(receipt.gas_used, TRANSACTION + gas, "{end} {bytes}");
            }
        }
    }
}

#[test]
fn data_that_is_not_returned_costs_no_more_than_was_used() {
    let mut chain = cached(ArbOs::V61, PROGRAM, &writes(BYTES, "unreachable"));
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    assert!(!receipt.success && receipt.output.is_empty());
    assert_eq!(receipt.gas_used, TRANSACTION + runs(BYTES));
}

#[test]
fn a_frame_that_could_not_have_paid_for_the_memory_loses_all() {
    for (gas, success) in [(FLOOR, true), (FLOOR - 1, false), (runs(BYTES), false)] {
        for end in ["(i32.const 0)", "(i32.const 1)"] {
            let mut chain = cached(ArbOs::V61, PROGRAM, &writes(BYTES, end));
            let tx = Tx::call(sender(&chain), PROGRAM, Bytes::new()).gas(TRANSACTION + gas);
            let receipt = chain.send(tx).unwrap();
            assert_eq!(receipt.output.len() as u64, if success { BYTES } else { 0 }, "{gas} {end}");
            assert_eq!((receipt.success, receipt.gas_used), (success && end == "(i32.const 0)", TRANSACTION + gas));
        }
    }
}

#[test]
fn a_caller_pays_the_floor_of_its_callees_data() {
    // A program that calls the program.
    let mut chain = cached(ArbOs::V61, CHILD, &writes(BYTES, "(i32.const 0)"));
    let aim = "(i32.store8 (i32.const 0) (i32.const 0xee))";
    let code =
        "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))";
    let around = 6 * CONST + CALL + BLOCK + 9 + 83_193 + 2 * 16_381;
    assert_eq!(ink_on(&mut chain, aim, "", code), around + (2_600 + FLOOR) * 10_000);
    // A contract that does: PUSH0 five times, the account, GAS, CALL and STOP.
    let contract = address!("00000000000000000000000000000000000c0c0a");
    chain.set_code(contract, [&hex!("5f5f5f5f5f73")[..], CHILD.as_slice(), &hex!("5af100")].concat().into());
    let receipt = call(&mut chain, contract, Bytes::new());
    assert_eq!(receipt.gas_used, TRANSACTION + 5 * 2 + 3 + 2 + 2_600 + FLOOR);
}

#[test]
fn the_last_result_counts_for_the_floor() {
    let shorter = "(call $write_result (i32.const 0) (i32.const 0)) (i32.const 0)";
    let mut chain = cached(ArbOs::V61, PROGRAM, &writes(BYTES, shorter));
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    assert!(receipt.success && receipt.output.is_empty());
    assert!(receipt.gas_used < TRANSACTION + FLOOR, "{receipt:?}");
}

#[test]
fn a_stipend_is_enough_for_a_cached_program() {
    // A contract that pays a wei and sends no gas but the stipend; it returns the status.
    let pays = |chain: &mut Chain| {
        let contract = address!("00000000000000000000000000000000000c0c0a");
        let code = [&hex!("5f5f5f5f600173")[..], CHILD.as_slice(), &hex!("5ff1 5f52 6020 5f f3")].concat();
        chain.set_code(contract, code.into());
        chain.set_balance(contract, alloy_primitives::U256::from(9));
        call(chain, contract, Bytes::new())
    };
    let mut chain = cached(ArbOs::V61, CHILD, &writes(0, "(i32.const 0)"));
    let receipt = pays(&mut chain);
    assert_eq!(receipt.output[31], 1);
    // Ten operators of three but for the five of two, the account, the wei, memory, less the stipend that is not used.
    let own = 4 * 2 + 3 + 3 + 2 + 2 + 3 + 3 + 3 + 2;
    assert_eq!(receipt.gas_used, TRANSACTION + own + 2_600 + 9_000 - 2_300 + runs(0));
    let mut uncached = crate::probe::chain(ArbOs::V61);
    deploy(&mut uncached, CHILD, &writes(0, "(i32.const 0)"));
    assert_eq!(pays(&mut uncached).output[31], 0);
}
