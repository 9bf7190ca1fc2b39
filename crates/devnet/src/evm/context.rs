//! What Stylus keeps for a transaction and a block, beside the EVM's own context.

use crate::{Block, arbos::recent::RecentWasms, state::State};
use alloy_primitives::{Address, B256, Bytes};
use revm::{
    Journal,
    context::{BlockEnv, CfgEnv, Context as RevmContext, TxEnv},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use stylus::{
    gas::memory::Pages,
    params::{ArbOs, StylusParams},
    vm::{HostIoTrace, Program, Vm},
};

/// revm's context on this chain.
pub type Context = RevmContext<BlockEnv, TxEnv, CfgEnv, State, Journal<State>, ChainContext>;

/// What is the same for all transactions: the machine and the programs that it has compiled.
#[derive(Clone, Debug)]
pub struct StylusEnv {
    /// The machine.
    pub vm: Vm,
    /// Its programs.
    pub programs: CompiledPrograms,
}

/// Compiled programs by code hash and version of Stylus. Shared by all copies of a chain, since code never changes.
#[derive(Clone, Debug, Default)]
pub struct CompiledPrograms(Arc<Mutex<HashMap<(B256, u16), Program>>>);

impl CompiledPrograms {
    /// A program, if it has been compiled.
    #[must_use]
    pub fn get(&self, code_hash: B256, version: u16) -> Option<Program> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(code_hash, version)).cloned()
    }

    /// Keeps a program.
    pub fn insert(&self, code_hash: B256, version: u16, program: Program) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((code_hash, version), program);
    }
}

/// What Stylus and ArbOS keep while a transaction runs.
#[derive(Clone, Debug)]
pub struct ChainContext {
    /// The machine.
    pub env: StylusEnv,
    /// The version of ArbOS.
    pub arbos: ArbOs,
    /// The parameters of Stylus.
    pub params: StylusParams,
    /// Nitro's own Brotli dictionary, if the chain was given it.
    pub dictionary: Option<Bytes>,
    /// This chain's own block number; the EVM sees the parent chain's.
    pub block_number: u64,
    /// This chain's blocks, up to the newest that is complete.
    pub blocks: imbl::Vector<Arc<Block>>,
    /// Programs that ran in this block.
    pub recent: RecentWasms,
    /// Pages open in this transaction.
    pub pages: Pages,
    /// Who called each open frame, from the transaction's own on.
    pub callers: Vec<Address>,
    /// How many frames run as each account. Delegated ones are not counted: they are not the account's own.
    pub running: HashMap<Address, u32>,
    /// Host I/O of programs is recorded, for whoever looks.
    pub record_host_io: bool,
    /// Host I/O of the programs that have ended, in the order in which they ended, with their depth.
    pub host_io: Vec<(usize, Vec<HostIoTrace>)>,
}
