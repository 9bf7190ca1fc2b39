//! What instrumentation adds, rule by rule: the ink of each basic block, the words of each frame, and the calls before
//! memory moves or grows. The numbers are worked out by hand from the price table.

use stylus::{
    activation::{ActivationError, ActivationRules, activate},
    params::ArbOs,
};
use wasmparser::{Operator, Parser, Payload};

/// Ink of entering a block.
const BLOCK: u64 = 2_450;
/// Words of every frame, besides operands and locals.
const FRAME: u32 = 4;

/// A module whose entry point has this body. `others` stands before it.
fn module(others: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {others}
          (func (export "user_entrypoint") (param i32) (result i32) {body}))"#
    );
    wat::parse_str(text).unwrap()
}

const FIXED_MEMORY: &str = r#"(memory (export "memory") 1 1)"#;

/// The operators of the last function, instrumented for Stylus 2, as text.
fn try_instrument(others: &str, body: &str) -> Result<Vec<String>, ActivationError> {
    try_instrument_at(ArbOs::V51, others, body)
}

/// The same at a version of ArbOS.
fn try_instrument_at(arbos: ArbOs, others: &str, body: &str) -> Result<Vec<String>, ActivationError> {
    let wasm = activate(&module(others, body), ActivationRules::new(arbos))?.module.wasm;
    wasmparser::validate(&wasm).expect("what is instrumented is valid");
    let mut operators = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let reader = body.get_operators_reader().unwrap();
            operators = reader.into_iter().map(|operator| text(&operator.unwrap())).collect();
        }
    }
    Ok(operators)
}

fn instrument(others: &str, body: &str) -> Vec<String> {
    try_instrument(others, body).unwrap()
}

/// An operator in few words: those of the passes by what they do, all others by their names.
fn text(operator: &Operator<'_>) -> String {
    match operator {
        Operator::I64Const { value } => format!("i64 {value}"),
        Operator::I32Const { value } => format!("i32 {value}"),
        Operator::GlobalGet { global_index } => format!("get {global_index}"),
        Operator::GlobalSet { global_index } => format!("set {global_index}"),
        Operator::Call { function_index } => format!("call {function_index}"),
        other => {
            let debug = format!("{other:?}");
            debug.split([' ', '{']).next().unwrap_or_default().to_owned()
        }
    }
}

/// The ink of each basic block, in order, in a module without globals of its own.
fn charges(others: &str, body: &str) -> Vec<u64> {
    let operators = instrument(&format!("{FIXED_MEMORY} {others}"), body);
    let headers = operators.windows(4).filter(|window| window[0] == "get 0" && window[2] == "I64LtU");
    headers.map(|window| window[1][4..].parse::<i64>().unwrap().cast_unsigned()).collect()
}

/// The words of the frame, in a module without globals of its own.
fn frame(others: &str, body: &str) -> u32 {
    let operators = instrument(&format!("{FIXED_MEMORY} {others}"), body);
    assert_eq!((&*operators[0], &*operators[2], &*operators[3]), ("get 3", "I32LeU", "If"));
    operators[1][4..].parse().unwrap()
}

#[test]
fn a_block_pays_for_its_operators_and_itself() {
    assert_eq!(charges("", "i32.const 0"), [BLOCK + 1 + 1]);
    assert_eq!(charges("", "local.get 0 i32.popcnt i32.eqz"), [BLOCK + 75 + 2_650 + 170 + 1]);
}

#[test]
fn each_of_these_ends_a_block() {
    let end = BLOCK + 1;
    assert_eq!(charges("", "i32.const 0 return"), [BLOCK + 2, end]);
    assert_eq!(charges("", "i32.const 0 br 0"), [BLOCK + 1 + 765, end]);
    assert_eq!(charges("", "i32.const 0 local.get 0 br_if 0"), [BLOCK + 1 + 75 + 765, end]);
    assert_eq!(charges("", "loop end i32.const 0"), [BLOCK + 1, end, BLOCK + 2]);
    assert_eq!(charges("", "block end i32.const 0"), [BLOCK + 2, BLOCK + 2]);
    assert_eq!(charges("(func)", "call 0 i32.const 0"), [BLOCK + 3_800, BLOCK + 2]);
    let choice = charges("", "local.get 0 if (result i32) i32.const 1 else i32.const 2 end");
    assert_eq!(choice, [BLOCK + 75 + 765, BLOCK + 2, BLOCK + 2, end]);
}

#[test]
fn unreachable_ends_no_block() {
    assert_eq!(charges("", "unreachable nop i32.const 0"), [BLOCK + 4]);
}

