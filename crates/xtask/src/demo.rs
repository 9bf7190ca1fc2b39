//! `cargo demo`: real runs on the real protocols' code, as the first command in a fresh clone too.

use crate::{
    fixtures,
    project::{CACHE_VARIABLE, Project},
    shell,
    toolchain::Choice,
    wasm::{self, DEFAULT_NETWORK},
};
use eyre::{Result, WrapErr as _, bail};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// By which programs and tests learn where the contract's WASM is.
pub(crate) const WASM_VARIABLE: &str = "DEBT_MANAGER_WASM";

/// The package of the command line, and its program.
const PACKAGE: &str = "debt-manager-cli";
const PROGRAM: &str = "debt-manager";

/// Sets up what is missing and runs `debt-manager demo`, whose standard output is ours.
pub(crate) fn run(project: &Project, json: bool, arguments: &[String]) -> Result<()> {
    let program = project.target_folder().join("debug").join(PROGRAM);
    if !program.is_file() {
        shell::say(
            "The first run compiles everything and takes 10 to 15 minutes on two cores; later ones take seconds.",
        );
    }
    fixtures::fetch(project)?;
    let build = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?;
    shell::step("the devnet and the command line", || {
        shell::run(project.cargo()?.args(["build", "--locked", "--package", PACKAGE]))
    })?;
    let mut demo = Command::new(&program);
    demo.arg("demo").args(json.then_some("--json")).args(arguments).env(CACHE_VARIABLE, &project.cache);
    show(&mut demo, &build.path)
}

/// Runs the demo with its output where ours goes: a table on a terminal, or JSON into a pipe.
fn show(demo: &mut Command, wasm: &Path) -> Result<()> {
    let status = demo
        .env(WASM_VARIABLE, wasm)
        .stdin(Stdio::null())
        .status()
        .wrap_err_with(|| format!("cannot start {}", demo.get_program().display()))?;
    if !status.success() {
        bail!("the demo ended with {status}");
    }
    Ok(())
}
