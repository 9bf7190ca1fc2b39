//! Where things are: the checkout and the cache that all checkouts share.

use eyre::{Result, WrapErr as _, eyre};
use std::{
    env, fs,
    path::{self, Path, PathBuf},
    process::Command,
};

use crate::shell;

/// By which a user says where the cache is, and we say it to the tests and the demo.
pub(crate) const CACHE_VARIABLE: &str = "DEBT_MANAGER_CACHE";

/// The places that the commands work in.
pub(crate) struct Project {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// Downloads and tools, outside git and shared by clones: `$DEBT_MANAGER_CACHE`, else `$XDG_CACHE_HOME/debt-manager`,
    /// else `~/.cache/debt-manager`. `crates/protocols` reads the same.
    pub(crate) cache: PathBuf,
}

/// What is pinned in `rust-toolchain.toml`.
#[derive(serde::Deserialize)]
struct ToolchainFile {
    toolchain: ToolchainTable,
}

#[derive(serde::Deserialize)]
struct ToolchainTable {
    channel: String,
}

impl Project {
    /// The checkout that this program was built from. Cargo says at run time where that is, so that checkouts can share
    /// a target folder.
    pub(crate) fn find() -> Result<Self> {
        let own =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.ancestors().nth(2).ok_or_else(|| eyre!("{} is not in a checkout", own.display()))?.to_owned();
        Ok(Self { root, cache: cache()? })
    }

    /// Another checkout, with the files of this one that git knows of, or would if asked to add everything. What is built
    /// there stays.
    pub(crate) fn copied(&self, folder: &Path) -> Result<Self> {
        let mut git = Command::new("git");
        git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(&self.root);
        for name in shell::output(&mut git)?.split_terminator('\0') {
            let (from, to) = (self.root.join(name), folder.join(name));
            let Ok(bytes) = fs::read(&from) else { continue };
            // What is the same keeps its time, so that cargo need not build it again.
            if fs::read(&to).is_ok_and(|old| old == bytes) {
                continue;
            }
            fs::create_dir_all(to.parent().unwrap_or(folder)).wrap_err_with(|| to.display().to_string())?;
            fs::write(&to, bytes).wrap_err_with(|| to.display().to_string())?;
        }
        Ok(Self { root: folder.to_owned(), cache: self.cache.clone() })
    }

    /// The exact release that `rust-toolchain.toml` pins.
    pub(crate) fn pinned_rust(&self) -> Result<String> {
        let path = self.root.join("rust-toolchain.toml");
        let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
        let file: ToolchainFile = toml::from_str(&text).wrap_err_with(|| path.display().to_string())?;
        Ok(file.toolchain.channel)
    }

    /// What is built for the chain. In the checkout even where `CARGO_TARGET_DIR` is shared between checkouts, because
    /// each has its own contract.
    pub(crate) fn wasm_folder(&self) -> PathBuf {
        self.root.join("target/wasm")
    }

    /// The folder that cargo builds native code in.
    pub(crate) fn target_folder(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |folder| self.root.join(folder))
    }

    /// The pinned cargo, at the root of the checkout.
    pub(crate) fn cargo(&self) -> Result<Command> {
        let mut command = shell::rust_tool("cargo");
        // Said outright, for programs that are started elsewhere and would take a relative path for another.
        command.current_dir(&self.root).env(CACHE_VARIABLE, &self.cache);
        if shell::which("rustup").is_some() {
            command.env("RUSTUP_TOOLCHAIN", self.pinned_rust()?);
        }
        Ok(command)
    }
}

fn cache() -> Result<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set(CACHE_VARIABLE)
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("debt-manager")))
        .or_else(|| set("HOME").map(|folder| folder.join(".cache/debt-manager")))
        .ok_or_else(|| eyre!("no place for the cache: set HOME or {CACHE_VARIABLE}"))?;
    path::absolute(&folder).wrap_err_with(|| folder.display().to_string())
}
