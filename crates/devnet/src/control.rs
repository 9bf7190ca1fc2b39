//! What a development chain lets one do without a transaction, and what one can look up.

use crate::{
    arbos::{
        precompiles::{self, ARB_WASM},
        programs::ProgramError,
    },
    block::{Block, Receipt, TxRecord},
    chain::Chain,
    state::State,
    tx::{Tx, TxError},
};
use alloy_primitives::{Address, B256, Bytes, U256, utils::Unit};
use alloy_sol_types::{SolCall, sol};
use stylus::params::ArbOs;

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
}

/// Ether that is sent along with an activation; what is too much comes back.
const ACTIVATION_VALUE: u64 = 1;

impl Chain {
    /// The chain's identifier.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// The newest block's number.
    #[must_use]
    pub fn block_number(&self) -> u64 {
        self.latest().number
    }

    /// The newest block's time, in seconds since the epoch.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.latest().timestamp
    }

    /// Wei of a unit of gas.
    #[must_use]
    pub fn base_fee(&self) -> u64 {
        self.config.base_fee
    }

    /// The version of ArbOS.
    #[must_use]
    pub fn arbos(&self) -> ArbOs {
        self.ledger.arbos
    }

    /// A block by its number.
    #[must_use]
    pub fn block(&self, number: u64) -> Option<&Block> {
        self.ledger.blocks.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }

    /// A block by its hash.
    #[must_use]
    pub fn block_by_hash(&self, hash: B256) -> Option<&Block> {
        self.ledger.hashes.get(&hash).and_then(|number| self.block(*number))
    }

    /// A transaction by its hash.
    #[must_use]
    pub fn transaction(&self, hash: B256) -> Option<&TxRecord> {
        self.ledger.transactions.get(&hash).map(AsRef::as_ref)
    }

    /// What a transaction did, by its hash.
    #[must_use]
    pub fn receipt(&self, hash: B256) -> Option<&Receipt> {
        self.ledger.receipts.get(&hash).map(AsRef::as_ref)
    }

    /// The state after a block, while it is kept.
    #[must_use]
    pub fn state_at(&self, number: u64) -> Option<&State> {
        self.ledger.states.get(&number)
    }

    /// Changes the state as it is now.
    pub fn edit(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.ledger.state);
        self.keep_state();
    }

    /// Gives an account so many wei.
    pub fn set_balance(&mut self, account: Address, wei: U256) {
        self.edit(|state| state.set_balance(account, wei));
    }

    /// Sets an account's code.
    pub fn set_code(&mut self, account: Address, code: Bytes) {
        self.edit(|state| state.set_code(account, code));
    }

    /// Sets an account's nonce.
    pub fn set_nonce(&mut self, account: Address, nonce: u64) {
        self.edit(|state| state.set_nonce(account, nonce));
    }

    /// Sets a slot.
    pub fn set_storage_at(&mut self, account: Address, slot: U256, value: U256) {
        self.edit(|state| state.set_storage(account, slot, value));
    }

    /// Sets the time of the next block, which cannot be before the newest one.
    pub fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), TxError> {
        let latest = self.timestamp();
        if timestamp < latest {
            return Err(TxError::Other(format!("timestamp {timestamp} is before the newest block's, {latest}")));
        }
        self.ledger.next_timestamp = Some(timestamp);
        Ok(())
    }

    /// Lets so many seconds pass before the next block, beside those of a block.
    pub fn advance_time(&mut self, seconds: u64) {
        self.ledger.next_timestamp = Some(self.next_timestamp().saturating_add(seconds));
    }

    /// Sets the seconds from a block to the next.
    pub fn set_block_time(&mut self, seconds: u64) {
        self.config.block_time = seconds;
    }

    /// Upgrades ArbOS, with the parameters that the version starts with where the chain's owner has set none.
    pub fn set_arbos(&mut self, arbos: ArbOs) {
        self.ledger.arbos = arbos;
    }

    /// Activates a program, by a transaction of an account that gets the ether for it.
    pub fn activate(&mut self, program: Address, from: Address) -> Result<Receipt, TxError> {
        let value = U256::from(ACTIVATION_VALUE) * Unit::ETHER.wei();
        let input = activateProgramCall { program }.abi_encode();
        self.send(Tx::call(from, ARB_WASM, input).value(value))
    }

    /// Marks an activated program as cached, as if a cache manager had.
    pub fn cache_program(&mut self, program: Address) -> Result<(), ProgramError> {
        let hash = self.ledger.state.code_hash(program);
        precompiles::set_cached(&mut self.ledger.state, hash, true)?;
        self.keep_state();
        Ok(())
    }
}
