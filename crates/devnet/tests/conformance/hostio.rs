//! The price of each host I/O.

use crate::probe::{BLOCK, CALL, CONST, ink, ink_after};

const DROP: u64 = 9;
const GAS: u64 = 10_000;

/// A call of a host I/O with constants, of which there are so many, that gives nothing.
fn costs(code: &str, constants: u64, price: u64) {
    assert_eq!(ink(code), constants * CONST + CALL + BLOCK + price, "{code}");
}

/// The same for one whose result is dropped.
fn costs_and_gives(code: &str, constants: u64, price: u64) {
    assert_eq!(ink(&format!("(drop {code})")), constants * CONST + CALL + BLOCK + DROP + price, "{code}");
}

#[test]
fn what_is_written_to_memory() {
    for name in ["basefee", "coinbase", "this", "sender", "value", "gas_price", "origin"] {
        costs(&format!("(call ${name} (i32.const 0))"), 1, 13_440);
    }
}

#[test]
fn what_is_returned() {
    for name in
        ["gas_limit", "number", "timestamp", "chainid", "gas_left", "ink", "reentrant", "ink_price", "return_data_size"]
    {
        costs_and_gives(&format!("(call ${name})"), 0, 8_400);
    }
}

#[test]
fn arguments_and_results() {
    // Forty bytes came in, of which eight are beyond the first word.
    costs("(call $read_args (i32.const 0))", 1, 8_400 + 5_040 + 8 * 30);
    costs("(call $write_result (i32.const 0) (i32.const 32))", 2, 8_400 + 2 * 16_381);
    costs("(call $write_result (i32.const 0) (i32.const 100))", 2, 8_400 + 2 * (16_381 + 68 * 55));
    costs_and_gives("(call $read_return_data (i32.const 0) (i32.const 0) (i32.const 32))", 3, 68_073 + 5_040);
}

#[test]
fn arithmetic() {
    costs("(call $div (i32.const 0) (i32.const 32))", 2, 43_520);
    costs("(call $mod (i32.const 0) (i32.const 32))", 2, 43_520);
    costs("(call $add_mod (i32.const 0) (i32.const 32) (i32.const 64))", 3, 49_560);
    costs("(call $mul_mod (i32.const 0) (i32.const 32) (i32.const 64))", 3, 52_660);
    // An exponent of no bytes, and one of two.
    costs("(call $pow (i32.const 0) (i32.const 32))", 2, 23_520 + 3_000 + 17_500);
    let two = "(i32.store16 (i32.const 62) (i32.const 0xffff))";
    let price = 2 * CONST + CALL + BLOCK + 23_520 + 3_000 + 3 * 17_500;
    assert_eq!(ink_after(two, "", "(call $pow (i32.const 0) (i32.const 32))"), price);
}

#[test]
fn hashing() {
    for (bytes, words_beyond_two) in [(0, 0), (64, 0), (65, 1), (1_000, 30)] {
        let code = format!("(call $keccak (i32.const 0) (i32.const {bytes}) (i32.const 2000))");
        costs(&code, 3, 121_800 + words_beyond_two * 21_000);
    }
}

#[test]
fn storage() {
    let load = "(call $load (i32.const 0) (i32.const 32))";
    let price = 2 * CONST + CALL + BLOCK + 18_480;
    assert_eq!(ink(load), price + (2_100 + 5) * GAS, "a cold slot");
    assert_eq!(ink_after(load, "", load), price, "a slot in the frame's cache");
    let cleared = format!("{load} (call $flush (i32.const 1))");
    assert_eq!(ink_after(&cleared, "", load), price + (100 + 5) * GAS, "a warm slot");
    let write = "(call $cache (i32.const 0) (i32.const 64))";
    assert_eq!(ink(write), price);
    let flush = "(call $flush (i32.const 0))";
    let price = CONST + CALL + BLOCK + 68_073;
    assert_eq!(ink(flush), price, "nothing to write");
    assert_eq!(ink_after(write, "", flush), price + (2_100 + 100) * GAS, "an unread slot counts as different");
    assert_eq!(ink_after(&format!("{load} {write}"), "", flush), price, "a slot that was read and did not change");
    let other = format!("(i32.store8 (i32.const 64) (i32.const 1)) {write}");
    assert_eq!(ink_after(&other, "", flush), price + (2_100 + 20_000) * GAS, "a new slot");
}

#[test]
fn many_reads_and_writes_cost_more() {
    let loads = "(call $load (i32.const 0) (i32.const 32))";
    let price = 2 * CONST + CALL + BLOCK + 18_480;
    for (before, gas) in [(31, 0), (32, 2), (127, 2), (128, 10)] {
        assert_eq!(ink_after(&loads.repeat(before), "", loads), price + gas * GAS, "after {before} reads");
    }
    let writes = "(call $cache (i32.const 0) (i32.const 32))";
    for (before, gas) in [(7, 0), (8, 7), (63, 7), (64, 10)] {
        assert_eq!(ink_after(&writes.repeat(before), "", writes), price + gas * GAS, "after {before} writes");
    }
}

#[test]
fn transient_storage() {
    for name in ["tload", "tstore"] {
        costs(&format!("(call ${name} (i32.const 0) (i32.const 32))"), 2, 78_153 + 100 * GAS);
    }
}

#[test]
fn logs() {
    costs("(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))", 3, 68_073 + 16_381 + 375 * GAS);
    let gas = 375 * 3 + 8 * 10;
    let price = 68_073 + 16_381 + (74 - 32) * 55 + gas * GAS;
    costs("(call $emit_log (i32.const 0) (i32.const 74) (i32.const 2))", 3, price);
}

#[test]
fn accounts() {
    // The zero address, which nobody has touched, and this program's own, which is warm.
    for name in ["balance", "codehash"] {
        costs(&format!("(call ${name} (i32.const 0) (i32.const 32))"), 2, 78_153 + 2_600 * GAS);
        let own = "(call $this (i32.const 0))";
        let code = format!("(call ${name} (i32.const 0) (i32.const 32))");
        assert_eq!(ink_after(own, "", &code), 2 * CONST + CALL + BLOCK + 78_153 + 100 * GAS);
    }
    costs_and_gives("(call $code_size (i32.const 0))", 1, 68_073 + (700 + 2_600) * GAS);
    let code = "(call $code (i32.const 0) (i32.const 0) (i32.const 10) (i32.const 32))";
    costs_and_gives(code, 4, 68_073 + (700 + 2_600) * GAS + 5_040);
}

#[test]
fn calls_that_are_not_made_or_find_nobody() {
    // A call of an empty account: touching it, and no more, since it takes none of its gas.
    let code = "(call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96))";
    costs_and_gives(code, 6, 83_193 + 2 * 16_381 + 2_600 * GAS);
    // With a wei to an account that is not there: value, a new account, and the stipend, which comes back.
    let pay = "(i32.store8 (i32.const 95) (i32.const 1))";
    let price = 6 * CONST + CALL + BLOCK + DROP + 83_193 + 2 * 16_381 + (2_600 + 25_000 + 9_000) * GAS;
    let at = "(i32.store8 (i32.const 0) (i32.const 0xee))";
    assert_eq!(ink_after(&format!("{pay} {at}"), "", &format!("(drop {code})")), price);
}

#[test]
fn asking_for_pages() {
    costs("(call $pay (i32.const 0))", 1, 8_400);
    costs("(call $pay (i32.const 1))", 1, 0);
    costs("(call $pay (i32.const 2))", 1, 1_000 * GAS);
}
