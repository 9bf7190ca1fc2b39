//! What starting a program costs, and what a block remembers.

use crate::probe::{PROGRAM, call, chain, deploy};
use alloy_primitives::{Address, Bytes, address, hex};
use devnet::{ArbOs, Chain};

/// Gas of a transaction without data.
const TRANSACTION: u64 = 21_000;
/// The smallest program: 64 bytes, one function of one parameter and one result, no data, one page.
const SMALLEST: &str =
    r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
/// Its costs, from the formulas: 8 + 2 + 8, and 0 + 0 + 0 + 6 + 0 + 5.
const INIT: u64 = 8_832 + 18;
const CACHED: u64 = 352 + 11;
/// What it does: a block of two operators, 2,452 ink, rounded up to whole gas.
const WORK: u64 = 1;
/// Calls the program twice, with all gas, and stops: an EVM contract.
const TWICE: Address = address!("0000000000000000000000000000000000002bee");

fn twice() -> Bytes {
    // PUSH1 0 x5, PUSH20 program, GAS, CALL, POP: twice
    let once = [&hex!("6000600060006000600073")[..], PROGRAM.as_slice(), &hex!("5af150")].concat();
    [&once[..], &once[..]].concat().into()
}

fn gas(chain: &mut Chain, to: Address) -> u64 {
    let receipt = call(chain, to, Bytes::new());
    assert!(receipt.success, "{receipt:?}");
    receipt.gas_used
}

#[test]
fn an_uncached_start_costs_both_and_a_cached_one_the_lesser() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let mut chain = chain(arbos);
        deploy(&mut chain, PROGRAM, SMALLEST);
        assert_eq!(gas(&mut chain, PROGRAM), TRANSACTION + INIT + CACHED + WORK);
        chain.cache_program(PROGRAM).unwrap();
        assert_eq!(gas(&mut chain, PROGRAM), TRANSACTION + CACHED + WORK);
    }
}

#[test]
fn a_block_remembers_what_has_run_from_version_60_on() {
    // Seven pushes, GAS and POP, twice; touching the program, and calling it again.
    const CALLER: u64 = 2 * (6 * 3 + 2 + 2) + 2_600 + 100;
    for (arbos, second) in [(ArbOs::V51, INIT + CACHED), (ArbOs::V61, CACHED)] {
        let mut chain = chain(arbos);
        deploy(&mut chain, PROGRAM, SMALLEST);
        chain.set_code(TWICE, twice());
        assert_eq!(gas(&mut chain, TWICE), TRANSACTION + CALLER + INIT + CACHED + second + 2 * WORK);
        // The next block remembers nothing.
        assert_eq!(gas(&mut chain, PROGRAM), TRANSACTION + INIT + CACHED + WORK);
    }
}

#[test]
fn pages_beyond_two_are_paid_for_at_every_start() {
    let mut chain = chain(ArbOs::V61);
    let ten = SMALLEST.replace("1 1", "10 10");
    deploy(&mut chain, PROGRAM, &ten);
    // Nine more pages in the cached cost; eight that are not free, and three of the exponential part less one.
    assert_eq!(gas(&mut chain, PROGRAM), TRANSACTION + INIT + CACHED + 9 * 5 + 8 * 1_000 + 2 + WORK);
}

#[test]
fn a_program_of_another_version_runs_again_once_activated() {
    let mut chain = chain(ArbOs::V51);
    deploy(&mut chain, PROGRAM, SMALLEST);
    chain.set_arbos(ArbOs::V61);
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    assert!(!receipt.success && receipt.output.is_empty() && receipt.gas_used == 20_000_000, "{receipt:?}");
    deploy(&mut chain, PROGRAM, SMALLEST);
    assert_eq!(gas(&mut chain, PROGRAM), TRANSACTION + INIT + CACHED + WORK);
}

#[test]
fn a_program_expires_after_a_year() {
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, SMALLEST);
    chain.advance_time(364 * 24 * 60 * 60);
    assert!(call(&mut chain, PROGRAM, Bytes::new()).success);
    chain.advance_time(2 * 24 * 60 * 60);
    assert!(!call(&mut chain, PROGRAM, Bytes::new()).success);
}
