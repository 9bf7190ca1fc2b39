//! The WASM as it is deployed: `target/wasm/<network>/debt_manager.wasm`, `debt_preview.wasm` and `build.json` beside it.

use crate::{
    integrity,
    measure::{self, Size},
    postprocess,
    project::Project,
    shell,
    toolchain::{Choice, Compiler, TARGET, Way},
};
use eyre::{Result, WrapErr as _, ensure};
use serde::Serialize;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// The network that is built for where none is named: the devnet in this repository.
pub(crate) const DEFAULT_NETWORK: &str = "devnet";

/// The contract's package, and the file that cargo makes of it.
const PACKAGE: &str = "debt-manager";
pub(crate) const FILE: &str = "debt_manager.wasm";

/// The feature that makes the preview of the same package, and its file.
pub(crate) const PREVIEW_FEATURE: &str = "preview";
pub(crate) const PREVIEW_FILE: &str = "debt_preview.wasm";

/// By which the contract's build learns the network.
const NETWORK_VARIABLE: &str = "DEBT_MANAGER_NETWORK";

/// `build.json`: what was built, from what, and by which compiler.
#[derive(Serialize)]
pub(crate) struct Record {
    network: String,
    /// The way it was built.
    pub(crate) toolchain: Way,
    /// `rustc --version`.
    pub(crate) compiler: String,
    /// Digest of the module that is deployed.
    integrity: String,
    /// What it costs on the chain.
    pub(crate) size: Size,
    /// Digest of the preview.
    preview_integrity: String,
    /// What that costs.
    pub(crate) preview_size: Size,
}

/// A finished build.
pub(crate) struct Build {
    /// The module that is deployed.
    pub(crate) path: PathBuf,
    /// What `build.json` says of it.
    pub(crate) record: Record,
}

impl Build {
    /// Tells the user what was made and what it costs.
    pub(crate) fn report(&self) {
        let Record { compiler, toolchain, size, preview_size, .. } = &self.record;
        shell::say(&format!("{}\n    by {compiler} (way: {})\n{size}", self.path.display(), toolchain.name()));
        shell::say(&format!("{}\n{preview_size}", self.path.with_file_name(PREVIEW_FILE).display()));
    }
}

/// Builds the contract for a network and checks what activation would check.
pub(crate) fn build(project: &Project, network: &str, choice: Choice) -> Result<Build> {
    check_network(project, network)?;
    let compiler = Compiler::find(project, choice)?;
    shell::step(&format!("the contract for {network}, by {} ({})", compiler.version, compiler.way.name()), || {
        let folder = project.wasm_folder().join(network);
        fs::create_dir_all(&folder).wrap_err_with(|| folder.display().to_string())?;
        let lock = File::create(project.wasm_folder().join(".lock")).wrap_err("the lock of target/wasm")?;
        lock.lock().wrap_err("waiting for another build of the contract")?;
        let preview = compile(project, network, &compiler, &["--features", PREVIEW_FEATURE])?;
        let contract = compile(project, network, &compiler, &[])?;
        finish(&folder, network, &compiler, [&contract, &preview])
    })
}

/// A network is a file with the roots of trust that are built in.
fn check_network(project: &Project, network: &str) -> Result<()> {
    let plain = network.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    ensure!(plain && !network.is_empty(), "{network:?} is not a network's name: lower case, digits and - only");
    let file = project.root.join("deploy").join(format!("{network}.toml"));
    ensure!(file.is_file(), "there is no network {network}: {} is missing", file.display());
    Ok(())
}

/// Runs cargo, which does nothing when nothing has changed, and returns the module as the linker made it.
fn compile(project: &Project, network: &str, compiler: &Compiler, features: &[&str]) -> Result<Vec<u8>> {
    // A folder for each way, so that changing it does not rebuild everything; and none that the tests' cargo locks.
    let target = project.wasm_folder().join("build").join(compiler.way.name());
    shell::run(
        compiler
            .cargo(project)?
            .args(["build", "--package", PACKAGE, "--lib", "--release", "--locked", "--target", TARGET])
            .args(features)
            .args(compiler.arguments())
            .env("CARGO_TARGET_DIR", &target)
            .env(NETWORK_VARIABLE, network),
    )
    .wrap_err("the contract does not build")?;
    let path = target.join(TARGET).join("release").join(FILE);
    fs::read(&path).wrap_err_with(|| path.display().to_string())
}

/// Processes, checks and writes. That is so quick that nothing of it is kept from one run for the next.
fn finish(folder: &Path, network: &str, compiler: &Compiler, [contract, preview]: [&[u8]; 2]) -> Result<Build> {
    let (module, preview) = (postprocess::run(contract)?, postprocess::run(preview)?);
    let record = Record {
        network: network.to_owned(),
        toolchain: compiler.way,
        compiler: compiler.version.clone(),
        integrity: integrity::of(&module),
        size: measure::measure(&module)?,
        preview_integrity: integrity::of(&preview),
        preview_size: measure::measure(&preview).wrap_err("the preview")?,
    };
    let path = folder.join(FILE);
    write(&path, &module)?;
    write(&folder.join(PREVIEW_FILE), &preview)?;
    write(&folder.join("build.json"), (serde_json::to_string_pretty(&record)? + "\n").as_bytes())?;
    Ok(Build { path, record })
}

/// Replaces a file as a whole, unless it is the same, so that a test that reads it meanwhile sees the old or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let new = path.with_extension("new");
    fs::write(&new, bytes).and_then(|()| fs::rename(&new, path)).wrap_err_with(|| path.display().to_string())
}
