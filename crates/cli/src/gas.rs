//! `debt-manager gas`: what the same operations cost by this contract and by Exactly's own manager.

mod bounds;
mod case;
mod frames;
mod measure;
mod orders;
mod permits;
mod stage;
mod table;

use crate::contract::Contract;
use case::Case;
use clap::Parser;
use devnet::ArbOs;
use eyre::{Result, bail};
use protocols::Fixtures;
use stage::Base;

/// Measure the same operations, in the same world and at the same moment, by both managers.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    contract: Contract,
    /// Print every measurement as JSON, also at ArbOS 51.
    #[arg(long)]
    json: bool,
    /// Fail, after printing, if a bound is broken.
    #[arg(long)]
    check: bool,
    /// Print where the gas of the contract's frames goes instead, of the operations whose name and variant contain this.
    #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "")]
    frames: Option<String>,
}

/// Measures and prints.
pub(crate) fn run(args: &Args) -> Result<()> {
    let wasm = args.contract.read()?;
    let fixtures = Fixtures::open()?;
    let base = Base::build(ArbOs::V61, &wasm, &fixtures)?;
    if let Some(text) = &args.frames {
        return frames::print(&base, text);
    }
    let mut rows = measure::rows(&base)?;
    let comparisons = bounds::compare(&rows);
    if args.json {
        rows.extend(measure::rows(&Base::build(ArbOs::V51, &wasm, &fixtures)?)?);
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        println!("{}", table::table(&comparisons, &rows));
    }
    let broken: Vec<String> = comparisons.iter().flat_map(bounds::Comparison::broken).collect();
    if args.check && !broken.is_empty() {
        bail!("over the bounds on gas:\n    {}", broken.join("\n    "));
    }
    Ok(())
}
