//! `debt-manager demo`: real leverage and deleverage on the real protocols' code, by this contract and by Exactly's own.

mod report;
mod runs;

use clap::Parser;
use devnet::{Chain, ChainConfig};
use eyre::{Result, WrapErr as _};
use protocols::{DebtManager, Fixtures, World};
use std::{fs, path::PathBuf};

pub(crate) use runs::Manager;

/// Run real operations on the protocols' own code and show what they did.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The contract's release WASM, as `cargo xtask wasm` builds it.
    #[arg(long, env = "DEBT_MANAGER_WASM")]
    wasm: PathBuf,
    /// Print the runs as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the demonstration.
pub(crate) fn run(args: &Args) -> Result<()> {
    let wasm = fs::read(&args.wasm).wrap_err_with(|| format!("cannot read {}", args.wasm.display()))?;
    let fixtures = Fixtures::open()?;
    let mut chain = Chain::new(ChainConfig::default());
    let world = World::deploy(&mut chain, &fixtures)?;
    let manager = DebtManager::deploy(&mut chain, &wasm)?;
    let runs = runs::perform(&chain, &world, manager)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report::Json { runs: &runs })?);
    } else {
        println!("{}", report::table(&runs));
    }
    Ok(())
}
