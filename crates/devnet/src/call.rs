//! Calls that leave no trace: what they may assume, and what they did.

use crate::state::State;
use alloy_primitives::{Address, Bytes, Log, U256};
use revm::context::{
    BlockEnv,
    result::{ExecutionResult, Output},
};

/// State that a call is to find instead of what is there.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Balances.
    pub balances: Vec<(Address, U256)>,
    /// Nonces.
    pub nonces: Vec<(Address, u64)>,
    /// Code.
    pub code: Vec<(Address, Bytes)>,
    /// Slots.
    pub storage: Vec<(Address, U256, U256)>,
    /// Seconds since the epoch.
    pub timestamp: Option<u64>,
    /// The block number that contracts see, which is the parent chain's.
    pub l1_block_number: Option<u64>,
    /// Wei of a unit of gas.
    pub base_fee: Option<u64>,
    /// Who would get the block's fees.
    pub coinbase: Option<Address>,
}

impl Overrides {
    pub(crate) fn apply_to_block(&self, block: &mut BlockEnv) {
        block.number = self.l1_block_number.map_or(block.number, U256::from);
        block.basefee = self.base_fee.unwrap_or(block.basefee);
        block.beneficiary = self.coinbase.unwrap_or(block.beneficiary);
    }

    pub(crate) fn apply(&self, state: &mut State) {
        self.balances.iter().for_each(|(account, balance)| state.set_balance(*account, *balance));
        self.nonces.iter().for_each(|(account, nonce)| state.set_nonce(*account, *nonce));
        self.code.iter().for_each(|(account, code)| state.set_code(*account, code.clone()));
        self.storage.iter().for_each(|(account, slot, value)| state.set_storage(*account, *slot, *value));
    }
}

/// What a call did that nobody will remember.
#[derive(Clone, Debug, Default)]
pub struct CallResult {
    /// Whether it succeeded.
    pub success: bool,
    /// Return or revert data.
    pub output: Bytes,
    /// Gas that it took, refunds deducted.
    pub gas_used: u64,
    /// Gas that was refunded.
    pub gas_refunded: u64,
    /// Why it ended, if neither by returning nor by reverting.
    pub halt: Option<String>,
    /// Its logs.
    pub logs: Vec<Log>,
    /// The contract that it would have created.
    pub contract_address: Option<Address>,
}

impl CallResult {
    /// Whether more gas could have helped.
    #[must_use]
    pub fn is_out_of_gas(&self) -> bool {
        self.halt.as_ref().is_some_and(|reason| reason.contains("OutOfGas"))
    }
}

impl From<ExecutionResult> for CallResult {
    fn from(result: ExecutionResult) -> Self {
        let (gas_used, gas_refunded) = (result.tx_gas_used(), result.gas().final_refunded());
        let common = Self { gas_used, gas_refunded, ..Self::default() };
        match result {
            ExecutionResult::Success { output, logs, .. } => {
                let (output, contract_address) = match output {
                    Output::Call(data) => (data, None),
                    Output::Create(code, address) => (code, address),
                };
                Self { success: true, output, logs, contract_address, ..common }
            }
            ExecutionResult::Revert { output, .. } => Self { output, ..common },
            ExecutionResult::Halt { reason, .. } => Self { halt: Some(format!("{reason:?}")), ..common },
        }
    }
}
