//! Errors as a JSON-RPC client sees them: JSON-RPC 2.0's own codes, and geth's codes and words for the rest, because
//! clients recognise conditions by them.

use alloy_primitives::{Bytes, hex};
use alloy_sol_types::{Panic, PanicKind, Revert, SolError};
use serde_json::{Value, json};

use crate::TxError;

/// The error object of a response.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct RpcError {
    /// JSON-RPC 2.0 code, -32000 for a failed call, 3 for a revert.
    pub code: i64,
    /// One line, for people; geth's wording where geth has one.
    pub message: String,
    /// For code 3: the revert data as a hex string.
    pub data: Option<Value>,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The body is not JSON.
    pub fn parse(detail: impl std::fmt::Display) -> Self {
        Self::new(-32700, format!("parse error: {detail}"))
    }

    /// JSON, but not a JSON-RPC 2.0 request.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(-32600, message)
    }

    /// No such method.
    pub fn method_not_found(method: &str) -> Self {
        let shown: String = method.chars().take(80).collect();
        Self::new(-32601, format!("the method {shown} does not exist/is not available"))
    }

    /// There is no connection to push notifications to.
    pub fn notifications_unsupported() -> Self {
        Self::new(-32601, "notifications not supported")
    }

    /// The parameters do not fit the method.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    /// A fault of the server itself. The chain is as it was before the request.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(-32603, message)
    }

    /// The request is well formed and was refused or failed.
    pub fn server(message: impl Into<String>) -> Self {
        Self::new(-32000, message)
    }

    /// A call that reverted: code 3, the decoded reason in the message and the raw data in `data`.
    pub fn reverted(output: &Bytes) -> Self {
        let message = match revert_reason(output) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => "execution reverted".to_owned(),
        };
        Self { code: 3, message, data: Some(Value::String(hex::encode_prefixed(output))) }
    }

    /// The error object.
    pub fn to_json(&self) -> Value {
        let mut object = json!({ "code": self.code, "message": self.message });
        if let Some(data) = &self.data {
            object["data"] = data.clone();
        }
        object
    }
}

impl From<TxError> for RpcError {
    fn from(error: TxError) -> Self {
        Self::server(error.to_string())
    }
}

/// The text of `Error(string)` and the meaning of `Panic(uint256)`; other errors are left to the client's ABI.
fn revert_reason(output: &[u8]) -> Option<String> {
    if let Ok(revert) = Revert::abi_decode(output) {
        return Some(revert.reason().to_owned());
    }
    let panic = Panic::abi_decode(output).ok()?;
    Some(match u32::try_from(panic.code).ok().and_then(PanicKind::from_number) {
        Some(kind) => kind.as_str().to_owned(),
        None => format!("unknown panic code: {:#x}", panic.code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_of_a_revert_is_in_the_message_and_the_bytes_in_the_data() {
        let output = Bytes::from(Revert::from("nope").abi_encode());
        let error = RpcError::reverted(&output);
        assert_eq!((error.code, error.message.as_str()), (3, "execution reverted: nope"));
        assert_eq!(error.data, Some(Value::String(hex::encode_prefixed(&output))));
    }

    #[test]
    fn a_custom_error_keeps_its_bytes_and_gets_no_reason() {
        let error = RpcError::reverted(&Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]));
        assert_eq!(error.to_json(), json!({ "code": 3, "message": "execution reverted", "data": "0xdeadbeef" }));
    }

    #[test]
    fn a_panic_is_named() {
        let output = Bytes::from(Panic::from(PanicKind::UnderOverflow).abi_encode());
        assert!(RpcError::reverted(&output).message.contains("overflow"), "{:?}", RpcError::reverted(&output));
    }
}
