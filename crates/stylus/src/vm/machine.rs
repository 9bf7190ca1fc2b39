//! Compiles programs and keeps what they share.

use super::{guest::Guest, hostio};
use crate::{activation::ENTRYPOINT, instrument::InstrumentedModule};
use std::sync::Arc;
use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, InstancePre, Linker, Module, OptLevel, PoolingAllocationConfig,
    Strategy,
};

/// Bytes of memory that a program can have: the chain sells no more pages.
pub(super) const MEMORY_MAX: usize = 128 * 64 * 1024;
/// Bytes of native stack for the code of a program. A word of the stack budget stands for 8 bytes of it at most, with
/// room for what the compiler adds; deeper recursion is treated as a stack that ran out.
const WASM_STACK: usize = 1024 * 1024;
/// Beyond that, for the host functions.
const HOST_STACK: usize = 512 * 1024;
/// Frames that can be open at once: the chain's call depth, and some more for those that run beside.
const FRAMES: u32 = 1_100;
/// Entries of a program's table.
const TABLE_ENTRIES: usize = 4_096;

/// Why a program cannot be compiled or run. Never the guest's fault: activation has accepted it.
#[derive(Debug, thiserror::Error)]
#[error("the WASM runtime failed: {0}")]
pub struct VmError(String);

impl From<wasmtime::Error> for VmError {
    fn from(error: wasmtime::Error) -> Self {
        Self(format!("{error:#}"))
    }
}

/// The machine: one for all programs. Clones share everything.
#[derive(Clone)]
pub struct Vm {
    engine: Engine,
    linker: Arc<Linker<Guest>>,
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Vm").finish_non_exhaustive()
    }
}

/// A program, compiled and linked. Clones share everything.
#[derive(Clone)]
pub struct Program {
    pub(super) engine: Engine,
    pub(super) instance: InstancePre<Guest>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Program").finish_non_exhaustive()
    }
}

impl Vm {
    /// Starts a machine.
    pub fn new() -> Result<Self, VmError> {
        let engine = Engine::new(&config())?;
        let linker = Arc::new(hostio::linker(&engine)?);
        Ok(Self { engine, linker })
    }

    /// Compiles a program.
    pub fn compile(&self, module: &InstrumentedModule) -> Result<Program, VmError> {
        let compiled = Module::new(&self.engine, &module.wasm)?;
        debug_assert!(compiled.get_export(ENTRYPOINT).is_some(), "instrumentation exports the entry point");
        Ok(Program { engine: self.engine.clone(), instance: self.linker.instantiate_pre(&compiled)? })
    }
}

fn config() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(FRAMES)
        .total_memories(FRAMES)
        .total_tables(FRAMES)
        .total_stacks(FRAMES)
        .max_memory_size(MEMORY_MAX)
        .table_elements(TABLE_ENTRIES)
        .max_unused_warm_slots(64);
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK + HOST_STACK)
        .memory_reservation(MEMORY_MAX as u64)
        .memory_guard_size(64 * 1024)
        .memory_may_move(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .wasm_multi_value(true)
        .wasm_bulk_memory(true)
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_extended_const(false);
    config
}
