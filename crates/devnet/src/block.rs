//! Blocks, and what is kept of each transaction.

use alloy::consensus::TxEnvelope;
use alloy_primitives::{Address, B256, Bloom, Bytes, Log};

/// A block: one transaction, or none.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its number on this chain.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block before.
    pub parent_hash: B256,
    /// Seconds since the epoch.
    pub timestamp: u64,
    /// Wei of a unit of gas.
    pub base_fee: u64,
    /// Most gas.
    pub gas_limit: u64,
    /// Gas that its transaction took.
    pub gas_used: u64,
    /// The hashes of its transactions.
    pub transactions: Vec<B256>,
    /// The parent chain's block that programs see.
    pub l1_block_number: u64,
    /// What its logs may hold.
    pub logs_bloom: Bloom,
    /// Who would get its fees.
    pub coinbase: Address,
}

/// What is kept of a transaction besides what it did.
#[derive(Clone, Debug)]
pub struct TxRecord {
    /// The transaction, signed; one sent in another's name carries a signature of zeros.
    pub envelope: TxEnvelope,
    /// Who sent it.
    pub from: Address,
    /// Its block.
    pub block: u64,
    /// Its place in the block.
    pub index: u64,
}

/// What a transaction did.
#[derive(Clone, Debug, Default)]
pub struct Receipt {
    /// Its hash.
    pub tx_hash: B256,
    /// Its block.
    pub block_number: u64,
    /// Its place in the block.
    pub index: u64,
    /// Its type.
    pub tx_type: u8,
    /// Who sent it.
    pub from: Address,
    /// Whom it called.
    pub to: Option<Address>,
    /// The contract that it created.
    pub contract_address: Option<Address>,
    /// Whether it succeeded.
    pub success: bool,
    /// Gas that it took, refunds deducted.
    pub gas_used: u64,
    /// Gas that was refunded.
    pub gas_refunded: u64,
    /// Return or revert data.
    pub output: Bytes,
    /// Its logs.
    pub logs: Vec<Log>,
    /// Why it ended, if neither by returning nor by reverting.
    pub halt: Option<String>,
}
