//! One event per entry point, emitted last, with realised amounts.

use crate::{abi::Position, host, operation::Pair, word::words};
use alloy_primitives::{Address, B256};

/// Logs what a verb did: whose position in which markets, and what is there now.
pub(crate) fn emit(signature: B256, account: &Address, pair: &Pair, after: &Position) {
    let Pair { collateral, debt } = pair;
    host::log(&words![signature, *account, *collateral, *debt, after.collateral, after.debt]);
}
