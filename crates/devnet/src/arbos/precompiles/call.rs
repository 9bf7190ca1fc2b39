//! A call of one of ArbOS's precompiles.

use crate::{arbos::programs::STATE, evm};
use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256};
use alloy_sol_types::{SolError, SolEvent};
use revm::{
    context::{ContextTr, JournalTr},
    interpreter::{CallInputs, CallScheme, Gas, InstructionResult, InterpreterResult},
};

/// Gas of a word of arguments or of a result.
const COPY_WORD: u64 = 3;
/// Gas of reading a slot of ArbOS's state, opening it included.
const READ: u64 = 800;
/// Gas of writing one.
const WRITE: u64 = 20_000;
const WRITE_ZERO: u64 = 5_000;
/// Gas of a log, of each topic and of each byte.
const LOG: u64 = 375;
const LOG_BYTE: u64 = 8;

/// Why a call fails.
#[derive(Debug)]
pub(super) enum Failure {
    /// With this revert data.
    Revert(Vec<u8>),
    /// With all gas taken, and this revert data.
    TakeAll(Vec<u8>),
    /// The gas did not suffice.
    OutOfGas,
}

impl Failure {
    /// Reverts with a Solidity error.
    pub(super) fn error(error: &impl SolError) -> Self {
        Self::Revert(error.abi_encode())
    }

    /// Reverts without data: for calldata that fits no function.
    pub(super) const fn empty() -> Self {
        Self::Revert(Vec::new())
    }
}

pub(super) type Result<T = Vec<u8>> = std::result::Result<T, Failure>;

/// A call under way.
pub(super) struct Call<'a> {
    pub(super) context: &'a mut evm::Context,
    pub(super) caller: Address,
    pub(super) this: Address,
    pub(super) value: U256,
    is_static: bool,
    gas: Gas,
}

impl<'a> Call<'a> {
    /// Runs a precompile's function.
    pub(super) fn perform(
        context: &'a mut evm::Context,
        inputs: &CallInputs,
        run: fn(&mut Call<'_>, &[u8]) -> Result,
    ) -> InterpreterResult {
        let input = inputs.input.as_bytes(context).to_vec();
        let is_static = inputs.is_static || matches!(inputs.scheme, CallScheme::DelegateCall | CallScheme::CallCode);
        let mut call = Call {
            context,
            caller: inputs.caller,
            this: inputs.target_address,
            value: inputs.value.get(),
            is_static,
            gas: Gas::new(inputs.gas_limit),
        };
        let words = (input.len().saturating_sub(4) as u64).div_ceil(32);
        let result = call.burn(COPY_WORD * words + READ).and_then(|()| run(&mut call, &input));
        let result = result.and_then(|output| {
            call.burn(COPY_WORD * (output.len() as u64).div_ceil(32))?;
            Ok(output)
        });
        let (ended, output) = match result {
            Ok(output) => (InstructionResult::Return, output),
            Err(Failure::Revert(data)) => (InstructionResult::Revert, data),
            Err(Failure::TakeAll(data)) => {
                call.gas.spend_all();
                (InstructionResult::Revert, data)
            }
            Err(Failure::OutOfGas) => {
                call.gas.spend_all();
                (InstructionResult::PrecompileOOG, Vec::new())
            }
        };
        InterpreterResult::new(ended, Bytes::from(output), call.gas)
    }

    /// Takes gas.
    pub(super) fn burn(&mut self, gas: u64) -> Result<()> {
        if self.gas.record_regular_cost(gas) { Ok(()) } else { Err(Failure::OutOfGas) }
    }

    /// Gas that can still be taken.
    pub(super) fn gas_left(&self) -> u64 {
        self.gas.remaining()
    }

    /// Refuses value: for all functions but one.
    pub(super) fn takes_no_value(&self) -> Result<()> {
        if self.value.is_zero() { Ok(()) } else { Err(Failure::empty()) }
    }

    /// Refuses where nothing may be changed.
    pub(super) fn changes_state(&self) -> Result<()> {
        if self.is_static { Err(Failure::empty()) } else { Ok(()) }
    }

    /// Seconds since the epoch.
    pub(super) fn now(&self) -> u64 {
        self.context.block.timestamp.saturating_to()
    }

    /// Reads ArbOS's state.
    pub(super) fn read(&mut self, slot: U256) -> Result<U256> {
        self.burn(READ)?;
        Ok(evm::peek(self.context, STATE, slot))
    }

    /// Writes ArbOS's state.
    pub(super) fn write(&mut self, slot: U256, value: U256) -> Result<()> {
        self.changes_state()?;
        self.burn(if value.is_zero() { WRITE_ZERO } else { WRITE })?;
        let Ok(_) = self.context.journal_mut().load_account(STATE);
        self.context.journal_mut().touch_account(STATE);
        let Ok(_) = self.context.journal_mut().sstore(STATE, slot, value);
        Ok(())
    }

    /// Emits an event of this precompile's.
    pub(super) fn emit(&mut self, event: &impl SolEvent) -> Result<()> {
        let data: LogData = event.encode_log_data();
        self.burn(LOG * (1 + data.topics().len() as u64) + LOG_BYTE * data.data.len() as u64)?;
        let log = Log { address: self.this, data };
        self.context.journal_mut().log(log);
        Ok(())
    }

    /// Sends wei that came with the call.
    pub(super) fn send(&mut self, to: Address, wei: U256) -> Result<()> {
        let Ok(failed) = self.context.journal_mut().transfer(self.this, to, wei);
        if failed.is_some() { Err(Failure::empty()) } else { Ok(()) }
    }

    /// The hash of an account's code.
    pub(super) fn code_hash(&mut self, account: Address) -> Result<B256> {
        const CODE_HASH: u64 = 2_600;
        self.burn(CODE_HASH)?;
        let code = evm::peek_code(self.context, account);
        Ok(alloy_primitives::keccak256(code))
    }
}
