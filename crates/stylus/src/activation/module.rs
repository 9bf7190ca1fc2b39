//! A module taken apart.

use super::{ActivationError, Limit};
use crate::{imports, instrument::is_supported};
use wasmparser::{
    BinaryReader, DataKind, ElementItems, ElementKind, Export, FuncType, FunctionBody, Import, KnownCustom, MemoryType,
    Name, Operator, Parser, Payload, TableType, TypeRef, ValType,
};

/// A module taken apart. Slices point into its binary.
#[derive(Default)]
pub(crate) struct Module<'a> {
    pub(crate) types: Vec<FuncType>,
    /// Module, name and type of each imported function.
    pub(crate) imports: Vec<(&'a str, &'a str, u32)>,
    /// Types of the functions of its own.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    /// How many globals it has.
    pub(crate) globals: u32,
    /// The globals, encoded, without their count.
    pub(crate) global_entries: &'a [u8],
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) bodies: Vec<Body<'a>>,
    /// Active segments: where they go, how long they are, and whether that is memory or a table.
    pub(crate) segments: Vec<Segment>,
    pub(crate) data_segments: usize,
    pub(crate) element_segments: usize,
    /// Bytes in data segments.
    pub(crate) data_payload: u64,
    /// Bytes of data segments, encoded.
    pub(crate) data_encoded: u64,
    /// Bytes of element segments, encoded.
    pub(crate) elements_encoded: u64,
    /// The name in the name section.
    pub(crate) name: &'a str,
    /// Identifiers and contents of the sections, without custom ones.
    pub(crate) sections: Vec<(u8, &'a [u8])>,
    /// The first import that pays for memory.
    pub(super) pay_for_memory_grow: Option<u32>,
}

/// A function of the module's own.
pub(crate) struct Body<'a> {
    body: FunctionBody<'a>,
    /// Locals, without parameters.
    pub(crate) locals: u32,
    pub(crate) local_groups: Vec<(u32, ValType)>,
    /// Parameters and results together.
    pub(crate) arity: u64,
}

/// Where an active segment goes.
pub(crate) struct Segment {
    pub(crate) into_memory: bool,
    pub(crate) offset: i32,
    pub(crate) size: u64,
}

impl From<wasmparser::BinaryReaderError> for ActivationError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl<'a> Body<'a> {
    /// The operators, all of which Stylus supports.
    pub(crate) fn operators(&self) -> Result<Vec<Operator<'a>>, ActivationError> {
        let mut operators = Vec::new();
        for operator in self.body.get_operators_reader()? {
            let operator = operator?;
            if !is_supported(&operator) {
                return Err(ActivationError::Unsupported(format!("operator {operator:?}")));
            }
            operators.push(operator);
            // Instrumentation only adds to them: a body that is too long already need not be gone through.
            Limit::OperatorsInFunction.check(operators.len())?;
        }
        Ok(operators)
    }
}

