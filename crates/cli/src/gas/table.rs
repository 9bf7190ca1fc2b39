//! The measurements for people.

use super::{
    bounds::{self, Comparison},
    measure::Row,
};
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};

/// What marks a share that is over its bound.
const OVER: &str = " !";

/// Both managers side by side, with the bounds; then what only this contract does.
pub(super) fn table(comparisons: &[Comparison], rows: &[Row]) -> String {
    let mut table = new(&[
        "operation",
        "variant",
        "net own, cached",
        "Solidity",
        "share (bound)",
        "tx",
        "tx, cached",
        "Solidity",
        "share (bound)",
        "cached (bound)",
    ]);
    for comparison in comparisons {
        let Comparison { operation, variant, net_own, uncached, cached, bounds } = comparison;
        table.add_row([
            (*operation).to_owned(),
            variant.clone(),
            net_own[0].to_string(),
            net_own[1].to_string(),
            share(bounds::share(*net_own), Some(bounds.net_own)),
            uncached[0].to_string(),
            cached[0].to_string(),
            uncached[1].to_string(),
            share(bounds::share_of_tx(*uncached), bounds.tx.map(|tx| tx.uncached)),
            share(bounds::share_of_tx(*cached), bounds.tx.map(|tx| tx.cached)),
        ]);
    }
    let broken: Vec<String> = comparisons.iter().flat_map(Comparison::broken).collect();
    let verdict = match broken.as_slice() {
        [] => "Every bound holds.".to_owned(),
        broken => format!("Over their bounds (marked with{OVER}):\n    {}", broken.join("\n    ")),
    };
    format!("{}\n{verdict}\n\n{}", aligned(table), own(comparisons, rows))
}

/// What only this contract does.
fn own(comparisons: &[Comparison], rows: &[Row]) -> String {
    let is_shared = |row: &Row| comparisons.iter().any(|other| other.operation == row.operation);
    let mut table = new(&["operation", "variant", "net own, cached", "tx", "tx, cached"]);
    for row in rows.iter().filter(|row| !is_shared(row) && !row.cached) {
        let cached = rows.iter().find(|other| {
            other.cached && (other.operation, &other.variant, other.arbos) == (row.operation, &row.variant, row.arbos)
        });
        let cached_of = |gas: fn(&Row) -> String| cached.map_or_else(String::new, gas);
        table.add_row([
            row.operation.to_owned(),
            row.variant.clone(),
            cached_of(|row| row.net_own_gas.to_string()),
            row.tx_gas.to_string(),
            cached_of(|row| row.tx_gas.to_string()),
        ]);
    }
    aligned(table)
}

fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(header);
    table
}

fn aligned(mut table: Table) -> String {
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// A share, with its bound if it has one.
fn share(share: f64, bound: Option<f64>) -> String {
    match bound {
        None => format!("{share:.3}x"),
        Some(bound) => format!("{share:.3}x ({bound:.2}x){}", if share > bound { OVER } else { "" }),
    }
}
