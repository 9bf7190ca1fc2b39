//! How much of what a program may have, and the names it must and must not use.

use super::{ActivationError, ActivationRules, ENTRYPOINT, MEMORY, Module, module::can_grow};
use crate::{imports, instrument::ADDED_GLOBALS};
use std::collections::HashMap;
use wasmparser::{ExternalKind, FuncType, ValType};

/// Bytes of a page.
const PAGE: u64 = 64 * 1024;
/// Most pages that a program may start with.
const PAGES_MAX: u64 = 128;
/// The beginning of names that only the host uses.
const RESERVED: &str = "stylus";

/// A limit on a quantity.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    DataSegments,
    ElementSegments,
    ElementBytes,
    Functions,
    Globals,
    Imports,
    Locals,
    TableEntries,
    NameBytes,
    OperandStack,
    FrameSize,
    OperatorsInFunction,
    Pages,
}

impl Limit {
    fn terms(self) -> (&'static str, usize) {
        match self {
            Self::DataSegments => ("data segments", 128),
            Self::ElementSegments => ("element segments", 128),
            Self::ElementBytes => ("bytes of element segments", 4_096),
            Self::Functions => ("functions", 4_096),
            Self::Globals => ("globals", 32_768),
            Self::Imports => ("imports", 513),
            Self::Locals => ("locals in a function", 348),
            Self::TableEntries => ("table entries", 4_096),
            Self::NameBytes => ("bytes in a name", 512),
            Self::OperandStack => ("operands on the stack", 4_096),
            Self::FrameSize => ("words in a frame", 10_240),
            Self::OperatorsInFunction => ("operators in a function", 65_536),
            Self::Pages => ("pages of memory", PAGES_MAX as usize),
        }
    }

    /// Refuses more than the limit.
    pub(crate) fn check(self, count: usize) -> Result<(), ActivationError> {
        let (what, limit) = self.terms();
        if count > limit { Err(ActivationError::TooMany { what, count, limit }) } else { Ok(()) }
    }
}

/// Checks what is counted.
pub(super) fn check_quantities(module: &Module<'_>) -> Result<(), ActivationError> {
    Limit::Imports.check(module.imports.len())?;
    Limit::Functions.check(module.bodies.len())?;
    Limit::Globals.check((module.globals + ADDED_GLOBALS) as usize)?;
    Limit::DataSegments.check(module.data_segments)?;
    Limit::ElementSegments.check(module.element_segments)?;
    Limit::ElementBytes.check(module.elements_encoded as usize)?;
    Limit::NameBytes.check(module.name.len())?;
    // Exports and their names have no limit here: all but two are dropped before they would be counted.
    for body in &module.bodies {
        Limit::Locals.check(body.locals as usize)?;
    }
    for table in &module.tables {
        Limit::TableEntries.check(usize::try_from(table.initial).unwrap_or(usize::MAX))?;
    }
    Ok(())
}

/// The part of a name that is looked at: what stands behind the last pair of underscores.
fn significant(name: &str) -> &str {
    name.rsplit("__").next().unwrap_or(name)
}

/// Checks imports, exports and the two that must be there.
pub(super) fn check_names_and_imports(module: &Module<'_>) -> Result<(), ActivationError> {
    let imported = check_imports(module)?;
    for export in &module.exports {
        let name = significant(export.name);
        if name.starts_with(RESERVED) || imported.contains_key(name) {
            return Err(ActivationError::Reserved(name.to_owned()));
        }
    }
    let entrypoint = module.function_type(module.entrypoint().ok_or(ActivationError::Missing(ENTRYPOINT))?);
    if !entrypoint.is_some_and(|ty| is_type(ty, &[ValType::I32], &[ValType::I32])) {
        return Err(ActivationError::WrongType(ENTRYPOINT.to_owned()));
    }
    Ok(())
}

/// Checks that every import is a host I/O of the right type, and returns the imports' names with their types' indices.
fn check_imports<'a>(module: &Module<'a>) -> Result<HashMap<&'a str, u32>, ActivationError> {
    let mut imported = HashMap::new();
    for &(from, name, ty) in &module.imports {
        let host_io = imports::host_io(name).filter(|_| from == imports::MODULE);
        let (_, params, results) =
            host_io.ok_or_else(|| ActivationError::UnknownImport(name.to_owned(), from.to_owned()))?;
        let typed = module.types.get(ty as usize).is_some_and(|ty| is_type(ty, params, results));
        // A name may be imported again, but by the same entry of the type section: an equal one will not do.
        if !typed || imported.insert(name, ty).is_some_and(|earlier| earlier != ty) {
            return Err(ActivationError::WrongType(name.to_owned()));
        }
    }
    Ok(imported)
}

fn is_type(ty: &FuncType, params: &[ValType], results: &[ValType]) -> bool {
    ty.params() == params && ty.results() == results
}

/// Checks the memory, and returns the pages that it starts with.
pub(super) fn check_footprint(module: &Module<'_>, rules: ActivationRules) -> Result<u16, ActivationError> {
    let exported = module.exports.iter().any(|export| export.name == MEMORY && export.kind == ExternalKind::Memory);
    let memory =
        module.memories.first().filter(|_| exported).ok_or(ActivationError::Missing("memory export `memory`"))?;
    if can_grow(memory) && module.pay_for_memory_grow.is_none() {
        return Err(ActivationError::Missing("import pay_for_memory_grow, which a memory that can grow needs"));
    }
    let pages = usize::try_from(memory.initial).unwrap_or(usize::MAX);
    Limit::Pages.check(pages)?;
    let (what, limit) = ("pages of memory, beside those open", usize::from(rules.pages_left));
    match u16::try_from(pages) {
        Ok(footprint) if pages <= limit => Ok(footprint),
        _ => Err(ActivationError::TooMany { what, count: pages, limit }),
    }
}

/// Checks that active segments lie within what they are copied into.
pub(super) fn check_segments(module: &Module<'_>) -> Result<(), ActivationError> {
    let memory = module.memories.first().map_or(0, |memory| memory.initial * PAGE);
    let table = module.tables.first().map_or(0, |table| table.initial);
    for segment in &module.segments {
        // Sign extended, so that a negative offset is far outside.
        let offset = i64::from(segment.offset).cast_unsigned();
        let room = if segment.into_memory { memory } else { table };
        if offset.checked_add(segment.size).is_none_or(|end| end > room) {
            return Err(ActivationError::OutOfBounds { offset, size: segment.size });
        }
    }
    Ok(())
}

impl Module<'_> {
    /// The function that is called.
    pub(crate) fn entrypoint(&self) -> Option<u32> {
        let export = self.exports.iter().find(|export| export.name == ENTRYPOINT && export.kind == ExternalKind::Func);
        export.map(|export| export.index)
    }
}
