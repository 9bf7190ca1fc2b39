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

#[cfg(test)]
mod tests {
    use super::{share, table};
    use crate::{
        demo::Manager,
        gas::{bounds::compare, measure::Row},
    };

    fn row(operation: &'static str, manager: Manager, cached: bool, net_own_gas: i64) -> Row {
        let (variant, tx_gas) = ("no permit".to_owned(), 100_000);
        Row { operation, variant, manager, cached, tx_gas, net_own_gas, calldata_bytes: 100, arbos: 61 }
    }

    #[test]
    fn a_share_is_marked_when_it_is_over_its_bound() {
        assert_eq!(share(0.4, Some(0.40)), "0.400x (0.40x)");
        assert_eq!(share(0.401, Some(0.40)), "0.401x (0.40x) !");
        assert_eq!(share(1.25, None), "1.250x");
    }

    #[test]
    fn what_only_this_contract_does_has_a_table_of_its_own() {
        let both =
            [Manager::Stylus, Manager::Solidity].map(|by| [false, true].map(|cached| row("roll", by, cached, 8)));
        let own = [row("short", Manager::Stylus, false, 5), row("short", Manager::Stylus, true, 7)];
        let rows = [both.concat(), own.to_vec()].concat();
        let text = table(&compare(&rows), &rows);
        let (shared, own) = text.split_once("Over their bounds").unwrap();
        assert!(shared.contains("roll") && !shared.contains("short"), "{text}");
        let short: Vec<&str> = own.lines().filter(|line| line.contains("short")).collect();
        assert!(short.len() == 1 && short[0].contains(" 7 ") && !short[0].contains(" 5 "), "{text}");
    }
}
