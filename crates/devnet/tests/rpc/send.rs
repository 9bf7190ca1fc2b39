//! Sending, and what was mined: transactions, receipts, blocks, logs, filters, signatures.

use crate::node::{ALICE, BOB, Node, STRANGER, number, word};
use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::Encodable2718,
    signers::{Signature, SignerSync, local::PrivateKeySigner},
};
use alloy_primitives::{Address, TxKind, U256, hex};
use serde_json::{Value, json};

/// The key of [`ALICE`], as every development node prints it.
const ALICE_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn transfer() -> TxEip1559 {
    TxEip1559 {
        chain_id: 412_346,
        gas_limit: 21_000,
        max_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(BOB.parse().unwrap()),
        value: U256::from(5),
        ..Default::default()
    }
}

fn signed(transaction: TxEip1559) -> Value {
    let signer: PrivateKeySigner = ALICE_KEY.parse().unwrap();
    let signature = signer.sign_hash_sync(&transaction.signature_hash()).unwrap();
    json!([hex::encode_prefixed(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718())])
}

#[test]
fn a_signed_transaction_is_mined_and_found_by_its_hash() {
    let node = Node::new();
    let hash = node.ok("eth_sendRawTransaction", signed(transfer()));
    let receipt = node.ok("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["from"], ALICE);
    assert_eq!(receipt["to"], BOB);
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(receipt["gasUsed"], "0x5208");
    assert_eq!(receipt["effectiveGasPrice"], node.ok("eth_gasPrice", json!([])));
    assert!(receipt["l1BlockNumber"].is_string());
    let transaction = node.ok("eth_getTransactionByHash", json!([hash]));
    assert_eq!(transaction["blockHash"], receipt["blockHash"]);
    assert_eq!(transaction["value"], "0x5");
    assert_eq!(transaction["chainId"], "0x64aba");
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([word(1)])), Value::Null);
    assert_eq!(node.ok("eth_getTransactionByHash", json!([word(1)])), Value::Null);
}

#[test]
fn transactions_that_cannot_be_are_refused_in_geths_words() {
    let node = Node::new();
    let refused = |transaction: TxEip1559| {
        let error = node.error("eth_sendRawTransaction", signed(transaction));
        assert_eq!(error.code, -32000, "{error:?}");
        error.message
    };
    assert!(refused(TxEip1559 { chain_id: 1, ..transfer() }).contains("invalid chain id"));
    assert!(refused(TxEip1559 { gas_limit: 20_999, ..transfer() }).contains("intrinsic gas too low"));
    assert!(
        refused(TxEip1559 { max_fee_per_gas: 1, ..transfer() }).contains("max fee per gas less than block base fee")
    );
    let rich = TxEip1559 { value: U256::MAX >> 1, ..transfer() };
    assert!(refused(rich).contains("insufficient funds for gas * price + value"));
    node.ok("eth_sendRawTransaction", signed(transfer()));
    assert!(refused(TxEip1559 { value: U256::ONE, ..transfer() }).contains("nonce too low"));
    for bytes in ["0x", "0x02", "0x00", "0xffff", "0x02c0", "0xf86b"] {
        let error = node.error("eth_sendRawTransaction", json!([bytes]));
        assert_eq!(error.code, -32000, "{bytes}: {error:?}");
    }
    assert_eq!(number(&node.ok("eth_blockNumber", json!([]))), 1, "nothing refused makes a block");
}

#[test]
fn a_transaction_that_reverts_is_mined_with_status_zero() {
    let node = Node::new();
    let revert = node.deploy_revert();
    let receipt = node.send(json!({ "from": ALICE, "to": revert, "data": "0x01", "gas": "0x186a0" }));
    assert_eq!(receipt["status"], "0x0");
    let error = node.error("eth_sendTransaction", json!([{ "from": ALICE, "to": revert, "data": "0x01" }]));
    assert_eq!(error.code, 3, "the estimate of gas fails first");
}

#[test]
fn unknown_accounts_are_refused_unless_impersonated() {
    let node = Node::new();
    let transaction = json!({ "from": STRANGER, "to": BOB, "value": "0x1", "gas": "0x5208" });
    assert_eq!(node.error("eth_sendTransaction", json!([transaction])).message, "unknown account");
    node.ok("anvil_setBalance", json!([STRANGER, "0xde0b6b3a7640000"]));
    node.ok("anvil_impersonateAccount", json!([STRANGER]));
    let receipt = node.send(transaction.clone());
    assert_eq!((&receipt["status"], &receipt["from"]), (&json!("0x1"), &json!(STRANGER)));
    let shown = node.ok("eth_getTransactionByHash", json!([receipt["transactionHash"]]));
    assert_eq!(shown["from"], STRANGER);
    node.ok("anvil_stopImpersonatingAccount", json!([STRANGER]));
    node.error("eth_sendTransaction", json!([transaction]));
    node.ok("hardhat_autoImpersonateAccount", json!([true]));
    assert_eq!(node.send(transaction)["status"], "0x1");
}