#[test]
fn a_branch_table_pays_for_its_targets_but_not_for_the_default() {
    let table = |targets: u64| BLOCK + 1 + 75 + 2_400 + 325 * targets;
    assert_eq!(charges("", "i32.const 0 local.get 0 br_table 0"), [table(0), BLOCK + 1]);
    assert_eq!(charges("", "i32.const 0 local.get 0 br_table 0 0 0"), [table(2), BLOCK + 1]);
    let many = "0 ".repeat(5_001);
    assert_eq!(charges("", &format!("i32.const 0 local.get 0 br_table {many}"))[0], table(5_000));
}

#[test]
fn an_indirect_call_pays_for_its_parameters() {
    let others = "(type $t (func (param i32 i64) (result i32))) (table 1 1 funcref)";
    let body = "local.get 0 i64.const 0 local.get 0 call_indirect (type $t)";
    assert_eq!(charges(others, body), [BLOCK + 75 + 1 + 75 + 13_610 + 2 * 650, BLOCK + 1]);
}

#[test]
fn a_block_with_a_float_cannot_be_paid_for() {
    for float in [
        "f32.const 1 drop",
        "f64.const 1 drop",
        "(drop (f32.load (i32.const 0)))",
        "(drop (i32.reinterpret_f32 (f32.reinterpret_i32 (i32.const 0))))",
    ] {
        assert_eq!(charges("", &format!("{float} i32.const 0")), [u64::MAX], "{float}");
    }
    let select = charges("", "(local f32) local.get 1 local.get 1 i32.const 0 select drop i32.const 0");
    assert_eq!(select, [BLOCK + 2 * 75 + 1 + 1_250 + 9 + 1 + 1]);
}

#[test]
fn the_header_stops_short_of_what_it_cannot_pay() {
    let operators = instrument(FIXED_MEMORY, "i32.const 7");
    let header = ["get 0", "i64 2452", "I64LtU", "If", "i32 1", "set 1", "Unreachable", "End"];
    let payment = ["get 0", "i64 2452", "I64Sub", "set 0"];
    assert_eq!(operators[12..24], [&header[..], &payment].concat());
}

#[test]
fn a_frame_is_given_back_before_returns_and_at_the_end_only() {
    let operators = instrument(FIXED_MEMORY, "i32.const 0 local.get 0 br_if 0 return");
    let entry = ["get 3", "i32 7", "I32LeU", "If", "i32 0", "set 3", "Unreachable", "End"];
    assert_eq!(operators[..12], [&entry[..], &["get 3", "i32 7", "I32Sub", "set 3"]].concat());
    let exit = ["get 3", "i32 7", "I32Add", "set 3", "Return"];
    let exits = operators.windows(5).filter(|window| *window == exit).count();
    assert_eq!((exits, operators.iter().filter(|operator| *operator == "Return").count()), (2, 2));
    assert_eq!(operators[operators.len() - 6..], [&exit[..], &["End"]].concat());
}

#[test]
fn a_frame_is_its_worst_stack_its_locals_and_four_words() {
    assert_eq!(frame("", "i32.const 0"), 2 + FRAME, "the header's own two operands");
    assert_eq!(frame("", "i32.const 0 i32.const 0 i32.const 0 drop drop"), 3 + FRAME);
    assert_eq!(frame("", "(local i32 i64 f64) i32.const 0"), 2 + 3 + FRAME, "parameters are no locals");
    assert_eq!(frame("(func)", "i32.const 0 call 0"), 1 + 2 + FRAME, "one operand under the next header");
}

#[test]
fn blocks_hold_their_result_from_the_beginning() {
    // After `end` the result is one operand under the header of the last block.
    assert_eq!(frame("", "block (result i32) i32.const 0 end"), 1 + 2 + FRAME);
    // `else` starts over from the height after the results were set aside.
    let arms = "local.get 0 if (result i32) i32.const 0 i32.const 0 drop else i32.const 1 i32.const 1 drop end";
    assert_eq!(frame("", arms), 1 + 2 + FRAME);
    // Two of them: a result, a result, and a header inside the inner one.
    let nested = "block (result i32) block (result i32) i32.const 0 local.get 0 br_if 0 end end";
    assert_eq!(frame("", nested), 3 + 2 + FRAME);
}

#[test]
fn code_out_of_reach_is_walked_like_any_other() {
    assert_eq!(frame("", "unreachable i32.const 0 i32.const 0 i32.const 0 i32.const 0 drop drop drop"), 4 + FRAME);
    // A branch pops nothing, so what was under it is still counted after it.
    assert_eq!(frame("", "i32.const 0 br 0 i32.const 0 drop"), 1 + 2 + FRAME);
}

#[test]
fn calls_push_their_results_before_they_pop_their_parameters() {
    let others = "(func (param i32) (result i64) i64.const 0)";
    assert_eq!(frame(others, "(drop (call 0 (i32.const 0))) i32.const 0"), 1 + 2 + FRAME);
    let two = "(func (param i32 i32) (result i32 i32) i32.const 0 i32.const 0)";
    let body = "i32.const 0 i32.const 0 call 0 drop";
    assert_eq!(frame(two, body), 2 + 2 + FRAME, "four for a moment, or two and a header");
    let indirect = "(type $t (func (result i32))) (table 1 1 funcref)";
    assert_eq!(frame(indirect, "(call_indirect (type $t) (i32.const 0))"), 1 + 2 + FRAME, "the index is popped");
}

