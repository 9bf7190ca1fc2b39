//! Positional parameters, decoded with geth's wording for what is missing, surplus or malformed.

use alloy_primitives::U256;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::RpcError;

/// The arguments of one call, taken from the left.
pub(super) struct Params {
    values: std::vec::IntoIter<Value>,
    next: usize,
}

impl Params {
    pub(super) fn new(values: Vec<Value>) -> Self {
        Self { values: values.into_iter(), next: 0 }
    }

    /// The next argument, which must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self) -> Result<T, RpcError> {
        let index = self.next;
        self.optional()?.ok_or_else(|| missing(index))
    }

    /// The next argument; absent and `null` are the same.
    pub(super) fn optional<T: DeserializeOwned>(&mut self) -> Result<Option<T>, RpcError> {
        let index = self.next;
        self.next += 1;
        match self.values.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| RpcError::invalid_params(format!("invalid argument {index}: {error}"))),
        }
    }

    /// A number as a hex quantity or, as the control methods' clients send it, a JSON number or decimal string.
    pub(super) fn number(&mut self) -> Result<Option<U256>, RpcError> {
        let index = self.next;
        let Some(value) = self.optional::<Value>()? else { return Ok(None) };
        let parsed = match &value {
            Value::Number(number) => number.as_u64().map(U256::from),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        parsed
            .map(Some)
            .ok_or_else(|| RpcError::invalid_params(format!("invalid argument {index}: {value} is not a number")))
    }

    /// As [`Self::number`], which must be there.
    pub(super) fn required_number(&mut self) -> Result<U256, RpcError> {
        let index = self.next;
        self.number()?.ok_or_else(|| missing(index))
    }

    /// As [`Self::number_u64`], which must be there.
    pub(super) fn required_u64(&mut self) -> Result<u64, RpcError> {
        let index = self.next;
        self.number_u64()?.ok_or_else(|| missing(index))
    }

    /// As [`Self::number`], where the number must fit 64 bits.
    pub(super) fn number_u64(&mut self) -> Result<Option<u64>, RpcError> {
        let index = self.next;
        self.number()?
            .map(|number| {
                u64::try_from(number).map_err(|_| {
                    RpcError::invalid_params(format!("invalid argument {index}: {number} exceeds 64 bits"))
                })
            })
            .transpose()
    }

    /// Refuses arguments that no one asked for.
    pub(super) fn end(self) -> Result<(), RpcError> {
        if self.values.len() == 0 {
            return Ok(());
        }
        Err(RpcError::invalid_params(format!("too many arguments, want at most {}", self.next)))
    }
}

fn missing(index: usize) -> RpcError {
    RpcError::invalid_params(format!("missing value for required argument {index}"))
}
