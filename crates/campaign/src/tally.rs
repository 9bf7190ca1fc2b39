//! What was tried and what became of it.

use std::{collections::BTreeMap, fmt};

/// Of one kind of call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many were sent.
    pub tried: u64,
    /// How many of them succeeded.
    pub succeeded: u64,
    /// Why the others did not, by the error's name.
    pub reasons: BTreeMap<String, u64>,
}

/// Of all kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// By what was done: every call is one of these.
    pub kinds: BTreeMap<String, Count>,
    /// Operations, by how the account lets the contract act.
    pub ways: BTreeMap<String, Count>,
    /// What happened beside the contract.
    pub events: BTreeMap<String, Count>,
}

/// What a call came to, if it failed by its reason.
pub(crate) type Verdict = Result<(), String>;

impl Count {
    fn count(&mut self, result: &Verdict) {
        self.tried += 1;
        match result {
            Ok(()) => self.succeeded += 1,
            Err(name) => *self.reasons.entry(name.clone()).or_default() += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.tried += other.tried;
        self.succeeded += other.succeeded;
        other.reasons.iter().for_each(|(name, times)| *self.reasons.entry(name.clone()).or_default() += times);
    }
}

impl Tally {
    /// Counts a call.
    pub(crate) fn count(&mut self, kind: &str, result: &Verdict) {
        self.kinds.entry(kind.to_owned()).or_default().count(result);
    }

    /// Counts an operation by how the account lets the contract act.
    pub(crate) fn count_way(&mut self, way: &str, result: &Verdict) {
        self.ways.entry(way.to_owned()).or_default().count(result);
    }

    /// Counts what happened beside the contract, or was refused.
    pub(crate) fn count_event(&mut self, event: &str, happened: bool) {
        let result = if happened { Ok(()) } else { Err("refused".to_owned()) };
        self.events.entry(event.to_owned()).or_default().count(&result);
    }

    fn groups(&self) -> [&BTreeMap<String, Count>; 3] {
        [&self.kinds, &self.ways, &self.events]
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        let own = [&mut self.kinds, &mut self.ways, &mut self.events];
        for (own, other) in own.into_iter().zip(other.groups()) {
            other.iter().for_each(|(kind, count)| own.entry(kind.clone()).or_default().add(count));
        }
    }

    /// Calls of the contract.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.kinds.values().map(|count| count.tried).sum()
    }

    /// What never succeeded, though it should: of these the campaign has shown nothing.
    pub fn idle(&self) -> impl Iterator<Item = &str> {
        let may_fail = |kind: &str| kind.starts_with(HOSTILE) || kind.starts_with(MALFORMED);
        let counts = self.groups().into_iter().flatten();
        counts.filter(move |(kind, count)| count.succeeded == 0 && !may_fail(kind)).map(|(kind, _)| kind.as_str())
    }

    /// How often each reason was given, by all calls.
    fn reasons(&self) -> BTreeMap<&str, u64> {
        let mut reasons = BTreeMap::new();
        for (name, times) in self.kinds.values().flat_map(|count| &count.reasons) {
            *reasons.entry(name.as_str()).or_default() += times;
        }
        reasons
    }
}

/// How the kinds begin of which none may succeed.
pub(crate) const HOSTILE: &str = "hostile: ";
/// How the kinds begin of which hardly any succeeds.
pub(crate) const MALFORMED: &str = "malformed";

/// How many reasons are shown beside a kind, the most frequent ones.
const REASONS: usize = 4;

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, group) in ["calls", "ways", "beside the contract"].into_iter().zip(self.groups()) {
            writeln!(formatter, "{title:<56} {:>8} {:>9}  refused", "tried", "succeeded")?;
            for (kind, count) in group {
                let reasons = frequent(count.reasons.iter().map(|(name, times)| (name.as_str(), *times)));
                let shown: Vec<String> =
                    reasons.iter().take(REASONS).map(|(name, times)| format!("{times} {name}")).collect();
                let more = if reasons.len() > REASONS { ", …" } else { "" };
                let Count { tried, succeeded, .. } = count;
                writeln!(formatter, "  {kind:<54} {tried:>8} {succeeded:>9}  {}{more}", shown.join(", "))?;
            }
        }
        writeln!(formatter, "reasons of all calls")?;
        frequent(self.reasons()).into_iter().try_for_each(|(name, times)| writeln!(formatter, "{times:>9} {name}"))
    }
}

/// The most frequent ones first.
fn frequent<'a>(reasons: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<(&'a str, u64)> {
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    reasons
}
