//! The vendor's own tool against the served chain: `cargo stylus check` and `cargo stylus deploy --no-verify`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::http::Served;
use serde_json::{Value, json};

/// Says where cargo-stylus is; `cargo verify` sets it after installing the pinned release.
const PROGRAM_VARIABLE: &str = "DEBT_MANAGER_CARGO_STYLUS";

/// The key of the first account.
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

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

fn program() -> PathBuf {
    let given = env::var_os(PROGRAM_VARIABLE).map(PathBuf::from);
    let cached = || {
        let cache = env::var_os("DEBT_MANAGER_CACHE").map(PathBuf::from).or_else(|| {
            let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            Some(base.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?.join("debt-manager"))
        });
        cache.map(|cache| cache.join("tools/bin/cargo-stylus"))
    };
    let program = given.or_else(cached).unwrap_or_default();
    assert!(program.is_file(), "cargo-stylus is not at {}: run `cargo xtask cargo-stylus`", program.display());
    program
}

/// A workspace without contracts of its own, so that the tool looks at the given WASM and nothing else.
struct Project {
    folder: PathBuf,
    served: Served,
}

impl Project {
    fn new(name: &str, wat: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let write = |path: &str, text: &[u8]| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", b"[workspace]\nmembers = [\"empty\"]\nresolver = \"3\"\n");
        write("Stylus.toml", b"[workspace]\n[workspace.networks]\n");
        write("empty/Cargo.toml", b"[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
        write("empty/src/lib.rs", b"");
        write("rust-toolchain.toml", include_bytes!("../../../../rust-toolchain.toml"));
        write("program.wasm", &wat::parse_str(wat).unwrap());
        Self { folder, served: Served::start() }
    }

    fn stylus(&self, arguments: &[&str]) -> Output {
        Command::new(program())
            .arg("stylus")
            .args(arguments)
            .args(["--wasm-file", "program.wasm", "--endpoint", &self.served.url()])
            .current_dir(&self.folder)
            .env("NO_COLOR", "1")
            .output()
            .unwrap()
    }

    fn deploy(&self) -> Output {
        self.stylus(&["deploy", "--no-verify", "--private-key", KEY])
    }
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The address in "deployed code at address: 0x..", between whatever colours the tool puts around it.
fn deployed_address(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("deployed code at address")).unwrap_or_else(|| panic!("{text}"));
    let start = line.rfind("0x").unwrap_or_else(|| panic!("{line}"));
    line[start..start + 42].to_owned()
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
