//! Pays for each basic block when it is entered.

use super::{Function, Globals, price::price};
use crate::activation::Module;
use wasmparser::{
    BlockType,
    Operator::{self, *},
};

/// Ink of entering a block.
const BLOCK: u64 = 2_450;

/// Puts a payment before each basic block.
pub(super) fn run(function: &mut Function<'_>, globals: Globals, module: &Module<'_>) {
    let code = std::mem::take(&mut function.code);
    for block in code.split_inclusive(ends_block) {
        let ink = block.iter().fold(BLOCK, |sum, operator| sum.saturating_add(price(operator, module)));
        function.code.extend(payment(ink, globals));
        function.code.extend_from_slice(block);
    }
}

fn ends_block(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrTable { .. }
            | BrIf { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}

/// If there is less, note that and stop; else take it.
fn payment(ink: u64, globals: Globals) -> [Operator<'static>; 12] {
    let (left, value) = (globals.ink_left, ink.cast_signed());
    [
        GlobalGet { global_index: left },
        I64Const { value },
        I64LtU,
        If { blockty: BlockType::Empty },
        I32Const { value: 1 },
        GlobalSet { global_index: globals.ink_status },
        Unreachable,
        End,
        GlobalGet { global_index: left },
        I64Const { value },
        I64Sub,
        GlobalSet { global_index: left },
    ]
}
