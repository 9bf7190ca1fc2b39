//! WebAssembly's own rules, with the features that Stylus knows and no others.

use super::ActivationError;
use crate::params::ArbOs;
use wasmparser::{Validator, WasmFeatures};

/// Validates a module.
pub(super) fn validate(wasm: &[u8], arbos: ArbOs) -> Result<(), ActivationError> {
    let mut features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::FLOATS;
    if arbos < ArbOs::V59 {
        features |= WasmFeatures::MULTI_VALUE;
    }
    let invalid = |error: wasmparser::BinaryReaderError| ActivationError::Invalid(error.to_string());
    Validator::new_with_features(features).validate_all(wasm).map(|_| ()).map_err(invalid)
}
