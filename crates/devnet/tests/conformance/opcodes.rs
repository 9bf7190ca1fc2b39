//! The price of each class of operators.

use crate::probe::{BLOCK, CALL, CONST, LOCAL_SET, ink, ink_after};

const DROP: u64 = 9;
const LOCAL_GET: u64 = 75;

/// Each operator of a list, with its operands as constants and its result dropped.
fn each(operators: &str, ty: &str, operands: u64, price: u64) {
    for operator in operators.split_whitespace() {
        let arguments = format!("({ty}.const 3)").repeat(operands as usize);
        let code = format!("(drop ({operator} {arguments}))");
        assert_eq!(ink(&code), operands * CONST + price + DROP, "{operator}");
    }
}

#[test]
fn comparisons() {
    each("i32.eqz", "i32", 1, 170);
    each("i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u", "i32", 2, 170);
    each("i64.eqz", "i64", 1, 225);
    each("i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u", "i64", 2, 225);
}

#[test]
fn arithmetic() {
    each("i32.add i32.sub i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr", "i32", 2, 70);
    each("i64.add i64.sub i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr", "i64", 2, 100);
    each("i32.mul", "i32", 2, 160);
    each("i64.mul", "i64", 2, 160);
    each("i32.div_s i32.div_u i32.rem_s i32.rem_u", "i32", 2, 1_120);
    each("i64.div_s i64.div_u i64.rem_s i64.rem_u", "i64", 2, 1_270);
    each("i32.clz i32.ctz", "i32", 1, 210);
    each("i64.clz i64.ctz", "i64", 1, 210);
    each("i32.popcnt", "i32", 1, 2_650);
    each("i64.popcnt", "i64", 1, 6_000);
}

#[test]
fn conversions() {
    each("i32.wrap_i64 i64.extend8_s i64.extend16_s i64.extend32_s", "i64", 1, 100);
    each("i64.extend_i32_s i64.extend_i32_u i32.extend8_s i32.extend16_s", "i32", 1, 100);
}

#[test]
fn loads_and_stores() {
    each("i32.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u", "i32", 1, 670);
    each("i64.load i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u", "i32", 1, 680);
    for operator in ["i32.store", "i32.store8", "i32.store16"] {
        assert_eq!(ink(&format!("({operator} (i32.const 0) (i32.const 1))")), 2 * CONST + 825, "{operator}");
    }
    for operator in ["i64.store", "i64.store8", "i64.store16", "i64.store32"] {
        assert_eq!(ink(&format!("({operator} (i32.const 0) (i64.const 1))")), 2 * CONST + 950, "{operator}");
    }
}

#[test]
fn variables_and_the_stack() {
    assert_eq!(ink("(local.set $x (local.get $n))"), LOCAL_GET + LOCAL_SET);
    assert_eq!(ink("(drop (local.tee $x (i32.const 1)))"), CONST + 75 + DROP);
    assert_eq!(ink("(global.set $g (global.get $g))"), 225 + 575);
    assert_eq!(ink("(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))"), 3 * CONST + 1_250 + DROP);
    assert_eq!(ink("nop"), 1);
}

#[test]
fn blocks_are_paid_for_when_they_are_entered() {
    // `block` begins none, its `end` ends one.
    assert_eq!(ink("(block)"), 1 + 1 + BLOCK);
    // `loop` and its `end` end one each.
    assert_eq!(ink("(loop)"), 1 + BLOCK + 1 + BLOCK);
    assert_eq!(ink("(block (br 0))"), 1 + 765 + BLOCK);
    assert_eq!(ink("(block (br_if 0 (i32.const 0)))"), 1 + CONST + 765 + BLOCK + 1 + BLOCK);
    // Taken: `if`, what is in it, and `else`, which leads behind `end`.
    assert_eq!(ink("(if (i32.const 1) (then nop) (else))"), CONST + 765 + BLOCK + 1 + 1 + BLOCK);
    // Three targets beside the default one, to a label whose `end` is jumped over.
    let table = "(block (br_table 0 0 0 0 (i32.const 9)))";
    assert_eq!(ink(table), 1 + CONST + 2_400 + 3 * 325 + BLOCK);
}

#[test]
fn calls() {
    let functions = "(func $f) (table 1 1 funcref) (elem (i32.const 0) $h)
        (func $h (param i32 i64 i32)) (type $t (func (param i32 i64 i32)))";
    // The callee's one block is its `end`, with the return that instrumentation adds unpaid.
    assert_eq!(ink_after("", functions, "(call $f)"), CALL + BLOCK + 1 + BLOCK);
    let indirect = "(call_indirect (type $t) (i32.const 1) (i64.const 2) (i32.const 3) (i32.const 0))";
    assert_eq!(ink_after("", functions, indirect), 4 * CONST + 13_610 + 3 * 650 + BLOCK + 1 + BLOCK);
}

#[test]
fn memory() {
    assert_eq!(ink("(drop (memory.size))"), 3_000 + DROP);
    for bytes in [0, 1, 100, 1_000] {
        let copy = format!("(memory.copy (i32.const 0) (i32.const 2000) (i32.const {bytes}))");
        assert_eq!(ink(&copy), 3 * CONST + 950 + 100 * bytes, "copy {bytes}");
        let fill = format!("(memory.fill (i32.const 0) (i32.const 300) (i32.const {bytes}))");
        assert_eq!(ink(&fill), 3 * CONST + 950 + 100 * bytes, "fill {bytes}");
    }
}

#[test]
fn growing_memory_pays_for_pages() {
    const GROW: u64 = CONST + 8_050 + DROP;
    // The second page is free, the third costs a thousand gas; nothing at all is the price of asking.
    assert_eq!(ink("(drop (memory.grow (i32.const 0)))"), GROW + 8_400);
    assert_eq!(ink("(drop (memory.grow (i32.const 1)))"), GROW);
    assert_eq!(ink("(drop (memory.grow (i32.const 2)))"), GROW + 1_000 * 10_000);
    // Past the memory's own limit it fails, and is paid for all the same: eight pages more than the one that is open,
    // of which seven are not free, and three gas of the exponential part, less the one that it begins with.
    assert_eq!(ink("(drop (memory.grow (i32.const 8)))"), GROW + (7 * 1_000 + 3 - 1) * 10_000);
}
