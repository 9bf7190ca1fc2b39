//! Who the node is, and the state of accounts at a block.

use alloy::eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use serde_json::{Value, json};

use super::{
    Node,
    error::RpcError,
    hex::{data, quantity},
    params::Params,
};

/// What the node calls itself; the version of ArbOS is part of it, as tools that adapt to it read this string.
pub(super) fn client_name(node: &Node) -> String {
    format!("debt-manager-devnet/v{}/arbos{}", env!("CARGO_PKG_VERSION"), node.chain.arbos().0)
}

pub(super) fn client_version(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(Value::String(client_name(node)))
}

pub(super) fn sha3(_: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let preimage: Bytes = params.required()?;
    params.end()?;
    Ok(data(keccak256(preimage)))
}

pub(super) fn net_version(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(Value::String(node.chain.chain_id().to_string()))
}

pub(super) fn listening(_: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(Value::Bool(true))
}

pub(super) fn peer_count(_: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(0u64))
}

pub(super) fn modules(_: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(json!({ "anvil": "1.0", "debug": "1.0", "eth": "1.0", "evm": "1.0", "net": "1.0", "web3": "1.0" }))
}

pub(super) fn chain_id(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(node.chain.chain_id()))
}

pub(super) fn block_number(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(node.chain.block_number()))
}

/// `eth_syncing` and `eth_mining`: never.
pub(super) fn not_syncing(_: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(Value::Bool(false))
}

/// The accounts the node signs for: the funded ones and those impersonated.
pub(super) fn accounts(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    let funded = node.signers.iter().map(|signer| signer.address());
    Ok(funded.chain(node.impersonated.iter().copied()).map(data).collect())
}

pub(super) fn coinbase(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    let first = node.signers.first().map(|signer| data(signer.address()));
    first.ok_or_else(|| RpcError::server("etherbase must be explicitly specified"))
}

pub(super) fn balance(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let block: Option<BlockId> = params.optional()?;
    params.end()?;
    Ok(quantity(node.state_at(block)?.balance(address)))
}

pub(super) fn code(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let block: Option<BlockId> = params.optional()?;
    params.end()?;
    Ok(data(node.state_at(block)?.code(address)))
}

/// `eth_getStorageAt(address, slot, block)`; the slot is a quantity or 32 bytes.
pub(super) fn storage_at(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let slot = params.required_number()?;
    let block: Option<BlockId> = params.optional()?;
    params.end()?;
    Ok(data(B256::from(node.state_at(block)?.storage(address, slot))))
}

/// `eth_getTransactionCount(address, block)`; `pending` counts the transactions that wait for a block.
pub(super) fn transaction_count(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let block: Option<BlockId> = params.optional()?;
    params.end()?;
    let pending = block.is_some_and(|id| id.is_pending());
    let mined = node.state_at(block)?.nonce(address);
    Ok(quantity(if pending { node.next_nonce(address) } else { mined }))
}
