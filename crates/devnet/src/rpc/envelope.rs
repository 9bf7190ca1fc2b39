//! JSON-RPC 2.0 framing: one request or a batch in, one response, an array, or (for notifications) nothing out.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::error::RpcError;

/// The most requests one batch may hold, as in geth.
pub const BATCH_LIMIT: usize = 1_000;

/// One request, checked for form only.
#[derive(Debug)]
pub(super) struct Request {
    /// The id exactly as sent; `None` for a notification, which gets no response.
    pub(super) id: Option<Box<RawValue>>,
    pub(super) method: String,
    pub(super) params: Vec<Value>,
}

/// What one body holds.
pub(super) enum Body {
    Single(Box<RawValue>),
    Batch(Vec<Box<RawValue>>),
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    jsonrpc: Option<Value>,
    // Not `Option`: an id of `null` is an id, a missing one marks a notification.
    #[serde(default, deserialize_with = "present")]
    id: Option<Box<RawValue>>,
    #[serde(default)]
    method: Option<Value>,
    #[serde(default)]
    params: Option<Value>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// Splits a body into requests without looking into them.
pub(super) fn split(body: &[u8]) -> Result<Body, RpcError> {
    let raw: Box<RawValue> = serde_json::from_slice(body).map_err(RpcError::parse)?;
    if !raw.get().starts_with('[') {
        return Ok(Body::Single(raw));
    }
    let batch: Vec<Box<RawValue>> = serde_json::from_str(raw.get()).map_err(RpcError::parse)?;
    match batch.len() {
        0 => Err(RpcError::invalid_request("empty batch")),
        n if n > BATCH_LIMIT => Err(RpcError::invalid_request("batch too large")),
        _ => Ok(Body::Batch(batch)),
    }
}

/// Reads one request. The error carries the id where there is a usable one, so that the client can match the answer.
pub(super) fn read(raw: &RawValue) -> Result<Request, (Option<Box<RawValue>>, RpcError)> {
    let invalid = || RpcError::invalid_request("invalid request");
    // An array would be taken for the fields in order.
    if !raw.get().starts_with('{') {
        return Err((None, invalid()));
    }
    // Fails also on JSON that can be held only as text: nesting past serde_json's limit, numbers out of range.
    let fields: Fields = serde_json::from_str(raw.get()).map_err(|_| (None, invalid()))?;
    if let Some(id) = &fields.id
        && id.get().starts_with(['{', '[', 't', 'f'])
    {
        return Err((None, invalid()));
    }
    if fields.jsonrpc != Some(Value::from("2.0")) {
        return Err((fields.id, invalid()));
    }
    let Some(Value::String(method)) = fields.method else {
        return Err((fields.id, invalid()));
    };
    match fields.params {
        None | Some(Value::Null) => Ok(Request { id: fields.id, method, params: Vec::new() }),
        Some(Value::Array(params)) => Ok(Request { id: fields.id, method, params }),
        Some(_) => Err((fields.id, RpcError::invalid_params("non-array args"))),
    }
}

/// The response to one request, as text.
pub(super) fn respond(id: Option<&RawValue>, outcome: &Result<Value, RpcError>) -> String {
    let id = id.map_or("null", RawValue::get);
    match outcome {
        Ok(result) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#),
        Err(error) => format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{}}}"#, error.to_json()),
    }
}
