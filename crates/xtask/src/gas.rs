//! `cargo xtask gas`: what operations cost by both managers, and the committed snapshot of it.

use crate::{program::Program, project::Project, shell, snapshot};
use eyre::{Result, WrapErr as _, bail, ensure};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The committed gas, from the root of the checkout: a change of it is reviewed as a diff.
const SNAPSHOT: &str = "tests/snapshots/gas.json";

/// The snapshot: for each way of building, the compiler whose build was measured, and the measurements.
type Snapshot = BTreeMap<String, Measured>;

#[derive(Serialize, Deserialize)]
struct Measured {
    compiler: String,
    rows: Vec<Row>,
}

/// What `debt-manager gas --json` says of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    operation: String,
    variant: String,
    manager: String,
    cached: bool,
    tx_gas: u64,
    net_own_gas: i64,
    calldata_bytes: usize,
    arbos: u64,
}

impl Row {
    /// What the row is about.
    fn title(&self) -> String {
        let Self { operation, variant, manager, arbos, .. } = self;
        let cached = if self.cached { "cached" } else { "uncached" };
        format!("{operation}, {variant}, by {manager}, {cached}, ArbOS {arbos}")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tx_gas, net_own_gas, calldata_bytes, .. } = self;
        write!(formatter, "transaction {tx_gas}, net own {net_own_gas}, {calldata_bytes} bytes")
    }
}

/// Prints what operations cost and, if asked to, writes it into the snapshot; or prints where it goes, in those whose
/// name contains a text.
pub(crate) fn run(project: &Project, json: bool, write: bool, frames: Option<&str>) -> Result<()> {
    let program = Program::build(project)?;
    if write {
        save(project, &program)?;
    }
    match frames {
        Some(text) => program.show(&["gas", "--frames", text]),
        None if json => program.show(&["gas", "--json"]),
        None => program.show(&["gas"]),
    }
}

/// Measures, holds it against the bounds, and against the snapshot if that knows the compiler.
pub(crate) fn verify(project: &Project) -> Result<()> {
    let program = Program::build(project)?;
    let (text, within_bounds) = program.ask(&["gas", "--json", "--check"])?;
    let rows: Vec<Row> = serde_json::from_str(&text).wrap_err("the measurements")?;
    let (record, snapshot) = (&program.record, snapshot::read::<Snapshot>(project, SNAPSHOT)?);
    let known = snapshot.get(record.toolchain.name()).filter(|known| known.compiler == record.compiler);
    let changes = known.map(|known| changes(&known.rows, &rows)).unwrap_or_default();
    if known.is_none() {
        shell::say(&format!("    {SNAPSHOT} has no gas by {}; not compared", record.compiler));
    }
    if !changes.is_empty() {
        bail!(
            "the gas has changed:\n    {}\nIf that is meant, run `cargo xtask gas --write` and commit {SNAPSHOT}",
            changes.join("\n    ")
        );
    }
    ensure!(within_bounds, "the gas is over its bounds, as said above");
    Ok(())
}

/// What whole transactions cost, by what each is about; nothing where one of them fails.
pub(crate) fn costs(program: &Program<'_>) -> Result<Option<BTreeMap<String, u64>>> {
    let (text, measured) = program.ask(&["gas", "--json"])?;
    if !measured {
        return Ok(None);
    }
    let rows: Vec<Row> = serde_json::from_str(&text).wrap_err("the measurements")?;
    Ok(Some(rows.into_iter().map(|row| (row.title(), row.tx_gas)).collect()))
}

/// What is not as it was, a line each.
fn changes(before: &[Row], now: &[Row]) -> Vec<String> {
    let find = |rows: &[Row], title: &str| rows.iter().find(|row| row.title() == title).cloned();
    let gone = before.iter().filter(|row| find(now, &row.title()).is_none());
    let gone = gone.map(|row| format!("{}: no longer measured", row.title()));
    let changed = now.iter().filter_map(|row| match find(before, &row.title()) {
        None => Some(format!("{}: nothing before, now {row}", row.title())),
        Some(old) if old != *row => Some(format!("{}: {old} before, now {row}", row.title())),
        Some(_) => None,
    });
    gone.chain(changed).collect()
}

fn save(project: &Project, program: &Program<'_>) -> Result<()> {
    let (text, measured) = program.ask(&["gas", "--json"])?;
    ensure!(measured, "the gas could not be measured");
    let (record, mut snapshot) = (&program.record, snapshot::read::<Snapshot>(project, SNAPSHOT)?);
    let measured = Measured { compiler: record.compiler.clone(), rows: serde_json::from_str(&text)? };
    snapshot.insert(record.toolchain.name().to_owned(), measured);
    snapshot::write(project, SNAPSHOT, &render(&snapshot)?)
}

/// The snapshot as JSON with a line for each row, so that a diff shows what changed and nothing else.
fn render(snapshot: &Snapshot) -> Result<String> {
    let mut ways = Vec::new();
    for (way, Measured { compiler, rows }) in snapshot {
        let rows: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let (way, compiler) = (serde_json::to_string(way)?, serde_json::to_string(compiler)?);
        let rows = rows.join(",\n      ");
        ways.push(format!("  {way}: {{\n    \"compiler\": {compiler},\n    \"rows\": [\n      {rows}\n    ]\n  }}"));
    }
    Ok(format!("{{\n{}\n}}\n", ways.join(",\n")))
}

#[cfg(test)]
mod tests {
    use super::{Measured, Row, Snapshot, changes, render};

    fn row(variant: &str, cached: bool, tx_gas: u64) -> Row {
        Row {
            operation: "leverage".to_owned(),
            variant: variant.to_owned(),
            manager: "stylus".to_owned(),
            cached,
            tx_gas,
            net_own_gas: 7,
            calldata_bytes: 100,
            arbos: 61,
        }
    }

    #[test]
    fn the_same_rows_in_another_order_are_no_change() {
        let rows = [row("3x", false, 10), row("3x", true, 9)];
        let turned = [row("3x", true, 9), row("3x", false, 10)];
        assert_eq!(changes(&rows, &turned), [""; 0]);
    }

    #[test]
    fn a_change_names_its_row_and_both_values() {
        let (before, now) = ([row("3x", false, 10), row("3x", true, 9)], [row("3x", false, 10), row("3x", true, 8)]);
        let [change] = changes(&before, &now).try_into().unwrap();
        let change: String = change;
        assert!(change.contains("3x") && change.contains(", cached"), "{change}");
        assert!(change.contains("transaction 9,") && change.contains("transaction 8,"), "{change}");
    }

    #[test]
    fn the_snapshot_has_a_line_for_each_row_and_reads_back() {
        let measured = |count| Measured {
            compiler: "rustc \"1\"".to_owned(),
            rows: (0..count).map(|number| row(&format!("{number}x"), false, number)).collect(),
        };
        let snapshot = Snapshot::from([("debian".to_owned(), measured(2)), ("target".to_owned(), measured(3))]);
        let text = render(&snapshot).unwrap();
        assert_eq!(text.lines().filter(|line| line.contains("leverage")).count(), 5);
        let read: Snapshot = serde_json::from_str(&text).unwrap();
        for (way, Measured { compiler, rows }) in snapshot {
            assert!(read[&way].compiler == compiler && changes(&rows, &read[&way].rows).is_empty());
        }
    }

    #[test]
    fn a_row_that_comes_or_goes_is_a_change() {
        let (one, two) = ([row("3x", false, 10)], [row("3x", false, 10), row("4x", false, 10)]);
        assert_eq!(changes(&one, &two).len(), 1);
        assert_eq!(changes(&two, &one).len(), 1);
    }
}
