//! `eth_createAccessList`: which accounts and slots a call touches.

use std::collections::BTreeMap;

use alloy::{
    eips::{BlockId, eip2930::AccessListItem},
    rpc::types::TransactionRequest,
};
use alloy_primitives::{Address, B256};
use revm::inspector::NoOpInspector;
use serde_json::{Value, json};

use super::{
    Node,
    call::{self, Asked},
    error::RpcError,
    hex::quantity,
    params::Params,
};
use crate::{chain::COINBASE, inspect::Inspected};

/// The most times the list is refined.
const ROUNDS: usize = 8;

/// `eth_createAccessList(request, block)`. The list changes gas, and gas can change what is touched, so the call is run
/// with the list it gave until that stays the same.
pub(super) fn create_access_list(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let request: TransactionRequest = params.required()?;
    let block: Option<BlockId> = params.optional()?;
    let overrides = (params.optional()?, params.optional()?);
    params.end()?;
    let mut asked = Asked::new(node, request, block, overrides)?;
    asked.tx.tx_type = asked.tx.tx_type.max(1);
    let mut run = inspect(node, &asked)?;
    for _ in 0..ROUNDS {
        let list = touched(&run, &asked);
        if asked.tx.access_list.0 == list {
            break;
        }
        asked.tx.access_list = list.into();
        run = inspect(node, &asked)?;
    }
    let mut answer = json!({ "accessList": asked.tx.access_list, "gasUsed": quantity(run.result.gas_used) });
    if let Err(error) = call::succeeded(&run.result) {
        answer["error"] = error.message.into();
    }
    Ok(answer)
}

fn inspect(node: &Node, asked: &Asked) -> Result<Inspected<NoOpInspector>, RpcError> {
    Ok(node.chain.inspect_at(asked.tx.clone(), asked.at, &asked.overrides, NoOpInspector)?)
}

/// What the call loaded, whether from EVM code or from a WASM program. Accounts that are warm anyway are listed only if
/// slots of theirs were read.
fn touched<I>(run: &Inspected<I>, asked: &Asked) -> Vec<AccessListItem> {
    let warm = |address: Address| {
        address == asked.tx.from
            || Some(address) == asked.tx.to
            || Some(address) == run.result.contract_address
            || is_always_warm(address)
    };
    let mut items = BTreeMap::new();
    for (address, account) in &run.changes {
        let mut slots: Vec<B256> = account.storage.keys().map(|slot| B256::from(*slot)).collect();
        slots.sort_unstable();
        if !slots.is_empty() || !warm(*address) {
            items.insert(*address, slots);
        }
    }
    items.into_iter().map(|(address, storage_keys)| AccessListItem { address, storage_keys }).collect()
}

/// Precompiles, which are all the addresses of two bytes, and the beneficiary are warm in every transaction.
fn is_always_warm(address: Address) -> bool {
    address == COINBASE || address.0[..18] == [0; 18]
}
