//! `debt-manager demo`: real operations on the real protocols' code, by this contract and by Exactly's own.

mod report;
mod runs;
mod stage;

use crate::contract::Contract;
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::Address;
use clap::Parser;
use devnet::{Chain, ChainConfig};
use eyre::Result;
use protocols::{DebtManager, Fixtures, World};
use serde::Serialize;

/// Run real operations on the protocols' own code and show what they did.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    contract: Contract,
    /// Print the runs as JSON.
    #[arg(long)]
    json: bool,
}

/// Which manager carries an operation out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Manager {
    /// This contract.
    Stylus,
    /// Exactly's own, behind its proxy.
    Solidity,
}

impl Manager {
    /// Its accounts, the one that is called first.
    pub(crate) fn addresses(self, world: &World, stylus: DebtManager) -> Vec<Address> {
        match self {
            Self::Stylus => vec![stylus.address],
            Self::Solidity => world.exactly.solidity_manager.to_vec(),
        }
    }
}

/// The world with both managers, and who uses them.
struct Base {
    chain: Chain,
    world: World,
    stylus: DebtManager,
    /// Whose operations they are, or whose wallet's.
    signer: PrivateKeySigner,
    /// Who sends for others.
    relayer: Address,
}

impl Base {
    fn build(wasm: &[u8]) -> Result<Self> {
        let fixtures = Fixtures::open()?;
        let mut chain = Chain::new(ChainConfig::default());
        let world = World::deploy(&mut chain, &fixtures)?;
        let stylus = DebtManager::deploy(&mut chain, wasm)?;
        let [signer, relayer] = [0, 1].map(|index| chain.config().signers()[index].clone());
        Ok(Self { chain, world, stylus, signer, relayer: relayer.address() })
    }
}

/// Runs the demonstration.
pub(crate) fn run(args: &Args) -> Result<()> {
    let wasm = args.contract.read()?;
    let runs = runs::perform(&Base::build(&wasm)?)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report::Json { runs: &runs })?);
    } else {
        println!("{}", report::table(&runs));
    }
    Ok(())
}
