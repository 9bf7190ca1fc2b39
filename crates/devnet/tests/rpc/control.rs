//! Moving the chain by hand: snapshots, time, blocks, state, dumps.

use crate::node::{ALICE, BOB, Node, STRANGER, number, word};
use serde_json::{Value, json};

fn time(node: &Node) -> u128 {
    number(&node.ok("eth_getBlockByNumber", json!(["latest", false]))["timestamp"])
}

#[test]
fn a_snapshot_brings_everything_back_once() {
    let node = Node::new();
    let id = node.ok("evm_snapshot", json!([]));
    let later = node.ok("anvil_snapshot", json!([]));
    let receipt = node.send(json!({ "from": ALICE, "to": STRANGER, "value": "0x1" }));
    assert_eq!(node.ok("evm_revert", json!([id])), true);
    assert_eq!(node.ok("eth_getBalance", json!([STRANGER])), "0x0");
    assert_eq!(node.ok("eth_blockNumber", json!([])), "0x0");
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([receipt["transactionHash"]])), Value::Null);
    assert_eq!(node.ok("evm_revert", json!([id])), false, "used up");
    assert_eq!(node.ok("evm_revert", json!([later])), false, "taken after it");
}

#[test]
fn time_moves_as_told_and_never_back() {
    let node = Node::new();
    let start = time(&node);
    assert_eq!(node.ok("evm_increaseTime", json!([3600])), 3600);
    node.ok("evm_mine", json!([]));
    assert!(time(&node) >= start + 3600 && time(&node) <= start + 3602, "{} {start}", time(&node));
    let target = time(&node) + 1_000;
    node.ok("evm_setNextBlockTimestamp", json!([target as u64]));
    node.ok("evm_mine", json!([]));
    assert_eq!(time(&node), target);
    node.ok("evm_mine", json!([format!("{:#x}", target + 5)]));
    assert_eq!(time(&node), target + 5);
    node.ok("evm_mine", json!([{ "timestamp": target as u64 + 9 }]));
    assert_eq!(time(&node), target + 9);
    assert_eq!(node.error("evm_setNextBlockTimestamp", json!([1])).code, -32602);
    node.ok("anvil_setBlockTimestampInterval", json!([12]));
    node.ok("evm_mine", json!([]));
    assert_eq!(time(&node), target + 21);
}

#[test]
fn mines_as_many_blocks_as_asked() {
    let node = Node::new();
    node.ok("anvil_mine", json!(["0x5", "0xa"]));
    assert_eq!(node.ok("eth_blockNumber", json!([])), "0x5");
    node.ok("hardhat_mine", json!([]));
    assert_eq!(node.ok("eth_blockNumber", json!([])), "0x6");
    assert_eq!(node.error("anvil_mine", json!(["0xffffffffffffffff"])).code, -32602);
}

#[test]
fn without_automine_transactions_wait_for_a_block_and_then_keep_their_order() {
    let node = Node::new();
    node.ok("evm_setAutomine", json!([false]));
    let send =
        || node.ok("eth_sendTransaction", json!([{ "from": ALICE, "to": BOB, "value": "0x1", "gas": "0x5208" }]));
    let (first, second) = (send(), send());
    assert_eq!(node.ok("eth_getTransactionReceipt", json!([first])), Value::Null);
    assert_eq!(node.ok("eth_getTransactionByHash", json!([first]))["blockHash"], Value::Null);
    assert_eq!(node.ok("eth_getTransactionCount", json!([ALICE, "pending"])), "0x2");
    assert_eq!(node.ok("eth_getTransactionCount", json!([ALICE, "latest"])), "0x0");
    node.ok("evm_mine", json!([]));
    let (first, second) =
        (node.ok("eth_getTransactionReceipt", json!([first])), node.ok("eth_getTransactionReceipt", json!([second])));
    assert_eq!((&first["blockNumber"], &second["blockNumber"]), (&json!("0x1"), &json!("0x2")));
    let time_of =
        |receipt: &Value| node.ok("eth_getBlockByHash", json!([receipt["blockHash"], false]))["timestamp"].clone();
    assert_eq!(time_of(&first), time_of(&second));
    node.ok("evm_mine", json!([]));
    assert_eq!(node.ok("eth_blockNumber", json!([])), "0x3", "nothing waits any more");
}

#[test]
fn sets_what_accounts_hold() {
    let node = Node::new();
    node.ok("anvil_setBalance", json!([STRANGER, "0x7b"]));
    node.ok("hardhat_setCode", json!([STRANGER, "0x6001"]));
    node.ok("anvil_setNonce", json!([STRANGER, "0x5"]));
    assert_eq!(node.ok("anvil_setStorageAt", json!([STRANGER, "0x2", word(9)])), true);
    assert_eq!(node.ok("eth_getBalance", json!([STRANGER])), "0x7b");
    assert_eq!(node.ok("eth_getCode", json!([STRANGER])), "0x6001");
    assert_eq!(node.ok("eth_getTransactionCount", json!([STRANGER])), "0x5");
    assert_eq!(node.ok("eth_getStorageAt", json!([STRANGER, "0x2"])), word(9));
    node.ok("anvil_reset", json!([]));
    assert_eq!(node.ok("eth_getCode", json!([STRANGER])), "0x");
    assert_eq!(node.error("anvil_reset", json!([{ "forking": { "jsonRpcUrl": "x" } }])).code, -32602);
    assert_eq!(node.ok("anvil_nodeInfo", json!([]))["environment"]["chainId"], 412_346);
}

#[test]
fn a_dumped_chain_loads_into_another_node() {
    let node = Node::new();
    let store = node.deploy_store();
    let receipt = node.send(json!({ "from": ALICE, "to": store, "data": word(7) }));
    let dump = node.ok("anvil_dumpState", json!([]));
    let other = Node::new();
    assert_eq!(other.ok("anvil_loadState", json!([dump])), true);
    assert_eq!(other.ok("eth_call", json!([{ "to": store }])), word(7));
    assert_eq!(other.ok("eth_blockNumber", json!([])), receipt["blockNumber"]);
    assert_eq!(other.ok("eth_getTransactionReceipt", json!([receipt["transactionHash"]])), receipt);
    assert_eq!(time(&other), time(&node));
    other.send(json!({ "from": ALICE, "to": store, "data": word(8) }));
    assert_eq!(other.ok("eth_call", json!([{ "to": store }])), word(8));
    for bytes in ["0x", "0x00", "0x1f8b", &dump.as_str().unwrap()[..200]] {
        assert_eq!(other.error("anvil_loadState", json!([bytes])).code, -32602, "{bytes}");
    }
    assert_eq!(other.ok("eth_call", json!([{ "to": store }])), word(8), "a refused dump changes nothing");
}
