//! `cargo demo`: real runs on the real protocols' code, as the first command in a fresh clone too.

use crate::{program::Program, project::Project};
use eyre::Result;

/// Sets up what is missing and runs `debt-manager demo`, whose standard output is ours.
pub(crate) fn run(project: &Project, json: bool, arguments: &[String]) -> Result<()> {
    let arguments = arguments.iter().map(String::as_str);
    let arguments: Vec<&str> = ["demo"].into_iter().chain(json.then_some("--json")).chain(arguments).collect();
    Program::build(project)?.show(&arguments)
}
