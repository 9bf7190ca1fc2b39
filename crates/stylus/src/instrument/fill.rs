//! Ends a program of Stylus 2 that fills memory with a value of more than eight bits: Nitro's native code and its prover
//! took such a value differently, until Stylus 3 made both take its low byte.
//!
//! This is no pass of the rules: it comes after all of them, and nothing that it adds is paid for or counted.

use super::{Function, Globals};
use wasmparser::{
    BlockType,
    Operator::{self, *},
};

/// The version of Stylus from which on any value may be filled with.
pub(super) const ANY_VALUE: u16 = 3;
/// The largest value of eight bits.
const BYTE_MAX: i32 = 0xff;

/// Puts a check before each `memory.fill`.
pub(super) fn run(function: &mut Function<'_>, globals: Globals) {
    let fills = |operator: &Operator<'_>| matches!(operator, MemoryFill { .. });
    if !function.code.iter().any(fills) {
        return;
    }
    for operator in std::mem::take(&mut function.code) {
        if fills(&operator) {
            function.code.extend(check(globals));
        }
        function.code.push(operator);
    }
}

/// Traps if the value below the length is too large. The length is still where its payment put it aside; the value is put
/// aside in the ink's status, which is zero as long as a program runs, and is so again before the trap.
fn check(globals: Globals) -> [Operator<'static>; 12] {
    let (length, value) = (globals.scratch, globals.ink_status);
    [
        Drop,
        GlobalSet { global_index: value },
        GlobalGet { global_index: value },
        GlobalGet { global_index: value },
        I32Const { value: 0 },
        GlobalSet { global_index: value },
        I32Const { value: BYTE_MAX },
        I32GtU,
        If { blockty: BlockType::Empty },
        Unreachable,
        End,
        GlobalGet { global_index: length },
    ]
}
