//! What a transaction did, frame by frame, with the gas that is each frame's own.

use crate::evm::Context;
use alloy_primitives::{Address, Bytes, Log, Selector, U256};
use revm::{
    context::{ContextTr, JournalTr},
    handler::FrameResult,
    inspector::Inspector,
    interpreter::{
        CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome, FrameInput, interpreter::EthInterpreter,
    },
};
use std::{collections::BTreeMap, fmt::Write as _};
use stylus::{code, vm::HostIoTrace};

/// How a frame came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A call.
    Call,
    /// A call that may not change state.
    StaticCall,
    /// A call of another's code as the caller.
    DelegateCall,
    /// The same, the old way.
    CallCode,
    /// A new contract.
    Create,
}

/// A frame and those that it called.
#[derive(Clone, Debug)]
pub struct CallTrace {
    /// How it came to be.
    pub kind: FrameKind,
    /// Who called.
    pub from: Address,
    /// The account that it ran as.
    pub to: Address,
    /// The account whose code ran.
    pub code: Address,
    /// Whether that is a Stylus program.
    pub is_wasm: bool,
    /// Wei sent along.
    pub value: U256,
    /// The call's data.
    pub input: Bytes,
    /// Return or revert data.
    pub output: Bytes,
    /// Whether it succeeded.
    pub success: bool,
    /// Gas that it was given.
    pub gas_limit: u64,
    /// Gas that it took, those that it called included.
    pub gas_used: u64,
    /// Gas that it earned by clearing storage, those that it called included.
    pub refund: i64,
    /// Its logs, without those of the frames that it called.
    pub logs: Vec<Log>,
    /// The host I/O of a program, in order.
    pub host_io: Vec<HostIoTrace>,
    /// The frames that it called, in order.
    pub children: Vec<CallTrace>,
}

impl CallTrace {
    /// Gas that the frame took itself.
    #[must_use]
    pub fn own_gas(&self) -> u64 {
        self.children.iter().fold(self.gas_used, |gas, child| gas.saturating_sub(child.gas_used))
    }

    /// Gas that the frame earned itself.
    #[must_use]
    pub fn own_refund(&self) -> i64 {
        self.children.iter().filter(|child| child.success).fold(self.refund, |gas, child| gas - child.refund)
    }

    /// The frame and all below it, callers first.
    #[must_use]
    pub fn frames(&self) -> Vec<&CallTrace> {
        let mut frames = vec![self];
        for child in &self.children {
            frames.extend(child.frames());
        }
        frames
    }

    /// Gas of the frames that run the code of `manager`, less what they earned.
    #[must_use]
    pub fn net_own_gas(&self, manager: &[Address]) -> i64 {
        let own = self.frames().into_iter().filter(|frame| manager.contains(&frame.code));
        own.map(|frame| frame.own_gas().cast_signed() - frame.own_refund()).sum()
    }

    /// The frames as a tree of lines, with what is known by name.
    #[must_use]
    pub fn render(&self, labels: &Labels) -> String {
        let mut lines = String::new();
        self.render_into(labels, 0, &mut lines);
        lines
    }

    fn render_into(&self, labels: &Labels, depth: usize, lines: &mut String) {
        let selector = self.input.first_chunk().map(|selector| Selector::from(*selector));
        let function = selector.map_or_else(String::new, |selector| labels.function(selector));
        let (machine, mark) = (if self.is_wasm { "wasm" } else { "evm" }, if self.success { "" } else { " reverted" });
        let (indent, kind, to, gas, own) =
            ("  ".repeat(depth), self.kind, labels.account(self.code), self.gas_used, self.own_gas());
        let _ = writeln!(lines, "{indent}{kind:?} {to}.{function} [{machine}] gas {gas}, own {own}{mark}");
        for child in &self.children {
            child.render_into(labels, depth + 1, lines);
        }
    }
}

/// Names for what is otherwise hexadecimal.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    accounts: BTreeMap<Address, String>,
    functions: BTreeMap<Selector, String>,
}

