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

/// The threat model's groups of attacks and their numbers.
const ATTACKS: [(char, &[u8]); 7] = [
    ('A', &[1, 2, 4, 6, 8, 10, 11, 14, 15]),
    ('B', &[1, 2, 5, 7, 8, 11, 12, 13]),
    ('C', &[1, 2, 3, 5, 6, 9, 11, 12, 13]),
    ('D', &[1, 2, 4, 6, 7, 9, 10]),
    ('E', &[1, 2, 3, 5, 7, 8, 9]),
    ('F', &[1, 2, 3, 7]),
    ('G', &[1, 2, 3, 5, 6, 8, 9, 10]),
];

/// Of each attack, `INVARIANTS.md` names the tests that try it, all of which exist, or says why there is none yet.
#[test]
fn every_attack_is_tried_by_tests_that_exist() {
    let files = text_files();
    let exists = |path: &str| {
        path.split_once("::").is_some_and(|(module, name)| {
            let (path, test) = (format!("tests/it/{module}.rs"), format!("#[test]\nfn {name}("));
            files.iter().any(|file| file.path == path && file.text.contains(&test))
        })
    };
    let Some(file) = files.iter().find(|file| file.path == "INVARIANTS.md") else { return };
    let mut found = Vec::new();
    for (group, numbers) in ATTACKS {
        for number in numbers {
            let start = format!("- {group}{number} ");
            let rows: Vec<&str> = file.text.lines().filter(|line| line.starts_with(&start)).collect();
            let [row] = rows[..] else {
                found.push(format!("{group}{number} is there {} times", rows.len()));
                continue;
            };
            let tests: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
            if tests.is_empty() && !row.contains(". Not yet: ") {
                found.push(format!("{group}{number} names no test, nor why there is none yet"));
            }
            found.extend(tests.iter().filter(|test| !exists(test)).map(|test| format!("{group}{number}: {test}")));
        }
    }
    assert_none("these attacks are not tried by tests that exist", &found);
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
