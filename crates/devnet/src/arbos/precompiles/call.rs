//! A call of one of ArbOS's precompiles: who calls, what it may do, and what that costs.

use crate::{
    arbos::{
        account_set::AccountSet,
        params,
        storage::{self, STATE},
    },
    evm::Context,
};
use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256, keccak256};
use alloy_sol_types::{SolError, SolEvent};
use revm::{
    context::{ContextTr, JournalTr, LocalContextTr},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
};
use stylus::code::CodeError;

/// Gas of a word of arguments or of a result.
const COPY_WORD: u64 = 3;
/// Gas of reading a slot of ArbOS's state, and of opening it.
const READ: u64 = 800;
/// Gas of writing one.
const WRITE: u64 = 20_000;
const WRITE_ZERO: u64 = 5_000;
/// Gas of a log, of each topic and of each byte.
const LOG: u64 = 375;
const LOG_BYTE: u64 = 8;
/// Gas of looking up an account's code.
const ACCOUNT: u64 = 2_600;
/// Gas of looking up the parameters of Stylus, which are taken to be warm.
const PARAMS: u64 = 100;

/// Why a call fails.
#[derive(Debug)]
pub(super) enum Failure {
    /// With this revert data. Gas that is left is kept.
    Revert(Vec<u8>),
    /// Of calldata that fits no function, or a function that may not be called like this: reverts and takes all gas.
    Mismatch,
    /// For a reason that is no revert, which takes all gas.
    Halt(String),
    /// The gas did not suffice.
    OutOfGas,
}

impl Failure {
    /// Reverts with a Solidity error.
    pub(super) fn error(error: &impl SolError) -> Self {
        Self::Revert(error.abi_encode())
    }

    /// Reverts without data: for errors that have no name in Solidity.
    pub(super) const fn empty() -> Self {
        Self::Revert(Vec::new())
    }
}

impl From<alloy_sol_types::Error> for Failure {
    fn from(_: alloy_sol_types::Error) -> Self {
        Self::Mismatch
    }
}

impl From<CodeError> for Failure {
    fn from(_: CodeError) -> Self {
        Self::empty()
    }
}

pub(super) type Result<T = Vec<u8>> = std::result::Result<T, Failure>;

/// What a function does, by which it is known how it may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mutability {
    /// Depends on its arguments alone.
    Pure,
    /// Looks at the state.
    View,
    /// Changes it.
    Write,
    /// Changes it, and takes value.
    Payable,
}

/// A call under way.
pub(super) struct Call<'a> {
    pub(super) context: &'a mut Context,
    pub(super) caller: Address,
    pub(super) this: Address,
    pub(super) value: U256,
    /// Called as itself, and not by someone who borrows its code.
    is_itself: bool,
    is_static: bool,
    gas: Gas,
}

impl<'a> Call<'a> {
    /// Runs a precompile's function.
    pub(super) fn perform(
        context: &'a mut Context,
        inputs: &CallInputs,
        run: fn(&mut Call<'_>, &[u8]) -> Result,
    ) -> InterpreterResult {
        let input = inputs.input.as_bytes(context).to_vec();
        let mut call = Call {
            context,
            caller: inputs.caller,
            this: inputs.bytecode_address,
            value: inputs.value.get(),
            is_itself: inputs.bytecode_address == inputs.target_address,
            is_static: inputs.is_static,
            gas: Gas::new(inputs.gas_limit),
        };
        let words = (input.len().saturating_sub(4) as u64).div_ceil(32);
        let result = call.burn(COPY_WORD * words).and_then(|()| run(&mut call, &input));
        let result = match result {
            Ok(data) => call.pay_for_result(&data).map(|()| (InstructionResult::Return, data)),
            Err(Failure::Revert(data)) => call.pay_for_result(&data).map(|()| (InstructionResult::Revert, data)),
            Err(failure) => Err(failure),
        };
        let (ended, output) = result.unwrap_or_else(|failure| call.take_all(failure));
        InterpreterResult::new(ended, Bytes::from(output), call.gas)
    }

    /// Ends with a failure that leaves no gas.
    fn take_all(&mut self, failure: Failure) -> (InstructionResult, Vec<u8>) {
        self.gas.spend_all();
        let ended = match failure {
            Failure::Revert(_) | Failure::Mismatch => InstructionResult::Revert,
            Failure::OutOfGas => InstructionResult::PrecompileOOG,
            Failure::Halt(reason) => {
                // Only for a transaction's own call can the reason be told: contracts see no more than the failure.
                if self.context.journal().depth() == 1 {
                    self.context.local_mut().set_precompile_error_context(reason);
                }
                InstructionResult::PrecompileError
            }
        };
        (ended, Vec::new())
    }

    fn pay_for_result(&mut self, data: &[u8]) -> Result<()> {
        self.burn(COPY_WORD * (data.len() as u64).div_ceil(32))
    }

    /// Checks that a function may be called like this, and opens ArbOS's state for it.
    pub(super) fn begin(&mut self, mutability: Mutability) -> Result<()> {
        let looks = mutability >= Mutability::View && !self.is_itself;
        let writes = mutability >= Mutability::Write && self.is_static;
        let takes = mutability < Mutability::Payable && !self.value.is_zero();
        if looks || writes || takes {
            return Err(Failure::Mismatch);
        }
        if mutability == Mutability::Pure { Ok(()) } else { self.burn(READ) }
    }

    /// Takes gas.
    pub(super) fn burn(&mut self, gas: u64) -> Result<()> {
        if self.gas.record_regular_cost(gas) { Ok(()) } else { Err(Failure::OutOfGas) }
    }

    /// Gas that is left.
    pub(super) fn gas_left(&self) -> u64 {
        self.gas.remaining()
    }

    /// Does something that costs nothing.
    pub(super) fn for_free<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let charged = std::mem::replace(&mut self.gas, Gas::new(u64::MAX));
        let done = act(self);
        self.gas = charged;
        done
    }

