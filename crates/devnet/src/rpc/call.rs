//! Running a call without mining it: `eth_call` and `eth_estimateGas`.

use alloy::{
    eips::BlockId,
    rpc::types::{BlockOverrides, TransactionRequest, state::StateOverride},
};
use serde_json::Value;

use super::{
    Node,
    error::RpcError,
    hex::{data, quantity},
    params::Params,
    request,
};
use crate::{CallResult, Overrides, Tx, TxError};
use alloy_primitives::U256;

/// The most gas a call may use, and what it gets if it does not say: Nitro's default for RPC calls.
pub(super) const GAS_CAP: u64 = 50_000_000;

/// A call as `eth_call`, `eth_estimateGas` and the tracers take it.
pub(super) struct Asked {
    pub(super) tx: Tx,
    pub(super) at: u64,
    pub(super) overrides: Overrides,
}

impl Asked {
    /// Checks a request against the state after a block, as overridden. Without a price it pays nothing for gas, as in
    /// geth, so that the sender's balance is seen whole.
    pub(super) fn new(
        node: &Node,
        request: TransactionRequest,
        block: Option<BlockId>,
        (state, changes): (Option<StateOverride>, Option<BlockOverrides>),
    ) -> Result<Self, RpcError> {
        let at = node.block_number_of(block.unwrap_or_default())?;
        let before = node.state_at(Some(at.into()))?;
        let overrides = request::to_overrides(before, state.unwrap_or_default(), &changes.unwrap_or_default())?;
        let gas = request.gas.unwrap_or(GAS_CAP).min(GAS_CAP);
        let mut tx = request::to_tx(node, request)?.gas(gas);
        let price = *tx.gas_price.get_or_insert(0);
        let overridden = overrides.balances.iter().find(|(address, _)| *address == tx.from);
        let have = overridden.map_or_else(|| before.balance(tx.from), |(_, balance)| *balance);
        let want = (U256::from(price) * U256::from(gas)).saturating_add(tx.value);
        if have < want {
            return Err(TxError::InsufficientFunds { address: tx.from, have, want }.into());
        }
        Ok(Self { tx, at, overrides })
    }

    fn read(node: &Node, mut params: Params) -> Result<Self, RpcError> {
        let request: TransactionRequest = params.required()?;
        let block: Option<BlockId> = params.optional()?;
        let overrides = (params.optional()?, params.optional()?);
        params.end()?;
        Self::new(node, request, block, overrides)
    }
}

/// `eth_call(request, block, stateOverrides, blockOverrides)`.
pub(super) fn call(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    let asked = Asked::read(node, params)?;
    let result = node.chain.call_at(asked.tx, asked.at, &asked.overrides)?;
    succeeded(&result).map(data)
}

/// `eth_estimateGas(request, block, stateOverrides, blockOverrides)`: the least gas limit with which it succeeds.
pub(super) fn estimate_gas(node: &mut Node, params: Params) -> Result<Value, RpcError> {
    let asked = Asked::read(node, params)?;
    estimate(node, &asked).map(quantity)
}

/// The least gas limit with which a call succeeds. Every try starts with no programs in the block's cache of recent
/// ones, so that the transaction never costs more, wherever in a block it comes to stand.
pub(super) fn estimate(node: &Node, asked: &Asked) -> Result<u64, RpcError> {
    let (gas, most) = node.chain.estimate_gas(&asked.tx, asked.at, &asked.overrides)?;
    if most.is_out_of_gas() {
        return Err(RpcError::server(format!("gas required exceeds allowance ({gas})")));
    }
    succeeded(&most)?;
    Ok(gas)
}

/// The output of a call that succeeded; otherwise the error a client of geth would see.
pub(super) fn succeeded(result: &CallResult) -> Result<&[u8], RpcError> {
    match &result.halt {
        _ if result.success => Ok(&result.output),
        Some(reason) => Err(RpcError::server(in_geths_words(reason))),
        None => Err(RpcError::reverted(&result.output)),
    }
}

/// What geth calls revm's reasons to halt.
fn in_geths_words(reason: &str) -> &str {
    let name = reason.split(['(', ' ', '{']).next().unwrap_or(reason);
    match name {
        "OutOfGas" => "out of gas",
        "OpcodeNotFound" | "InvalidFEOpcode" | "NotActivated" => "invalid opcode",
        "InvalidJump" => "invalid jump destination",
        "StackUnderflow" => "stack underflow",
        "StackOverflow" => "stack limit reached",
        "OutOfOffset" => "return data out of bounds",
        "CreateCollision" => "contract address collision",
        "CreateContractSizeLimit" => "max code size exceeded",
        "CreateContractStartingWithEF" => "invalid code: must not begin with 0xef",
        "CreateInitCodeSizeLimit" => "max initcode size exceeded",
        "OutOfFunds" => "insufficient balance for transfer",
        "CallTooDeep" => "max call depth exceeded",
        "NonceOverflow" => "nonce uint64 overflow",
        _ => reason,
    }
}
