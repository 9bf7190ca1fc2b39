//! A client's transaction object and overrides, as the chain takes them.

use alloy::rpc::types::{BlockOverrides, TransactionRequest, state::StateOverride};
use alloy_primitives::{Address, TxKind, U256};

use super::{Node, error::RpcError};
use crate::{Overrides, State, Tx};

/// Checks a request for what this chain does not have and makes it a transaction. Gas is left to the caller.
pub(super) fn to_tx(node: &Node, request: TransactionRequest) -> Result<Tx, RpcError> {
    if let Some(wanted) = request.chain_id.filter(|wanted| *wanted != node.chain.chain_id()) {
        let have = node.chain.chain_id();
        return Err(RpcError::server(format!("chainId does not match node's (have={wanted}, want={have})")));
    }
    if request.blob_versioned_hashes.is_some()
        || request.max_fee_per_blob_gas.is_some()
        || request.transaction_type == Some(3)
    {
        return Err(RpcError::server("transaction type not supported"));
    }
    if request.gas_price.is_some() && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
    {
        return Err(RpcError::server("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"));
    }
    if let (Some(fee), Some(tip)) = (request.max_fee_per_gas, request.max_priority_fee_per_gas)
        && fee < tip
    {
        return Err(RpcError::server(format!("maxFeePerGas ({fee}) < maxPriorityFeePerGas ({tip})")));
    }
    let input = request.input.clone().try_into_unique_input().map_err(|_| {
        RpcError::server(
            r#"both "data" and "input" are set and not equal. Please use "input" to pass transaction call data"#,
        )
    })?;
    let tx_type = type_of(&request);
    let mut tx = match request.to {
        Some(TxKind::Call(to)) => Tx::call(request.from.unwrap_or(Address::ZERO), to, input.unwrap_or_default()),
        _ => Tx::create(request.from.unwrap_or(Address::ZERO), input.unwrap_or_default()),
    };
    tx.tx_type = tx_type;
    tx.value = request.value.unwrap_or_default();
    tx.nonce = request.nonce;
    tx.access_list = request.access_list.unwrap_or_default();
    tx.authorization_list = request.authorization_list.unwrap_or_default();
    tx.gas = request.gas;
    tx.gas_price = request.gas_price.or(request.max_fee_per_gas);
    tx.chain_id = request.chain_id;

    Ok(tx)
}

/// The type whose features a request uses.
fn type_of(request: &TransactionRequest) -> u8 {
    let has_fees = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    match () {
        () if request.authorization_list.as_ref().is_some_and(|list| !list.is_empty()) => 4,
        () if has_fees => 2,
        () if request.access_list.is_some() => 1,
        () => 0,
    }
}

/// Those of a block that change what contracts see on this chain: its randomness and difficulty are fixed, and blobs
/// there are none.
fn block_overrides(block: &BlockOverrides) -> Result<Overrides, RpcError> {
    let small = |name: &str, number: Option<U256>| {
        let number = number.map(u64::try_from).transpose();
        number.map_err(|_| RpcError::invalid_params(format!("block override {name} exceeds 64 bits")))
    };
    if block.block_hash.is_some() || block.beacon_root.is_some() {
        return Err(RpcError::server("block overrides blockHash and beaconRoot are not supported"));
    }
    Ok(Overrides {
        timestamp: block.time,
        l1_block_number: small("number", block.number)?,
        base_fee: small("baseFeePerGas", block.base_fee)?,
        coinbase: block.coinbase,
        ..Overrides::default()
    })
}

/// State and block overrides of a call on `before`.
pub(super) fn to_overrides(
    before: &State,
    state: StateOverride,
    block: &BlockOverrides,
) -> Result<Overrides, RpcError> {
    let mut overrides = block_overrides(block)?;
    for (address, account) in state {
        if account.state.is_some() && account.state_diff.is_some() {
            return Err(RpcError::server(format!("account {address} has both 'state' and 'stateDiff'")));
        }
        if account.move_precompile_to.is_some() {
            return Err(RpcError::server("movePrecompileToAddress is not supported"));
        }
        overrides.balances.extend(account.balance.map(|balance| (address, balance)));
        overrides.nonces.extend(account.nonce.map(|nonce| (address, nonce)));
        overrides.code.extend(account.code.map(|code| (address, code)));
        if account.state.is_some() {
            // The whole storage is replaced: what was there is cleared first.
            overrides.storage.extend(before.slots(address).map(|(slot, _)| (address, slot, U256::ZERO)));
        }
        let slots = account.state.or(account.state_diff).unwrap_or_default();
        overrides.storage.extend(slots.into_iter().map(|(slot, value)| (address, slot.into(), value.into())));
    }
    Ok(overrides)
}
