//! What a frame's storage cache knows, before and after others change the same slots.

use crate::probe::{CALL, CONST, PROGRAM, call, chain, deploy, ink_on, program};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use devnet::{ArbOs, Chain};

const LOAD: &str = "(call $load (i32.const 0) (i32.const 640))";
const FLUSH: &str = "(call $flush (i32.const 0))";
const FLUSH_AND_CLEAR: &str = "(call $flush (i32.const 1))";
/// Calls this program again.
const AGAIN: &str = "(call $this (i32.const 1000))
    (drop (call $call (i32.const 1000) (i32.const 0) (i32.const 1) (i32.const 64) (i64.const -1) (i32.const 96)))";
/// The same in a frame of its own that runs as this account.
const BORROWED: &str = "(call $this (i32.const 1000))
    (drop (call $delegate (i32.const 1000) (i32.const 0) (i32.const 1) (i64.const -1) (i32.const 96)))";

fn write(value: u8) -> String {
    format!("(i32.store8 (i32.const 159) (i32.const {value})) (call $cache (i32.const 0) (i32.const 128))")
}

/// Runs a program on slot zero, with this in its first frame, and this in one that was called with data. Returns what
/// the first one loaded last, what the second one did, and what is in the state afterwards.
fn outcome(outer: &str, inner: &str) -> [u8; 3] {
    let tell = "(i32.store8 (i32.const 670) (i32.load8_u (i32.const 671)))
        (i32.store8 (i32.const 671) (i32.const 0))
        (drop (call $read_return_data (i32.const 671) (i32.const 0) (i32.const 1)))
        (call $write_result (i32.const 670) (i32.const 2))";
    let body = format!(
        "(if (i32.eqz (local.get $n)) (then {outer} {tell})
          (else {inner} (call $write_result (i32.const 671) (i32.const 1))))
         (i32.const 0)"
    );
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 1", "", &body));
    chain.set_storage_at(PROGRAM, U256::ZERO, U256::from(5));
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    assert!(receipt.success, "{receipt:?}");
    let stored = chain.state().storage(PROGRAM, U256::ZERO);
    [receipt.output[0], receipt.output[1], stored.to()]
}

/// Reads the slot, writes nine and flushes.
fn nine() -> String {
    format!("{LOAD} {} {FLUSH}", write(9))
}

#[test]
fn what_was_not_flushed_is_seen_by_nobody_else() {
    for again in [AGAIN, BORROWED] {
        assert_eq!(outcome(&format!("{} {again} {LOAD}", write(1)), LOAD), [1, 5, 5]);
        // Flushed, with or without forgetting it, it is.
        for flush in [FLUSH, FLUSH_AND_CLEAR] {
            assert_eq!(outcome(&format!("{} {flush} {again} {LOAD}", write(1)), LOAD), [1, 1, 1]);
        }
    }
}

#[test]
fn what_was_read_stays_as_it_was_until_it_is_forgotten() {
    for again in [AGAIN, BORROWED] {
        assert_eq!(outcome(&format!("{LOAD} {again} {LOAD}"), &nine()), [5, 5, 9]);
        assert_eq!(outcome(&format!("{LOAD} {again} {FLUSH} {LOAD}"), &nine()), [5, 5, 9]);
        assert_eq!(outcome(&format!("{LOAD} {FLUSH_AND_CLEAR} {again} {LOAD}"), &nine()), [9, 5, 9]);
        assert_eq!(outcome(&format!("{LOAD} {again} {FLUSH_AND_CLEAR} {LOAD}"), &nine()), [9, 5, 9]);
    }
}

#[test]
fn what_was_written_overwrites_what_others_wrote_since() {
    for flush in [FLUSH, FLUSH_AND_CLEAR] {
        let late = format!("{} {AGAIN} {flush} {LOAD}", write(1));
        assert_eq!(outcome(&late, &nine()), [1, 5, 1]);
        let read_first = format!("{LOAD} {} {AGAIN} {flush} {LOAD}", write(1));
        assert_eq!(outcome(&read_first, &nine()), [1, 5, 1]);
    }
}

#[test]
fn what_is_taken_to_be_known_is_not_written_again() {
    // What was flushed is known, so that writing the same again changes nothing, although another wrote since.
    let same = format!("{} {FLUSH} {AGAIN} {} {FLUSH} {LOAD}", write(1), write(1));
    assert_eq!(outcome(&same, &nine()), [1, 1, 9]);
    // So is what was read: writing it back is no change.
    let back = format!("{LOAD} {} {AGAIN} {} {FLUSH} {LOAD}", write(1), write(5));
    assert_eq!(outcome(&back, &nine()), [5, 5, 9]);
    // Once forgotten, it is written whatever it is.
    let forgotten = format!("{} {FLUSH_AND_CLEAR} {AGAIN} {} {FLUSH} {LOAD}", write(1), write(1));
    assert_eq!(outcome(&forgotten, &nine()), [1, 1, 1]);
}

