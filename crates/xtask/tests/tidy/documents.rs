//! Rules for what the documents say: what they name is there.

use crate::tree::{TextFile, assert_none, exists, text_files};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

fn documents() -> Vec<TextFile> {
    text_files().into_iter().filter(|file| file.path.ends_with(".md")).collect()
}

/// The targets of `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut found = Vec::new();
    for file in documents() {
        let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
        for link in links(&file.text) {
            let target = link.split('#').next().unwrap_or(link);
            if !target.is_empty() && !target.contains("://") && !exists(&folder.join(target)) {
                found.push(format!("{}: {link}", file.path));
            }
        }
    }
    assert_none("these links lead nowhere", &found);
}

#[test]
fn commands_that_are_told_of_exist() {
    let mut told = BTreeMap::new();
    for file in text_files() {
        for rest in file.text.split("cargo xtask ").skip(1) {
            let name: String =
                rest.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '-').collect();
            if !name.is_empty() {
                told.insert(name, file.path.clone());
            }
        }
    }
    let is_command = |name: &str| {
        let help = Command::new(env!("CARGO_BIN_EXE_xtask")).args([name, "--help"]).output().expect("xtask runs");
        help.status.success()
    };
    assert!(is_command("wasm") && !is_command("no-such-command"));
    let found = told.iter().filter(|(name, _)| !is_command(name)).map(|(name, path)| format!("{path}: {name}"));
    assert_none("there is no such `cargo xtask` command", &found.collect::<Vec<_>>());
}

/// The names of all functions.
fn functions() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in text_files().iter().filter(|file| file.is_rust()) {
        for rest in file.text.split("fn ").skip(1) {
            names.insert(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        }
    }
    names
}

/// `INVARIANTS.md` has a number and at least one test for each sentence.
#[test]
fn every_invariant_is_held_by_tests_that_exist() {
    let Some(file) = documents().into_iter().find(|file| file.path == "INVARIANTS.md") else { return };
    let (functions, mut found, mut numbers) = (functions(), Vec::new(), BTreeSet::new());
    for paragraph in file.text.split("\n\n").flat_map(|text| text.split("\n| ")).flat_map(|text| text.split("\n- ")) {
        let Some((_, rest)) = paragraph.split_once("DM-") else { continue };
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if number.is_empty() {
            continue;
        }
        if !numbers.insert(number.clone()) {
            found.push(format!("DM-{number} is there twice"));
        }
        let quoted = paragraph.split('`').skip(1).step_by(2);
        let tests: Vec<&str> = quoted.filter_map(|path| path.rsplit("::").next()).collect();
        if !tests.iter().any(|test| functions.contains(*test)) {
            found.push(format!("DM-{number} names no test that exists"));
        }
    }
    assert!(!numbers.is_empty(), "INVARIANTS.md has no DM-nn");
    assert_none("INVARIANTS.md", &found);
}

/// The gate of the repository is the command that its README gives.
#[test]
fn the_gate_is_the_documented_command() {
    let files = text_files();
    let text = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    assert!(text(".ci/run").is_some_and(|script| script.contains("cargo verify")));
    if let Some(readme) = text("README.md") {
        assert!(readme.contains("cargo verify") && readme.contains("cargo demo"));
    }
}
