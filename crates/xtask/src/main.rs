//! `cargo xtask`: builds, checks and measures the contract, fetches what tests need, and runs the gate.
//!
//! Each command first makes sure of what it needs, so that any of them can be the first one in a fresh clone. What a
//! step does, how long it took and what to do when it fails goes to standard error; standard output holds results only.

mod abi;
mod campaign;
mod cargo_stylus;
mod debian;
mod demo;
mod download;
mod fixtures;
mod gas;
mod integrity;
mod measure;
mod mutants;
mod postprocess;
mod program;
mod project;
mod reproduce;
mod setup;
mod shell;
mod size;
mod snapshot;
mod solidity;
mod test_run;
mod toolchain;
mod verify;
mod wasm;

use clap::{Parser, Subcommand};
use eyre::Result;
use project::Project;
use std::process::ExitCode;
use toolchain::Choice;

/// Builds, checks and measures the contract; fetches fixtures; runs the gate.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs whatever the other commands need and this machine lacks.
    Setup,
    /// Builds the contract and its preview as they are deployed, and checks what activation would check.
    Wasm {
        /// The network whose roots of trust are built in: a file in deploy/.
        #[arg(long, default_value = wasm::DEFAULT_NETWORK)]
        network: String,
        /// Where the standard library for wasm32 comes from.
        #[arg(long, value_enum, default_value_t = Choice::Auto)]
        toolchain: Choice,
    },
    /// Downloads the pinned packages with the protocols' bytecode.
    Fixtures,
    /// Installs the pinned cargo-stylus, for the tests that check and deploy with it.
    CargoStylus,
    /// Prints how big the contract and its preview are, and what that costs on the chain.
    Size {
        /// Prints JSON, keyed by network.
        #[arg(long)]
        json: bool,
        /// Writes the committed snapshot that `cargo verify` compares with.
        #[arg(long)]
        write: bool,
        /// The network whose build is measured.
        #[arg(long, default_value = wasm::DEFAULT_NETWORK)]
        network: String,
        /// Where the standard library for wasm32 comes from. The snapshot keeps both apart.
        #[arg(long, value_enum, default_value_t = Choice::Auto)]
        toolchain: Choice,
    },
    /// Prints what operations cost by this contract and by Exactly's own manager, and the bounds on it.
    Gas {
        /// Prints JSON, and also what they cost at ArbOS 51.
        #[arg(long)]
        json: bool,
        /// Writes the committed snapshot that `cargo verify` compares with.
        #[arg(long)]
        write: bool,
        /// Prints instead, step by step, where the gas of the contract's frames goes: in the operations whose name and
        /// variant contain this.
        #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
        frames: Option<String>,
    },
    /// Generates what other programs read of the interface, and compiles the examples, from the Solidity files in abi/.
    Abi {
        /// Only compares with the committed files.
        #[arg(long)]
        check: bool,
    },
    /// Runs the contract against the real protocols and prints what happened (`cargo demo`).
    Demo {
        /// Prints JSON and nothing else on standard output.
        #[arg(long)]
        json: bool,
        /// Handed to `debt-manager demo`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Calls the contract at random in the protocols' world, and checks every invariant after each call.
    Campaign(campaign::Arguments),
    /// Changes the contract in every small way, one at a time, and tells which changes no test notices.
    Mutants {
        /// The files of the contract to change; all that do anything if none is named.
        files: Vec<String>,
        /// Tries those again that survived: after tests were added.
        #[arg(long)]
        again: bool,
        /// Leaves a test out: one that fails anyhow.
        #[arg(long, value_name = "TEST")]
        without: Vec<String>,
        /// Stops after so many; the next time goes on from there.
        #[arg(long)]
        most: Option<usize>,
    },
    /// Builds the contract a second time, elsewhere and from nothing, and compares.
    Reproduce,
    /// Runs everything that a change must pass (`cargo verify`).
    Verify,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let project = Project::find()?;
    match command {
        Command::Setup => setup::all(&project),
        Command::Wasm { network, toolchain } => wasm::build(&project, &network, toolchain).map(|build| build.report()),
        Command::Fixtures => fixtures::fetch(&project),
        Command::CargoStylus => cargo_stylus::install(&project).map(drop),
        Command::Size { json, write, network, toolchain } => size::run(&project, &network, toolchain, json, write),
        Command::Gas { json, write, frames } => gas::run(&project, json, write, frames.as_deref()),
        Command::Abi { check } => abi::run(&project, check),
        Command::Demo { json, arguments } => demo::run(&project, json, &arguments),
        Command::Campaign(arguments) => campaign::run(&project, &arguments),
        Command::Mutants { files, again, without, most } => mutants::run(&project, &files, again, &without, most),
        Command::Reproduce => reproduce::run(&project),
        Command::Verify => verify::run(&project),
    }
}
