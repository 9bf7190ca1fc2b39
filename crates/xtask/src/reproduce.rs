//! `cargo xtask reproduce`: whether the contract is the same whoever builds it.
//!
//! It is built a second time, from a copy of the checkout in another place, into a folder of its own. That takes a minute
//! or two, so what has been shown of a module is remembered until the next one differs.

use crate::{
    integrity,
    project::Project,
    shell,
    toolchain::Choice,
    wasm::{self, Build, DEFAULT_NETWORK},
};
use eyre::{Result, WrapErr as _, ensure};
use std::fs;

/// Builds the contract twice and compares.
pub(crate) fn run(project: &Project) -> Result<()> {
    let build = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?;
    verify(project, &build)
}

/// Compares a build with a second one, unless that has been done.
pub(crate) fn verify(project: &Project, build: &Build) -> Result<()> {
    let folder = project.wasm_folder().join("reproduced");
    let mark = folder.join("integrity");
    let module = fs::read(&build.path).wrap_err_with(|| build.path.display().to_string())?;
    let digest = integrity::of(&module);
    if fs::read_to_string(&mark).is_ok_and(|known| known == digest) {
        shell::say(&format!("    reproduced before: {digest}"));
        return Ok(());
    }
    let copy = project.copied(&folder.join("checkout"))?;
    let build_folder = copy.wasm_folder();
    if build_folder.exists() {
        fs::remove_dir_all(&build_folder).wrap_err_with(|| build_folder.display().to_string())?;
    }
    let again = wasm::build(&copy, DEFAULT_NETWORK, Choice::Auto)?;
    let other = fs::read(&again.path).wrap_err_with(|| again.path.display().to_string())?;
    ensure!(module == other, "two builds of the contract differ: {} and {}", digest, integrity::of(&other));
    shell::say(&format!("    reproduced: {digest}"));
    fs::write(&mark, digest).wrap_err_with(|| mark.display().to_string())
}
