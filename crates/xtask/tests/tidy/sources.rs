//! Rules for source files.

use crate::tree::{TextFile, assert_none, text_files};

/// Lines that a file of the contract may have.
const CONTRACT_LINES: usize = 200;
/// Lines that any other source file may have.
const LINES: usize = 400;
/// Lines that a function may have.
const FUNCTION_LINES: usize = 60;

/// Where the contract talks to the host by pointers: the one place for code that the compiler cannot check.
const HOST: &str = "src/host/";

/// Its imports. Natively they are stand-ins, which say that they cannot be called.
const IMPORTS: &str = "src/host/hooks.rs";

/// What ends a frame without saying why. On the chain that is an empty revert.
const PANICS: [&str; 7] =
    [".unwrap()", ".expect(", "panic!(", "unreachable!(", "assert!(", "assert_eq!(", "unimplemented!("];

/// Marks of unfinished work, put together here so that this file passes.
const MARKS: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK:")];

/// Hosts of package registries: each machine is set up for its own.
const REGISTRIES: [&str; 8] = [
    concat!("npm", "js.org"),
    concat!("npm", "js.com"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
    concat!("static.", "rust-lang.org"),
    concat!("deb.", "debian.org"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
];

fn rust_files() -> Vec<TextFile> {
    text_files().into_iter().filter(TextFile::is_rust).collect()
}

#[test]
fn files_stay_short() {
    let mut found = Vec::new();
    for file in rust_files() {
        let (lines, limit) = (file.text.lines().count(), if file.is_contract() { CONTRACT_LINES } else { LINES });
        if lines > limit {
            found.push(format!("{}: {lines} lines, of at most {limit}", file.path));
        }
    }
    assert_none("split these by subject", &found);
}

#[test]
fn functions_stay_short() {
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| !file.is_test()) {
        for (start, length) in functions(&file.text) {
            if length > FUNCTION_LINES {
                found.push(format!("{}:{start}: {length} lines, of at most {FUNCTION_LINES}", file.path));
            }
        }
    }
    assert_none("split these by what they do", &found);
}

/// The first line and the length of each function, in text that rustfmt has laid out: a function ends with the first
/// closing brace that is indented as its signature is. The alternatives of a pattern, which rustfmt puts on a line each,
/// count as one.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_signature =
            code.split(' ').take_while(|word| !word.contains('(') || word.starts_with("pub(")).any(|w| w == "fn");
        if !is_signature || code.starts_with("//") || code.ends_with(';') || code.ends_with('}') {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        if let Some(last) = lines[index..].iter().position(|line| *line == end) {
            let counted = lines[index..=index + last].iter().filter(|line| !line.trim_start().starts_with("| "));
            functions.push((index + 1, counted.count()));
        }
    }
    functions
}

#[test]
fn functions_are_measured() {
    let text = "fn a() {}\nimpl B {\n    pub(crate) async fn b(\n        c: u8,\n    ) {\n        d()\n    }\n}\nfn e() {\n    A\n    | B\n}\n";
    assert_eq!(functions(text), [(3, 5), (9, 3)]);
}

#[test]
fn each_file_says_what_it_is_for() {
    let rust = rust_files();
    let found = rust.iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path.clone());
    assert_none("these do not begin with a module comment", &found.collect::<Vec<_>>());
}

#[test]
fn only_the_host_is_unsafe() {
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| !file.path.starts_with(HOST) && !file.path.contains("/tidy/")) {
        for (number, code) in file.code() {
            // An exported name is marked so, but has no body that could break a rule.
            let code = code.replace("#[unsafe(no_mangle)]", "");
            if code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "unsafe") {
                found.push(format!("{}:{number}", file.path));
            }
        }
    }
    assert_none("unsafe code outside of the contract's host", &found);
}

#[test]
fn the_contract_never_panics_by_name() {
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| file.is_contract() && file.path != IMPORTS && !file.is_test()) {
        for (number, code) in file.code() {
            let code = code.replace("debug_assert", "");
            if PANICS.iter().any(|panic| code.contains(panic)) && !code.contains("const _: ()") {
                found.push(format!("{}:{number}: {}", file.path, code.trim()));
            }
        }
    }
    assert_none("a typed error says more than these", &found);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut found = Vec::new();
    for file in text_files() {
        for (number, line) in file.text.lines().enumerate() {
            if MARKS.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert_none("finish these, or file an issue", &found);
}

#[test]
fn every_test_runs() {
    let mark = concat!("#[ig", "nore");
    let rust = rust_files();
    let found = rust.iter().filter(|file| file.text.contains(mark)).map(|file| file.path.clone());
    assert_none("tests that are skipped show nothing", &found.collect::<Vec<_>>());
}

#[test]
fn no_registry_is_named() {
    let mut found = Vec::new();
    // Cargo writes its own into the lock file.
    for file in text_files().iter().filter(|file| file.path != "Cargo.lock") {
        for registry in REGISTRIES {
            if file.text.contains(registry) {
                found.push(format!("{}: {registry}", file.path));
            }
        }
    }
    assert_none("the address of a registry comes from the machine's settings", &found);
}
