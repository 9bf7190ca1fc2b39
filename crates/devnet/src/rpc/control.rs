//! Moving the chain by hand: snapshots, time, blocks, impersonation and the state of accounts, under the names that
//! Hardhat and anvil gave these methods.

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Node,
    error::RpcError,
    hex::{data, quantity},
    params::Params,
    state::client_name,
};
use crate::dump;

/// The most blocks one request mines, so that it ends.
const MINE_LIMIT: u64 = 100_000;

/// `evm_snapshot()`: an id for `evm_revert`.
pub(super) fn snapshot(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(quantity(node.take_snapshot()))
}

/// `evm_revert(id)`: back to the snapshot, which is used up, as are those taken after it. False if there is none.
pub(super) fn revert(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let id: U64 = params.required()?;
    params.end()?;
    Ok(Value::Bool(node.revert_to(id.to())))
}

/// What `evm_mine` takes: a timestamp or an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum MineOptions {
    Object {
        #[serde(default)]
        timestamp: Option<Value>,
        #[serde(default)]
        blocks: Option<u64>,
    },
    Timestamp(Value),
}

/// `evm_mine(timestamp | { timestamp, blocks })`.
pub(super) fn evm_mine(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let options: Option<MineOptions> = params.optional()?;
    params.end()?;
    let (timestamp, blocks) = match options {
        None => (None, 1),
        Some(MineOptions::Object { timestamp, blocks }) => (timestamp, blocks.unwrap_or(1)),
        Some(MineOptions::Timestamp(timestamp)) => (Some(timestamp), 1),
    };
    if let Some(timestamp) = Params::new(vec![timestamp.unwrap_or_default()]).number_u64()? {
        node.set_next_timestamp(timestamp)?;
    }
    mine_blocks(node, blocks, None)?;
    Ok(Value::from("0x0"))
}

/// `anvil_mine(blocks, interval)`: `interval` seconds between the blocks.
pub(super) fn mine(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let blocks = params.number_u64()?.unwrap_or(1);
    let interval = params.number_u64()?;
    params.end()?;
    mine_blocks(node, blocks, interval)?;
    Ok(Value::Null)
}

fn mine_blocks(node: &mut Node, blocks: u64, interval: Option<u64>) -> Result<(), RpcError> {
    if blocks > MINE_LIMIT {
        return Err(RpcError::invalid_params(format!("at most {MINE_LIMIT} blocks at a time")));
    }
    for index in 0..blocks {
        if let Some(interval) = interval.filter(|_| index > 0) {
            node.set_next_timestamp(node.chain.timestamp().saturating_add(interval))?;
        }
        node.mine();
    }
    Ok(())
}

/// `evm_increaseTime(seconds)`: for the next block on. Answers the sum of all increases.
pub(super) fn increase_time(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let seconds = params.required_u64()?;
    params.end()?;
    Ok(node.advance_time(seconds).into())
}

/// `evm_setNextBlockTimestamp(seconds)`.
pub(super) fn set_next_block_timestamp(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let timestamp = params.required_u64()?;
    params.end()?;
    node.set_next_timestamp(timestamp)?;
    Ok(Value::Null)
}

/// `anvil_setBlockTimestampInterval(seconds)`: between any two blocks from now on.
pub(super) fn set_block_timestamp_interval(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let seconds = params.required_u64()?;
    params.end()?;
    node.chain.set_block_time(seconds);
    Ok(Value::Null)
}

/// `evm_setAutomine(on)`: off, transactions wait for `evm_mine`.
pub(super) fn set_automine(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let on: bool = params.required()?;
    params.end()?;
    node.set_automine(on);
    Ok(Value::Bool(true))
}

pub(super) fn get_automine(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    Ok(Value::Bool(node.automine))
}

/// `anvil_impersonateAccount(address)`: accepts its transactions without a signature.
pub(super) fn impersonate(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    params.end()?;
    node.impersonated.insert(address);
    Ok(Value::Null)
}

pub(super) fn stop_impersonating(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    params.end()?;
    node.impersonated.remove(&address);
    Ok(Value::Null)
}

/// `anvil_autoImpersonateAccount(on)`: accepts anyone's transactions.
pub(super) fn auto_impersonate(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let on: bool = params.required()?;
    params.end()?;
    node.auto_impersonate = on;
    Ok(Value::Null)
}

pub(super) fn set_balance(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let balance = params.required_number()?;
    params.end()?;
    node.chain.set_balance(address, balance);
    Ok(Value::Null)
}

pub(super) fn set_code(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let code: Bytes = params.required()?;
    params.end()?;
    node.chain.set_code(address, code);
    Ok(Value::Null)
}

pub(super) fn set_nonce(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let nonce = params.required_u64()?;
    params.end()?;
    node.chain.set_nonce(address, nonce);
    Ok(Value::Null)
}

/// `anvil_setStorageAt(address, slot, value)`.
pub(super) fn set_storage_at(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address: Address = params.required()?;
    let slot = params.required_number()?;
    let value: B256 = params.required()?;
    params.end()?;
    node.chain.set_storage_at(address, slot, U256::from_be_bytes(value.0));
    Ok(Value::Bool(true))
}

/// `anvil_reset()`: the chain as it was when the node started.
pub(super) fn reset(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let options: Option<Value> = params.optional()?;
    params.end()?;
    if options.is_some_and(|options| !options["forking"].is_null()) {
        return Err(RpcError::invalid_params("forking is not supported"));
    }
    node.reset();
    Ok(Value::Null)
}

pub(super) fn node_info(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    let head = node.chain.latest();
    Ok(json!({
        "currentBlockNumber": quantity(head.number),
        "currentBlockTimestamp": head.timestamp,
        "currentBlockHash": head.hash,
        "hardFork": if node.chain.arbos().0 >= 60 { "osaka" } else { "prague" },
        "transactionOrder": "fifo",
        "environment": {
            "baseFee": quantity(head.base_fee),
            "chainId": node.chain.chain_id(),
            "gasLimit": quantity(head.gas_limit),
            "gasPrice": quantity(head.base_fee),
        },
        "forkConfig": { "forkUrl": null, "forkBlockNumber": null, "forkRetryBackoff": null },
        "arbos": node.chain.arbos().0,
    }))
}

pub(super) fn metadata(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    let head = node.chain.latest();
    Ok(json!({
        "clientVersion": client_name(node),
        "chainId": node.chain.chain_id(),
        "instanceId": node.block(0)?.hash,
        "latestBlockNumber": head.number,
        "latestBlockHash": head.hash,
        "forkedNetwork": null,
        "snapshots": {},
    }))
}

/// `anvil_dumpState()`: the whole chain as bytes for `anvil_loadState` and for `--state`.
pub(super) fn dump_state(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    params.end()?;
    dump::write(&node.chain).map(data).map_err(|error| RpcError::server(error.to_string()))
}

/// `anvil_loadState(bytes)`: replaces the chain by a dumped one.
pub(super) fn load_state(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let bytes: Bytes = params.required()?;
    params.end()?;
    let chain = dump::read(&bytes, node.chain.config()).map_err(|error| RpcError::invalid_params(error.to_string()))?;
    node.replace_chain(chain);
    Ok(Value::Bool(true))
}
