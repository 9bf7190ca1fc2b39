//! What the runs came to, for people and for programs.

use super::runs::{Manager, Run};
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::Serialize;

/// Units of a whole USDC.
const USDC: f64 = 1e6;

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
    ]);
    for run in runs {
        let solidity = runs.iter().find(|other| other.name == run.name && other.manager == Manager::Solidity);
        let share = solidity
            .map_or(String::new(), |other| format!("{:.2}x", run.net_own_gas as f64 / other.net_own_gas as f64));
        table.add_row([
            run.name.to_owned(),
            format!("{:?}", run.manager),
            dollars(run.deposit),
            dollars(run.debt),
            dollars(run.wallet),
            format!("{} to {}", health(run.health_before), health(run.health)),
            run.gas.to_string(),
            run.gas_cached.to_string(),
            run.net_own_gas.to_string(),
            share,
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{table}\nAmounts in USDC. Exactly's manager leaves ten units behind on purpose when everything is withdrawn."
    )
}

fn dollars(units: u64) -> String {
    format!("{:.6}", units as f64 / USDC)
}

fn health(factor: Option<f64>) -> String {
    factor.map_or_else(|| "no debt".to_owned(), |factor| format!("{factor:.3}"))
}
