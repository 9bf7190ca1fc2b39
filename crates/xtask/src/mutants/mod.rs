//! `cargo xtask mutants`: whether the tests notice when something is wrong in the contract.
//!
//! All mutants are built into one program, each behind a question; which one it is, is a number that is exchanged in the
//! finished module. So there is one build for all of them, and the tests, built once too, run each in seconds. What has
//! been found is kept in `target/mutants` and continued; the summary is committed.

mod hunt;
mod points;
mod record;

use crate::{
    fixtures, postprocess,
    program::Program,
    project::Project,
    shell,
    toolchain::Choice,
    wasm::{self, Build, DEFAULT_NETWORK},
};
use eyre::{Result, WrapErr as _, ensure, eyre};
use points::Mutant;
use std::{fs, path::Path};

/// What is mutated where nothing is named: all of the contract that does anything.
const FILES: [&str; 34] = [
    "src/bounds.rs",
    "src/calldata.rs",
    "src/deleverage.rs",
    "src/door/mod.rs",
    "src/door/witness.rs",
    "src/event.rs",
    "src/exchange/carry_out.rs",
    "src/exchange/draft.rs",
    "src/exchange/mod.rs",
    "src/flash/balancer_v2.rs",
    "src/flash/mod.rs",
    "src/flash/uniswap_v3/mod.rs",
    "src/flash/uniswap_v3/path.rs",
    "src/flight.rs",
    "src/holding.rs",
    "src/host/call.rs",
    "src/host/env.rs",
    "src/host/outgoing.rs",
    "src/lender/debt.rs",
    "src/lender/exactly/auditor.rs",
    "src/lender/exactly/mod.rs",
    "src/lender/listing.rs",
    "src/lender/mod.rs",
    "src/leverage.rs",
    "src/lib.rs",
    "src/math.rs",
    "src/migrate.rs",
    "src/operation.rs",
    "src/permit.rs",
    "src/sizing.rs",
    "src/till.rs",
    "src/token.rs",
    "src/word.rs",
    "src/worth.rs",
];

/// A number that stands for none of the mutants, and that occurs nowhere else: it takes the most bytes that one can.
const MARKER: u32 = 0x4d55_5441;

/// Hunts the mutants of some files.
pub(crate) fn run(
    project: &Project,
    files: &[String],
    again: bool,
    without: &[String],
    most: Option<usize>,
) -> Result<()> {
    let files: Vec<String> = match files.is_empty() {
        true => FILES.iter().map(|file| (*file).to_owned()).collect(),
        false => files.to_vec(),
    };
    fixtures::fetch(project)?;
    let (mutants, program, build) = shell::step("all mutants in one program", || build(project, &files))?;
    let tests = shell::step("the tests", || hunt::build(project))?;
    let folder = project.target_folder().join("mutants");
    // A copy, so that others can build meanwhile.
    let copy = folder.join("tests");
    fs::copy(&tests, &copy).wrap_err_with(|| shown(&tests))?;
    let tests = copy;
    let mut record = record::Record::open(&folder, &program)?;
    if again {
        record.forget_survivors();
    }
    // The preview has no mutants, but stands beside the contract wherever the tests find that.
    let place = folder.join("program").join(wasm::FILE);
    fs::create_dir_all(place.with_file_name("")).wrap_err_with(|| shown(&place))?;
    let [preview, copy] = [&build.path, &place].map(|path| path.with_file_name(wasm::PREVIEW_FILE));
    fs::copy(&preview, &copy).wrap_err_with(|| shown(&preview))?;
    let gas = Program::with(project, Build { path: place.clone(), ..build })?;
    let hunt = hunt::Hunt { project, tests, without, gas, place, program };
    let hunted = hunt.run(&mutants, &mut record, most);
    record::summarize(project, &mutants, &record).and(hunted)
}

/// Builds the program that has all mutants of these files. Where none is chosen, it is the contract. Returns also how
/// it was built.
fn build(project: &Project, files: &[String]) -> Result<(Vec<Mutant>, Vec<u8>, Build)> {
    let copy = project.copied(&project.target_folder().join("mutants/contract"))?;
    let mut mutants = Vec::new();
    for path in files {
        let text = fs::read_to_string(project.root.join(path)).wrap_err_with(|| path.clone())?;
        let first = mutants.len() as u32 + 1;
        let (found, mutated) = points::of(path, &text, first).wrap_err_with(|| path.clone())?;
        ensure!(!found.is_empty(), "{path} has nothing that could be wrong");
        mutants.extend(found);
        write(&copy.root.join(path), &mutated)?;
    }
    let surface = "src/lib.rs";
    let text = fs::read_to_string(copy.root.join(surface)).wrap_err(surface)?;
    // Nobody reads what the compiler says of the style of mutants.
    write(
        &copy.root.join(surface),
        &format!("#![allow(warnings, arithmetic_overflow, unconditional_panic)]\n{text}\n{}", points::switch(MARKER)),
    )?;
    let build = wasm::build(&copy, DEFAULT_NETWORK, Choice::Auto)?;
    let program = fs::read(&build.path).wrap_err_with(|| build.path.display().to_string())?;
    ensure!(postprocess::run(&program)? == program, "the marker would move");
    choose(&program, 0)?;
    shell::say(&format!("    {} mutants in {} files", mutants.len(), files.len()));
    Ok((mutants, program, build))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).wrap_err_with(|| path.display().to_string())
}

/// The program as one of its mutants: the number stands behind the instruction that it is the operand of, in five bytes.
fn choose(program: &[u8], number: u32) -> Result<Vec<u8>> {
    let marker = operand(MARKER);
    let mut places = program.windows(marker.len()).enumerate().filter(|(_, bytes)| *bytes == marker);
    let (Some((at, _)), None) = (places.next(), places.next()) else {
        return Err(eyre!("the number that is to be exchanged is not there once"));
    };
    let mut chosen = program.to_vec();
    chosen.splice(at..at + marker.len(), operand(number));
    Ok(chosen)
}

/// `i32.const` with a number, in the most bytes that it can have.
fn operand(number: u32) -> [u8; 6] {
    let part = |index: u32| (number >> (7 * index)) as u8 & 0x7f;
    [0x41, part(0) | 0x80, part(1) | 0x80, part(2) | 0x80, part(3) | 0x80, part(4)]
}

/// A path as messages show it.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{MARKER, choose, operand};

    #[test]
    fn a_mutant_is_chosen_by_exchanging_one_number() {
        let program = [&[1, 2][..], &operand(MARKER), &[3]].concat();
        assert_eq!(choose(&program, 5).expect("it is there"), [1, 2, 0x41, 0x85, 0x80, 0x80, 0x80, 0, 3]);
        assert!(choose(&[program.clone(), program].concat(), 5).is_err());
        assert!(choose(&[0x41, 0x85], 5).is_err());
    }
}
