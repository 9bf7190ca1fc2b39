//! One file from a web server into the cache: by curl, in pieces if need be, and never under its own name before its
//! digest is right.

use crate::integrity;
use eyre::{Result, WrapErr as _, bail};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// How often a server is asked before we give up. Each try goes on where the one before stopped.
const TRIES: u32 = 4;

/// The pause before the second try; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1000 });

/// curl's exit status where the server cannot send the rest of a file only.
const CURL_RANGE_REFUSED: i32 = 33;

/// A file to have.
pub(crate) struct Wanted<'a> {
    /// Where it is.
    pub(crate) url: &'a str,
    /// Its exact length.
    pub(crate) bytes: u64,
    /// Its digest, as npm writes it.
    pub(crate) integrity: &'a str,
    /// Where it goes.
    pub(crate) path: &'a Path,
}

/// Whether a file is there, whole and right.
pub(crate) fn is_good(path: &Path, bytes: u64, integrity: &str) -> bool {
    fs::metadata(path).is_ok_and(|data| data.len() == bytes)
        && integrity::of_file(path).is_ok_and(|digest| digest == integrity)
}

/// Downloads a file, going on with what an interrupted run left in `<name>.part`. `progress` hears how many bytes of it
/// are there.
pub(crate) fn fetch(wanted: &Wanted<'_>, mut progress: impl FnMut(u64)) -> Result<()> {
    let part = part_of(wanted.path);
    let mut failure = None;
    for attempt in 0..TRIES {
        if attempt > 0 {
            thread::sleep(PAUSE * (1 << (attempt - 1)));
        }
        if length(&part) > wanted.bytes {
            remove(&part)?;
        }
        if length(&part) < wanted.bytes
            && let Err(error) = receive(wanted, &part, &mut progress)
        {
            failure = Some(error);
            continue;
        }
        let digest = integrity::of_file(&part)?;
        if digest == wanted.integrity {
            return fs::rename(&part, wanted.path).wrap_err_with(|| wanted.path.display().to_string());
        }
        // What an earlier run left may have been damaged: the next try starts from nothing.
        remove(&part)?;
        failure = Some(eyre::eyre!("the server's file has the digest {digest}, not {}", wanted.integrity));
    }
    Err(failure.unwrap_or_else(|| eyre::eyre!("not tried"))).wrap_err_with(|| format!("cannot download {}", wanted.url))
}

/// One run of curl, which appends to `part`.
fn receive(wanted: &Wanted<'_>, part: &Path, progress: &mut impl FnMut(u64)) -> Result<()> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--location", "--continue-at", "-"])
        .args(["--connect-timeout", "20", "--speed-limit", "1", "--speed-time", "60"])
        .arg("--max-filesize")
        .arg(wanted.bytes.to_string())
        .arg("--output")
        .arg(part)
        .arg(wanted.url);
    let mut child = curl
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .wrap_err("cannot start curl, which downloads")?;
    while child.try_wait()?.is_none() {
        progress(length(part));
        thread::sleep(Duration::from_millis(50));
    }
    let output = child.wait_with_output()?;
    progress(length(part));
    if output.status.code() == Some(CURL_RANGE_REFUSED) {
        remove(part)?;
    }
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let got = length(part);
    if got != wanted.bytes {
        // Too short is a connection that broke, and the next try goes on. Too long is another file.
        bail!("{got} bytes came instead of {}", wanted.bytes);
    }
    Ok(())
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).wrap_err_with(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
