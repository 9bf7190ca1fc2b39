//! `cargo xtask campaign`: calls the contract at random, as often as one likes.

use crate::{
    fixtures,
    program::WASM_VARIABLE,
    project::{CACHE_VARIABLE, Project},
    shell,
    toolchain::Choice,
    wasm::{self, DEFAULT_NETWORK},
};
use clap::Args;
use eyre::{Result, WrapErr as _, ensure};
use std::process::{Command, Stdio};

/// The package that plays, and its program.
const PACKAGE: &str = "debt-manager-campaign";
const PROGRAM: &str = "campaign";

/// What is handed on.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many calls of the contract, at least.
    #[arg(long, default_value_t = 20_000)]
    calls: u64,
    /// What determines all that happens: the same seed is the same campaign.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plays this episode only, as a failure's report says.
    #[arg(long)]
    episode: Option<u64>,
    /// What happens: everything, or rolls.
    #[arg(long, default_value = "everything")]
    theme: String,
    /// How many episodes are played at a time; as many as there are cores, if nothing is said.
    #[arg(long)]
    threads: Option<u64>,
}

/// Sets up what is missing and plays. Fails if a rule was broken.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let &Arguments { calls, seed, episode, ref theme, threads } = arguments;
    fixtures::fetch(project)?;
    let wasm = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?.path;
    // What our crates stand on is compiled for speed in every profile, and takes nearly all of the time.
    shell::step("the campaign", || shell::run(project.cargo()?.args(["build", "--locked", "--package", PACKAGE])))?;
    let path = project.target_folder().join("debug").join(PROGRAM);
    let mut command = Command::new(&path);
    command.args(["--calls", &calls.to_string(), "--seed", &seed.to_string(), "--theme", theme]);
    for (name, value) in [("--episode", episode), ("--threads", threads)] {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    }
    command.env(CACHE_VARIABLE, &project.cache).env(WASM_VARIABLE, &wasm).stdin(Stdio::null());
    let status = command.status().wrap_err_with(|| path.display().to_string())?;
    ensure!(status.success(), "the campaign ended with {status}");
    Ok(())
}
