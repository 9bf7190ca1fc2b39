//! What activation says of a module, and how big it is on the chain.

use eyre::{Result, WrapErr as _, ensure};
use serde::{Deserialize, Serialize};
use std::fmt;
use stylus::{
    activation::{Activation, ActivationRules, activate},
    code,
    gas::entry,
    params::{ArbOs, StylusParams},
};

/// The code that fits into one account.
const CODE_LIMIT: usize = 24_576;

/// The version that Arbitrum runs, whose costs are told, and the one before it, which a chain may still run.
const VERSION: ArbOs = ArbOs::V61;
const VERSION_BEFORE: ArbOs = ArbOs::V51;

/// What a module takes on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    /// Bytes of the module.
    pub(crate) raw_bytes: usize,
    /// Bytes of the code on the chain: the module compressed, and four of prefix.
    pub(crate) compressed_bytes: usize,
    /// Pages of memory, of 64 KiB, that a frame starts with.
    pub(crate) footprint_pages: u16,
    /// Functions of its own.
    pub(crate) functions: u32,
    /// Encoded bytes of its data and element segments.
    pub(crate) data_bytes: u64,
    /// Gas of a start that is not cached, besides that of every start.
    pub(crate) init_gas: u64,
    /// Gas of every start.
    pub(crate) cached_init_gas: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { raw_bytes, compressed_bytes, footprint_pages, functions, data_bytes, init_gas, cached_init_gas } =
            self;
        writeln!(formatter, "    {raw_bytes} bytes, {compressed_bytes} compressed (at most {CODE_LIMIT})")?;
        writeln!(
            formatter,
            "    {footprint_pages} page(s) of memory, {functions} functions, {data_bytes} bytes of data"
        )?;
        write!(formatter, "    entry: {cached_init_gas} gas always, {init_gas} more when it is not cached")
    }
}

/// Measures a module that activates, and refuses any other.
pub(crate) fn measure(module: &[u8]) -> Result<Size> {
    try_activation(module, VERSION_BEFORE)?;
    let (activation, params) = (try_activation(module, VERSION)?, StylusParams::at(VERSION));
    let compressed_bytes = code::compress(module).len();
    ensure!(
        compressed_bytes <= CODE_LIMIT,
        "{compressed_bytes} bytes of code do not fit into one account, which holds {CODE_LIMIT}"
    );
    Ok(Size {
        raw_bytes: module.len(),
        compressed_bytes,
        footprint_pages: activation.footprint,
        functions: activation.functions,
        data_bytes: activation.data_bytes,
        init_gas: entry::init_gas(&params, activation.init_cost),
        cached_init_gas: entry::cached_gas(&params, activation.cached_cost),
    })
}

fn try_activation(module: &[u8], version: ArbOs) -> Result<Activation> {
    activate(module, ActivationRules::new(version))
        .wrap_err_with(|| format!("ArbOS {} would refuse to activate the contract", version.0))
}

#[cfg(test)]
mod tests {
    use super::measure;
    use wasm_encoder::{
        CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType, Module,
        TypeSection, ValType,
    };

    /// A program that returns its argument; its memory starts with `pages` and never grows.
    fn program(pages: u64) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut memory = MemorySection::new();
        let memory_type =
            MemoryType { minimum: pages, maximum: Some(pages), memory64: false, shared: false, page_size_log2: None };
        memory.memory(memory_type);
        let mut exports = ExportSection::new();
        exports.export("user_entrypoint", ExportKind::Func, 0).export("memory", ExportKind::Memory, 0);
        let mut function = Function::new([]);
        function.instructions().local_get(0).end();
        let mut code = CodeSection::new();
        code.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memory).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn a_program_costs_what_its_parts_cost() {
        let module = program(1);
        let size = measure(&module).expect("it activates");
        assert_eq!((size.raw_bytes, size.footprint_pages, size.functions, size.data_bytes), (module.len(), 1, 1, 0));
        // One function (8), of one argument and one result (2), and an eighth of the module's length.
        assert_eq!(size.init_gas, 8_832 + 8 + 2 + module.len() as u64 * 1_286 / 10_000);
        // Its page (5), and the four globals that metering adds (6).
        assert_eq!(size.cached_init_gas, 352 + 5 + 6);
        assert!(size.compressed_bytes > 4 && size.compressed_bytes < module.len() + 8);
    }

    #[test]
    fn what_does_not_activate_is_refused() {
        let refusal = measure(&program(129)).expect_err("no chain gives 129 pages");
        assert!(format!("{refusal:#}").contains("would refuse to activate"), "{refusal:#}");
    }
}
