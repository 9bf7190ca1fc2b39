//! `cargo xtask size`: how big the contract and its preview are on the chain, and the committed snapshot of it.

use crate::{
    measure::Size,
    project::Project,
    shell, snapshot,
    toolchain::Choice,
    wasm::{self, DEFAULT_NETWORK, Record},
};
use eyre::{Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The committed sizes, from the root of the checkout: a change of them is reviewed as a diff.
const SNAPSHOT: &str = "tests/snapshots/size.json";

/// What any compiler's build of the contract, as far as it goes, must fit into.
const COMPRESSED_BYTES_MAX: usize = 14_000;
const PAGES_MAX: u16 = 1;

/// What stands behind a network's name where the preview is meant.
const PREVIEW: &str = "-preview";

/// The snapshot: for each way of building, the compiler that was measured, and the sizes by network.
type Snapshot = BTreeMap<String, Measured>;

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Measured {
    compiler: String,
    networks: BTreeMap<String, Size>,
}

/// Prints the size for a network and, if asked to, writes it into the snapshot.
pub(crate) fn run(project: &Project, network: &str, choice: Choice, json: bool, write: bool) -> Result<()> {
    let build = wasm::build(project, network, choice)?;
    let sizes = sizes(&build.record, network);
    if write {
        let mut snapshot: Snapshot = snapshot::read(project, SNAPSHOT)?;
        let way = snapshot
            .entry(build.record.toolchain.name().to_owned())
            .or_insert_with(|| Measured { compiler: String::new(), networks: BTreeMap::new() });
        way.compiler.clone_from(&build.record.compiler);
        way.networks.extend(sizes.clone().map(|(name, size)| (name, size.clone())));
        snapshot::write(project, SNAPSHOT, &(serde_json::to_string_pretty(&snapshot)? + "\n"))?;
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&BTreeMap::from(sizes))?);
    } else {
        for (name, size) in sizes {
            println!("{name}, by {}\n{size}", build.record.compiler);
        }
    }
    Ok(())
}

/// The contract's and the preview's, by what the snapshot calls them.
fn sizes<'a>(record: &'a Record, network: &str) -> [(String, &'a Size); 2] {
    [(network.to_owned(), &record.size), (network.to_owned() + PREVIEW, &record.preview_size)]
}

/// Holds the built contract against its budget, and against the snapshot if that knows the compiler.
pub(crate) fn verify(project: &Project) -> Result<()> {
    let build = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?;
    let record = &build.record;
    ensure!(
        record.size.compressed_bytes <= COMPRESSED_BYTES_MAX && record.size.footprint_pages <= PAGES_MAX,
        "the contract is over its budget of {COMPRESSED_BYTES_MAX} bytes compressed and {PAGES_MAX} page:\n{}",
        record.size
    );
    let snapshot: Snapshot = snapshot::read(project, SNAPSHOT)?;
    let Some(known) = snapshot.get(record.toolchain.name()).filter(|known| known.compiler == record.compiler) else {
        shell::say(&format!("    {SNAPSHOT} has no sizes by {}; not compared", record.compiler));
        return Ok(());
    };
    for (name, built) in sizes(record, DEFAULT_NETWORK) {
        let before = known.networks.get(&name);
        ensure!(
            before == Some(built),
            "the size of {name} has changed. {SNAPSHOT} has\n{}\nand the build is\n{built}\n\
             If that is meant, run `cargo xtask size --write` and commit the file",
            before.map_or_else(|| "    nothing".to_owned(), Size::to_string)
        );
    }
    Ok(())
}
