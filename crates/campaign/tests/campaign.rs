//! Campaigns of thousands of calls: all that can happen, and rolls alone.

use campaign::{Campaign, Stage, Tally, Theme};
use std::{env, fs, thread};

/// The world with the release WASM: what `cargo xtask wasm` has built.
fn stage() -> Stage {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/wasm/devnet/debt_manager.wasm");
    let path = env::var("DEBT_MANAGER_WASM").unwrap_or_else(|_| built.to_owned());
    let wasm = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}: run `cargo xtask wasm`"));
    Stage::set(&wasm).unwrap()
}

/// No rule is broken in so many calls, and each kind of them succeeds at least once.
fn holds(theme: Theme, calls: u64, seed: u64) -> Tally {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (tally, failures) = Campaign { calls, seed, theme, threads }.run(&stage(), |_| ());
    println!("{tally}");
    failures.iter().for_each(|failure| println!("{failure}"));
    assert!(failures.is_empty(), "{}", failures[0]);
    assert!(tally.calls() >= calls);
    tally
}

#[test]
fn twenty_thousand_calls_break_no_rule_and_every_kind_succeeds() {
    let tally = holds(Theme::Everything, 20_000, 1);
    let idle: Vec<&str> = tally.idle().collect();
    assert!(idle.is_empty(), "these never succeeded: {idle:?}");
}

#[test]
fn mixed_rolls_of_four_accounts_and_maturities_break_no_rule() {
    let tally = holds(Theme::Rolls, 3_000, 1);
    for [from, to] in [["floating", "fixed"], ["fixed", "floating"], ["fixed", "fixed"]] {
        let kind = format!("migrate a debt, one asset, {from} to {to}");
        assert!(tally.kinds.get(&kind).is_some_and(|count| count.succeeded >= 100), "{kind}");
    }
}
