//! Turns a validated module into one that counts its own ink and stack, in four passes over each function.
//!
//! The order is part of the rules: what a pass adds is counted, or not, by those after it. Metering comes first, then
//! the prices that depend on an operand, then the depth of the stack, which sees what both added, and last the
//! payment for memory, which none of them sees. A check that is no part of the rules follows for the versions that need it.

mod depth;
mod dynamic;
mod encode;
mod fill;
mod heap;
mod meter;
mod price;

use crate::{
    activation::{ActivationError, Limit, Module},
    params::ArbOs,
};
use wasm_encoder::CodeSection;
use wasmparser::{FuncType, Operator};

pub(crate) use price::is_supported;

/// The globals that the passes share, behind the module's own.
#[derive(Clone, Copy)]
struct Globals {
    ink_left: u32,
    ink_status: u32,
    scratch: u32,
    stack_left: u32,
}

/// How many globals are added.
pub(crate) const ADDED_GLOBALS: u32 = 4;
/// The name under which a host finds the ink that is left, an `i64`.
pub const INK_LEFT: &str = "stylus_ink_left";
/// The name under which a host finds the ink's status, an `i32`: 1 once it has run out.
pub const INK_STATUS: &str = "stylus_ink_status";
/// The name under which a host finds the words of stack that are left, an `i32`.
pub const STACK_LEFT: &str = "stylus_stack_left";

/// A module that can be compiled and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstrumentedModule {
    /// The module, in binary form.
    pub wasm: Vec<u8>,
    /// Pages of memory that it starts with.
    pub footprint: u16,
}

/// A function on its way through the passes.
struct Function<'a> {
    code: Vec<Operator<'a>>,
    locals: u32,
}

/// Instruments a module for a version of ArbOS; also returns how many operators its functions have afterwards.
pub(crate) fn instrument(
    module: &Module<'_>,
    footprint: u16,
    arbos: ArbOs,
) -> Result<(InstrumentedModule, u64), ActivationError> {
    let first = module.globals;
    let globals = Globals { ink_left: first, ink_status: first + 1, scratch: first + 2, stack_left: first + 3 };
    let mut code = CodeSection::new();
    let mut operators = 0;
    for body in &module.bodies {
        let mut function = Function { code: body.operators()?, locals: body.locals };
        meter::run(&mut function, globals, module);
        dynamic::run(&mut function, globals);
        depth::run(&mut function, globals, module)?;
        heap::run(&mut function, globals, module);
        Limit::OperatorsInFunction.check(function.code.len())?;
        operators += function.code.len() as u64;
        if arbos.stylus_version() < fill::ANY_VALUE {
            fill::run(&mut function, globals);
        }
        code.function(&encode::function(body, &function.code)?);
    }
    let wasm = encode::module(module, &code, globals)?;
    Ok((InstrumentedModule { wasm, footprint }, operators))
}

/// What a function is called with and what it gives.
fn arity(ty: &FuncType) -> (u32, u32) {
    (ty.params().len() as u32, ty.results().len() as u32)
}
