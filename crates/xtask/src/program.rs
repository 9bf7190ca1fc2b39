//! The `debt-manager` program, built with all that it needs.

use crate::{
    fixtures,
    project::{CACHE_VARIABLE, Project},
    shell,
    toolchain::Choice,
    wasm::{self, Build, DEFAULT_NETWORK, Record},
};
use eyre::{Result, WrapErr as _, ensure};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// By which programs and tests learn where the contract's WASM is.
pub(crate) const WASM_VARIABLE: &str = "DEBT_MANAGER_WASM";

/// The package of the command line, and its program.
const PACKAGE: &str = "debt-manager-cli";
const PROGRAM: &str = "debt-manager";

/// The program, and the contract that it is to run.
pub(crate) struct Program<'a> {
    project: &'a Project,
    path: PathBuf,
    wasm: PathBuf,
    /// What the contract is.
    pub(crate) record: Record,
}

impl<'a> Program<'a> {
    /// Sets up what is missing.
    pub(crate) fn build(project: &'a Project) -> Result<Self> {
        if !project.target_folder().join("debug").join(PROGRAM).is_file() {
            shell::say(
                "The first run compiles everything and takes 10 to 15 minutes on two cores; later ones take seconds.",
            );
        }
        fixtures::fetch(project)?;
        Self::with(project, wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?)
    }

    /// The same for a contract that is already built.
    pub(crate) fn with(project: &'a Project, build: Build) -> Result<Self> {
        shell::step("the devnet and the command line", || {
            shell::run(project.cargo()?.args(["build", "--locked", "--package", PACKAGE]))
        })?;
        let path = project.target_folder().join("debug").join(PROGRAM);
        Ok(Self { project, path, wasm: build.path, record: build.record })
    }

    /// It with arguments.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments).env(CACHE_VARIABLE, &self.project.cache).env(WASM_VARIABLE, &self.wasm);
        command.stdin(Stdio::null());
        command
    }

    /// Runs it with its output where ours goes: a table on a terminal, or JSON into a pipe.
    pub(crate) fn show(&self, arguments: &[&str]) -> Result<()> {
        let status = self.command(arguments).status().wrap_err_with(|| self.path.display().to_string())?;
        ensure!(status.success(), "{PROGRAM} {} ended with {status}", arguments.join(" "));
        Ok(())
    }

    /// Runs it and returns what it says on its standard output, and whether it succeeded.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<(String, bool)> {
        let mut command = self.command(arguments);
        let output = command.stderr(Stdio::inherit()).output().wrap_err_with(|| self.path.display().to_string())?;
        Ok((String::from_utf8(output.stdout)?, output.status.success()))
    }
}
