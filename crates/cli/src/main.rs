//! The `debt-manager` command.

mod contract;
mod demo;
mod devnet;
mod gas;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Leverage on Arbitrum, and the chain to try it on.
#[derive(Parser)]
#[command(name = "debt-manager", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run real operations on the protocols' own code and show what they did.
    Demo(demo::Args),
    /// Serve a local Arbitrum chain with Stylus over JSON-RPC, on this machine only.
    Devnet(devnet::Args),
    /// Measure the gas of the same operations by this contract and by Exactly's own manager.
    Gas(gas::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Devnet(args) => devnet::run(&args),
        Command::Gas(args) => gas::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
