//! Logs: `eth_getLogs` and the polling filters.

use alloy::{
    eips::BlockId,
    rpc::types::{Filter, FilterBlockOption},
};
use alloy_primitives::U64;
use serde_json::Value;

use super::{
    Node,
    error::RpcError,
    filters::Kind,
    hex::{data, quantity},
    params::Params,
    views,
};
use crate::Block;

/// `eth_getLogs(filter)`.
pub(super) fn get_logs(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let filter: Filter = params.required()?;
    params.end()?;
    matching(node, &filter)
}

fn matching(node: &Node, filter: &Filter) -> Result<Value, RpcError> {
    let (first, last) = range(node, filter)?;
    Ok(logs_between(node, filter, first, last).into())
}

/// The blocks a filter covers. Numbers beyond the head are cut off; a hash that is not known is an error.
fn range(node: &Node, filter: &Filter) -> Result<(u64, u64), RpcError> {
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let number = node.block_number_of(BlockId::hash(hash)).map_err(|_| RpcError::server("unknown block"))?;
            Ok((number, number))
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let head = node.chain.block_number();
            let number = |tag: Option<_>| node.tag_number(tag.unwrap_or_default());
            let (first, last) = (number(from_block), number(to_block));
            if first > last {
                return Err(RpcError::invalid_params("invalid block range params"));
            }
            Ok((first, last.min(head)))
        }
    }
}

fn logs_between(node: &Node, filter: &Filter, first: u64, last: u64) -> Vec<Value> {
    let mut found = Vec::new();
    for block in blocks(node, first, last) {
        for receipt in node.receipts_of(block) {
            for (index, log) in receipt.logs.iter().enumerate() {
                if filter.matches(log) {
                    found.push(views::log(block, receipt, index));
                }
            }
        }
    }
    found
}

fn blocks(node: &Node, first: u64, last: u64) -> impl Iterator<Item = &Block> {
    (first..=last).filter_map(|number| node.chain.block(number))
}

/// `eth_newFilter(filter)`: reports the logs of blocks from now on.
pub(super) fn new_filter(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let filter: Filter = params.required()?;
    params.end()?;
    let next = node.chain.block_number() + 1;
    Ok(quantity(node.filters.install(Kind::Logs(Box::new(filter)), next)))
}

/// `eth_newBlockFilter()`.
pub(super) fn new_block_filter(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    let next = node.chain.block_number() + 1;
    Ok(quantity(node.filters.install(Kind::Blocks, next)))
}

/// `eth_newPendingTransactionFilter()`: reports transactions once they are in a block, as every one is at once.
pub(super) fn new_pending_transaction_filter(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let full: Option<bool> = params.optional()?;
    params.end()?;
    if full == Some(true) {
        return Err(RpcError::invalid_params("full transactions are not supported by this filter"));
    }
    let next = node.chain.block_number() + 1;
    Ok(quantity(node.filters.install(Kind::PendingTransactions, next)))
}

/// `eth_getFilterChanges(id)`: what is new since the last call.
pub(super) fn filter_changes(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let id: U64 = params.required()?;
    params.end()?;
    let head = node.chain.block_number();
    let installed = node.filters.get_mut(id.to()).ok_or_else(not_found)?;
    // After a revert to an earlier block, what comes next is new again.
    let first = installed.next_block.min(head + 1);
    installed.next_block = head + 1;
    let kind = installed.kind.clone();
    Ok(match kind {
        Kind::Logs(filter) => {
            let (from, to) = match filter.block_option {
                FilterBlockOption::Range { from_block, to_block } => {
                    let from = from_block.map_or(first, |tag| node.tag_number(tag).max(first));
                    (from, to_block.map_or(head, |tag| node.tag_number(tag).min(head)))
                }
                FilterBlockOption::AtBlockHash(_) => (first, head),
            };
            logs_between(node, &filter, from, to).into()
        }
        Kind::Blocks => blocks(node, first, head).map(|block| data(block.hash)).collect(),
        Kind::PendingTransactions => {
            blocks(node, first, head).flat_map(|block| block.transactions.iter().map(data)).collect()
        }
    })
}

/// `eth_getFilterLogs(id)`: all logs the filter covers, whatever was reported.
pub(super) fn filter_logs(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let id: U64 = params.required()?;
    params.end()?;
    match node.filters.get_mut(id.to()).map(|installed| installed.kind.clone()) {
        Some(Kind::Logs(filter)) => matching(node, &filter),
        _ => Err(not_found()),
    }
}

/// `eth_uninstallFilter(id)`.
pub(super) fn uninstall_filter(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let id: U64 = params.required()?;
    params.end()?;
    Ok(Value::Bool(node.filters.uninstall(id.to())))
}

/// There is no connection to push to; clients fall back to polling on this error.
pub(super) fn subscriptions_unsupported(_: &mut Node, _: Params) -> Result<Value, RpcError> {
    Err(RpcError::notifications_unsupported())
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}
