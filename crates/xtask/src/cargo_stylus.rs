//! cargo-stylus, which checks and deploys contracts: one pinned release, in the cache.

use crate::{project::Project, shell};
use eyre::{Result, WrapErr as _};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// The release that the tests drive, and that users are told to deploy with.
const VERSION: &str = "0.10.10";

/// Makes sure of cargo-stylus and returns the program. It is built once per cache, in a folder of its own.
pub(crate) fn install(project: &Project) -> Result<PathBuf> {
    let tools = project.cache.join("tools");
    let program = tools.join("bin/cargo-stylus");
    if is_installed(&program) {
        return Ok(program);
    }
    fs::create_dir_all(&tools).wrap_err_with(|| tools.display().to_string())?;
    let lock = tools.join(".cargo-stylus.lock");
    let lock = File::create(&lock).wrap_err_with(|| lock.display().to_string())?;
    lock.lock().wrap_err("waiting for another installation of cargo-stylus")?;
    if is_installed(&program) {
        return Ok(program);
    }
    let building = tools.join("build-cargo-stylus");
    shell::step(&format!("cargo-stylus {VERSION} into {} (once; 3 to 10 minutes)", tools.display()), || {
        shell::run(
            project
                .cargo()?
                .args(["install", "cargo-stylus", "--version", VERSION, "--locked", "--debug", "--force"])
                .arg("--root")
                .arg(&tools)
                .env("CARGO_TARGET_DIR", &building)
                // Nobody debugs it, and without its tables it builds faster and is a tenth of the size.
                .env("CARGO_PROFILE_DEV_DEBUG", "0"),
        )
    })
    .wrap_err("cargo-stylus cannot be installed; `cargo xtask cargo-stylus` tries again")?;
    fs::remove_dir_all(&building).wrap_err_with(|| building.display().to_string())?;
    Ok(program)
}

fn is_installed(program: &Path) -> bool {
    shell::output(Command::new(program).args(["stylus", "--version"]))
        .is_ok_and(|printed| printed.split_whitespace().any(|word| word == VERSION))
}
