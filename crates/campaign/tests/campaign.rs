//! Campaigns of thousands of calls: all that can happen, and rolls alone.

use campaign::{Campaign, Stage, Tally, Theme};
use std::{env, fs, thread};

/// Answers whatever it is asked with a position of nothing, and does nothing.
const IDLE: &str = r#"(module
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param i32) (result i32)
    (call $write_result (i32.const 0) (i32.const 64))
    (i32.const 0)))"#;

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

#[test]
fn a_campaign_is_its_seed_however_many_episodes_are_played_at_a_time() {
    let (stage, campaign) = (stage(), Campaign { calls: 500, seed: 2, theme: Theme::Everything, threads: 1 });
    let (alone, _) = campaign.run(&stage, |_| ());
    let (together, _) = Campaign { threads: 3, ..campaign }.run(&stage, |_| ());
    assert_eq!(alone, together);
    let (other, _) = Campaign { seed: 3, ..campaign }.run(&stage, |_| ());
    assert_ne!(alone, other);
}

#[test]
fn a_contract_that_does_nothing_is_noticed_and_the_step_that_shows_it_is_told() {
    let stage = Stage::set(&wat::parse_str(IDLE).unwrap()).unwrap();
    let campaign = Campaign { calls: 20_000, seed: 1, theme: Theme::Rolls, threads: 1 };
    let (_, failures) = campaign.run(&stage, |_| ());
    assert_eq!(failures[0].violation.rule, "I13: not what was asked for");
    assert_eq!(failures[0].needed.len(), 1);
    let (_, again) = campaign.episode(&stage, failures[0].episode);
    assert_eq!(again.map(|failure| failure.violation), Some(failures[0].violation.clone()));
}