impl Labels {
    /// Names an account.
    pub fn name_account(&mut self, account: Address, name: impl Into<String>) {
        self.accounts.insert(account, name.into());
    }

    /// Names a function.
    pub fn name_function(&mut self, selector: Selector, name: impl Into<String>) {
        self.functions.insert(selector, name.into());
    }

    /// The named accounts, in order of their addresses.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, &str)> {
        self.accounts.iter().map(|(address, name)| (*address, name.as_str()))
    }

    /// An account's name, or itself.
    #[must_use]
    pub fn account(&self, account: Address) -> String {
        self.accounts.get(&account).cloned().unwrap_or_else(|| account.to_string())
    }

    /// A function's name, or its selector.
    #[must_use]
    pub fn function(&self, selector: Selector) -> String {
        self.functions.get(&selector).cloned().unwrap_or_else(|| selector.to_string())
    }
}

/// Watches a transaction and builds its trace.
#[derive(Debug, Default)]
pub(crate) struct Tracer {
    open: Vec<CallTrace>,
    root: Option<CallTrace>,
}

impl Tracer {
    /// The trace, when the transaction is over.
    pub(crate) fn finish(self) -> Option<CallTrace> {
        self.root
    }

    fn close(&mut self, context: &mut Context, result: &FrameResult) {
        let Some(mut frame) = self.open.pop() else { return };
        let ended = result.instruction_result();
        frame.success = ended.is_ok();
        frame.output = result.output().into_data();
        frame.gas_used = if ended.is_ok_or_revert() { result.gas().total_gas_spent() } else { frame.gas_limit };
        frame.refund = if ended.is_ok() { result.gas().refunded() } else { 0 };
        if frame.is_wasm
            && let Some((_, host_io)) = context.chain.host_io.pop()
        {
            frame.host_io = host_io;
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(frame),
            None => self.root = Some(frame),
        }
    }
}

impl Inspector<Context, EthInterpreter, FrameInput, FrameResult> for Tracer {
    fn call(&mut self, context: &mut Context, inputs: &mut CallInputs) -> Option<CallOutcome> {
        let kind = match inputs.scheme {
            CallScheme::Call => FrameKind::Call,
            CallScheme::StaticCall => FrameKind::StaticCall,
            CallScheme::DelegateCall => FrameKind::DelegateCall,
            CallScheme::CallCode => FrameKind::CallCode,
        };
        self.open.push(CallTrace {
            kind,
            from: inputs.caller,
            to: inputs.target_address,
            code: inputs.bytecode_address,
            is_wasm: code::is_callable(&inputs.known_bytecode.1.original_bytes(), context.chain.arbos),
            value: inputs.value.get(),
            input: inputs.input.as_bytes(context).to_vec().into(),
            output: Bytes::new(),
            success: false,
            gas_limit: inputs.gas_limit,
            gas_used: 0,
            refund: 0,
            logs: Vec::new(),
            host_io: Vec::new(),
            children: Vec::new(),
        });
        None
    }

    fn call_end(&mut self, context: &mut Context, _: &CallInputs, outcome: &mut CallOutcome) {
        self.close(context, &FrameResult::Call(outcome.clone()));
    }

    fn create(&mut self, context: &mut Context, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        let nonce = context.journal().evm_state().get(&inputs.caller()).map_or(0, |account| account.info.nonce);
        let created = inputs.created_address(nonce);
        self.open.push(CallTrace {
            kind: FrameKind::Create,
            from: inputs.caller(),
            to: created,
            code: created,
            is_wasm: false,
            value: inputs.value(),
            input: inputs.init_code().clone(),
            output: Bytes::new(),
            success: false,
            gas_limit: inputs.gas_limit(),
            gas_used: 0,
            refund: 0,
            logs: Vec::new(),
            host_io: Vec::new(),
            children: Vec::new(),
        });
        None
    }

    fn create_end(&mut self, context: &mut Context, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.close(context, &FrameResult::Create(outcome.clone()));
    }

    fn log(&mut self, _: &mut Context, log: Log) {
        if let Some(frame) = self.open.last_mut() {
            frame.logs.push(log);
        }
    }
}
