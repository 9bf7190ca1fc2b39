//! Whatever activation accepts can be compiled and started: the reference modules, and the largest that the limits allow.

#![cfg(feature = "runtime")]

use serde_json::Value;
use stylus::{
    activation::{ActivationRules, activate},
    params::ArbOs,
    vm::{EvmData, Frame, FrameInput, Status, Step, Vm},
};

const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;

/// Activates, compiles and runs a module, which must not ask for the chain.
fn run(vm: &Vm, wasm: &[u8], arbos: ArbOs) -> Status {
    let activation = activate(wasm, ActivationRules::new(arbos)).expect("accepted");
    let program = vm.compile(&activation.module).expect("compiled");
    let input = FrameInput {
        calldata: Vec::new().into(),
        gas: 100_000_000,
        ink_price: 10_000,
        max_stack_depth: 22_000,
        stylus_version: arbos.stylus_version(),
        is_static: false,
        evm: EvmData::default(),
        trace: false,
    };
    match Frame::start(&program, input).resume(None).expect("started") {
        Step::Done(outcome) => outcome.status,
        Step::Request(request) => panic!("{request:?}"),
    }
}

fn run_text(vm: &Vm, parts: &[&str]) -> Status {
    run(vm, &wat::parse_str(format!("(module {})", parts.join(" "))).unwrap(), ArbOs::V51)
}

#[test]
fn every_reference_module_that_is_accepted_runs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../devnet/tests/vectors/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vm = Vm::new().unwrap();
    let mut ran = 0;
    for case in vectors["activation"].as_array().unwrap() {
        // This one's entry point is a host I/O that asks the chain; the longest ones stand only as code.
        if case["expected"] != "accept" || case["name"] == "entry_is_good_import" || case["wasm"].is_null() {
            continue;
        }
        let wasm = alloy_primitives::hex::decode(case["wasm"].as_str().unwrap()).unwrap();
        assert_eq!(run(&vm, &wasm, ArbOs::V51), Status::Success, "{}", case["name"]);
        ran += 1;
    }
    assert!(ran > 15, "{ran}");
}

#[test]
fn the_largest_programs_run() {
    let vm = Vm::new().unwrap();
    let globals = "(global (mut i64) (i64.const 1))".repeat(32_764);
    let functions =
        format!("(table 4096 4096 funcref) (elem (i32.const 0) {}) {}", "0 ".repeat(4_000), "(func)".repeat(4_095));
    let locals = format!("(func (local {}))", "i64 ".repeat(348));
    let data = r#"(data (i32.const 0) "x")"#.repeat(128);
    for part in [globals, functions, locals, data] {
        assert_eq!(run_text(&vm, &[MEMORY, &part, ENTRY]), Status::Success, "{}", &part[..40]);
    }
    assert_eq!(run_text(&vm, &[r#"(memory (export "memory") 128 128)"#, ENTRY]), Status::Success);
}

#[test]
fn the_largest_functions_run() {
    let vm = Vm::new().unwrap();
    let entry =
        |body: &str| format!(r#"(func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0)"#);
    let deep = format!("{} {}", "i64.const 1 ".repeat(4_095), "drop ".repeat(4_095));
    let nested = format!("{} {}", "block ".repeat(4_000), "end ".repeat(4_000));
    let jumps = format!("block local.get 0 br_table {} end", "0 ".repeat(5_001));
    let long = "i64.const 1 i64.popcnt drop ".repeat(20_000);
    for body in [deep, nested, jumps, long] {
        assert_eq!(run_text(&vm, &[MEMORY, &entry(&body)]), Status::Success, "{}", &body[..40]);
    }
    let many = format!("(func (result {}) {})", "i64 ".repeat(1_000), "i64.const 1 ".repeat(1_000));
    let call = entry(&format!("call 0 {}", "drop ".repeat(1_000)));
    assert_eq!(run_text(&vm, &[MEMORY, &many, &call]), Status::Success);
}

#[test]
fn endless_recursion_runs_out_of_stack_whatever_its_frames() {
    let vm = Vm::new().unwrap();
    let entry = r#"(func (export "user_entrypoint") (param i32) (result i32) call $f i32.const 0)"#;
    for locals in [0, 100, 348] {
        // All locals are alive over the call, so that none of them is left out of the native frame.
        let set: String = (0..locals).map(|i| format!("(local.set {i} (i64.load (i32.const {i})))")).collect();
        let use_: String = (0..locals).map(|i| format!("(i64.store (i32.const {i}) (local.get {i}))")).collect();
        let f = format!("(func $f (local {}) {set} call $f {use_})", "i64 ".repeat(locals));
        assert_eq!(run_text(&vm, &[MEMORY, &f, entry]), Status::OutOfStack, "{locals} locals");
    }
}
