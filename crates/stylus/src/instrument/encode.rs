//! Writes the instrumented module: the sections as they were, but for the globals, the exports and the code.

use super::{ADDED_GLOBALS, Globals, INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::activation::{ActivationError, ENTRYPOINT, MEMORY, Module};
use wasm_encoder::{
    CodeSection, ConstExpr, Encode as _, ExportKind, ExportSection, GlobalSection, GlobalType, RawSection, SectionId,
    ValType,
    reencode::{Reencode as _, RoundtripReencoder},
};
use wasmparser::Operator;

/// Writes the module with these functions in place of its own.
pub(super) fn encode(
    module: &Module<'_>,
    functions: &[Vec<Operator<'_>>],
    globals: Globals,
) -> Result<Vec<u8>, ActivationError> {
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
    output.section(&code(module, functions)?);
    raw(&mut output, SectionId::Data);
    Ok(output.finish())
}

/// The module's globals as they are, and the added ones behind them.
fn global_section(module: &Module<'_>) -> Vec<u8> {
    let mut section = Vec::new();
    (module.globals + ADDED_GLOBALS).encode(&mut section);
    section.extend_from_slice(module.global_entries);
    let mut added = GlobalSection::new();
    let ty = |val_type| GlobalType { val_type, mutable: true, shared: false };
    added.global(ty(ValType::I64), &ConstExpr::i64_const(0));
    for _ in 1..ADDED_GLOBALS {
        added.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    }
    // The count is one byte, and is counted above.
    let mut entries = Vec::new();
    added.encode(&mut entries);
    let count = entries.iter().position(|byte| u32::from(*byte) == ADDED_GLOBALS).unwrap_or_default();
    section.extend_from_slice(&entries[count + 1..]);
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

fn code(module: &Module<'_>, functions: &[Vec<Operator<'_>>]) -> Result<CodeSection, ActivationError> {
    let malformed = |_| ActivationError::Malformed("an operator that cannot be written");
    let mut section = CodeSection::new();
    for (body, operators) in module.bodies.iter().zip(functions) {
        let mut locals = Vec::with_capacity(body.local_groups.len());
        for (count, ty) in &body.local_groups {
            locals.push((*count, RoundtripReencoder.val_type(*ty).map_err(malformed)?));
        }
        let mut function = wasm_encoder::Function::new(locals);
        for operator in operators {
            function.instruction(&RoundtripReencoder.instruction(operator.clone()).map_err(malformed)?);
        }
        section.function(&function);
    }
    Ok(section)
}
