//! Everything that a command needs and a bare machine lacks.

use crate::{
    cargo_stylus, fixtures,
    project::Project,
    shell, solidity,
    toolchain::{Choice, Compiler},
};
use eyre::Result;

/// All of it.
pub(crate) fn all(project: &Project) -> Result<()> {
    let compiler = Compiler::find(project, Choice::Auto)?;
    shell::say(&format!("wasm32: {} ({})", compiler.version, compiler.way.name()));
    fixtures::fetch(project)?;
    let program = cargo_stylus::install(project)?;
    shell::say(&format!("cargo-stylus: {}", program.display()));
    let (archive, version) = solidity::install(project)?;
    shell::say(&format!("Solidity {version}: {}", archive.display()));
    Ok(())
}
