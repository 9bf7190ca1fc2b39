//! Where the gas of the contract's own frames goes.

use super::{
    Case,
    measure::{self, Row},
    stage::Base,
};
use crate::demo::Manager;
use devnet::{CallTrace, trace::Labels};
use eyre::{Result, ensure};
use std::fmt::Write as _;
use stylus::params::{ArbOs, StylusParams};

/// Prints the frames of the cases whose name and variant contain a text, the program being cached.
pub(super) fn print(base: &Base, text: &str) -> Result<()> {
    let chosen: Vec<Case> = Case::all().into_iter().filter(|case| title(*case).contains(text)).collect();
    ensure!(!chosen.is_empty(), "no operation is called like `{text}`");
    let mut labels = base.world.labels();
    labels.name_account(base.stylus.address, "DebtManager");
    for case in chosen {
        let (row, trace, _) = measure::measure(base, case, Manager::Stylus, true)?;
        println!("{}", describe(&row, &trace, &labels));
    }
    Ok(())
}

fn title(case: Case) -> String {
    format!("{}, {}", case.name(), case.variant())
}

fn describe(row: &Row, trace: &CallTrace, labels: &Labels) -> String {
    let Row { operation, variant, tx_gas, net_own_gas, .. } = row;
    let mut lines = format!("{operation}, {variant}, cached: transaction {tx_gas}, net own {net_own_gas}\n\n");
    lines += &trace.render(labels);
    for frame in trace.frames().into_iter().filter(|frame| frame.is_wasm) {
        lines += &frame_lines(frame, labels);
    }
    lines
}

/// A program's frame, as what it did one after the other.
fn frame_lines(frame: &CallTrace, labels: &Labels) -> String {
    let ink_price = f64::from(StylusParams::at(ArbOs::V61).ink_price);
    let (own, refund) = (frame.own_gas(), frame.own_refund());
    let mut lines = format!("\nframe called by {}: own gas {own}, refund {refund}\n", labels.account(frame.from));
    let mut total = Total::default();
    for step in steps(frame, ink_price) {
        let _ = writeln!(lines, "  {:>9.2}  {:>9.2}  {}{}", step.computing, step.gas, step.name, callee(&step, labels));
        total.add(&step);
    }
    let _ = writeln!(lines, "  {:>9.2}  {:>9.2}  in all", total.computing, total.gas);
    lines
}

fn callee(step: &Step<'_>, labels: &Labels) -> String {
    step.callee.map_or_else(String::new, |frame| {
        let function = frame.input.first_chunk::<4>().map(|selector| labels.function((*selector).into()));
        format!("  {}.{}", labels.account(frame.code), function.unwrap_or_default())
    })
}

#[derive(Default)]
struct Total {
    computing: f64,
    gas: f64,
}

impl Total {
    fn add(&mut self, step: &Step<'_>) {
        self.computing += step.computing;
        self.gas += step.gas;
    }
}

/// A step of a frame, in gas.
struct Step<'a> {
    name: &'static str,
    /// What was computed since the step before.
    computing: f64,
    /// What it took itself, without the frame that it called.
    gas: f64,
    callee: Option<&'a CallTrace>,
}

/// Entry, every host I/O, and the return.
#[expect(clippy::cast_precision_loss, reason = "ink of a frame is far below 2^52 where it matters")]
fn steps(frame: &CallTrace, ink_price: f64) -> Vec<Step<'_>> {
    let gas = |ink: u64| ink as f64 / ink_price;
    let mut children = frame.children.iter();
    let mut last = None;
    let mut steps = Vec::new();
    for host_io in &frame.host_io {
        let calls = host_io.name.ends_with("call_contract") || host_io.name.starts_with("create");
        let callee = if calls { children.next() } else { None };
        let mut step = Step {
            name: host_io.name,
            computing: last.map_or(0.0, |ink: u64| gas(ink - host_io.start_ink)),
            gas: gas(host_io.start_ink - host_io.end_ink) - callee.map_or(0.0, |frame| frame.gas_used as f64),
            callee,
        };
        if last.is_none() {
            (step.name, step.gas) = ("entry", frame.gas_limit as f64 - gas(host_io.start_ink));
        }
        last = Some(host_io.end_ink);
        steps.push(step);
    }
    steps
}
