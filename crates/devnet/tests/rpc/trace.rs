//! `debug_traceTransaction` and `debug_traceCall`.

use crate::node::{ALICE, Node, STRANGER, number, word};
use alloy_primitives::Address;
use serde_json::{Value, json};

/// Calls the address in its calldata with 32 zero bytes and all gas.
const FORWARD: &str = "600060006020600060006000355af100";

#[test]
fn the_call_tracer_shows_the_tree_of_calls() {
    let node = Node::new();
    let (store, forward) = (node.deploy_store(), node.deploy(FORWARD));
    let target = format!("0x000000000000000000000000{}", &store.as_str().unwrap()[2..]);
    let receipt = node.send(json!({ "from": ALICE, "to": forward, "data": target, "gas": "0x30d40" }));
    let hash = &receipt["transactionHash"];
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let trace = node.ok("debug_traceTransaction", json!([hash, options]));
    assert_eq!((&trace["type"], &trace["from"], &trace["to"]), (&json!("CALL"), &json!(ALICE), &forward));
    assert_eq!(trace["gasUsed"], receipt["gasUsed"]);
    let inner = &trace["calls"][0];
    assert_eq!((&inner["from"], &inner["to"], &inner["input"]), (&forward, &store, &json!(word(0))));
    assert_eq!(inner["logs"][0]["topics"], json!([word(0xaa)]));
    let top = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
    assert_eq!(node.ok("debug_traceTransaction", json!([hash, top]))["calls"], Value::Null);
}

#[test]
fn a_revert_shows_in_the_call_tracer_with_its_data() {
    let node = Node::new();
    let revert = node.deploy_revert();
    let call = json!({ "from": ALICE, "to": revert, "data": "0xdeadbeef" });
    let trace = node.ok("debug_traceCall", json!([call, "latest", { "tracer": "callTracer" }]));
    assert_eq!((&trace["error"], &trace["output"]), (&json!("execution reverted"), &json!("0xdeadbeef")));
}

#[test]
fn struct_logs_list_the_opcodes() {
    let node = Node::new();
    let store = node.deploy_store();
    let receipt = node.send(json!({ "from": ALICE, "to": store, "data": word(5) }));
    let trace = node.ok("debug_traceTransaction", json!([receipt["transactionHash"]]));
    assert_eq!(trace["failed"], false);
    let steps = trace["structLogs"].as_array().unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step["op"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["CALLDATASIZE", "ISZERO"]);
    assert!(names.contains(&"SSTORE") && names.contains(&"LOG1"));
    let limited = node.ok("debug_traceTransaction", json!([receipt["transactionHash"], { "limit": 3 }]));
    assert_eq!(limited["structLogs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_prestate_tracer_shows_what_was_there_before_and_what_changed() {
    let node = Node::new();
    let store = node.deploy_store();
    node.send(json!({ "from": ALICE, "to": store, "data": word(5) }));
    let receipt = node.send(json!({ "from": ALICE, "to": store, "data": word(6) }));
    let hash = &receipt["transactionHash"];
    let before = node.ok("debug_traceTransaction", json!([hash, { "tracer": "prestateTracer" }]));
    let store = store.as_str().unwrap();
    assert_eq!(before[store]["storage"][word(0)], word(5));
    assert_eq!(number(&node.ok("eth_getTransactionCount", json!([ALICE]))), 3);
    assert_eq!(before[ALICE]["nonce"], 2);
    let options = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = node.ok("debug_traceTransaction", json!([hash, options]));
    assert_eq!(diff["post"][store]["storage"][word(0)], word(6));
    assert_eq!(diff["post"][ALICE]["nonce"], 3);
}

#[test]
fn a_traced_call_sees_overrides() {
    let node = Node::new();
    let code = json!({ STRANGER: { "code": "0x602a60005260206000f3" } });
    let options = json!({ "tracer": "callTracer", "stateOverrides": code });
    let trace = node.ok("debug_traceCall", json!([{ "to": STRANGER }, "latest", options]));
    assert_eq!(trace["output"], word(42));
}

/// Calls itself statically with one byte of calldata less, until there is none; answers with its calldata.
const NESTING: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
    (import "vm_hooks" "static_call_contract" (func $call (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (if (local.get $len) (then
            (call $contract_address (i32.const 1000))
            (drop (call $call (i32.const 1000) (i32.const 0) (i32.sub (local.get $len) (i32.const 1))
                (i64.const -1) (i32.const 2000)))))
        (call $write_result (i32.const 0) (local.get $len))
        (i32.const 0)))"#;

#[test]
fn the_stylus_tracer_shows_every_host_io_and_nests_the_programs_called() {
    let node = Node::new();
    let program = Address::with_last_byte(0xee);
    node.0.with_chain(|chain| {
        chain.set_code(program, stylus::code::compress(&wat::parse_str(NESTING).unwrap()).into());
        assert!(chain.activate(program, ALICE.parse().unwrap()).unwrap().success);
    });
    let receipt = node.send(json!({ "from": ALICE, "to": program, "data": "0xaa", "gas": "0xf4240" }));
    let trace = node.ok("debug_traceTransaction", json!([receipt["transactionHash"], { "tracer": "stylusTracer" }]));
    let names = |steps: &Value| -> Vec<String> {
        steps.as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap().to_owned()).collect()
    };
    let inner = ["user_entrypoint", "read_args", "write_result", "user_returned"];
    let outer =
        ["user_entrypoint", "read_args", "contract_address", "static_call_contract", "write_result", "user_returned"];
    assert_eq!(names(&trace), outer);
    let call = &trace[3];
    assert_eq!(call["address"], json!(program));
    assert_eq!(names(&call["steps"]), inner);
    // address, gas, no value, no data; length of what was returned and status 0.
    let args = format!("{program:?}{}", "f".repeat(16));
    assert_eq!((&call["args"], &call["outs"]), (&json!(args.to_lowercase()), &json!("0x0000000000")));
    assert_eq!((&trace[1]["outs"], &trace[0]["args"]), (&json!("0xaa"), &json!("0x00000001")));
    assert_eq!(trace[5]["outs"], "0x00000000", "the vendor's reader wants the status in four bytes");
    let ink = |step: &Value, end: &str| step[end].as_u64().unwrap();
    assert_eq!(ink(&trace[1], "startInk") - ink(&trace[1], "endInk"), 8_400 + 5_040);
    let calls = node.ok("debug_traceTransaction", json!([receipt["transactionHash"], { "tracer": "callTracer" }]));
    assert_eq!((&calls["to"], &calls["calls"][0]["type"]), (&json!(program), &json!("STATICCALL")));
}

#[test]
fn what_cannot_be_traced_is_said_so() {
    let node = Node::new();
    assert_eq!(node.error("debug_traceTransaction", json!([word(1)])).message, "transaction not found");
    let receipt = node.send(json!({ "from": ALICE, "to": STRANGER, "value": "0x1" }));
    let trace = |options: Value| node.try_call("debug_traceTransaction", json!([receipt["transactionHash"], options]));
    let script = trace(json!({ "tracer": "{ step: function() {} }" })).unwrap_err();
    assert!(script.message.contains("JavaScript") && script.message.contains("stylusTracer"), "{script:?}");
    let wrong = trace(json!({ "tracer": "callTracer", "tracerConfig": { "withLog": 7 } })).unwrap_err();
    assert_eq!(wrong.code, -32602);
    assert_eq!(trace(json!({ "tracer": "noopTracer" })).unwrap(), json!({}));
    assert_eq!(trace(json!({ "tracer": "stylusTracer" })).unwrap(), json!([]), "no program ran");
}
