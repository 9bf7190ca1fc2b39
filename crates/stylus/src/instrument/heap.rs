//! Pays for memory before it grows, through the host I/O that every program with growing memory imports.

use super::{Function, Globals};
use crate::activation::Module;
use wasmparser::Operator::*;

/// Puts a call before each `memory.grow`. A memory that cannot grow needs none.
pub(super) fn run(function: &mut Function<'_>, globals: Globals, module: &Module<'_>) {
    let (Some(pay), scratch) = (module.pays_for_growth(), globals.scratch) else { return };
    if !function.code.iter().any(|operator| matches!(operator, MemoryGrow { .. })) {
        return;
    }
    for operator in std::mem::take(&mut function.code) {
        if matches!(operator, MemoryGrow { .. }) {
            function.code.extend([
                GlobalSet { global_index: scratch },
                GlobalGet { global_index: scratch },
                Call { function_index: pay },
                GlobalGet { global_index: scratch },
            ]);
        }
        function.code.push(operator);
    }
}
