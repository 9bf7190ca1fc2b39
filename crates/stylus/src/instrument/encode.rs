//! Writes the instrumented module: the sections as they were, but for the globals, the exports and the code.

use super::{ADDED_GLOBALS, Globals, INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::activation::{ActivationError, Body, ENTRYPOINT, MEMORY, Module};
use wasm_encoder::{
    CodeSection, ConstExpr, Encode as _, ExportKind, ExportSection, Function, GlobalType, RawSection, SectionId,
    ValType,
    reencode::{Reencode as _, RoundtripReencoder},
};
use wasmparser::Operator;

/// Writes the module with this code in place of its own.
pub(super) fn module(module: &Module<'_>, code: &CodeSection, globals: Globals) -> Result<Vec<u8>, ActivationError> {
    let mut output = wasm_encoder::Module::new();
    let raw = |output: &mut wasm_encoder::Module, wanted: SectionId| {
        for (id, data) in module.sections.iter().filter(|(id, _)| *id == wanted as u8) {
            output.section(&RawSection { id: *id, data });
        }
    };
    for id in [SectionId::Type, SectionId::Import, SectionId::Function, SectionId::Table, SectionId::Memory] {
        raw(&mut output, id);
    }
    output.section(&RawSection { id: SectionId::Global as u8, data: &global_section(module) });
    output.section(&exports(module, globals)?);
    raw(&mut output, SectionId::Element);
    output.section(code);
    raw(&mut output, SectionId::Data);
    Ok(output.finish())
}

/// The module's globals as they are, and the added ones behind them: the ink that is left, its status, the operand that
/// a pass puts aside, and the stack that is left.
fn global_section(module: &Module<'_>) -> Vec<u8> {
    const ADDED: [ValType; ADDED_GLOBALS as usize] = [ValType::I64, ValType::I32, ValType::I32, ValType::I32];
    let mut section = Vec::new();
    (module.globals + ADDED_GLOBALS).encode(&mut section);
    section.extend_from_slice(module.global_entries);
    for val_type in ADDED {
        let zero = if val_type == ValType::I64 { ConstExpr::i64_const(0) } else { ConstExpr::i32_const(0) };
        GlobalType { val_type, mutable: true, shared: false }.encode(&mut section);
        zero.encode(&mut section);
    }
    section
}

fn exports(module: &Module<'_>, globals: Globals) -> Result<ExportSection, ActivationError> {
    let entrypoint = module.entrypoint().ok_or(ActivationError::Missing(ENTRYPOINT))?;
    let mut exports = ExportSection::new();
    exports.export(ENTRYPOINT, ExportKind::Func, entrypoint);
    exports.export(MEMORY, ExportKind::Memory, 0);
    exports.export(INK_LEFT, ExportKind::Global, globals.ink_left);
    exports.export(INK_STATUS, ExportKind::Global, globals.ink_status);
    exports.export(STACK_LEFT, ExportKind::Global, globals.stack_left);
    Ok(exports)
}

/// Writes a function with these operators in place of its own.
pub(super) fn function(body: &Body<'_>, operators: &[Operator<'_>]) -> Result<Function, ActivationError> {
    let malformed = |_| ActivationError::Malformed("an operator that cannot be written");
    let mut locals = Vec::with_capacity(body.local_groups.len());
    for (count, ty) in &body.local_groups {
        locals.push((*count, RoundtripReencoder.val_type(*ty).map_err(malformed)?));
    }
    let mut function = Function::new(locals);
    for operator in operators {
        function.instruction(&RoundtripReencoder.instruction(operator.clone()).map_err(malformed)?);
    }
    Ok(function)
}
