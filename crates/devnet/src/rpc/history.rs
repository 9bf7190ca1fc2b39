//! What was mined: blocks, transactions and receipts.

use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U64};
use serde_json::Value;

use super::{
    Node,
    error::RpcError,
    hex::quantity,
    params::Params,
    views::{self, Transactions},
};
use crate::{Block, TxRecord};

impl Node {
    fn block_view(&self, block: Option<&Block>, full: bool) -> Value {
        let Some(block) = block else { return Value::Null };
        let transactions = if full {
            Transactions::Full(block.transactions.iter().filter_map(|hash| self.chain.transaction(*hash)).collect())
        } else {
            Transactions::Hashes
        };
        views::block(block, self.chain.arbos(), transactions)
    }

    fn transaction_view(&self, record: &TxRecord) -> Value {
        self.chain.block(record.block).map_or(Value::Null, |block| views::transaction(block, record))
    }

    /// The block a tag or number names, if there is one.
    fn block_at(&self, tag: BlockNumberOrTag) -> Option<&Block> {
        self.chain.block(self.tag_number(tag))
    }

    fn transaction_in(&self, block: Option<&Block>, index: u64) -> Value {
        block
            .and_then(|block| block.transactions.get(usize::try_from(index).ok()?))
            .and_then(|hash| self.chain.transaction(*hash))
            .map_or(Value::Null, |record| self.transaction_view(record))
    }
}

pub(super) fn block_by_number(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let tag: BlockNumberOrTag = params.required()?;
    let full = params.optional()?.unwrap_or(false);
    params.end()?;
    Ok(node.block_view(node.block_at(tag), full))
}

pub(super) fn block_by_hash(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    let full = params.optional()?.unwrap_or(false);
    params.end()?;
    Ok(node.block_view(node.chain.block_by_hash(hash), full))
}

/// `eth_getBlockReceipts(block)`: null for a block that is not known.
pub(super) fn block_receipts(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let id: BlockId = params.required()?;
    params.end()?;
    let Some(block) = node.find_block(id) else { return Ok(Value::Null) };
    Ok(node.receipts_of(block).map(|receipt| views::receipt(block, receipt)).collect())
}

pub(super) fn transaction_count_by_number(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let tag: BlockNumberOrTag = params.required()?;
    params.end()?;
    Ok(node.block_at(tag).map_or(Value::Null, |block| quantity(block.transactions.len())))
}

pub(super) fn transaction_count_by_hash(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    params.end()?;
    Ok(node.chain.block_by_hash(hash).map_or(Value::Null, |block| quantity(block.transactions.len())))
}

/// `eth_getTransactionByHash(hash)`: also those that wait for a block.
pub(super) fn transaction_by_hash(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    params.end()?;
    let mined = node.chain.transaction(hash).map(|record| node.transaction_view(record));
    let waiting = || node.find_waiting(hash).map(|(envelope, from)| views::waiting(&envelope, from));
    Ok(mined.or_else(waiting).unwrap_or_default())
}

pub(super) fn transaction_by_block_number_and_index(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let tag: BlockNumberOrTag = params.required()?;
    let index: U64 = params.required()?;
    params.end()?;
    Ok(node.transaction_in(node.block_at(tag), index.to()))
}

pub(super) fn transaction_by_block_hash_and_index(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    let index: U64 = params.required()?;
    params.end()?;
    Ok(node.transaction_in(node.chain.block_by_hash(hash), index.to()))
}

/// `eth_getTransactionReceipt(hash)`: null until it is mined.
pub(super) fn transaction_receipt(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    params.end()?;
    let found = node.chain.receipt(hash).and_then(|receipt| Some((node.chain.block(receipt.block_number)?, receipt)));
    Ok(found.map_or(Value::Null, |(block, receipt)| views::receipt(block, receipt)))
}
