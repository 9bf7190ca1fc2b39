//! Programs and contracts within each other: how deep that goes, and whose memory is open meanwhile.

use crate::probe::{BLOCK, CALL, CONST, INK_LEFT, LOCAL_SET, PROGRAM, chain, deploy, ink_on, program, sender};
use alloy_primitives::{Address, U256, address, hex};
use devnet::{ArbOs, Chain, Tx};

const GAS: u64 = 10_000;
/// So much that a 63rd of a 64th of it, over and over, is enough at the greatest depth.
const PLENTY: u64 = 1 << 46;
/// Frames of a transaction, one within the other: its own, and 1,024 below.
const DEEPEST: u64 = 1_025;
/// Programs of a page each that can be open at once.
const PAGES: u64 = 128;
const CONTRACT: Address = address!("ee00000000000000000000000000000000000000");
/// Ink of asking for a call, without data, and of a word of data more.
const ASK: u64 = 83_193 + 2 * 16_381;

/// A contract that counts a word up, calls the program with it if it is a multiple of something, or else itself, and
/// returns what came back, or the word if nothing did.
fn counter(every: u8) -> Vec<u8> {
    [
        // The word, and whether it is a multiple.
        &hex!("5f35 600101 80 5f52 60")[..],
        &[every],
        &hex!("90 06 15 6014 57"),
        // This account, or the program.
        &hex!("30 602a 56 5b 73"),
        PROGRAM.as_slice(),
        // A call with the word, whose first word of return data takes its place, if there is any.
        &hex!("5b 6020 5f 6020 5f 5f 85 5a f1 6020 5f f3"),
    ]
    .concat()
}

/// A program that counts the same word up and calls the contract. If that fails it returns the word, and the ink of the
/// call before it.
const COUNTER: &str = "(call $read_args (i32.const 0))
    (local.set $x (i32.add (i32.const 1) (i32.or (i32.shl (i32.load8_u (i32.const 30)) (i32.const 8)) (i32.load8_u (i32.const 31)))))
    (i32.store8 (i32.const 30) (i32.shr_u (local.get $x) (i32.const 8))) (i32.store8 (i32.const 31) (local.get $x))
    (i32.store8 (i32.const 100) (i32.const 0xee))
    (local.set $a (call $ink))
    (local.set $x (call $call (i32.const 100) (i32.const 0) (i32.const 32) (i32.const 128) (i64.const -1) (i32.const 96)))
    (local.set $b (call $ink))
    (if (local.get $x)
      (then (i64.store (i32.const 0) (i64.sub (local.get $a) (local.get $b))))
      (else (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 32)))))
    (call $write_result (i32.const 0) (i32.const 32)) (i32.const 0)";

/// Counts the frames from a word on, and returns how many there were, and the ink of the last program's last call if it
/// was the innermost.
fn count(every: u8, first: Address, from: u64) -> (u64, u64) {
    let mut chain = chain(ArbOs::V61);
    chain.set_code(CONTRACT, counter(every).into());
    deploy(&mut chain, PROGRAM, &program("1 1", "", COUNTER));
    let tx = Tx::call(sender(&chain), first, U256::from(from).to_be_bytes_vec()).gas(PLENTY);
    let receipt = chain.send(tx).unwrap();
    assert!(receipt.success, "{receipt:?}");
    let (ink, count) = receipt.output.split_at(8);
    (U256::from_be_slice(count).to::<u64>() - from, u64::from_le_bytes(ink.try_into().unwrap()))
}

#[test]
fn programs_and_contracts_share_the_depth_of_the_evm() {
    for (first, from) in [
        (CONTRACT, 0),
        (PROGRAM, 0),
        // The innermost frame is a contract, which would call a program.
        (CONTRACT, 1),
    ] {
        assert_eq!(count(9, first, from), (DEEPEST, 0), "{first} {from}");
    }
    // The innermost frame is a program: what it calls fails for the price of touching it, and the gas comes back.
    let code = 6 * CONST + CALL + 2 * (BLOCK + LOCAL_SET) + ASK + CALL + INK_LEFT;
    assert_eq!(count(9, CONTRACT, 2), (DEEPEST, code + 100 * GAS));
}

#[test]
fn pages_run_out_before_the_depth_does() {
    // A program and a contract by turns, and then a program that finds no page. The contract above it returns.
    assert_eq!(count(2, PROGRAM, 0).0, 2 * PAGES);
    assert_eq!(count(2, CONTRACT, 1).0, 2 * PAGES + 1);
    // Two contracts for each program.
    assert_eq!(count(3, PROGRAM, 0).0, 3 * PAGES);
}