#[test]
fn an_operand_stack_has_4096_places() {
    let deep = |values: usize| "i32.const 0 ".repeat(values) + &"drop ".repeat(values - 1);
    assert_eq!(frame("", &deep(4_096)), 4_096 + FRAME);
    let refused = try_instrument(FIXED_MEMORY, &deep(4_097)).unwrap_err();
    assert_eq!(refused, ActivationError::TooMany { what: "operands on the stack", count: 4_097, limit: 4_096 });
}

#[test]
fn moving_bytes_pays_for_their_number_first() {
    let body = "i32.const 0 i32.const 0 i32.const 5 memory.fill i32.const 0";
    let operators = try_instrument_at(ArbOs::V61, FIXED_MEMORY, body).unwrap();
    let at = operators.iter().position(|operator| operator == "MemoryFill").unwrap();
    let price = ["set 2", "get 0", "get 0", "get 2", "I64ExtendI32U", "i64 100", "I64Mul", "I64Sub", "set 0", "get 0"];
    let check = ["I64LtU", "If", "i32 1", "set 1", "Unreachable", "End", "get 2"];
    assert_eq!(operators[at - 17..at], [&price[..], &check].concat());
    // It is in no block's price, but its operands count: two below, and four of its own.
    assert_eq!(charges("", body), [BLOCK + 3 + 950 + 2]);
    assert_eq!(frame("", body), 6 + FRAME);
    assert_eq!(frame("", &body.replace("fill", "copy")), 6 + FRAME);
}

#[test]
fn stylus_2_checks_the_value_that_memory_is_filled_with() {
    let body = "i32.const 0 i32.const 0 i32.const 5 memory.fill i32.const 0";
    let [two, three] = [ArbOs::V51, ArbOs::V61].map(|arbos| try_instrument_at(arbos, FIXED_MEMORY, body).unwrap());
    let at = three.iter().position(|operator| operator == "MemoryFill").unwrap();
    let check =
        ["Drop", "set 1", "get 1", "get 1", "i32 0", "set 1", "i32 255", "I32GtU", "If", "Unreachable", "End", "get 2"];
    assert_eq!(two, [&three[..at], &check.map(str::to_owned), &three[at..]].concat());
    // It is neither paid for, nor counted, nor any part of the frame, and copies are as they were.
    let activation = |arbos| activate(&module(FIXED_MEMORY, body), ActivationRules::new(arbos)).unwrap();
    assert_eq!(activation(ArbOs::V51).metered_gas, activation(ArbOs::V61).metered_gas);
    let copy = body.replace("fill", "copy");
    let [two, three] = [ArbOs::V51, ArbOs::V61].map(|arbos| try_instrument_at(arbos, FIXED_MEMORY, &copy).unwrap());
    assert_eq!(two, three);
}

#[test]
fn memory_that_can_grow_pays_before_it_does() {
    let pay = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;
    for memory in [r#"(memory (export "memory") 1)"#, r#"(memory (export "memory") 1 2)"#] {
        let operators = instrument(&format!("{pay} {memory}"), "local.get 0 memory.grow");
        let at = operators.iter().position(|operator| operator == "MemoryGrow").unwrap();
        assert_eq!(operators[at - 4..at], ["set 2", "get 2", "call 0", "get 2"]);
    }
    let fixed = instrument(&format!("{pay} {FIXED_MEMORY}"), "local.get 0 memory.grow");
    assert!(fixed.contains(&"MemoryGrow".to_owned()) && !fixed.contains(&"call 0".to_owned()));
}

#[test]
fn the_added_globals_stand_behind_the_modules_own() {
    let globals = "(global (mut i32) (i32.const 5)) (global i64 (i64.const 6))";
    let operators = instrument(&format!("{FIXED_MEMORY} {globals}"), "i32.const 0");
    assert_eq!([&*operators[0], &*operators[12]], ["get 5", "get 2"]);
}

#[test]
fn what_is_exported_is_what_the_host_needs() {
    let others = format!(r#"{FIXED_MEMORY} (func (export "else")) (global (export "too") i32 (i32.const 0))"#);
    let activation = activate(&module(&others, "i32.const 0"), ActivationRules::new(ArbOs::V51)).unwrap();
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(&activation.module.wasm) {
        if let Payload::ExportSection(exports) = payload.unwrap() {
            names = exports.into_iter().map(|export| export.unwrap().name).collect();
        }
    }
    let globals = ["stylus_ink_left", "stylus_ink_status", "stylus_stack_left"];
    assert_eq!(names, [&["user_entrypoint", "memory"][..], &globals].concat());
}