#[test]
fn a_frame_that_failed_wrote_nothing() {
    let fails = format!("{} unreachable", nine());
    assert_eq!(outcome(&format!("{} {FLUSH_AND_CLEAR} {AGAIN} {LOAD}", write(1)), &fails), [1, 0, 1]);
    assert_eq!(outcome(&format!("{AGAIN} {LOAD}"), &fails), [5, 0, 5]);
    // What it would have flushed at its end, it has not.
    assert_eq!(outcome(&format!("{AGAIN} {LOAD}"), &write(9)), [5, 0, 5]);
}

#[test]
fn a_contract_that_is_borrowed_writes_beside_the_cache() {
    // Stores 9 in slot zero.
    const CONTRACT: Address = address!("ee00000000000000000000000000000000000000");
    let borrow = "(i32.store8 (i32.const 1000) (i32.const 0xee))
        (drop (call $delegate (i32.const 1000) (i32.const 0) (i32.const 0) (i64.const -1) (i32.const 96)))";
    let load = |flush: &str| {
        let mut chain = chain(ArbOs::V61);
        chain.set_code(CONTRACT, hex!("60095f5500").to_vec().into());
        let tell = "(call $write_result (i32.const 671) (i32.const 1)) (i32.const 0)";
        let body = format!("{LOAD} {flush} {borrow} {LOAD} {tell}");
        deploy(&mut chain, PROGRAM, &program("1 1", "", &body));
        call(&mut chain, PROGRAM, Bytes::new()).output.to_vec()
    };
    assert_eq!(load(""), [0]);
    assert_eq!(load(FLUSH), [0]);
    assert_eq!(load(FLUSH_AND_CLEAR), [9]);
}

/// Ink of a piece of code on a chain where slot zero holds a five.
fn ink(before: &str, code: &str) -> u64 {
    let mut chain: Chain = chain(ArbOs::V61);
    chain.set_storage_at(PROGRAM, U256::ZERO, U256::from(5));
    ink_on(&mut chain, before, "", code)
}

#[test]
fn a_flush_pays_for_what_changed_by_the_rules_of_the_evm() {
    const GAS: u64 = 10_000;
    let price = CONST + CALL + 2_450 + 68_073;
    let flushed = format!("{} {FLUSH}", write(1));
    for (before, gas) in [
        // Cold, and unread: what is there already, another value, zero.
        (write(5), 2_100 + 100),
        (write(1), 2_100 + 2_900),
        (write(0), 2_100 + 2_900),
        // Read, and so warm.
        (format!("{LOAD} {}", write(1)), 2_900),
        (format!("{LOAD} {}", write(5)), 0),
        (format!("{LOAD} {} {}", write(1), write(5)), 0),
        // Flushed before: known, another value, and the first one again.
        (flushed.clone(), 0),
        (format!("{flushed} {}", write(1)), 0),
        (format!("{flushed} {}", write(2)), 100),
        (format!("{flushed} {}", write(5)), 100),
        // Forgotten: the same again is not known to be.
        (format!("{} {FLUSH_AND_CLEAR} {}", write(1), write(1)), 100),
        // Changed meanwhile by another frame.
        (format!("{} {FLUSH}", nine()), 0),
    ] {
        assert_eq!(ink(&before, FLUSH), price + gas * GAS, "{before}");
        assert_eq!(ink(&before, FLUSH_AND_CLEAR), price + gas * GAS, "{before}");
    }
    // Two slots: the other one is new.
    let other = "(i32.store8 (i32.const 191) (i32.const 3)) (call $cache (i32.const 160) (i32.const 160))";
    let gas = 2_100 + 2_900 + 2_100 + 20_000;
    assert_eq!(ink(&format!("{} {other}", write(1)), FLUSH), price + gas * GAS);
}

#[test]
fn a_flush_that_cannot_be_paid_for_takes_all_and_writes_nothing() {
    let other = "(i32.store8 (i32.const 191) (i32.const 3)) (call $cache (i32.const 160) (i32.const 160))";
    let mut chain = chain(ArbOs::V61);
    let body = format!("{} {other} {FLUSH} (i32.const 0)", write(1));
    deploy(&mut chain, PROGRAM, &program("1 1", "", &body));
    let enough = call(&mut chain, PROGRAM, Bytes::new()).gas_used;
    for (gas, success) in [(enough + 1, true), (enough - 20_000, false), (21_000 + 12_000, false)] {
        let mut chain = chain.clone();
        chain.set_storage_at(PROGRAM, U256::ZERO, U256::ZERO);
        chain.set_storage_at(PROGRAM, U256::from(3), U256::ZERO);
        let from = crate::probe::sender(&chain);
        let receipt = chain.send(devnet::Tx::call(from, PROGRAM, Bytes::new()).gas(gas)).unwrap();
        assert_eq!(receipt.success, success, "{receipt:?}");
        let stored = [0, 3].map(|slot| chain.state().storage(PROGRAM, U256::from(slot)));
        assert_eq!(stored, if success { [1, 3] } else { [0, 0] }.map(U256::from));
        assert!(success || receipt.gas_used == gas);
    }
}
