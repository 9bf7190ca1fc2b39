//! Where the gas of the contract's own frames goes.

use super::{
    Case,
    measure::{self, Row},
    stage::Base,
};
use alloy_primitives::Address;
use debt_manager::abi::{
    IBalancerV2Vault, IDebtManager, IERC20, IERC20Permit, IExactlyMarket, IPermit2, IUniswapV3Pool,
};
use devnet::{CallTrace, trace::Labels};
use eyre::{Result, ensure};
use protocols::exactly::{IAuditor, IMarket};
use std::fmt::Write as _;
use stylus::params::{ArbOs, StylusParams};

/// Prints the frames of the cases whose name and variant contain a text, the program being cached.
pub(super) fn print(base: &Base, text: &str) -> Result<()> {
    let chosen: Vec<Case> = Case::all().into_iter().filter(|case| title(*case).contains(text)).collect();
    ensure!(!chosen.is_empty(), "no operation is called like `{text}`");
    let labels = labels(base);
    for case in chosen {
        for &manager in case.managers() {
            let (row, trace, _) = measure::measure(base, case, manager, true)?;
            println!("{}", describe(&row, &trace, &labels, &manager.addresses(&base.world, base.stylus)));
        }
    }
    Ok(())
}

fn title(case: Case) -> String {
    format!("{}, {}", case.name(), case.variant())
}

/// Names for all that a manager calls.
fn labels(base: &Base) -> Labels {
    let mut labels = base.world.labels();
    labels.name_account(base.stylus.address, "DebtManager");
    for (selectors, name) in interfaces() {
        for selector in selectors {
            labels.name_function((*selector).into(), name(*selector).unwrap_or_default());
        }
    }
    labels
}

/// The functions of an interface, and how each is called.
type Functions = (&'static [[u8; 4]], fn([u8; 4]) -> Option<&'static str>);

fn interfaces() -> [Functions; 9] {
    macro_rules! functions {
        ($($calls:ty),* $(,)?) => { [$((<$calls>::SELECTORS, <$calls>::name_by_selector)),*] };
    }
    functions![
        IAuditor::IAuditorCalls,
        IMarket::IMarketCalls,
        IExactlyMarket::IExactlyMarketCalls,
        IERC20::IERC20Calls,
        IERC20Permit::IERC20PermitCalls,
        IPermit2::IPermit2Calls,
        IBalancerV2Vault::IBalancerV2VaultCalls,
        IUniswapV3Pool::IUniswapV3PoolCalls,
        IDebtManager::IDebtManagerCalls,
    ]
}

/// The whole transaction, what the manager called, and its own frames step by step.
fn describe(row: &Row, trace: &CallTrace, labels: &Labels, manager: &[Address]) -> String {
    let Row { operation, variant, tx_gas, net_own_gas, .. } = row;
    let by = format!("{:?}", row.manager);
    let mut lines = format!("{operation}, {variant}, by {by}, cached: transaction {tx_gas}, net own {net_own_gas}\n\n");
    lines += &trace.render(labels);
    lines += "\n  gas less refund of the calls that the manager makes\n";
    for (frame, gas) in calls(trace, manager) {
        let _ = writeln!(lines, "  {gas:>9}  {}", name(frame, labels));
    }
    for frame in trace.frames().into_iter().filter(|frame| frame.is_wasm) {
        lines += &frame_lines(frame, labels);
    }
    lines
}

/// What a manager's frames call that is not its own, with the gas of each less the refunds. The manager's own frames in
/// it do not count, and what those call stands for itself.
fn calls<'a>(trace: &'a CallTrace, manager: &[Address]) -> Vec<(&'a CallTrace, i64)> {
    let own = trace.frames().into_iter().filter(|frame| manager.contains(&frame.code));
    let called = own.flat_map(|frame| &frame.children).filter(|child| !manager.contains(&child.code));
    called.map(|child| (child, foreign_gas(child, manager))).collect()
}

/// Gas less refunds of a frame and all that it called, up to the next frame of the manager's.
fn foreign_gas(frame: &CallTrace, manager: &[Address]) -> i64 {
    if manager.contains(&frame.code) {
        return 0;
    }
    let called: i64 = frame.children.iter().map(|child| foreign_gas(child, manager)).sum();
    frame.own_gas().cast_signed() - frame.own_refund() + called
}

