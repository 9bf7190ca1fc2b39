//! Takes a frame's words from the stack budget when a function is entered, and gives them back before it returns.
//!
//! A branch to the function's own label leaves without giving them back: that is part of the rules.

use super::{Function, Globals, arity};
use crate::activation::{ActivationError, Limit, Module};
use wasmparser::{
    BlockType, FuncType,
    Operator::{self, *},
};

/// Words of a frame besides its locals and operands.
const FRAME: u32 = 4;

/// Adds the budget's check at the beginning and its return at the ends.
pub(super) fn run(function: &mut Function<'_>, globals: Globals, module: &Module<'_>) -> Result<(), ActivationError> {
    let worst = Height::worst(&function.code, module)?;
    Limit::OperandStack.check(worst as usize)?;
    let size = worst + function.locals + FRAME;
    Limit::FrameSize.check(size as usize)?;

    let mut code = std::mem::take(&mut function.code);
    let end = code.pop();
    code.push(Return);
    code.extend(end);

    function.code.extend(entry(size, globals.stack_left));
    for operator in code {
        if matches!(operator, Return) {
            function.code.extend(exit(size, globals.stack_left));
        }
        function.code.push(operator);
    }
    Ok(())
}

fn entry(size: u32, stack_left: u32) -> [Operator<'static>; 12] {
    let value = size.cast_signed();
    [
        GlobalGet { global_index: stack_left },
        I32Const { value },
        I32LeU,
        If { blockty: BlockType::Empty },
        I32Const { value: 0 },
        GlobalSet { global_index: stack_left },
        Unreachable,
        End,
        GlobalGet { global_index: stack_left },
        I32Const { value },
        I32Sub,
        GlobalSet { global_index: stack_left },
    ]
}

fn exit(size: u32, stack_left: u32) -> [Operator<'static>; 4] {
    [
        GlobalGet { global_index: stack_left },
        I32Const { value: size.cast_signed() },
        I32Add,
        GlobalSet { global_index: stack_left },
    ]
}

/// How many operands are on the stack, by a walk that follows no branch. A block's results are counted from its
/// beginning on, and code that cannot be reached like any other.
#[derive(Default)]
struct Height {
    now: u32,
    worst: u32,
    scopes: Vec<u32>,
}

impl Height {
    fn worst(code: &[Operator<'_>], module: &Module<'_>) -> Result<u32, ActivationError> {
        let mut height = Self { scopes: vec![0], ..Self::default() };
        for operator in code {
            height.step(operator, module)?;
        }
        Ok(height.worst)
    }

    fn push(&mut self, words: u32) {
        self.now = self.now.saturating_add(words);
        self.worst = self.worst.max(self.now);
    }

    fn pop(&mut self, words: u32) {
        self.now = self.now.saturating_sub(words);
    }

    /// What is given is pushed before what is taken is popped.
    fn apply(&mut self, ty: Option<&FuncType>) -> Result<(), ActivationError> {
        let (params, results) = arity(ty.ok_or(ActivationError::Malformed("a type that is not there"))?);
        self.push(results);
        self.pop(params);
        Ok(())
    }

    fn open(&mut self, ty: BlockType, module: &Module<'_>) -> Result<(), ActivationError> {
        match ty {
            BlockType::Empty => {}
            BlockType::Type(_) => self.push(1),
            BlockType::FuncType(index) => self.apply(module.types.get(index as usize))?,
        }
        self.scopes.push(self.now);
        Ok(())
    }

    fn step(&mut self, operator: &Operator<'_>, module: &Module<'_>) -> Result<(), ActivationError> {
        const SCOPES: ActivationError = ActivationError::Malformed("a block that was not opened");
        match operator {
            Block { blockty } | Loop { blockty } => self.open(*blockty, module)?,
            If { blockty } => {
                self.pop(1);
                self.open(*blockty, module)?;
            }
            Else => self.now = *self.scopes.last().ok_or(SCOPES)?,
            End => self.now = self.scopes.pop().ok_or(SCOPES)?,
            Call { function_index } => self.apply(module.function_type(*function_index))?,
            CallIndirect { type_index, .. } => {
                self.apply(module.types.get(*type_index as usize))?;
                self.pop(1);
            }
            operator => match effect(operator) {
                Effect::Push => self.push(1),
                Effect::Pop(words) => self.pop(words),
            },
        }
        Ok(())
    }
}

enum Effect {
    Push,
    Pop(u32),
}

fn effect(operator: &Operator<'_>) -> Effect {
    match operator {
        I32Const { .. }
        | I64Const { .. }
        | F32Const { .. }
        | F64Const { .. }
        | LocalGet { .. }
        | GlobalGet { .. }
        | MemorySize { .. } => Effect::Push,
        // Nothing, or one taken and one given.
        Nop
        | Unreachable
        | Br { .. }
        | Return
        | LocalTee { .. }
        | MemoryGrow { .. }
        | I32Load { .. }
        | I32Load8S { .. }
        | I32Load8U { .. }
        | I32Load16S { .. }
        | I32Load16U { .. }
        | I64Load { .. }
        | I64Load8S { .. }
        | I64Load8U { .. }
        | I64Load16S { .. }
        | I64Load16U { .. }
        | I64Load32S { .. }
        | I64Load32U { .. }
        | F32Load { .. }
        | F64Load { .. }
        | I32Eqz
        | I64Eqz
        | I32Clz
        | I32Ctz
        | I32Popcnt
        | I64Clz
        | I64Ctz
        | I64Popcnt
        | I32WrapI64
        | I64ExtendI32S
        | I64ExtendI32U
        | I32Extend8S
        | I32Extend16S
        | I64Extend8S
        | I64Extend16S
        | I64Extend32S
        | I32ReinterpretF32
        | I64ReinterpretF64
        | F32ReinterpretI32
        | F64ReinterpretI64 => Effect::Pop(0),
        Select
        | I32Store { .. }
        | I32Store8 { .. }
        | I32Store16 { .. }
        | I64Store { .. }
        | I64Store8 { .. }
        | I64Store16 { .. }
        | I64Store32 { .. }
        | F32Store { .. }
        | F64Store { .. } => Effect::Pop(2),
        MemoryCopy { .. } | MemoryFill { .. } => Effect::Pop(3),
        // drop, local.set, global.set, br_if, br_table; and two taken, one given: all arithmetic and comparisons.
        _ => Effect::Pop(1),
    }
}