#[test]
fn blocks_show_hashes_or_transactions_and_link_to_their_parents() {
    let node = Node::new();
    let receipt = node.send(json!({ "from": ALICE, "to": BOB, "value": "0x1" }));
    let block = node.ok("eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(block["transactions"], json!([receipt["transactionHash"]]));
    for field in ["l1BlockNumber", "sendRoot", "sendCount", "baseFeePerGas", "logsBloom", "mixHash", "stateRoot"] {
        assert!(block[field].is_string(), "{field}");
    }
    let full = node.ok("eth_getBlockByHash", json!([block["hash"], true]));
    assert_eq!(full["transactions"][0]["hash"], receipt["transactionHash"]);
    let parent = node.ok("eth_getBlockByNumber", json!(["earliest", false]));
    assert_eq!(block["parentHash"], parent["hash"]);
    assert!(number(&block["timestamp"]) > number(&parent["timestamp"]));
    assert_eq!(node.ok("eth_getBlockReceipts", json!(["latest"])), json!([receipt]));
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["0x99", false])), Value::Null);
    assert_eq!(node.ok("eth_getBlockByHash", json!([word(3), false])), Value::Null);
    assert_eq!(node.ok("eth_getBlockTransactionCountByNumber", json!(["latest"])), "0x1");
    let by_index = node.ok("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "0x0"]));
    assert_eq!(by_index["hash"], receipt["transactionHash"]);
}

#[test]
fn logs_are_found_by_range_address_and_topic() {
    let node = Node::new();
    let store = node.deploy_store();
    let first = node.send(json!({ "from": ALICE, "to": store, "data": word(1) }));
    node.send(json!({ "from": ALICE, "to": store, "data": word(2) }));
    let logs = |filter: Value| node.ok("eth_getLogs", json!([filter])).as_array().unwrap().len();
    assert_eq!(logs(json!({ "fromBlock": "earliest" })), 2);
    assert_eq!(logs(json!({})), 1, "the head is the default");
    assert_eq!(logs(json!({ "fromBlock": "0x0", "toBlock": first["blockNumber"] })), 1);
    assert_eq!(logs(json!({ "blockHash": first["blockHash"] })), 1);
    assert_eq!(logs(json!({ "fromBlock": "0x0", "address": store })), 2);
    assert_eq!(logs(json!({ "fromBlock": "0x0", "address": [BOB] })), 0);
    assert_eq!(logs(json!({ "fromBlock": "0x0", "topics": [word(0xaa)] })), 2);
    assert_eq!(logs(json!({ "fromBlock": "0x0", "topics": [[word(0xbb), word(0xaa)]] })), 2);
    assert_eq!(logs(json!({ "fromBlock": "0x0", "topics": [null, word(1)] })), 0);
    let log = &node.ok("eth_getLogs", json!([{ "blockHash": first["blockHash"] }]))[0];
    assert_eq!(*log, first["logs"][0]);
    assert_eq!(log["data"], word(1));
    assert_eq!(node.error("eth_getLogs", json!([{ "fromBlock": "0x2", "toBlock": "0x1" }])).code, -32602);
    assert_eq!(node.error("eth_getLogs", json!([{ "blockHash": word(9) }])).message, "unknown block");
    assert_eq!(logs(json!({ "fromBlock": "0x0", "toBlock": "0xffffffffffffffff" })), 2);
}

#[test]
fn filters_report_what_is_new_once() {
    let node = Node::new();
    let store = node.deploy_store();
    let logs = node.ok("eth_newFilter", json!([{ "address": store }]));
    let blocks = node.ok("eth_newBlockFilter", json!([]));
    let transactions = node.ok("eth_newPendingTransactionFilter", json!([]));
    assert_eq!(node.ok("eth_getFilterChanges", json!([logs])), json!([]));
    let receipt = node.send(json!({ "from": ALICE, "to": store, "data": word(1) }));
    assert_eq!(node.ok("eth_getFilterChanges", json!([logs])), receipt["logs"]);
    assert_eq!(node.ok("eth_getFilterChanges", json!([logs])), json!([]));
    assert_eq!(node.ok("eth_getFilterChanges", json!([blocks])), json!([receipt["blockHash"]]));
    assert_eq!(node.ok("eth_getFilterChanges", json!([transactions])), json!([receipt["transactionHash"]]));
    assert_eq!(node.ok("eth_getFilterLogs", json!([logs])), receipt["logs"]);
    assert_eq!(node.ok("eth_uninstallFilter", json!([logs])), true);
    assert_eq!(node.ok("eth_uninstallFilter", json!([logs])), false);
    assert_eq!(node.error("eth_getFilterChanges", json!([logs])).message, "filter not found");
    assert_eq!(node.error("eth_subscribe", json!(["newHeads"])).message, "notifications not supported");
}

#[test]
fn signs_for_its_accounts() {
    let node = Node::new();
    let alice: Address = ALICE.parse().unwrap();
    let recovered = |signature: Value, digest| {
        let bytes = hex::decode(signature.as_str().unwrap()).unwrap();
        Signature::try_from(bytes.as_slice()).unwrap().recover_address_from_prehash(&digest).unwrap()
    };
    let digest = alloy_primitives::eip191_hash_message(b"hi");
    let message = hex::encode_prefixed(b"hi");
    assert_eq!(recovered(node.ok("eth_sign", json!([ALICE, message])), digest), alice);
    assert_eq!(recovered(node.ok("personal_sign", json!([message, ALICE])), digest), alice);
    let typed = json!({
        "types": {
            "EIP712Domain": [{ "name": "name", "type": "string" }],
            "Note": [{ "name": "text", "type": "string" }],
        },
        "primaryType": "Note",
        "domain": { "name": "test" },
        "message": { "text": "hi" },
    });
    let data: alloy_dyn_abi::TypedData = serde_json::from_value(typed.clone()).unwrap();
    let digest = data.eip712_signing_hash().unwrap();
    assert_eq!(recovered(node.ok("eth_signTypedData_v4", json!([ALICE, typed])), digest), alice);
    assert_eq!(recovered(node.ok("eth_signTypedData_v4", json!([ALICE, typed.to_string()])), digest), alice);
    assert_eq!(node.error("eth_signTypedData_v4", json!([ALICE, { "types": {} }])).code, -32602);
    assert_eq!(node.error("eth_sign", json!([STRANGER, message])).message, "unknown account");
}
