//! Blocks, transactions, receipts and logs as JSON, with the fields Nitro adds.

use alloy::{
    consensus::{TxEnvelope, transaction::Recovered},
    rpc::types::Transaction,
};
use alloy_primitives::{Address, B64, B256, b256, logs_bloom};
use serde_json::{Value, json};

use super::hex::{data, quantity};
use crate::{ArbOs, Block, Receipt, TxRecord};

/// Hash of an empty list of uncles.
const NO_UNCLES: B256 = b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");

/// How a block shows its transactions.
pub(super) enum Transactions<'a> {
    Hashes,
    Full(Vec<&'a TxRecord>),
}

/// A block. Nitro's own fields are the L1 block number that contracts see as `block.number`, and the state of the
/// outbox, which is empty here. There are no tries, so that the roots are zero.
pub(super) fn block(block: &Block, arbos: ArbOs, transactions: Transactions<'_>) -> Value {
    let transactions: Value = match transactions {
        Transactions::Hashes => block.transactions.iter().map(data).collect(),
        Transactions::Full(records) => records.into_iter().map(|record| transaction(block, record)).collect(),
    };
    json!({
        "number": quantity(block.number),
        "hash": data(block.hash),
        "parentHash": data(block.parent_hash),
        "nonce": data(B64::ZERO),
        "sha3Uncles": data(NO_UNCLES),
        "logsBloom": data(block.logs_bloom),
        "transactionsRoot": data(B256::ZERO),
        "stateRoot": data(B256::ZERO),
        "receiptsRoot": data(B256::ZERO),
        "miner": data(block.coinbase),
        "difficulty": "0x1",
        "extraData": data(B256::ZERO),
        "mixHash": data(mix_hash(block, arbos)),
        "size": "0x0",
        "gasLimit": quantity(block.gas_limit),
        "gasUsed": quantity(block.gas_used),
        "baseFeePerGas": quantity(block.base_fee),
        "timestamp": quantity(block.timestamp),
        "uncles": [],
        "transactions": transactions,
        "l1BlockNumber": quantity(block.l1_block_number),
        "sendCount": "0x0",
        "sendRoot": data(B256::ZERO),
    })
}

/// As Nitro fills it: how many messages were sent to the parent chain, its block number, and the version of ArbOS.
fn mix_hash(block: &Block, arbos: ArbOs) -> B256 {
    let mut hash = B256::ZERO;
    hash[8..16].copy_from_slice(&block.l1_block_number.to_be_bytes());
    hash[16..24].copy_from_slice(&arbos.0.to_be_bytes());
    hash
}

/// A transaction, in alloy's own JSON. A tip is never paid, so the price is the block's base fee.
pub(super) fn transaction(block: &Block, record: &TxRecord) -> Value {
    let view = Transaction {
        inner: Recovered::new_unchecked(record.envelope.clone(), record.from),
        block_hash: Some(block.hash),
        block_number: Some(block.number),
        block_timestamp: Some(block.timestamp),
        transaction_index: Some(record.index),
        effective_gas_price: Some(u128::from(block.base_fee)),
    };
    serde_json::to_value(view).unwrap_or_default()
}

/// A transaction that waits for a block.
pub(super) fn waiting(envelope: &TxEnvelope, from: Address) -> Value {
    let view = Transaction {
        inner: Recovered::new_unchecked(envelope.clone(), from),
        block_hash: None,
        block_number: None,
        block_timestamp: None,
        transaction_index: None,
        effective_gas_price: None,
    };
    serde_json::to_value(view).unwrap_or_default()
}

/// A receipt. Its transaction is the only one of its block. `gasUsedForL1` is zero: nothing is posted to another chain.
pub(super) fn receipt(block: &Block, receipt: &Receipt) -> Value {
    let logs: Vec<Value> = (0..receipt.logs.len()).map(|index| log(block, receipt, index)).collect();
    json!({
        "transactionHash": data(receipt.tx_hash),
        "transactionIndex": quantity(receipt.index),
        "blockHash": data(block.hash),
        "blockNumber": quantity(block.number),
        "from": data(receipt.from),
        "to": receipt.to.map(data),
        "contractAddress": receipt.contract_address.filter(|_| receipt.success).map(data),
        "status": quantity(u64::from(receipt.success)),
        "type": quantity(u64::from(receipt.tx_type)),
        "gasUsed": quantity(receipt.gas_used),
        "cumulativeGasUsed": quantity(block.gas_used),
        "effectiveGasPrice": quantity(block.base_fee),
        "logs": logs,
        "logsBloom": data(logs_bloom(&receipt.logs)),
        "l1BlockNumber": quantity(block.l1_block_number),
        "gasUsedForL1": "0x0",
        "timeboosted": false,
    })
}

/// The log at `index` of a receipt, which is its place in the block too.
pub(super) fn log(block: &Block, receipt: &Receipt, index: usize) -> Value {
    let entry = &receipt.logs[index];
    json!({
        "address": data(entry.address),
        "topics": entry.topics().iter().map(data).collect::<Value>(),
        "data": data(&entry.data.data),
        "blockHash": data(block.hash),
        "blockNumber": quantity(block.number),
        "blockTimestamp": quantity(block.timestamp),
        "transactionHash": data(receipt.tx_hash),
        "transactionIndex": quantity(receipt.index),
        "logIndex": quantity(index),
        "removed": false,
    })
}
