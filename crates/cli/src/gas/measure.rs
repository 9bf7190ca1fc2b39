//! The measurements.

use super::{
    Case, orders,
    permits::Signed,
    stage::{Base, Stage},
};
use crate::demo::Manager;
use devnet::CallTrace;
use eyre::{Result, ensure};
use serde::Serialize;

/// What an operation came to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) variant: String,
    pub(super) manager: Manager,
    /// Whether the program was cached. Nothing changes for Exactly's manager.
    pub(super) cached: bool,
    /// Gas of the transaction, as the receipt says it.
    pub(super) tx_gas: u64,
    /// Gas of the manager's own frames less what they earned.
    pub(super) net_own_gas: i64,
    pub(super) calldata_bytes: usize,
    /// The version of ArbOS.
    pub(super) arbos: u64,
}

/// Measures every case by each manager that can do it.
pub(super) fn rows(base: &Base) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for case in Case::all() {
        let mut position = None;
        for &manager in case.managers() {
            for cached in [false, true] {
                let (row, _, block) = measure(base, case, manager, cached)?;
                ensure!(*position.get_or_insert(block) == block, "{}: not at the same moment", row.operation);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// Number and time of the block that an operation is in.
pub(super) type Moment = (u64, u64);

/// Measures a case.
pub(super) fn measure(base: &Base, case: Case, manager: Manager, cached: bool) -> Result<(Row, CallTrace, Moment)> {
    let mut stage = Stage::set(base, case, manager)?;
    let signed = Signed::of(&stage, case)?;
    let tx = orders::tx(&stage, case, &signed)?;
    if cached {
        stage.chain.cache_program(base.stylus.address)?;
    }
    let calldata_bytes = tx.input.len();
    let (receipt, trace) = stage.send(tx)?;
    let (operation, variant) = (case.name(), case.variant());
    ensure!(receipt.success, "{operation}, {variant}, by {manager:?} reverted: {}", receipt.output);
    let row = Row {
        operation,
        variant,
        manager,
        cached,
        tx_gas: receipt.gas_used,
        net_own_gas: trace.net_own_gas(&manager.addresses(&base.world, base.stylus)),
        calldata_bytes,
        arbos: stage.chain.arbos().0,
    };
    Ok((row, trace, (stage.chain.block_number(), stage.chain.timestamp())))
}