impl<'a> Module<'a> {
    /// Takes a valid module apart, and refuses what no program may have.
    pub(crate) fn parse(wasm: &'a [u8]) -> Result<Self, ActivationError> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section()
                && !matches!(payload, Payload::CustomSection(_))
            {
                module.sections.push((id, wasm.get(range).unwrap_or_default()));
            }
            module.add(payload, wasm)?;
        }
        Ok(module)
    }

    fn add(&mut self, payload: Payload<'a>, wasm: &'a [u8]) -> Result<(), ActivationError> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.import(import?)?;
                }
            }
            Payload::FunctionSection(functions) => {
                self.functions = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(memories) => self.memories = memories.into_iter().collect::<Result<_, _>>()?,
            Payload::GlobalSection(globals) => {
                self.globals = globals.count();
                let section = wasm.get(globals.range()).unwrap_or_default();
                let mut reader = BinaryReader::new(section, 0);
                reader.read_var_u32()?;
                self.global_entries = section.get(reader.original_position()..).unwrap_or_default();
            }
            Payload::ExportSection(exports) => self.exports = exports.into_iter().collect::<Result<_, _>>()?,
            Payload::ElementSection(elements) => self.elements(elements)?,
            Payload::DataSection(data) => self.data(data)?,
            Payload::CodeSectionEntry(body) => self.body(body)?,
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    self.names(names)?;
                }
            }
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
            Payload::StartSection { .. } => return Err(ActivationError::Unsupported("start function".to_owned())),
            other => return Err(ActivationError::Unsupported(format!("section {other:?}"))),
        }
        Ok(())
    }

    /// Names of the module and of its functions must be well formed, though the format forgives them; other names are
    /// not looked at.
    fn names(&mut self, names: wasmparser::NameSectionReader<'a>) -> Result<(), ActivationError> {
        for name in names {
            match name? {
                Name::Module { name, .. } => self.name = name,
                Name::Function(functions) => functions.into_iter().try_for_each(|naming| naming.map(drop))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn import(&mut self, import: Import<'a>) -> Result<(), ActivationError> {
        let TypeRef::Func(ty) = import.ty else {
            return Err(ActivationError::Unsupported(format!("import {}.{}", import.module, import.name)));
        };
        if import.name == imports::PAY_FOR_MEMORY_GROW {
            self.pay_for_memory_grow.get_or_insert(self.imports.len() as u32);
        }
        self.imports.push((import.module, import.name, ty));
        Ok(())
    }

    fn elements(&mut self, elements: wasmparser::ElementSectionReader<'a>) -> Result<(), ActivationError> {
        self.element_segments = elements.count() as usize;
        for element in elements {
            let element = element?;
            self.elements_encoded += element.range.len() as u64;
            let ElementItems::Functions(items) = element.items else {
                return Err(ActivationError::Unsupported("element expressions".to_owned()));
            };
            if let ElementKind::Active { offset_expr, .. } = element.kind {
                let size = u64::from(items.count());
                self.segments.push(Segment { into_memory: false, offset: constant(&offset_expr)?, size });
            }
        }
        Ok(())
    }

    fn data(&mut self, data: wasmparser::DataSectionReader<'a>) -> Result<(), ActivationError> {
        self.data_segments = data.count() as usize;
        for segment in data {
            let segment = segment?;
            self.data_encoded += segment.range.len() as u64;
            self.data_payload += segment.data.len() as u64;
            if let DataKind::Active { offset_expr, .. } = segment.kind {
                let size = segment.data.len() as u64;
                self.segments.push(Segment { into_memory: true, offset: constant(&offset_expr)?, size });
            }
        }
        Ok(())
    }

    fn body(&mut self, body: FunctionBody<'a>) -> Result<(), ActivationError> {
        let index = self.bodies.len();
        let ty = self.functions.get(index).and_then(|ty| self.types.get(*ty as usize));
        let ty = ty.ok_or(ActivationError::Malformed("a function without a type"))?;
        let arity = (ty.params().len() + ty.results().len()) as u64;
        let local_groups = body.get_locals_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let locals = local_groups.iter().fold(0_u32, |sum, (count, _)| sum.saturating_add(*count));
        self.bodies.push(Body { body, locals, local_groups, arity });
        Ok(())
    }

    /// What to call before memory grows. A memory that is as large as it may get pays for nothing.
    pub(crate) fn pays_for_growth(&self) -> Option<u32> {
        self.pay_for_memory_grow.filter(|_| self.memories.iter().any(can_grow))
    }

    /// The type of a function, imported or of its own.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let index = index as usize;
        let ty = match self.imports.get(index) {
            Some((_, _, ty)) => ty,
            None => self.functions.get(index - self.imports.len())?,
        };
        self.types.get(*ty as usize)
    }
}

/// Whether a memory may get larger than it is at first.
pub(super) fn can_grow(memory: &MemoryType) -> bool {
    memory.maximum != Some(memory.initial)
}

/// The offset of an active segment, which can only be a constant since no global can be imported.
fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<i32, ActivationError> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value),
        other => Err(ActivationError::Unsupported(format!("segment offset {other:?}"))),
    }
}
