//! `cargo verify`: the gate. Sets up what is missing, then runs every check, and says at the end which were run.

use crate::{
    abi, cargo_stylus, fixtures, gas, program,
    project::Project,
    reproduce, shell, size, solidity,
    test_run::{self, Counts},
    toolchain::{Choice, Way},
    wasm::{self, DEFAULT_NETWORK},
};
use eyre::{Result, bail};
use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

/// By which the tests that drive cargo-stylus learn where it is.
const CARGO_STYLUS_VARIABLE: &str = "DEBT_MANAGER_CARGO_STYLUS";

/// How long the checks may take when everything is compiled.
const WARM_LIMIT: Duration = Duration::from_secs(900);

/// What the checks need and setting up provides.
struct Ready {
    wasm: PathBuf,
    way: Way,
    cargo_stylus: PathBuf,
}

/// Runs everything. A check that fails does not stop the others, so that one run shows all there is to mend.
pub(crate) fn run(project: &Project) -> Result<()> {
    let start = Instant::now();
    if !project.target_folder().join("debug/debt-manager").is_file() {
        shell::say("The first run compiles everything, cargo-stylus too, and takes 20 to 40 minutes on two cores;");
        shell::say("when nothing has changed, a run takes a few minutes.");
    }
    let ready = set_up(project)?;
    let checking = Instant::now();

    let mut checks = Checks::default();
    checks.run("formatting", || shell::run(project.cargo()?.args(["fmt", "--all", "--check"])));
    checks.run("clippy", || clippy(project, ready.way));
    let counts = checks.run("tests", || tests(project, &ready));
    checks.run("sizes", || size::verify(project));
    checks.run("reproducible build", || reproduce::run(project));
    checks.run("gas", || gas::verify(project));
    checks.run("interface", || abi::run(project, true));
    checks.run("documentation", || documentation(project));

    let took = format!("{} (checks: {})", shell::seconds(start.elapsed()), shell::seconds(checking.elapsed()));
    if checking.elapsed() > WARM_LIMIT {
        shell::say("note: the checks took more than 15 minutes; compiling is in that. Repeat to see them warm.");
    }
    let passed = checks.passed.join(", ");
    let Some(counts) = counts.filter(|_| checks.failed.is_empty()) else {
        bail!("verify FAILED in {took}: {}. Passed: {passed}", checks.failed.join(", "));
    };
    println!("verify passed: {passed}; {counts} in {took}");
    Ok(())
}

fn set_up(project: &Project) -> Result<Ready> {
    fixtures::fetch(project)?;
    let build = wasm::build(project, DEFAULT_NETWORK, Choice::Auto)?;
    build.report();
    let cargo_stylus = cargo_stylus::install(project)?;
    solidity::install(project)?;
    Ok(Ready { wasm: build.path, way: build.record.toolchain, cargo_stylus })
}

/// What has been run so far.
#[derive(Default)]
struct Checks {
    passed: Vec<&'static str>,
    failed: Vec<&'static str>,
}

impl Checks {
    fn run<T>(&mut self, name: &'static str, check: impl FnOnce() -> Result<T>) -> Option<T> {
        match shell::step(name, check) {
            Ok(result) => {
                self.passed.push(name);
                Some(result)
            }
            Err(error) => {
                shell::say(&format!("{name}: {error:#}"));
                self.failed.push(name);
                None
            }
        }
    }
}

/// Everything natively, and both programs once more as they are compiled for the chain, which is other code in places.
/// Debian's compiler comes without clippy.
fn clippy(project: &Project, way: Way) -> Result<()> {
    shell::run(clippy_with(project, &["--workspace", "--all-targets"])?.args(["--", "--deny", "warnings"]))?;
    if way == Way::Target {
        let contract = ["--package", "debt-manager", "--lib", "--target", crate::toolchain::TARGET];
        shell::run(clippy_with(project, &contract)?.args(["--", "--deny", "warnings"]))?;
        let preview = [&contract[..], &["--features", wasm::PREVIEW_FEATURE]].concat();
        shell::run(clippy_with(project, &preview)?.args(["--", "--deny", "warnings"]))?;
    }
    Ok(())
}

fn clippy_with(project: &Project, arguments: &[&str]) -> Result<Command> {
    let mut command = project.cargo()?;
    command.args(["clippy", "--locked", "--quiet"]).args(arguments);
    Ok(command)
}

fn tests(project: &Project, ready: &Ready) -> Result<Counts> {
    test_run::run(
        project
            .cargo()?
            .args(["test", "--workspace", "--locked", "--no-fail-fast"])
            .env(program::WASM_VARIABLE, &ready.wasm)
            .env(CARGO_STYLUS_VARIABLE, &ready.cargo_stylus),
    )
}

/// The documentation compiles, with every link in it leading somewhere. (That what the Markdown files say is there is
/// one of the tests.)
fn documentation(project: &Project) -> Result<()> {
    shell::run(
        project
            .cargo()?
            .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked", "--quiet"])
            // It is read here with the private items, so links to them lead somewhere.
            .env("RUSTDOCFLAGS", "--deny warnings --allow rustdoc::private_intra_doc_links"),
    )
}
