//! Pays for the bytes that `memory.copy` and `memory.fill` move, which only their operand tells.

use super::{Function, Globals};
use wasmparser::{
    BlockType,
    Operator::{self, *},
};

/// Ink of a byte.
const BYTE: i64 = 100;

/// Puts a payment before each of the two operators.
pub(super) fn run(function: &mut Function<'_>, globals: Globals) {
    if !function.code.iter().any(moves_bytes) {
        return;
    }
    for operator in std::mem::take(&mut function.code) {
        if moves_bytes(&operator) {
            function.code.extend(payment(globals));
        }
        function.code.push(operator);
    }
}

fn moves_bytes(operator: &Operator<'_>) -> bool {
    matches!(operator, MemoryCopy { .. } | MemoryFill { .. })
}

/// Takes the price of the length on top of the stack, and stops if that wraps around below zero.
fn payment(globals: Globals) -> [Operator<'static>; 17] {
    let (ink, length) = (globals.ink_left, globals.scratch);
    [
        GlobalSet { global_index: length },
        GlobalGet { global_index: ink },
        GlobalGet { global_index: ink },
        GlobalGet { global_index: length },
        I64ExtendI32U,
        I64Const { value: BYTE },
        I64Mul,
        I64Sub,
        GlobalSet { global_index: ink },
        GlobalGet { global_index: ink },
        I64LtU,
        If { blockty: BlockType::Empty },
        I32Const { value: 1 },
        GlobalSet { global_index: globals.ink_status },
        Unreachable,
        End,
        GlobalGet { global_index: length },
    ]
}
