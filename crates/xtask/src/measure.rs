//! How big a module is on the chain.

use eyre::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a module takes on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    /// Bytes of the module.
    pub(crate) raw_bytes: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "    {} bytes", self.raw_bytes)
    }
}

/// Measures a module.
pub(crate) fn measure(module: &[u8]) -> Result<Size> {
    Ok(Size { raw_bytes: module.len() })
}
