//! One event per verb, emitted last, with realised amounts.

use crate::{
    abi::{
        IDebtManager::{Deleveraged, Leveraged, Migrated},
        Position,
    },
    door::Verb,
    holding::Name,
    host,
    word::words,
};
use alloy_primitives::Address;
use alloy_sol_types::SolEvent;

/// Logs what a verb did: whose position in which markets, and what is there now.
pub(crate) fn emit(verb: Verb, account: &Address, name: &Name, after: &Position) {
    let signature = match verb {
        Verb::Leverage => Leveraged::SIGNATURE_HASH,
        Verb::Deleverage => Deleveraged::SIGNATURE_HASH,
        Verb::Migrate => Migrated::SIGNATURE_HASH,
    };
    let Name { collateral, debt, maturity, .. } = name;
    host::log(&words![signature, *account, *collateral, *debt, *maturity, after.collateral, after.debt]);
}
