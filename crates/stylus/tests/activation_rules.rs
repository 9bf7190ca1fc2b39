//! What a module may be, at both sides of each boundary, and for both versions of Stylus.

use stylus::{
    activation::{Activation, ActivationError, ActivationRules, activate},
    params::ArbOs,
};

const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;
const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;

fn wasm(parts: &[&str]) -> Vec<u8> {
    wat::parse_str(format!("(module {})", parts.join(" "))).unwrap()
}

fn at(arbos: ArbOs, parts: &[&str]) -> Result<Activation, ActivationError> {
    activate(&wasm(parts), ActivationRules::new(arbos))
}

/// Of a module that both versions treat alike.
fn both(parts: &[&str]) -> Result<Activation, ActivationError> {
    let [two, three] = [ArbOs::V51, ArbOs::V61].map(|arbos| at(arbos, parts));
    assert_eq!(two, three);
    two
}

fn program(parts: &[&str]) -> Result<Activation, ActivationError> {
    both(&[parts, &[MEMORY, ENTRY]].concat())
}

/// A custom section or any other, by its number and contents.
fn with_section(mut module: Vec<u8>, id: u8, contents: &[u8]) -> Vec<u8> {
    module.push(id);
    module.push(u8::try_from(contents.len()).unwrap());
    module.extend(contents);
    module
}

