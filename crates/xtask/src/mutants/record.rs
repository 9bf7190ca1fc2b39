//! What has been found: in `target/mutants` for each program, and the committed summary with its reasons.

use super::{Mutant, shown};
use crate::{integrity, project::Project, shell, snapshot};
use eyre::{Result, WrapErr as _, ensure};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The committed summary, from the root of the checkout.
const SUMMARY: &str = "tests/snapshots/mutants.json";

/// What has been found about the mutants of one program.
#[derive(Default, Serialize, Deserialize)]
struct Found {
    /// Digest of the program: another one is another hunt.
    program: String,
    /// Whether the tests pass where no mutant is chosen.
    is_sound: bool,
    /// The test that noticed each mutant, by its number; none for those that survive.
    mutants: BTreeMap<u32, Option<String>>,
}

/// The same, and where it is kept.
pub(super) struct Record {
    path: PathBuf,
    found: Found,
}

impl Record {
    /// Continues what was begun with this program.
    pub(super) fn open(folder: &Path, program: &[u8]) -> Result<Self> {
        let (path, program) = (folder.join("found.json"), integrity::of(program));
        let old = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        let found = old.filter(|found: &Found| found.program == program);
        Ok(Self { path, found: found.unwrap_or_else(|| Found { program, ..Found::default() }) })
    }

    pub(super) fn is_sound(&self) -> bool {
        self.found.is_sound
    }

    pub(super) fn tried(&self) -> usize {
        self.found.mutants.len()
    }

    pub(super) fn knows(&self, number: u32) -> bool {
        self.found.mutants.contains_key(&number)
    }

    pub(super) fn note_sound(&mut self) -> Result<()> {
        self.found.is_sound = true;
        self.keep()
    }

    pub(super) fn note(&mut self, number: u32, noticed: Option<String>) -> Result<()> {
        self.found.mutants.insert(number, noticed);
        self.keep()
    }

    /// Those that survived are tried again, and so are the tests, which may have been changed for them.
    pub(super) fn forget_survivors(&mut self) {
        self.found.is_sound = false;
        self.found.mutants.retain(|_, noticed| noticed.is_some());
    }

    fn survives(&self, mutant: &Mutant) -> bool {
        self.found.mutants.get(&mutant.number) == Some(&None)
    }

    fn keep(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.found)? + "\n";
        fs::write(&self.path, text).wrap_err_with(|| shown(&self.path))
    }
}

/// The committed summary.
#[derive(Default, Serialize, Deserialize)]
struct Summary {
    /// How many there are in each file, how many of them have been tried, and how many the tests notice.
    files: BTreeMap<String, Counts>,
    /// Those that no test notices, and why that is no harm.
    survivors: Vec<Survivor>,
}

#[derive(Default, Serialize, Deserialize)]
struct Counts {
    mutants: usize,
    tried: usize,
    noticed: usize,
}

#[derive(Serialize, Deserialize)]
struct Survivor {
    file: String,
    function: String,
    change: String,
    /// Written by hand.
    why: String,
}

/// Writes the summary, with the reasons that it has, and fails where one is missing.
pub(super) fn summarize(project: &Project, mutants: &[Mutant], record: &Record) -> Result<()> {
    let mut summary: Summary = snapshot::read(project, SUMMARY)?;
    let mut counts = BTreeMap::<String, Counts>::new();
    for mutant in mutants {
        let counts = counts.entry(mutant.file.clone()).or_default();
        counts.mutants += 1;
        counts.tried += usize::from(record.knows(mutant.number));
        counts.noticed += usize::from(record.knows(mutant.number) && !record.survives(mutant));
    }
    let (old, others) = std::mem::take(&mut summary.survivors)
        .into_iter()
        .partition::<Vec<_>, _>(|survivor| counts.contains_key(&survivor.file));
    summary.survivors = others;
    let mut unexplained = 0;
    for mutant in mutants.iter().filter(|mutant| record.survives(mutant)) {
        let Mutant { file, line, function, change, .. } = mutant.clone();
        let is_same = |old: &&Survivor| old.file == file && old.function == function && old.change == change;
        let why = old.iter().find(is_same).map_or_else(String::new, |survivor| survivor.why.clone());
        if why.is_empty() {
            shell::say(&format!("    no test notices, and nothing explains: {file}:{line} {function}: {change}"));
            unexplained += 1;
        }
        summary.survivors.push(Survivor { file, function, change, why });
    }
    summary.files.extend(counts);
    snapshot::write(project, SUMMARY, &(serde_json::to_string_pretty(&summary)? + "\n"))?;
    for (file, Counts { mutants, tried, noticed }) in &summary.files {
        println!("{file}: {mutants} mutants, {tried} tried, {noticed} noticed");
    }
    ensure!(unexplained == 0, "{unexplained} mutants survive without a reason in {SUMMARY}");
    Ok(())
}
