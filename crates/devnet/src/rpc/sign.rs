//! Signing with the keys the node holds: `eth_sign`, `personal_sign` and `eth_signTypedData_v4`.

use alloy::signers::{SignerSync, local::PrivateKeySigner};
use alloy_dyn_abi::TypedData;
use alloy_primitives::{Address, Bytes};
use serde_json::Value;

use super::{Node, error::RpcError, hex, params::Params};

impl Node {
    /// The key of an account, if the node has it.
    pub(super) fn key_of(&self, address: Address) -> Option<&PrivateKeySigner> {
        self.signers.iter().find(|signer| signer.address() == address)
    }

    fn signer(&self, address: Address) -> Result<&PrivateKeySigner, RpcError> {
        self.key_of(address).ok_or_else(|| RpcError::server("unknown account"))
    }
}

/// `eth_sign(address, data)`: signs with the "Ethereum Signed Message" prefix, as geth does.
pub(super) fn sign(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address = params.required()?;
    let message: Bytes = params.required()?;
    params.end()?;
    sign_message(node, address, &message)
}

/// `personal_sign(data, address, password?)`.
pub(super) fn personal_sign(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let message: Bytes = params.required()?;
    let address = params.required()?;
    let _password: Option<String> = params.optional()?;
    params.end()?;
    sign_message(node, address, &message)
}

fn sign_message(node: &Node, address: Address, message: &[u8]) -> Result<Value, RpcError> {
    let signature = node.signer(address)?.sign_message_sync(message);
    signature.map(|signature| hex::data(signature.as_bytes())).map_err(|error| RpcError::server(error.to_string()))
}

/// `eth_signTypedData_v4(address, typedData)`, the typed data as an object or as JSON text.
pub(super) fn sign_typed_data(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let address = params.required()?;
    let typed: Value = params.required()?;
    params.end()?;
    let invalid = |error: &dyn std::fmt::Display| RpcError::invalid_params(format!("invalid argument 1: {error}"));
    let typed: TypedData = match typed {
        Value::String(text) => serde_json::from_str(&text),
        object => serde_json::from_value(object),
    }
    .map_err(|error| invalid(&error))?;
    let digest = typed.eip712_signing_hash().map_err(|error| invalid(&error))?;
    let signature = node.signer(address)?.sign_hash_sync(&digest);
    signature.map(|signature| hex::data(signature.as_bytes())).map_err(|error| RpcError::server(error.to_string()))
}
