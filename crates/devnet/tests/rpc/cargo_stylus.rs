//! The vendor's own tool against the served chain: `cargo stylus check` and `cargo stylus deploy --no-verify`.

use std::process::Output;

use crate::{
    served::Served,
    tool::{KEY, Workspace, deployed_address, printed},
};
use serde_json::{Value, json};

/// Answers with its calldata.
const ECHO: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (local.get $len))
        (i32.const 0)))"#;

/// Uses floating point, which activation refuses.
const FLOATS: &str = r#"(module
    (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (drop (f32.add (f32.const 1) (f32.const 2)))
        (i32.const 0)))"#;

/// A workspace without contracts of its own, so that the tool looks at the given WASM and nothing else.
struct Project {
    workspace: Workspace,
    served: Served,
}

impl Project {
    fn new(name: &str, wat: &str) -> Self {
        let workspace = Workspace::new(name, "empty");
        workspace.write("program.wasm", &wat::parse_str(wat).unwrap());
        Self { workspace, served: Served::start() }
    }

    fn stylus(&self, arguments: &[&str]) -> Output {
        let mut command = self.workspace.stylus(&self.served.url(), arguments);
        command.args(["--wasm-file", "program.wasm"]).output().unwrap()
    }

    fn deploy(&self) -> Output {
        self.stylus(&["deploy", "--no-verify", "--private-key", KEY])
    }
}

#[test]
fn check_accepts_what_would_activate_and_says_what_it_costs() {
    let project = Project::new("stylus-check", ECHO);
    let output = project.stylus(&["check"]);
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("wasm data fee"), "{text}");
    assert_eq!(project.served.call("eth_blockNumber", json!([]))["result"], "0x0", "a check sends nothing");
}

#[test]
fn check_refuses_what_would_not_activate() {
    let output = Project::new("stylus-check-floats", FLOATS).stylus(&["check"]);
    assert!(!output.status.success(), "{}", printed(&output));
}

#[test]
fn deploy_puts_a_program_on_the_chain_that_answers_calls() {
    let project = Project::new("stylus-deploy", ECHO);
    let output = project.deploy();
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    let address = deployed_address(&text);
    let echo = |data: &str| project.served.call("eth_call", json!([{ "to": address, "data": data }, "latest"]));
    assert_eq!(echo("0x0123456789abcdef")["result"], "0x0123456789abcdef");
    // Activated once, the same code is active wherever it is put.
    let again = project.deploy();
    assert!(again.status.success() && printed(&again).contains("already activated"), "{}", printed(&again));
    assert_ne!(deployed_address(&printed(&again)), address);
    let code = project.served.call("eth_getCode", json!([address]));
    assert!(code["result"].as_str().unwrap().starts_with("0xeff000"), "{code}");
    assert_eq!(Value::Null, code["error"]);
}

#[test]
fn deploy_refuses_what_would_not_activate_before_it_sends_anything() {
    let project = Project::new("stylus-deploy-floats", FLOATS);
    assert!(!project.deploy().status.success());
    assert_eq!(project.served.call("eth_blockNumber", json!([]))["result"], "0x0");
}
