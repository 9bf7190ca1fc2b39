//! The vendor's own tool against what is preinstalled: programs with constructors, and bids for places in the cache.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Output},
};

use crate::{
    chain,
    program::{self, REFUSED},
    served::Served,
    stylus_deployer::ContractInitializationError,
    tool::{KEY, Workspace, deployed_address, printed},
};
use alloy_primitives::{Address, B256, U256, hex, keccak256};
use alloy_sol_types::SolError;
use devnet::{ArbOs, rpc::Rpc};
use protocols::preinstalls::STYLUS_DEPLOYER;
use stylus::code;

/// What the vendor's kit makes of a contract that is run natively: it prints the constructor.
const MAIN: &str = r#"fn main() { println!("constructor(uint256 number) payable"); }"#;
/// Cargo, but for building what is built already: so no target for WASM is needed.
const CARGO: &str = "#!/bin/sh\n\
    if [ \"$1\" != build ]; then exec \"$REAL_CARGO\" \"$@\"; fi\n\
    folder=target/wasm32-unknown-unknown/release/deps\n\
    mkdir -p $folder && cp program.wasm $folder/kept.wasm\n";

/// A contract with a constructor, as the tool sees it, and a chain on which everything is preinstalled.
struct Project {
    workspace: Workspace,
    rpc: Rpc,
    served: Served,
    manager: Address,
}

impl Project {
    fn new(name: &str, arbos: ArbOs) -> Self {
        let workspace = Workspace::new(name, "kept");
        workspace.write("kept/Stylus.toml", b"[contract]\n");
        workspace.write("kept/src/main.rs", MAIN.as_bytes());
        let manifest =
            "[package]\nname = \"kept\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\nexport-abi = []\n";
        workspace.write("kept/Cargo.toml", manifest.as_bytes());
        workspace.write("program.wasm", &program::wasm());
        workspace.write("bin/cargo", CARGO.as_bytes());
        fs::set_permissions(workspace.folder.join("bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        let (chain, preinstalls) = chain(arbos);
        let rpc = Rpc::new(chain);
        let served = Served::of(rpc.clone());
        Self { workspace, rpc, served, manager: preinstalls.cache_manager }
    }

    fn stylus(&self, arguments: &[&str]) -> Command {
        let mut command = self.workspace.stylus(&self.served.url(), arguments);
        let bin = self.workspace.folder.join("bin");
        let path = env::join_paths(
            [bin.clone()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
        );
        command.env("REAL_CARGO", env::var_os("CARGO").expect("cargo runs the tests")).env("CARGO", bin.join("cargo"));
        command.env("PATH", path.unwrap()).env("CARGO_TARGET_DIR", self.workspace.folder.join("target"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.stylus(arguments).output().unwrap()
    }

    /// Deploys with the number given to the constructor, and more arguments.
    fn deploy(&self, number: U256, more: &[&str]) -> Output {
        let mut command = self.stylus(&[&["deploy", "--no-verify", "--private-key", KEY], more].concat());
        // Last: the tool takes all that follows for arguments of the constructor.
        command.args(["--constructor-args", &number.to_string()]).output().unwrap()
    }
}

/// What a successful run printed.
fn succeeded(output: &Output) -> String {
    let text = printed(output);
    assert!(output.status.success(), "{text}");
    text
}

fn address(text: &str) -> Address {
    deployed_address(text).parse().unwrap()
}

#[test]
fn deploy_runs_the_constructor() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let project = Project::new(&format!("stylus-constructor-{}", arbos.0), arbos);
        let text = succeeded(&project.deploy(U256::from(42), &["--constructor-value", "0.5"]));
        let program = address(&text);
        project.rpc.with_chain(|chain| {
            assert_eq!(program::number(chain, program), U256::from(42));
            assert_eq!(chain.state().balance(program), U256::from(500_000_000_000_000_000_u64));
            assert_eq!(chain.state().balance(STYLUS_DEPLOYER), U256::ZERO);
        });
    }
}

#[test]
fn deploy_with_a_salt_puts_it_where_the_salt_says() {
    let project = Project::new("stylus-constructor-salt", ArbOs::V61);
    let salt = B256::repeat_byte(7);
    let program = address(&succeeded(&project.deploy(U256::from(42), &["--deployer-salt", &salt.to_string()])));
    project.rpc.with_chain(|chain| {
        let initcode = code::initcode(&chain.state().code(program));
        let salt = keccak256([salt.as_slice(), &program::constructor(U256::from(42))].concat());
        assert_eq!(program, STYLUS_DEPLOYER.create2_from_code(salt, initcode));
    });
}

#[test]
fn deploy_tells_of_a_constructor_that_refuses() {
    let project = Project::new("stylus-constructor-refusal", ArbOs::V61);
    let before = project.rpc.with_chain(|chain| chain.block_number());
    let output = project.deploy(REFUSED, &[]);
    assert!(!output.status.success(), "{}", printed(&output));
    let reason = ContractInitializationError::SELECTOR;
    assert!(printed(&output).contains(&hex::encode_prefixed(reason)), "{}", printed(&output));
    assert_eq!(project.rpc.with_chain(|chain| chain.block_number()), before, "nothing was sent");
}

#[test]
fn a_bid_makes_the_program_cheaper_to_enter_and_status_says_so() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let project = Project::new(&format!("stylus-cache-{}", arbos.0), arbos);
        let program = address(&succeeded(&project.deploy(U256::from(42), &[])));
        let at = format!("{program:#x}");
        let prices = || project.rpc.with_chain(|chain| (program::gas(chain, program), program::saving(chain, program)));
        let (before, saving) = prices();

        let status = succeeded(&project.run(&["cache", "status", "--address", &at]));
        assert!(status.contains(&format!("{:#x}", project.manager)) && status.contains("not yet cached"), "{status}");
        let suggested = succeeded(&project.run(&["cache", "suggest-bid", &at]));
        assert!(suggested.contains(&format!("{program}: 0 wei")), "{suggested}");
        succeeded(&project.run(&["cache", "bid", &at, "0", "--private-key", KEY]));

        let status = succeeded(&project.run(&["cache", "status", "--address", &at]));
        assert!(status.contains("is cached"), "{status}");
        assert_eq!(prices(), (before - saving, saving));
        let again = project.run(&["cache", "bid", &at, "0", "--private-key", KEY]);
        assert!(!again.status.success() && printed(&again).contains("already cached"), "{}", printed(&again));
    }
}