    /// Seconds since the epoch.
    pub(super) fn now(&self) -> u64 {
        self.context.block.timestamp.saturating_to()
    }

    /// Pays for a look at the parameters of Stylus.
    pub(super) fn params(&mut self) -> Result<stylus::params::StylusParams> {
        self.burn(PARAMS)?;
        Ok(self.context.chain.params)
    }

    /// Reads ArbOS's state.
    pub(super) fn read(&mut self, slot: U256) -> Result<U256> {
        self.burn(READ)?;
        Ok(storage::peek(self.context, STATE, slot))
    }

    /// Writes ArbOS's state.
    pub(super) fn write(&mut self, slot: U256, value: U256) -> Result<()> {
        self.burn(if value.is_zero() { WRITE_ZERO } else { WRITE })?;
        storage::set(self.context, slot, value);
        Ok(())
    }

    /// Sets a parameter of Stylus, from now on.
    pub(super) fn set_param(&mut self, param: params::Param, value: U256) -> Result<()> {
        let set = self.read(params::which_are_set())?;
        self.write(params::which_are_set(), set | param.bit())?;
        self.write(param.slot(), value)?;
        let arbos = self.context.chain.arbos;
        self.context.chain.params = params::load(arbos, |slot| storage::peek(self.context, STATE, slot));
        Ok(())
    }

    /// Whether an account is of a set.
    pub(super) fn is_member(&mut self, set: AccountSet, account: Address) -> Result<bool> {
        Ok(!self.read(set.place(account))?.is_zero())
    }

    /// All accounts of a set.
    pub(super) fn members(&mut self, set: AccountSet) -> Result<Vec<Address>> {
        let count: u64 = self.read(set.count())?.saturating_to();
        (1..=count).map(|place| Ok(Address::from_word(self.read(set.member(place))?.into()))).collect()
    }

    /// Puts an account into a set, if it is not there.
    pub(super) fn add_member(&mut self, set: AccountSet, account: Address) -> Result<()> {
        if self.is_member(set, account)? {
            return Ok(());
        }
        let place = self.read(set.count())?.saturating_add(U256::ONE);
        self.write(set.member(place.saturating_to()), account.into_word().into())?;
        self.write(set.place(account), place)?;
        self.write(set.count(), place)
    }

    /// Takes an account out of a set; the last one gets its place.
    pub(super) fn remove_member(&mut self, set: AccountSet, account: Address) -> Result<()> {
        let place = self.read(set.place(account))?;
        if place.is_zero() {
            return Ok(());
        }
        let count = self.read(set.count())?;
        let last = self.read(set.member(count.saturating_to()))?;
        self.write(set.member(place.saturating_to()), last)?;
        self.write(set.place(Address::from_word(last.into())), place)?;
        self.write(set.member(count.saturating_to()), U256::ZERO)?;
        self.write(set.place(account), U256::ZERO)?;
        self.write(set.count(), count.saturating_sub(U256::ONE))
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
        let this = self.this;
        let Ok(failed) = storage::unseen(self.context, to, |context| context.journal_mut().transfer(this, to, wei));
        if failed.is_some() { Err(Failure::empty()) } else { Ok(()) }
    }

    /// The hash of an account's code.
    pub(super) fn code_hash(&mut self, account: Address) -> Result<B256> {
        self.burn(ACCOUNT)?;
        Ok(keccak256(storage::peek_code(self.context, account)))
    }
}
