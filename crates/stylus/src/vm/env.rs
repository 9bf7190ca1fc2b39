//! What a program can ask about its call without the chain.

use alloy_primitives::{Address, U256};

/// Values that stay the same while a frame runs.
#[derive(Clone, Debug, Default)]
pub struct EvmData {
    /// Wei a unit of gas must cost at least.
    pub block_basefee: U256,
    /// Who gets the block's fees.
    pub block_coinbase: Address,
    /// Most gas in a block.
    pub block_gas_limit: u64,
    /// The block of the parent chain.
    pub block_number: u64,
    /// Seconds since the epoch.
    pub block_timestamp: u64,
    /// The chain.
    pub chain_id: u64,
    /// The account that the program acts as.
    pub contract_address: Address,
    /// Who called.
    pub msg_sender: Address,
    /// Wei sent along.
    pub msg_value: U256,
    /// Wei that a unit of gas costs.
    pub tx_gas_price: U256,
    /// Who signed.
    pub tx_origin: Address,
    /// Whether the same account is running further up.
    pub reentrant: bool,
}