/// A program of ten pages, cached; its start costs this and the pages.
const CHILD: Address = address!("ee00000000000000000000000000000000000000");
/// Cached: 352, and 6 for four globals and 50 for ten pages. Then a block of two operators, rounded up.
const START: u64 = 352 + 6 + 50 + 1;
/// A call of it, with this gas at most.
fn child(gas: i64) -> String {
    format!(
        "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const {gas}) (i32.const 96)))"
    )
}
/// Ink of such a call beside the gas of the account and of the child.
const AROUND: u64 = 6 * CONST + CALL + BLOCK + 9 + ASK;

fn with_child(memory: &str, body: &str) -> Chain {
    let mut chain = chain(ArbOs::V61);
    let wat = format!(
        r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32))) (memory (export "memory") {memory})
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0))"#
    );
    deploy(&mut chain, CHILD, &wat);
    chain.cache_program(CHILD).unwrap();
    chain
}

/// Gas of a call of the child by a program of one page, of which so much else was done before.
fn gas_of_child(chain: &mut Chain, before: &str) -> u64 {
    let before = format!("(i32.store8 (i32.const 0) (i32.const 0xee)) {before}");
    let ink = ink_on(chain, &before, "", &child(-1)) - AROUND;
    assert_eq!(ink % GAS, 0);
    ink / GAS
}

#[test]
fn pages_are_given_back_with_the_frame_but_their_most_is_remembered() {
    let start = START;
    // One page is open and one more is free: nine are paid for, and the exponential of eleven less that of one.
    let chain = with_child("10 10", "");
    assert_eq!(gas_of_child(&mut chain.clone(), ""), 2_600 + start + 9_000 + 4 - 1);
    // Again: the nine, but no more of the exponential.
    assert_eq!(gas_of_child(&mut chain.clone(), &child(-1)), 100 + start + 9_000);
    // After growing by three pages: ten are paid for, and the exponential of fourteen, less that of four.
    let grow = "(drop (memory.grow (i32.const 3)))";
    assert_eq!(gas_of_child(&mut chain.clone(), grow), 2_600 + start + 10_000 + 6 - 1);
}

#[test]
fn the_most_pages_are_remembered_of_frames_that_fail_but_not_of_those_that_never_began() {
    for trap in ["unreachable", "(loop $again (br $again))"] {
        let chain = with_child("10 10", trap);
        let sound = address!("dd00000000000000000000000000000000000000");
        let mut chain = chain.clone();
        deploy(
            &mut chain,
            sound,
            r#"(module (memory (export "memory") 10 10) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
        );
        chain.cache_program(sound).unwrap();
        let then = |gas| {
            format!(
                "(i32.store8 (i32.const 0) (i32.const 0xee)) {} (i32.store8 (i32.const 0) (i32.const 0xdd))",
                child(gas)
            )
        };
        let gas = |before: &str| (ink_on(&mut chain.clone(), before, "", &child(-1)) - AROUND) / GAS;
        assert_eq!(gas(&then(100_000)), 2_600 + START + 9_000, "{trap}");
        // The start could not be paid for.
        assert_eq!(gas(&then(9_000)), 2_600 + START + 9_000 + 4 - 1, "{trap}");
    }
}

#[test]
fn what_a_frame_grew_by_is_given_back_too() {
    // Grows by five pages: fifteen open with the caller's. The frame has another operator and the drop, and imports.
    let chain = with_child("10 20", "(drop (memory.grow (i32.const 5)))");
    // Ten pages as above, then five more: 5,000 and the exponential of sixteen less that of eleven.
    let first = gas_of_child(&mut chain.clone(), "");
    let second = gas_of_child(&mut chain.clone(), &child(-1));
    assert_eq!(first - second, (2_600 - 100) + (4 - 1) + (8 - 4));
    // A block of five operators: three constants or the like, a drop, the growth.
    let work = (BLOCK + 8_050 + 3 + 9_u64).div_ceil(GAS);
    assert_eq!(second, 100 + START - 1 + 9_000 + 5_000 + work);
}

#[test]
fn a_delegated_programs_pages_are_its_own_frames() {
    let chain = with_child("10 10", "");
    let borrow = child(-1).replace("(call $call", "(call $delegate").replace("(i32.const 64) ", "");
    let before = "(i32.store8 (i32.const 0) (i32.const 0xee))";
    for before in [before.to_owned(), format!("{before} {borrow}")] {
        let again = before.contains("delegate");
        let ink = ink_on(&mut chain.clone(), &before, "", &borrow) - (AROUND - CONST);
        let gas = if again { 100 + START + 9_000 } else { 2_600 + START + 9_000 + 4 - 1 };
        assert_eq!(ink, gas * GAS);
    }
}
