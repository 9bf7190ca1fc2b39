//! One event per entry point, emitted last, with realised amounts.

use crate::{abi::Position, host, operation::Pair, word::words};
use alloy_primitives::{Address, B256, U256};

/// Logs what a verb did: whose position in which markets, what went from or to the wallet, and what is there now.
pub(crate) fn emit(signature: B256, account: &Address, pair: &Pair, wallet_assets: &U256, after: &Position) {
    let Pair { collateral, debt } = pair;
    host::log(&words![signature, *account, *collateral, *debt, *wallet_assets, after.collateral, after.debt]);
}
