//! Running tests and counting them: a run in which none ran has shown nothing.

use eyre::{Result, WrapErr as _, bail, ensure};
use std::{
    fmt,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::shell;

/// What became of the tests of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} tests passed, {} failed, {} ignored", self.passed, self.failed, self.ignored)
    }
}

/// Runs `cargo test`, shows what it prints, and counts.
pub(crate) fn run(command: &mut Command) -> Result<Counts> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().wrap_err("cannot start cargo test")?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.wrap_err("what the tests print")?;
            let line = String::from_utf8_lossy(&line);
            shell::say(&line);
            count(&line, &mut counts);
        }
    }
    let status = child.wait().wrap_err("waiting for cargo test")?;
    shell::say(&format!("    {counts}"));
    if !status.success() || counts.failed > 0 {
        bail!("{counts}; cargo test ended with {status}");
    }
    ensure!(counts.passed > 0, "no test ran");
    Ok(counts)
}

/// Adds up the line that ends each test program's report: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
fn count(line: &str, counts: &mut Counts) {
    let Some(report) = line.strip_prefix("test result: ") else { return };
    let words: Vec<&str> = report.split([' ', ';']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let &[number, what] = pair else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match what {
            "passed" => counts.passed += number,
            "failed" => counts.failed += number,
            "ignored" => counts.ignored += number,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, count, run};
    use std::process::Command;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_programs_reports_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.10s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            count(line, &mut counts);
        }
        assert_eq!(counts, Counts { passed: 7, failed: 2, ignored: 1 });
    }

    #[test]
    fn a_run_fails_when_a_test_did_or_cargo_did_or_none_ran() {
        let report = |passed, failed| format!("echo 'test result: x. {passed} passed; {failed} failed; 0 ignored'");
        assert!(run(&mut shell(&report(1, 0))).is_ok());
        assert!(run(&mut shell(&report(1, 1))).is_err());
        assert!(run(&mut shell(&format!("{}; exit 101", report(1, 0)))).is_err());
        assert!(run(&mut shell(&report(0, 0))).is_err());
        assert!(run(&mut shell("true")).is_err());
    }
}
