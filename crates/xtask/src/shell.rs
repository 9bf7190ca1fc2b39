//! Running other programs, and telling the user about it on standard error.

use eyre::{Result, WrapErr as _, bail};
use std::{
    ffi::OsStr,
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Variables by which an environment changes what a build makes, unseen. Our builds get their flags from the
/// repository alone. The last group is what `cargo run` sets for us and a nested cargo must not see.
const SCRUBBED: [&str; 12] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
    "RUSTC",
    "RUSTDOCFLAGS",
    "RUSTC_BOOTSTRAP",
    "RUSTDOC",
    "LD_LIBRARY_PATH",
    "CARGO",
    "CARGO_MANIFEST_DIR",
];

/// A line for the user.
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// Announces a step, does it, and tells how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let bold = if io::stderr().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    say(&format!("{}==> {name}{}", bold.0, bold.1));
    let start = Instant::now();
    let result = work();
    say(&format!("    {} after {}", if result.is_ok() { "done" } else { "failed" }, seconds(start.elapsed())));
    result
}

/// `3.2 s`, or `2 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// Runs a program that prints for the user: nothing to read, and all it says on our standard error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .wrap_err_with(|| format!("cannot start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a program for what it prints, trimmed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .wrap_err_with(|| format!("cannot start {}", command.get_program().display()))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("{} ended with {}: {}", line(command), output.status, reason.trim());
    }
    Ok(String::from_utf8(output.stdout).wrap_err("not UTF-8")?.trim().to_owned())
}

/// Where a program is on the search path.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A cargo, or another tool of Rust, that the environment cannot steer away from what the repository says.
pub(crate) fn rust_tool(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in SCRUBBED {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PROFILE_") {
            command.env_remove(name);
        }
    }
    command
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
