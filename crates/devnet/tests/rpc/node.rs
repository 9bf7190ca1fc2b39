//! A node in process, spoken to in JSON, and two small EVM contracts to speak about.

use devnet::{
    Chain, ChainConfig,
    rpc::{Rpc, error::RpcError},
};
use serde_json::{Value, json};

/// The first account of the well-known mnemonic.
pub(crate) const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
/// The second.
pub(crate) const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// An account whose key no one here has.
pub(crate) const STRANGER: &str = "0x00000000000000000000000000000000000abcde";

/// Without calldata returns slot 0; otherwise stores the word there and logs it under topic 0xaa.
const STORE: &str = "361560185760003580600055600052\
                     60aa60206000a100005b60005460005260206000f3";
/// Reverts with its calldata.
const REVERT: &str = "363d3d37363dfd";

/// A node.
pub(crate) struct Node(pub(crate) Rpc);

impl Node {
    pub(crate) fn new() -> Self {
        Self(Rpc::new(Chain::new(ChainConfig::default())))
    }

    /// The result of a call that must succeed.
    pub(crate) fn ok(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    /// The error of a call that must fail.
    pub(crate) fn error(&self, method: &str, params: Value) -> RpcError {
        match self.try_call(method, params) {
            Ok(result) => panic!("{method} answered {result}"),
            Err(error) => error,
        }
    }

    pub(crate) fn try_call(&self, method: &str, params: Value) -> Result<Value, RpcError> {
        let Value::Array(params) = params else { panic!("parameters are an array") };
        self.0.call(method, params)
    }

    /// Sends from one of the node's accounts and returns the receipt.
    pub(crate) fn send(&self, transaction: Value) -> Value {
        let hash = self.ok("eth_sendTransaction", json!([transaction]));
        self.ok("eth_getTransactionReceipt", json!([hash]))
    }

    /// Deploys runtime code from the first account and returns the address.
    pub(crate) fn deploy(&self, runtime: &str) -> Value {
        let initcode = format!("0x60{:02x}8060093d393df3{runtime}", runtime.len() / 2);
        let receipt = self.send(json!({ "from": ALICE, "data": initcode }));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt["contractAddress"].clone()
    }

    pub(crate) fn deploy_store(&self) -> Value {
        self.deploy(STORE)
    }

    pub(crate) fn deploy_revert(&self) -> Value {
        self.deploy(REVERT)
    }
}

/// A quantity as a number.
pub(crate) fn number(quantity: &Value) -> u128 {
    let text = quantity.as_str().unwrap_or_else(|| panic!("{quantity} is no quantity"));
    let digits = text.strip_prefix("0x").unwrap_or_else(|| panic!("{quantity} has no 0x"));
    assert!(digits == "0" || !digits.starts_with('0'), "{quantity} has leading zeros");
    u128::from_str_radix(digits, 16).unwrap()
}

/// A 32-byte word as data.
pub(crate) fn word(number: u64) -> String {
    format!("0x{number:064x}")
}
