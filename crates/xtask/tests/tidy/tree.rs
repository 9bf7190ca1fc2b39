//! The files of the checkout that git knows of, or would if asked to add everything.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A text file of the repository.
pub(crate) struct TextFile {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl TextFile {
    /// Whether it is Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is part of the contract.
    pub(crate) fn is_contract(&self) -> bool {
        self.is_rust() && self.path.starts_with("src/")
    }

    /// Whether it holds nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The lines of code up to the unit tests, numbered from one, without what follows `//`.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .take_while(|line| *line != "#[cfg(test)]")
            .enumerate()
            .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or(line)))
    }
}

/// The root of the checkout that is tested. Cargo says at run time where that is, so that checkouts can share a target
/// folder.
pub(crate) fn root() -> PathBuf {
    let own = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&own).ancestors().nth(2).expect("crates/xtask is two folders deep").to_owned()
}

/// Every text file.
pub(crate) fn text_files() -> Vec<TextFile> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listed.status.success(), "git lists no files: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("names in UTF-8");
    let files: Vec<TextFile> = names
        .split_terminator('\0')
        .filter_map(|path| Some(TextFile { text: fs::read_to_string(root().join(path)).ok()?, path: path.to_owned() }))
        .collect();
    assert!(files.iter().any(|file| file.path == "Cargo.toml"), "git lists another repository");
    files
}

/// Whether a path from the root leads to something.
pub(crate) fn exists(path: &Path) -> bool {
    root().join(path).exists()
}

/// Fails with all that was found, a line each.
#[track_caller]
pub(crate) fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}
