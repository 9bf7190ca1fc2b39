//! The contract that commands run.

use clap::Args;
use eyre::{Result, WrapErr as _};
use std::{fs, path::PathBuf};

/// Where the contract is.
#[derive(Debug, Args)]
pub(crate) struct Contract {
    /// The contract's release WASM, as `cargo xtask wasm` builds it.
    #[arg(long, env = "DEBT_MANAGER_WASM")]
    wasm: PathBuf,
}

impl Contract {
    /// The module as it is deployed.
    pub(crate) fn read(&self) -> Result<Vec<u8>> {
        fs::read(&self.wasm).wrap_err_with(|| format!("cannot read {}", self.wasm.display()))
    }
}