fn invalid(result: Result<Activation, ActivationError>) -> String {
    match result {
        Err(ActivationError::Invalid(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn too_many(result: Result<Activation, ActivationError>, what: &'static str, count: usize, limit: usize) {
    assert_eq!(result, Err(ActivationError::TooMany { what, count, limit }));
}

#[test]
fn several_values_are_for_the_second_version_only() {
    for parts in [
        "(func (result i32 i32) i32.const 0 i32.const 0)",
        "(func (result i32) i32.const 0 (block (param i32) (result i32)))",
        "(type (func (result i64 i64)))",
    ] {
        let parts = [parts, MEMORY, ENTRY];
        assert!(at(ArbOs::V51, &parts).is_ok(), "{parts:?}");
        invalid(at(ArbOs::V59, &parts));
        invalid(at(ArbOs::V61, &parts));
    }
}

#[test]
fn bytes_move_and_numbers_are_extended() {
    let body = "(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0))
        (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))
        (drop (i64.extend32_s (i64.extend_i32_u (i32.extend8_s (i32.const 0))))))";
    let parts = [body, "(global (mut i64) (i64.const 0))", MEMORY, ENTRY];
    // What is done to the module differs, but not what it costs.
    let [two, three] = [ArbOs::V51, ArbOs::V61].map(|arbos| at(arbos, &parts).unwrap());
    assert_eq!(two, Activation { module: two.module.clone(), ..three });
}

#[test]
fn later_additions_to_the_format_are_refused() {
    for part in [
        "(func (param externref))",
        "(table 1 funcref) (table 1 funcref)",
        "(func (drop (ref.null func)))",
        "(func (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))",
        "(func (return_call 0))",
        "(func (drop (v128.const i64x2 0 0)))",
        "(memory 1 1 shared)",
        "(tag)",
        "(table 1 funcref) (func (drop (table.size 0)))",
        "(table 1 funcref) (func $f) (elem (i32.const 0) funcref (ref.func $f))",
        "(global i32 (i32.const 1)) (global i32 (global.get 0))",
    ] {
        invalid(program(&[part]));
    }
    for part in ["(data \"x\") (func (data.drop 0))", "(table 1 funcref) (elem func) (func (elem.drop 0))"] {
        assert!(matches!(program(&[part]), Err(ActivationError::Unsupported(_))), "{part}");
    }
}

#[test]
fn a_table_index_takes_one_byte() {
    let mut module = wasm(&[MEMORY, "(table 1 funcref) (func (call_indirect (i32.const 0)))", ENTRY]);
    // `call_indirect 0 0` with the index of the table written in two bytes, as compilers with reference types do.
    let at = module.windows(3).rposition(|window| window == [0x11, 1, 0] || window == [0x11, 0, 0]).unwrap();
    module.splice(at + 2..=at + 2, [0x80, 0x00]);
    let body = module[..at].iter().rposition(|byte| *byte == 7).unwrap();
    module[body] += 1;
    let section = module[..body].iter().rposition(|byte| *byte == 10).unwrap() + 1;
    module[section] += 1;
    assert!(invalid(activate(&module, ActivationRules::new(ArbOs::V51))).contains("zero byte expected"));
}

#[test]
fn arithmetic_on_floats_is_refused_even_out_of_reach() {
    for operator in ["f32.add", "f64.copysign", "f32.lt"] {
        let ty = &operator[..3];
        let part = format!("(func unreachable ({operator} ({ty}.const 0) ({ty}.const 0)) drop)");
        assert!(matches!(program(&[&part]), Err(ActivationError::Unsupported(_))), "{operator}");
    }
    for operator in ["i32.trunc_f64_s", "i64.trunc_sat_f64_u", "f32.demote_f64", "f64.sqrt"] {
        let part = format!("(func (drop ({operator} (f64.const 0))))");
        assert!(matches!(program(&[&part]), Err(ActivationError::Unsupported(_))), "{operator}");
    }
    for operator in ["f32.convert_i64_u", "f64.convert_i64_s"] {
        let part = format!("(func (drop ({operator} (i64.const 0))))");
        assert!(matches!(program(&[&part]), Err(ActivationError::Unsupported(_))), "{operator}");
    }
}

#[test]
fn nothing_runs_before_the_entry_point() {
    assert_eq!(program(&["(func $f) (start $f)"]), Err(ActivationError::Unsupported("start function".to_owned())));
}

#[test]
fn a_name_is_imported_by_one_entry_of_the_type_section() {
    let import = |ty| format!(r#"(import "vm_hooks" "msg_sender" (func (type {ty})))"#);
    let types = "(type (func (param i32))) (type (func (param i32)))";
    assert!(program(&[types, &import(0), &import(0)]).is_ok());
    let wrong = Err(ActivationError::WrongType("msg_sender".to_owned()));
    assert_eq!(program(&[types, &import(0), &import(1)]), wrong);
}

#[test]
fn growing_memory_must_be_paid_for() {
    let memory = r#"(memory (export "memory") 1 2)"#;
    let pay = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;
    assert!(matches!(both(&[memory, ENTRY]), Err(ActivationError::Missing(_))));
    assert!(both(&[pay, memory, ENTRY]).is_ok());
}

#[test]
fn names_are_read_as_far_as_nitro_reads_them() {
    let module = wasm(&[MEMORY, ENTRY]);
    let section = |contents: &[u8]| {
        let contents = [&[4], &b"name"[..], contents].concat();
        activate(&with_section(module.clone(), 0, &contents), ActivationRules::new(ArbOs::V51))
    };
    assert!(section(&[0, 2, 1, b'x']).is_ok(), "the module's name");
    assert!(section(&[1, 4, 1, 0, 1, b'f']).is_ok(), "a function's name");
    invalid(section(&[0, 2, 5, b'x']));
    invalid(section(&[1, 4, 1, 0, 9, b'f']));
    assert!(section(&[2, 2, 9, 9]).is_ok(), "names of locals are not looked at");
}

#[test]
fn memory_starts_with_what_is_left_of_the_pages() {
    let memory = |pages: u32| format!(r#"(memory (export "memory") {pages} {pages})"#);
    assert!(both(&[&memory(128), ENTRY]).is_ok());
    too_many(both(&[&memory(129), ENTRY]), "pages of memory", 129, 128);
    let left = |pages_left, pages| {
        let rules = ActivationRules { pages_left, ..ActivationRules::new(ArbOs::V61) };
        activate(&wasm(&[&memory(pages), ENTRY]), rules)
    };
    assert_eq!(left(5, 5).unwrap().footprint, 5);
    too_many(left(5, 6), "pages of memory, beside those open", 6, 5);
}

#[test]
fn gas_pays_for_activation_or_it_fails() {
    let module = wasm(&[MEMORY, ENTRY]);
    let with = |gas| activate(&module, ActivationRules { gas, ..ActivationRules::new(ArbOs::V51) });
    let cost = with(u64::MAX).unwrap().metered_gas;
    assert!(with(cost).is_ok());
    assert_eq!(with(cost - 1), Err(ActivationError::OutOfGas(cost)));
}

#[test]
fn quantities_have_their_limits() {
    let globals = |count: usize| "(global i32 (i32.const 0))".repeat(count);
    assert!(program(&[&globals(32_764)]).is_ok());
    let functions = |count: usize| "(func)".repeat(count);
    assert!(program(&[&functions(4_095)]).is_ok());
    too_many(program(&[&functions(4_096)]), "functions", 4_097, 4_096);
    let locals = |count: usize| format!("(func (local {}))", "i64 ".repeat(count));
    assert!(program(&[&locals(348)]).is_ok());
    too_many(program(&[&locals(349)]), "locals in a function", 349, 348);
    let imports = |count: usize| r#"(import "vm_hooks" "msg_reentrant" (func (result i32)))"#.repeat(count);
    assert!(program(&[&imports(513)]).is_ok());
    too_many(program(&[&imports(514)]), "imports", 514, 513);
    let data = |count: usize| r#"(data "x")"#.repeat(count);
    assert!(program(&[&data(128)]).is_ok());
    too_many(program(&[&data(129)]), "data segments", 129, 128);
    assert!(program(&["(table 4096 funcref)"]).is_ok());
    too_many(program(&["(table 4097 funcref)"]), "table entries", 4_097, 4_096);
}

#[test]
fn operators_are_counted_as_they_run() {
    // The one block's header and the frame's entry are 12 each, its exit is 4 and a return, and then there is `end`.
    let others = 12 + 12 + 4 + 1 + 1;
    let body = |count: usize| format!("(func {})", "nop ".repeat(count));
    assert!(program(&[&body(65_536 - others)]).is_ok());
    too_many(program(&[&body(65_537 - others)]), "operators in a function", 65_537, 65_536);
}

#[test]
fn costs_fit_their_fields_or_the_module_is_refused() {
    // A byte of data costs 0.75244.
    let module = |bytes: usize| {
        let memory = r#"(memory (export "memory") 2 2)"#;
        at(ArbOs::V61, &[memory, ENTRY, &format!("(data \"{}\")", "x".repeat(bytes))])
    };
    let fits = module(86_900).unwrap().cached_cost;
    assert!(fits > 65_000, "{fits}");
    assert_eq!(module(87_500), Err(ActivationError::CostTooHigh("cached cost")));
    assert_eq!(module(86_900).unwrap().data_bytes, 86_904, "with the segment's own length and kind");
}

#[test]
fn active_segments_fit_what_they_are_copied_into() {
    let memory = |offset: i64, bytes: &str| program(&[&format!("(data (i32.const {offset}) \"{bytes}\")")]);
    assert!(memory(65_535, "x").is_ok());
    assert!(memory(65_536, "").is_ok());
    let out = |offset, size| Err(ActivationError::OutOfBounds { offset, size });
    assert_eq!(memory(65_535, "xy"), out(65_535, 2));
    assert_eq!(memory(65_537, ""), out(65_537, 0));
    assert_eq!(memory(-1, ""), out(u64::MAX, 0));
    let table = |offset: u64| program(&[&format!("(table 2 2 funcref) (func $f) (elem (i32.const {offset}) $f)")]);
    assert!(table(1).is_ok());
    assert_eq!(table(2), out(2, 1));
}
