//! Plays episodes, several at a time, until enough calls were made.

use crate::{check::Violation, draw, perform::Play, rng::Rng, shrink::shrink, stage::Stage, step::Step, tally::Tally};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// Steps in an episode: those that open positions, and those that follow.
const OPENINGS: usize = 10;
const STEPS: usize = 240;
/// Broken episodes after which a campaign ends early.
const FAILURES: usize = 10;

/// What happens in a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// All that can.
    Everything,
    /// Above all, debts are rolled from maturity to maturity.
    Rolls,
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// How many calls of the contract, at least.
    pub calls: u64,
    /// What determines all steps.
    pub seed: u64,
    /// What happens.
    pub theme: Theme,
    /// How many episodes at a time. What is counted does not depend on it.
    pub threads: usize,
}

/// An episode that ended with a rule broken.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Of which campaign.
    pub seed: u64,
    /// What happened in it.
    pub theme: Theme,
    /// Which episode.
    pub episode: u64,
    /// Which of its steps was the last.
    pub step: usize,
    /// What was broken.
    pub violation: Violation,
    /// The steps without which it is not, in their order, and its number of each. Of several failures of one rule only
    /// the first has them.
    pub needed: Vec<(usize, Step)>,
}

/// What a campaign tells while it is played.
#[derive(Debug)]
pub enum Progress<'a> {
    /// So many calls were made.
    Calls(u64),
    /// A rule was broken.
    Broken(&'a Failure),
}

/// What is known so far.
#[derive(Default)]
struct Results {
    /// Of the episodes up to the first that is not finished.
    sum: Tally,
    counted: u64,
    finished: BTreeMap<u64, Tally>,
    failures: Vec<Failure>,
    rules: BTreeSet<&'static str>,
}

impl Results {
    /// Counts episodes in their order, whatever the order in which they end, and no more of them than make so many calls.
    fn take(&mut self, episode: u64, tally: Tally, calls: u64) {
        self.finished.insert(episode, tally);
        while self.sum.calls() < calls {
            let Some(tally) = self.finished.remove(&self.counted) else { return };
            self.sum.add(&tally);
            self.counted += 1;
        }
    }
}

/// The steps of an episode.
#[must_use]
pub fn steps(theme: Theme, seed: u64, episode: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed, episode);
    let openings: Vec<Step> = (0..OPENINGS).map(|_| draw::opening(theme, &mut rng)).collect();
    openings.into_iter().chain((0..STEPS).map(|_| draw::step(theme, &mut rng))).collect()
}

/// Performs steps in a fresh world until one breaks a rule.
pub(crate) fn play(stage: &Stage, steps: impl IntoIterator<Item = Step>) -> (Tally, Option<(usize, Violation)>) {
    let mut play = Play::new(stage);
    for (index, step) in steps.into_iter().enumerate() {
        if let Err(violation) = play.perform(&step) {
            return (play.tally, Some((index, violation)));
        }
    }
    (play.tally, None)
}

impl Campaign {
    /// Plays. Returns what was counted and what went wrong; `progress` hears of both as it comes.
    pub fn run(&self, stage: &Stage, progress: impl Fn(&Progress<'_>) + Sync) -> (Tally, Vec<Failure>) {
        let (episodes, results) = (AtomicU64::new(0), Mutex::new(Results::default()));
        let worker = || {
            while self.goes_on(&lock(&results)) {
                let episode = episodes.fetch_add(1, Ordering::Relaxed);
                let (tally, broken) = play(stage, self.steps(episode));
                let failure = broken.map(|(step, violation)| {
                    let is_new = lock(&results).rules.insert(violation.rule);
                    self.failure(stage, episode, step, violation, is_new)
                });
                let mut results = lock(&results);
                results.take(episode, tally, self.calls);
                progress(&Progress::Calls(results.sum.calls()));
                if let Some(failure) = failure {
                    progress(&Progress::Broken(&failure));
                    results.failures.push(failure);
                }
            }
        };
        thread::scope(|scope| (0..self.threads).for_each(|_| drop(scope.spawn(worker))));
        let Results { sum, failures, .. } = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        (sum, failures)
    }

    fn goes_on(&self, results: &Results) -> bool {
        results.sum.calls() < self.calls && results.failures.len() < FAILURES
    }

    fn steps(&self, episode: u64) -> Vec<Step> {
        steps(self.theme, self.seed, episode)
    }

    /// Plays one episode.
    #[must_use]
    pub fn episode(&self, stage: &Stage, episode: u64) -> (Tally, Option<Failure>) {
        let (tally, broken) = play(stage, self.steps(episode));
        (tally, broken.map(|(step, violation)| self.failure(stage, episode, step, violation, true)))
    }

    fn failure(&self, stage: &Stage, episode: u64, step: usize, violation: Violation, shrinks: bool) -> Failure {
        let played = self.steps(episode).into_iter().enumerate().take(step + 1).collect();
        let needed = if shrinks { shrink(stage, played, violation.rule) } else { Vec::new() };
        Failure { seed: self.seed, theme: self.theme, episode, step, violation, needed }
    }
}

fn lock(results: &Mutex<Results>) -> MutexGuard<'_, Results> {
    results.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, theme, episode, step, violation, needed } = self;
        writeln!(formatter, "{violation}")?;
        writeln!(formatter, "seed {seed}, episode {episode}, step {step}")?;
        if !needed.is_empty() {
            writeln!(formatter, "of its steps these suffice:")?;
        }
        for (index, step) in needed {
            writeln!(formatter, "  {index}: {step:?}")?;
        }
        let theme = match theme {
            Theme::Everything => "",
            Theme::Rolls => " --theme rolls",
        };
        write!(formatter, "again: cargo xtask campaign --seed {seed}{theme} --episode {episode}")
    }
}
