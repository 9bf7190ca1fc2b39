//! Ethereum JSON's two encodings: quantities without leading zeros, data with every byte.

use alloy_primitives::{U256, hex};
use serde_json::Value;

/// A number as a quantity: `0x0`, `0x1f`.
pub(super) fn quantity<T>(number: T) -> Value
where
    U256: TryFrom<T>,
    <U256 as TryFrom<T>>::Error: std::fmt::Debug,
{
    // Only unsigned types are passed, and all of them fit.
    let number = U256::try_from(number).unwrap_or_default();
    Value::String(format!("{number:#x}"))
}

/// Bytes as data: `0x`, `0x00ff`.
pub(super) fn data(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(hex::encode_prefixed(bytes))
}
