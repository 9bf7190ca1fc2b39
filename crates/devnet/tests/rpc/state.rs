//! Reading: identity, accounts, calls, overrides, estimates, fees.

use crate::node::{ALICE, BOB, Node, STRANGER, number, word};
use serde_json::{Value, json};

#[test]
fn says_who_it_is() {
    let node = Node::new();
    assert_eq!(node.ok("eth_chainId", json!([])), "0x64aba");
    assert_eq!(node.ok("net_version", json!([])), "412346");
    assert_eq!(node.ok("net_listening", json!([])), true);
    assert_eq!(node.ok("eth_syncing", json!([])), false);
    assert!(node.ok("web3_clientVersion", json!([])).as_str().unwrap().contains("arbos61"));
    assert_eq!(
        node.ok("web3_sha3", json!(["0x"])),
        "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    );
}

#[test]
fn has_ten_funded_accounts_of_the_well_known_mnemonic() {
    let node = Node::new();
    let accounts = node.ok("eth_accounts", json!([]));
    let accounts: Vec<&str> = accounts.as_array().unwrap().iter().map(|account| account.as_str().unwrap()).collect();
    assert_eq!(accounts.len(), 10);
    assert_eq!(accounts[..2], [ALICE, BOB]);
    assert_eq!(number(&node.ok("eth_getBalance", json!([BOB, "latest"]))), 10_000 * 10u128.pow(18));
}

#[test]
fn reads_code_storage_and_nonce_at_any_block() {
    let node = Node::new();
    let before = node.ok("eth_blockNumber", json!([]));
    let store = node.deploy_store();
    node.send(json!({ "from": ALICE, "to": store, "data": word(7) }));
    assert_eq!(node.ok("eth_getStorageAt", json!([store, "0x0", "latest"])), word(7));
    assert_eq!(node.ok("eth_getStorageAt", json!([store, word(0), "pending"])), word(7));
    assert_eq!(node.ok("eth_getStorageAt", json!([store, "0x0", before])), word(0));
    assert_eq!(node.ok("eth_getCode", json!([store, before])), "0x");
    assert!(node.ok("eth_getCode", json!([store])).as_str().unwrap().starts_with("0x3615"));
    assert_eq!(number(&node.ok("eth_getTransactionCount", json!([ALICE, "latest"]))), 2);
    assert_eq!(number(&node.ok("eth_getTransactionCount", json!([ALICE, "earliest"]))), 0);
    let hash = node.ok("eth_getBlockByNumber", json!([before, false]))["hash"].clone();
    assert_eq!(node.ok("eth_getCode", json!([store, { "blockHash": hash }])), "0x");
    assert_eq!(node.error("eth_getBalance", json!([ALICE, "0xffff"])).message, "header not found");
}

#[test]
fn calls_see_state_and_revert_with_their_data() {
    let node = Node::new();
    let (store, revert) = (node.deploy_store(), node.deploy_revert());
    node.send(json!({ "from": ALICE, "to": store, "data": word(9) }));
    assert_eq!(node.ok("eth_call", json!([{ "to": store }, "latest"])), word(9));
    assert_eq!(node.ok("eth_call", json!([{ "to": store, "input": word(5) }])), "0x");
    assert_eq!(node.ok("eth_call", json!([{ "to": store }])), word(9), "a call changes nothing");

    let error = node.error("eth_call", json!([{ "to": revert, "data": "0xdeadbeef" }]));
    assert_eq!((error.code, error.data), (3, Some(Value::from("0xdeadbeef"))));
    let reason = concat!(
        "0x08c379a0",
        "0000000000000000000000000000000000000000000000000000000000000020",
        "0000000000000000000000000000000000000000000000000000000000000002",
        "6e6f000000000000000000000000000000000000000000000000000000000000"
    );
    let error = node.error("eth_call", json!([{ "to": revert, "data": reason }]));
    assert_eq!(error.message, "execution reverted: no");
}

#[test]
fn overrides_hold_for_the_call_only() {
    let node = Node::new();
    let store = node.deploy_store();
    let call = json!({ "to": store });
    let with = |overrides: Value| node.ok("eth_call", json!([call, "latest", { store.as_str().unwrap(): overrides }]));
    assert_eq!(with(json!({ "stateDiff": { word(0): word(3) } })), word(3));
    node.send(json!({ "from": ALICE, "to": store, "data": word(4) }));
    assert_eq!(with(json!({ "state": { word(1): word(3) } })), word(0), "the rest of the storage is gone");
    // BALANCE, NUMBER and TIMESTAMP of a code that is only there for the call.
    let balance = json!({ STRANGER: { "balance": "0x7b", "code": "0x3031600052596000f3" } });
    assert_eq!(node.ok("eth_call", json!([{ "to": STRANGER }, "latest", balance])), word(123));
    let time = json!({ STRANGER: { "code": "0x42600052596000f3" } });
    let block = json!({ "time": "0xffffffff" });
    assert_eq!(node.ok("eth_call", json!([{ "to": STRANGER }, "latest", time, block])), word(0xffff_ffff));
    let number = json!({ STRANGER: { "code": "0x43600052596000f3" } });
    let block = json!({ "number": "0x1234" });
    assert_eq!(node.ok("eth_call", json!([{ "to": STRANGER }, "latest", number, block])), word(0x1234));
    let both = json!({ STRANGER: { "state": {}, "stateDiff": {} } });
    assert_eq!(node.error("eth_call", json!([call, "latest", both])).code, -32000);
    assert_eq!(node.ok("eth_getCode", json!([STRANGER])), "0x");
}

#[test]
fn a_call_cannot_spend_what_the_sender_lacks() {
    let node = Node::new();
    let call = json!([{ "from": STRANGER, "to": BOB, "value": "0x1" }]);
    assert!(node.error("eth_call", call.clone()).message.starts_with("insufficient funds"));
    assert!(node.error("eth_estimateGas", call).message.starts_with("insufficient funds"));
    let funded = json!({ STRANGER: { "balance": "0x1" } });
    assert_eq!(node.ok("eth_call", json!([{ "from": STRANGER, "to": BOB, "value": "0x1" }, "latest", funded])), "0x");
}

#[test]
fn blocks_out_of_the_history_have_no_state() {
    let node = Node::new();
    node.ok("anvil_mine", json!(["0x200"]));
    assert!(node.error("eth_getBalance", json!([ALICE, "0x1"])).message.starts_with("missing trie node"));
    assert!(node.error("eth_call", json!([{ "to": BOB }, "0x1"])).message.starts_with("missing trie node"));
    assert_eq!(node.ok("eth_getBlockByNumber", json!(["0x1", false]))["number"], "0x1");
}

#[test]
fn an_estimate_is_enough_and_one_less_is_not() {
    let node = Node::new();
    let (store, revert) = (node.deploy_store(), node.deploy_revert());
    assert_eq!(number(&node.ok("eth_estimateGas", json!([{ "from": ALICE, "to": BOB, "value": "0x1" }]))), 21_000);
    let call = |gas: u128| json!([{ "from": ALICE, "to": store, "data": word(1), "gas": format!("{gas:#x}") }]);
    let estimate = number(&node.ok("eth_estimateGas", call(50_000_000)));
    node.ok("eth_call", call(estimate));
    assert!(node.error("eth_call", call(estimate - 1)).message.contains("out of gas"));
    let error = node.error("eth_estimateGas", json!([{ "from": ALICE, "to": revert, "data": "0x01" }]));
    assert_eq!((error.code, error.data), (3, Some(Value::from("0x01"))));
    let error = node.error("eth_estimateGas", call(estimate - 1));
    assert_eq!(error.message, format!("gas required exceeds allowance ({})", estimate - 1));
}

#[test]
fn an_access_list_names_what_a_call_touches() {
    let node = Node::new();
    let store = node.deploy_store();
    let answer = node.ok("eth_createAccessList", json!([{ "from": ALICE, "to": store, "data": word(1) }]));
    assert_eq!(answer["accessList"], json!([{ "address": store, "storageKeys": [word(0)] }]));
    assert!(number(&answer["gasUsed"]) > 21_000);
}

#[test]
fn fees_are_the_base_fee_and_no_tip() {
    let node = Node::new();
    let price = node.ok("eth_gasPrice", json!([]));
    assert_eq!(number(&price), 100_000_000);
    assert_eq!(node.ok("eth_maxPriorityFeePerGas", json!([])), "0x0");
    node.send(json!({ "from": ALICE, "to": BOB }));
    let history = node.ok("eth_feeHistory", json!(["0x2", "latest", [10, 50]]));
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["baseFeePerGas"], json!([price, price, price]));
    assert_eq!(history["reward"], json!([["0x0", "0x0"], ["0x0", "0x0"]]));
    assert_eq!(history["gasUsedRatio"].as_array().map(Vec::len), Some(2));
    assert_eq!(node.error("eth_feeHistory", json!(["0x1", "latest", [50, 10]])).code, -32000);
}

#[test]
fn wrong_parameters_are_named() {
    let node = Node::new();
    let missing = node.error("eth_getBalance", json!([]));
    assert_eq!((missing.code, missing.message.as_str()), (-32602, "missing value for required argument 0"));
    let surplus = node.error("eth_chainId", json!([1]));
    assert_eq!((surplus.code, surplus.message.as_str()), (-32602, "too many arguments, want at most 0"));
    for params in [json!(["0x12"]), json!([7]), json!([ALICE, "yesterday"]), json!([ALICE, {}])] {
        assert_eq!(node.error("eth_getBalance", params).code, -32602);
    }
    let unknown = node.error("eth_nothing", json!([]));
    assert_eq!(unknown.message, "the method eth_nothing does not exist/is not available");
    assert_eq!(node.error("nothing", json!([])).code, -32601);
}
