//! Debian's packages: installed where we are root, asked for where we are not.

use crate::shell;
use eyre::{Result, bail};
use std::process::Command;

/// Makes sure of packages. `why` completes the sentence "… needs them".
pub(crate) fn install(packages: &[&str], why: &str) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("apt-get update && apt-get install --yes --no-install-recommends {list}");
    if shell::which("apt-get").is_none() {
        bail!(
            "{why} needs what Debian packages as {list}; install them the way this system does, then repeat the command"
        );
    }
    if shell::output(Command::new("id").arg("-u"))? != "0" {
        bail!("{why} needs packages; as root run\n    {by_hand}\nand then repeat the command");
    }
    shell::step(&format!("Debian packages for {why}: {list}"), || {
        shell::run(apt_get().args(["update", "--quiet=2"]))?;
        shell::run(apt_get().args(["install", "--quiet=2", "--yes", "--no-install-recommends"]).args(packages))
    })
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
