//! What the runs came to, for people and for programs.

use super::{
    Manager,
    runs::{Run, Unit},
};
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::Serialize;

/// Digits behind the point, for people.
const DIGITS: usize = 6;

/// The runs as data.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    pub(super) runs: &'a [Run],
}

/// The runs as a table, each manager's beside the other's.
pub(super) fn table(runs: &[Run]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header([
        "operation",
        "manager",
        "deposit",
        "debt",
        "wallet",
        "health",
        "gas",
        "gas, cached",
        "net own gas",
        "of Solidity's",
        "allowances left",
    ]);
    for run in runs {
        table.add_row([
            run.name.to_owned(),
            format!("{:?}", run.manager),
            amount(run.deposit, run.deposit_unit),
            amount(run.debt, run.debt_unit),
            amount(run.wallet, run.deposit_unit),
            format!("{} to {}", health(run.health_before), health(run.health)),
            run.gas.to_string(),
            run.gas_cached.to_string(),
            run.net_own_gas.to_string(),
            share(run, runs),
            allowances(run),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{table}\n\
         Allowances left: how many of the allowances to the manager, on three assets and on the shares in their \
         markets, are not zero.\n\
         Exactly's manager leaves ten units behind on purpose when everything is withdrawn."
    )
}

/// The gas of the manager's own frames as a part of what the same operation takes of Exactly's.
fn share(run: &Run, runs: &[Run]) -> String {
    let solidity = runs.iter().find(|other| other.name == run.name && other.manager == Manager::Solidity);
    solidity.map_or(String::new(), |other| format!("{:.2}x", run.net_own_gas as f64 / other.net_own_gas as f64))
}

fn amount(units: u64, unit: Unit) -> String {
    let whole = units as f64 / 10_f64.powi(i32::from(unit.decimals));
    format!("{whole:.DIGITS$} {}", unit.symbol)
}

/// How many are left of how many, and which.
fn allowances(run: &Run) -> String {
    let left: Vec<&str> = run.allowances.iter().filter(|(_, units)| **units != 0).map(|(name, _)| *name).collect();
    format!("{} of {} {}", left.len(), run.allowances.len(), left.join(" ")).trim_end().to_owned()
}

fn health(factor: Option<f64>) -> String {
    factor.map_or_else(|| "no debt".to_owned(), |factor| format!("{factor:.3}"))
}
