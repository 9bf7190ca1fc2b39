//! Sending transactions: signed ones, and those of accounts whose key the node holds or that it impersonates.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TypedTransaction},
    eips::Encodable2718,
    rpc::types::TransactionRequest,
    signers::SignerSync,
};
use alloy_primitives::{Address, Bytes, TxKind};
use serde_json::Value;

use crate::{Tx, execute};

use super::{
    Node,
    call::{self, Asked},
    error::RpcError,
    hex::data,
    node::Waiting,
    params::Params,
    request,
};

/// `eth_sendRawTransaction(bytes)`.
pub(super) fn send_raw_transaction(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let raw: Bytes = params.required()?;
    params.end()?;
    let waiting = signed(node, raw)?;
    node.submit(waiting).map(data)
}

/// `eth_sendTransaction(request)`: from an account of the node, signed; or from an impersonated one, unsigned.
pub(super) fn send_transaction(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let mut request: TransactionRequest = params.required()?;
    params.end()?;
    let from = request.from.ok_or_else(|| RpcError::invalid_params("missing from"))?;
    let signer = node.key_of(from).cloned();
    if signer.is_none() && !node.auto_impersonate && !node.impersonated.contains(&from) {
        return Err(RpcError::server("unknown account"));
    }
    fill(node, &mut request, from)?;
    let waiting = match signer {
        Some(signer) => {
            let unsigned = typed(request)?;
            let signature = signer
                .sign_hash_sync(&unsigned.signature_hash())
                .map_err(|error| RpcError::internal(error.to_string()))?;
            signed(node, TxEnvelope::from(unsigned.into_signed(signature)).encoded_2718().into())?
        }
        None => Waiting::Impersonated(Box::new(request::to_tx(node, request)?)),
    };
    node.submit(waiting).map(data)
}

/// A raw transaction that decodes and is for this chain; what else can be wrong with it shows when it is executed.
fn signed(node: &Node, raw: Bytes) -> Result<Waiting, RpcError> {
    let (tx, envelope) = Tx::decode(&raw)?;
    execute::check(node.chain.state(), &tx, node.chain.chain_id(), node.chain.base_fee())?;
    Ok(Waiting::Signed { raw, envelope: Box::new(envelope), from: tx.from })
}

/// What the sender left open: the next nonce, an estimate of gas, twice the base fee, this chain.
fn fill(node: &Node, request: &mut TransactionRequest, from: Address) -> Result<(), RpcError> {
    request::to_tx(node, request.clone())?;
    request.nonce.get_or_insert(node.next_nonce(from));
    if request.gas.is_none() {
        let asked = Asked::new(node, request.clone(), None, (None, None))?;
        request.gas = Some(call::estimate(node, &asked)?);
    }
    if request.gas_price.is_none() {
        let tip = *request.max_priority_fee_per_gas.get_or_insert(0);
        request.max_fee_per_gas.get_or_insert(2 * u128::from(node.chain.base_fee()) + tip);
    }
    request.to.get_or_insert(TxKind::Create);
    request.chain_id.get_or_insert(node.chain.chain_id());
    Ok(())
}

fn typed(request: TransactionRequest) -> Result<TypedTransaction, RpcError> {
    request
        .build_typed_tx()
        .map_err(|_| RpcError::invalid_params("the transaction's fields do not make a transaction of any type"))
}
