//! The campaign as a program: what `cargo xtask campaign` builds and runs.

use campaign::{Campaign, Failure, Progress, Stage, Theme};
use clap::Parser;
use eyre::{Result, WrapErr as _};
use std::{fs, path::PathBuf, process::ExitCode, sync::Mutex, thread, time::Instant};

/// Seconds between two lines about how far it is.
const PAUSE: u64 = 10;

/// Call the contract at random in the protocols' world, and check every invariant after each call.
#[derive(Debug, Parser)]
#[command(name = "campaign")]
struct Arguments {
    /// The contract's release WASM, as `cargo xtask wasm` builds it.
    #[arg(long, env = "DEBT_MANAGER_WASM")]
    wasm: PathBuf,
    /// How many calls of the contract, at least. Those by which an outcome is found out beforehand do not count.
    #[arg(long, default_value_t = 20_000)]
    calls: u64,
    /// What determines all that happens.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What happens.
    #[arg(long, value_enum, default_value_t = Theme::Everything)]
    theme: Theme,
    /// Play this episode only, as a failure's report says.
    #[arg(long)]
    episode: Option<u64>,
    /// How many episodes at a time; as many as there are cores, if nothing is said.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Plays and prints. Whether no rule was broken.
fn run(arguments: &Arguments) -> Result<bool> {
    let &Arguments { calls, seed, theme, episode, .. } = arguments;
    let wasm = fs::read(&arguments.wasm).wrap_err_with(|| format!("cannot read {}", arguments.wasm.display()))?;
    let stage = Stage::set(&wasm)?;
    let threads = arguments.threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let campaign = Campaign { calls, seed, theme, threads };
    let start = Instant::now();
    let (tally, failures) = match episode {
        Some(episode) => {
            let (tally, failure) = campaign.episode(&stage, episode);
            (tally, Vec::from_iter(failure))
        }
        None => {
            let told = Mutex::new(start);
            campaign.run(&stage, |progress| tell(progress, calls, start, &told))
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    println!("{tally}");
    let made = tally.calls();
    let rate = made as f64 / seconds;
    println!("seed {seed}: {made} calls in {seconds:.0} s, {rate:.0} calls/s; {} rules broken", failures.len());
    failures.iter().for_each(|failure| println!("\n{failure}"));
    Ok(failures.is_empty())
}

/// Says how far it is, now and then, and what has gone wrong, at once.
fn tell(progress: &Progress<'_>, calls: u64, start: Instant, told: &Mutex<Instant>) {
    if let Progress::Broken(failure) = progress {
        eprintln!("{}", headline(failure));
        return;
    }
    let Progress::Calls(made) = *progress else { return };
    let Ok(mut told) = told.lock() else { return };
    if told.elapsed().as_secs() < PAUSE {
        return;
    }
    *told = Instant::now();
    let rate = made as f64 / start.elapsed().as_secs_f64();
    let left = calls.saturating_sub(made) as f64 / rate;
    eprintln!(
        "    {made} of {calls} calls, {rate:.0} calls/s, {:.0} min {:02.0} s left",
        (left / 60.0).floor(),
        left % 60.0
    );
}

fn headline(failure: &Failure) -> String {
    format!("    episode {}, step {}: {}", failure.episode, failure.step, failure.violation)
}