fn name(frame: &CallTrace, labels: &Labels) -> String {
    let function = frame.input.first_chunk::<4>().map(|selector| labels.function((*selector).into()));
    format!("{}.{}", labels.account(frame.code), function.unwrap_or_default())
}

/// A program's frame, as what it did one after the other.
fn frame_lines(frame: &CallTrace, labels: &Labels) -> String {
    let ink_price = f64::from(StylusParams::at(ArbOs::V61).ink_price);
    let (own, refund) = (frame.own_gas(), frame.own_refund());
    let mut lines = format!("\nframe called by {}: own gas {own}, refund {refund}\n", labels.account(frame.from));
    lines += "  computing       gas  host I/O\n";
    let mut total = Total::default();
    for step in steps(frame, ink_price) {
        let callee = step.callee.map(|frame| name(frame, labels)).unwrap_or_default();
        let _ = writeln!(lines, "  {:>9.2}  {:>9.2}  {}  {callee}", step.computing, step.gas, step.name);
        total.add(&step);
    }
    let _ = writeln!(lines, "  {:>9.2}  {:>9.2}  in all", total.computing, total.gas);
    lines
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

#[cfg(test)]
mod tests {
    use super::{calls, steps};
    use alloy_primitives::{Address, Bytes, U256};
    use devnet::{CallTrace, FrameKind};
    use stylus::vm::HostIoTrace;

    const MANAGER: Address = Address::repeat_byte(1);
    const OTHER: Address = Address::repeat_byte(2);

    fn frame(code: Address, gas_used: u64, refund: i64, children: Vec<CallTrace>) -> CallTrace {
        CallTrace {
            kind: FrameKind::Call,
            from: Address::ZERO,
            to: code,
            code,
            is_wasm: code == MANAGER,
            value: U256::ZERO,
            input: Bytes::new(),
            output: Bytes::new(),
            success: true,
            gas_limit: 10_000,
            gas_used,
            refund,
            logs: Vec::new(),
            host_io: Vec::new(),
            children,
        }
    }

    fn host_io(name: &'static str, start_ink: u64, end_ink: u64) -> HostIoTrace {
        HostIoTrace { name, args: Bytes::new(), outs: Bytes::new(), start_ink, end_ink }
    }

    #[test]
    fn calls_and_own_frames_add_up_to_the_transaction() {
        let callback = frame(MANAGER, 300, 40, vec![frame(OTHER, 100, 30, vec![])]);
        let trace = frame(MANAGER, 2_000, 50, vec![frame(OTHER, 1_000, 50, vec![callback])]);
        let gas: Vec<i64> = calls(&trace, &[MANAGER]).into_iter().map(|(_, gas)| gas).collect();
        // 700 of which 10 were earned, without the callback; and what the callback called.
        assert_eq!(gas, [690, 70]);
        assert_eq!(gas.iter().sum::<i64>() + trace.net_own_gas(&[MANAGER]), 2_000 - 50);
    }

    #[test]
    fn steps_add_up_to_the_frames_own_gas() {
        let mut program = frame(MANAGER, 5_150, 0, vec![frame(OTHER, 3_900, 0, vec![])]);
        program.host_io = vec![
            host_io("user_entrypoint", 90_000_000, 90_000_000),
            host_io("read_args", 89_990_000, 89_980_000),
            host_io("call_contract", 89_000_000, 49_000_000),
            host_io("user_returned", 48_500_000, 48_500_000),
        ];
        let steps = steps(&program, 10_000.0);
        let gas: Vec<(f64, f64)> = steps.iter().map(|step| (step.computing, step.gas)).collect();
        assert_eq!(gas, [(0.0, 1_000.0), (1.0, 1.0), (98.0, 100.0), (50.0, 0.0)]);
        assert_eq!(steps[0].name, "entry");
        assert!(steps[1].callee.is_none() && steps[2].callee.is_some());
        let sum: f64 = gas.iter().map(|(computing, gas)| computing + gas).sum();
        assert_eq!(sum, program.own_gas() as f64);
    }
}
