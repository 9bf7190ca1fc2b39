//! `cargo xtask size`: how big the contract is on the chain, and the committed snapshot of it.

use crate::{
    measure::Size,
    project::Project,
    shell,
    toolchain::Choice,
    wasm::{self, DEFAULT_NETWORK},
};
use eyre::{Result, WrapErr as _, bail};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// The committed sizes, from the root of the checkout: a change of them is reviewed as a diff.
const SNAPSHOT: &str = "tests/snapshots/size.json";

/// The snapshot: for each way of building, the compiler that was measured, and the sizes by network.
type Snapshot = BTreeMap<String, Measured>;

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Measured {
    compiler: String,
    networks: BTreeMap<String, Size>,
}

/// Prints the size for a network and, if asked to, writes it into the snapshot.
pub(crate) fn run(project: &Project, network: &str, json: bool, write: bool) -> Result<()> {
    let build = wasm::build(project, network, Choice::Auto)?;
    let size = &build.record.size;
    if write {
        let mut snapshot = read(project)?;
        let way = snapshot
            .entry(build.record.toolchain.name().to_owned())
            .or_insert_with(|| Measured { compiler: String::new(), networks: BTreeMap::new() });
        way.compiler.clone_from(&build.record.compiler);
        way.networks.insert(network.to_owned(), size.clone());
        let path = path(project);
        fs::write(&path, serde_json::to_string_pretty(&snapshot)? + "\n")
            .wrap_err_with(|| path.display().to_string())?;
        shell::say(&format!("wrote {}", path.display()));
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&BTreeMap::from([(network, size)]))?);
    } else {
        println!("{network}, by {}\n{size}", build.record.compiler);
    }
    Ok(())
}

/// Holds the built contract against the snapshot. A compiler that the snapshot does not know is no failure: what it
/// makes is held against the limits by the build itself.
pub(crate) fn verify(project: &Project) -> Result<()> {
    let build = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?;
    let record = &build.record;
    let snapshot = read(project)?;
    let Some(known) = snapshot.get(record.toolchain.name()).filter(|known| known.compiler == record.compiler) else {
        shell::say(&format!("    {SNAPSHOT} has no sizes by {}; not compared", record.compiler));
        return Ok(());
    };
    match known.networks.get(DEFAULT_NETWORK) {
        Some(size) if *size == record.size => Ok(()),
        size => {
            let before = size.map_or_else(|| "    nothing".to_owned(), Size::to_string);
            bail!(
                "the contract's size has changed. {SNAPSHOT} has\n{before}\nand the build is\n{}\n\
                 If that is meant, run `cargo xtask size --write` and commit the file",
                record.size
            )
        }
    }
}

fn path(project: &Project) -> PathBuf {
    project.root.join(SNAPSHOT)
}

fn read(project: &Project) -> Result<Snapshot> {
    let path = path(project);
    if !path.exists() {
        return Ok(Snapshot::new());
    }
    let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
    serde_json::from_str(&text).wrap_err_with(|| path.display().to_string())
}
