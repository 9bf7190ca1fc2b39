//! Running the tests against each mutant until one of them fails.

use super::{Mutant, choose, record::Record, shown};
use crate::{
    gas,
    program::{Program, WASM_VARIABLE},
    project::{CACHE_VARIABLE, Project},
    shell,
};
use eyre::{Result, WrapErr as _, bail, ensure, eyre};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Tests of what the program calculates, without a chain.
const NUMBERS: [&str; 1] = ["alone_"];
/// Tests of what it does, on a chain: those that notice most, and soon.
const DEEDS: [&str; 10] = [
    "attacks::",
    "bounds::",
    "cross::",
    "cross_attacks::",
    "leverage::",
    "deleverage::",
    "permits::",
    "permit2::",
    "signed::",
    "surface::",
];
/// Files in which mistakes are mostly wrong numbers.
const OF_NUMBERS: [&str; 3] = ["src/bounds.rs", "src/math.rs", "src/sizing.rs"];

/// From how much more gas on a mutant is noticed by the snapshot of gas, which is compared to the unit. Asking whether it
/// is this one costs no more gas for any answer, but what a compiler makes of two alternatives may, each time.
const GAS_MORE: u64 = 200;

/// How long the tests may take with one mutant. Some never end.
const LIMIT: Duration = Duration::from_secs(600);

fn is_of_numbers(file: &str) -> bool {
    OF_NUMBERS.contains(&file)
}

/// How the tests ended.
pub(super) enum End {
    /// None failed.
    Passed,
    /// This one did, or they took too long.
    Failed(String),
}

/// The tests of the contract, as they are built.
pub(super) fn build(project: &Project) -> Result<PathBuf> {
    let mut command = project.cargo()?;
    command.args(["test", "--locked", "--package", "debt-manager", "--test", "it", "--no-run"]);
    let messages = shell::output(command.args(["--message-format", "json"]))?;
    let mut programs = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    programs.next_back().ok_or_else(|| eyre!("cargo names no program for the contract's tests"))
}

/// A hunt for the mutants of one program.
pub(super) struct Hunt<'a> {
    pub(super) project: &'a Project,
    /// The tests' program.
    pub(super) tests: PathBuf,
    /// Tests that are left out.
    pub(super) without: &'a [String],
    /// What measures the gas of the mutant that is there.
    pub(super) gas: Program<'a>,
    /// Where a mutant is put, under the contract's own name.
    pub(super) place: PathBuf,
    /// The program that has all mutants.
    pub(super) program: Vec<u8>,
}

impl Hunt<'_> {
    /// Tries each mutant that has not been tried, or as many as that.
    pub(super) fn run(&self, mutants: &[Mutant], record: &mut Record, most: Option<usize>) -> Result<()> {
        if !record.is_sound() {
            match shell::step("the tests, with no mutant chosen", || self.tested(0, ""))? {
                End::Passed => record.note_sound()?,
                End::Failed(test) => bail!("{test} fails though no mutant is chosen"),
            }
        }
        fs::write(&self.place, choose(&self.program, 0)?).wrap_err_with(|| shown(&self.place))?;
        let costs = gas::costs(&self.gas)?.ok_or_else(|| eyre!("operations fail though no mutant is chosen"))?;
        let start = Instant::now();
        let (all, tried) = (mutants.len(), record.tried());
        // What is noticed in a second comes first.
        let (numbers, others): (Vec<_>, Vec<_>) = mutants.iter().partition(|mutant| is_of_numbers(&mutant.file));
        let left = numbers.into_iter().chain(others).filter(|mutant| !record.knows(mutant.number));
        for mutant in left.take(most.unwrap_or(all)).collect::<Vec<_>>() {
            let noticed = match self.tested(mutant.number, &mutant.file)? {
                End::Passed => self.dearer(&costs)?,
                End::Failed(test) => Some(test),
            };
            record.note(mutant.number, noticed.clone())?;
            let (done, here) = (record.tried(), record.tried() - tried);
            let left = start.elapsed().mul_f64((all - done) as f64 / here.max(1) as f64);
            shell::say(&format!(
                "    {done}/{all}, {} left: {}:{} {}: {}",
                shell::seconds(left),
                mutant.file,
                mutant.line,
                mutant.change,
                noticed.as_deref().unwrap_or("SURVIVES"),
            ));
        }
        Ok(())
    }

    /// Runs the tests with one mutant, or none: first those that notice it soonest, if any.
    fn tested(&self, number: u32, file: &str) -> Result<End> {
        let path = &self.place;
        fs::write(path, choose(&self.program, number)?).wrap_err_with(|| shown(path))?;
        let (numbers, deeds) = (NUMBERS.as_slice(), DEEDS.as_slice());
        let stages = if is_of_numbers(file) { [numbers, deeds] } else { [deeds, numbers] };
        for stage in stages {
            if let End::Failed(test) = self.run_tests(path, stage)? {
                return Ok(End::Failed(test));
            }
        }
        let others: Vec<&str> = stages.concat().into_iter().flat_map(|name| ["--skip", name]).collect();
        self.run_tests(path, &others)
    }

    /// The first operation that the mutant that is there makes dearer than it was, or fail: the snapshot would differ.
    fn dearer(&self, before: &BTreeMap<String, u64>) -> Result<Option<String>> {
        let Some(now) = gas::costs(&self.gas)? else { return Ok(Some("gas: an operation fails".to_owned())) };
        let is_dearer =
            |(title, gas): &(String, u64)| before.get(title).is_some_and(|before| *gas >= before + GAS_MORE);
        Ok(now.into_iter().find(is_dearer).map(|(title, _)| format!("gas: {title}")))
    }

    /// Runs some tests until the first one fails.
    fn run_tests(&self, wasm: &Path, arguments: &[&str]) -> Result<End> {
        let mut command = Command::new(&self.tests);
        command
            .args(arguments)
            .args(self.without.iter().flat_map(|name| ["--skip", name]))
            .current_dir(&self.project.root)
            .env(WASM_VARIABLE, wasm);
        command.env(CACHE_VARIABLE, &self.project.cache).env("RUST_BACKTRACE", "0").env_remove("RUST_TEST_THREADS");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .wrap_err_with(|| shown(&self.tests))?;
        let output = child.stdout.take().ok_or_else(|| eyre!("the tests have no output"))?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let (deadline, mut passed) = (Instant::now() + LIMIT, false);
        let failed = loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    passed |= line.starts_with("test result: ok. ") && !line.starts_with("test result: ok. 0 passed");
                    let name = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
                    if let Some(name) = name {
                        break Some(name.to_owned());
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => break Some("a time limit".to_owned()),
                Err(mpsc::RecvTimeoutError::Disconnected) => break None,
            }
        };
        if failed.is_some() {
            child.kill().wrap_err("stopping the tests")?;
        }
        let status = child.wait().wrap_err("waiting for the tests")?;
        match failed {
            Some(name) => Ok(End::Failed(name)),
            None if status.success() => {
                ensure!(passed, "no test ran");
                Ok(End::Passed)
            }
            None => Ok(End::Failed("all of them, at once".to_owned())),
        }
    }
}
