//! Which method is served by which function.

use serde_json::Value;

use super::{
    Node, access, call, control, error::RpcError, fee, history, logs, params::Params, sign, state, submit, trace,
};

/// Serves one method. The caller puts the node back as it was if this fails or panics.
pub(super) type Handler = fn(&mut Node, Params) -> Result<Value, RpcError>;

/// The server of `method`, if it is known.
pub(super) fn handler(method: &str) -> Option<Handler> {
    let (namespace, _) = method.split_once('_')?;
    match namespace {
        "eth" => eth(method),
        "web3" | "net" | "personal" | "rpc" => general(method),
        "evm" | "anvil" | "hardhat" => controls(method),
        "debug" => debug(method),
        _ => None,
    }
}

fn eth(method: &str) -> Option<Handler> {
    Some(match method {
        "eth_chainId" => state::chain_id,
        "eth_blockNumber" => state::block_number,
        "eth_syncing" => state::not_syncing,
        "eth_accounts" => state::accounts,
        "eth_coinbase" => state::coinbase,
        "eth_mining" => state::not_syncing,
        "eth_getBalance" => state::balance,
        "eth_getCode" => state::code,
        "eth_getStorageAt" => state::storage_at,
        "eth_getTransactionCount" => state::transaction_count,
        "eth_gasPrice" => fee::gas_price,
        "eth_maxPriorityFeePerGas" => fee::max_priority_fee,
        "eth_feeHistory" => fee::history,
        "eth_call" => call::call,
        "eth_estimateGas" => call::estimate_gas,
        "eth_createAccessList" => access::create_access_list,
        "eth_sendTransaction" => submit::send_transaction,
        "eth_sendRawTransaction" => submit::send_raw_transaction,
        "eth_getTransactionByHash" => history::transaction_by_hash,
        "eth_getTransactionByBlockNumberAndIndex" => history::transaction_by_block_number_and_index,
        "eth_getTransactionByBlockHashAndIndex" => history::transaction_by_block_hash_and_index,
        "eth_getTransactionReceipt" => history::transaction_receipt,
        "eth_getBlockByNumber" => history::block_by_number,
        "eth_getBlockByHash" => history::block_by_hash,
        "eth_getBlockReceipts" => history::block_receipts,
        "eth_getBlockTransactionCountByNumber" => history::transaction_count_by_number,
        "eth_getBlockTransactionCountByHash" => history::transaction_count_by_hash,
        "eth_getLogs" => logs::get_logs,
        "eth_newFilter" => logs::new_filter,
        "eth_newBlockFilter" => logs::new_block_filter,
        "eth_newPendingTransactionFilter" => logs::new_pending_transaction_filter,
        "eth_getFilterChanges" => logs::filter_changes,
        "eth_getFilterLogs" => logs::filter_logs,
        "eth_uninstallFilter" => logs::uninstall_filter,
        "eth_subscribe" | "eth_unsubscribe" => logs::subscriptions_unsupported,
        "eth_sign" => sign::sign,
        "eth_signTypedData_v4" | "eth_signTypedData" => sign::sign_typed_data,
        _ => return None,
    })
}

fn general(method: &str) -> Option<Handler> {
    Some(match method {
        "web3_clientVersion" => state::client_version,
        "web3_sha3" => state::sha3,
        "net_version" => state::net_version,
        "net_listening" => state::listening,
        "net_peerCount" => state::peer_count,
        "personal_sign" => sign::personal_sign,
        "rpc_modules" => state::modules,
        _ => return None,
    })
}

/// The control methods; `hardhat_` and `anvil_` name the same ones.
fn controls(method: &str) -> Option<Handler> {
    if let Some(name) = method.strip_prefix("evm_") {
        return Some(match name {
            "snapshot" => control::snapshot,
            "revert" => control::revert,
            "mine" => control::evm_mine,
            "increaseTime" => control::increase_time,
            "setNextBlockTimestamp" => control::set_next_block_timestamp,
            "setAutomine" => control::set_automine,
            "setAccountNonce" => control::set_nonce,
            _ => return None,
        });
    }
    let (_, name) = method.split_once('_')?;
    Some(match name {
        "impersonateAccount" => control::impersonate,
        "stopImpersonatingAccount" => control::stop_impersonating,
        "autoImpersonateAccount" => control::auto_impersonate,
        "getAutomine" => control::get_automine,
        "setAutomine" => control::set_automine,
        "setBalance" => control::set_balance,
        "setCode" => control::set_code,
        "setNonce" => control::set_nonce,
        "setStorageAt" => control::set_storage_at,
        "mine" => control::mine,
        "snapshot" => control::snapshot,
        "revert" => control::revert,
        "increaseTime" => control::increase_time,
        "setNextBlockTimestamp" => control::set_next_block_timestamp,
        "setBlockTimestampInterval" => control::set_block_timestamp_interval,
        "reset" => control::reset,
        "nodeInfo" => control::node_info,
        "metadata" => control::metadata,
        "dumpState" => control::dump_state,
        "loadState" => control::load_state,
        _ => return None,
    })
}

fn debug(method: &str) -> Option<Handler> {
    Some(match method {
        "debug_traceTransaction" => trace::trace_transaction,
        "debug_traceCall" => trace::trace_call,
        _ => return None,
    })
}
