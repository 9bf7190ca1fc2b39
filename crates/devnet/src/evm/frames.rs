//! The frame stack: revm's, with a program beside each frame that runs one.

use super::{
    Context, calls, entry,
    requests::{self, Answer},
};
use crate::arbos::ArbPrecompiles;
use alloy_primitives::{Address, Bytes};
use revm::{
    context::{ContextTr, FrameStack, JournalTr},
    context_interface::context::{ContextError, take_error},
    handler::{
        EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult, ItemOrResult,
        evm::{ContextDbError, FrameInitResult},
        instructions::{EthInstructions, InstructionProvider},
    },
    inspector::{Inspector, InspectorEvmTr, handler::frame_end, inspect_instructions},
    interpreter::{
        FrameInput, InstructionResult, InterpreterAction, InterpreterResult, interpreter::EthInterpreter,
        interpreter_action::FrameInit,
    },
};
use stylus::{
    code,
    vm::{Frame, Outcome, Response, Status, Step},
};

/// revm's machine, as it is without Stylus.
type Inner<I> =
    revm::context::Evm<Context, I, EthInstructions<EthInterpreter, Context>, ArbPrecompiles, EthFrame<EthInterpreter>>;

/// The chain's machine.
pub struct StylusEvm<I> {
    inner: Inner<I>,
    /// The programs that run, the innermost last.
    programs: Vec<ProgramFrame>,
}

/// What runs beside revm's frame of a call to a program.
pub(super) struct ProgramFrame {
    pub(super) depth: usize,
    pub(super) run: Run,
    /// The answer to what the program asked last.
    pub(super) answer: Option<Response>,
    /// What the call or creation under way was charged.
    pub(super) pending: Option<calls::Pending>,
    /// Pages that were open before.
    pub(super) pages_open_before: u16,
}

/// A program, or why it does not run.
pub(super) enum Run {
    Program(Frame),
    Refused(InstructionResult),
}

impl<I> StylusEvm<I> {
    /// A machine for one transaction.
    pub(crate) fn new(context: Context, inspector: I, precompiles: ArbPrecompiles) -> Self {
        let instructions = EthInstructions::new_mainnet_with_spec(context.cfg.spec);
        let inner = Inner::new_with_inspector(context, inspector, instructions, precompiles);
        Self { inner, programs: Vec::new() }
    }

    /// What is left when the transaction is over.
    pub(crate) fn into_parts(self) -> (Context, I) {
        (self.inner.ctx, self.inner.inspector)
    }

    /// The program beside the innermost frame.
    fn current(&mut self) -> Option<&mut ProgramFrame> {
        let depth = self.inner.frame_stack.get().depth;
        self.programs.last_mut().filter(|program| program.depth == depth)
    }

    /// Runs the program beside the innermost frame until it needs another frame or is done.
    fn run_program(&mut self) -> Result<FrameInitOrResult<EthFrame<EthInterpreter>>, ContextDbError<Context>> {
        let frame = self.inner.frame_stack.get();
        let (context, program) = (&mut self.inner.ctx, self.programs.last_mut());
        let program = program.ok_or_else(|| ContextError::Custom("no program runs".to_owned()))?;
        let result = loop {
            let running = match &mut program.run {
                Run::Refused(reason) => break refused(frame, *reason),
                Run::Program(running) => running,
            };
            let step = running.resume(program.answer.take());
            match step.map_err(|error| ContextError::Custom(error.to_string()))? {
                Step::Done(outcome) => break ended(context, frame, outcome),
                Step::Request(request) => match requests::answer(context, frame, request) {
                    Answer::Now(response) => program.answer = Some(response),
                    Answer::Frame(input, pending) => {
                        program.pending = Some(pending);
                        return frame.process_next_action(context, InterpreterAction::NewFrame(*input));
                    }
                },
            }
        };
        frame.process_next_action(context, InterpreterAction::Return(result)).inspect(|_| frame.set_finished(true))
    }

    /// Takes the innermost frame, which is finished, off the stack.
    fn pop(&mut self) {
        let frame = self.inner.frame_stack.get();
        let chain = &mut self.inner.ctx.chain;
        chain.callers.pop();
        if let Some(account) = runs_as(frame)
            && let Some(count) = chain.running.get_mut(&account)
        {
            *count = count.saturating_sub(1);
        }
        let depth = frame.depth;
        if let Some(program) = self.programs.pop_if(|program| program.depth == depth) {
            chain.pages.open = program.pages_open_before;
        }
        self.inner.frame_stack.pop();
    }
}

/// Carries out what a contract's frame came to. Of code that begins with 0xEF only Stylus programs may be deployed.
fn process(
    context: &mut Context,
    frame: &mut EthFrame<EthInterpreter>,
    mut action: InterpreterAction,
) -> Result<FrameInitOrResult<EthFrame<EthInterpreter>>, ContextDbError<Context>> {
    if let (FrameData::Create(_), InterpreterAction::Return(result)) = (&frame.data, &mut action)
        && result.result.is_ok()
        && result.output.first() == Some(&0xef)
        && !code::is_deployable(&result.output, context.chain.arbos)
    {
        *result = refused(frame, InstructionResult::CreateContractStartingWithEF);
    }
    frame.process_next_action(context, action).inspect(|next| frame.set_finished(next.is_result()))
}

/// The account that a frame runs as, if it runs as its own.
fn runs_as(frame: &EthFrame<EthInterpreter>) -> Option<Address> {
    match (&frame.data, &frame.input) {
        (FrameData::Create(create), _) => Some(create.created_address),
        (_, FrameInput::Call(inputs)) => inputs.scheme.is_own().then_some(inputs.target_address),
        _ => None,
    }
}

/// Whether a call runs the callee's code as the callee.
trait IsOwn {
    fn is_own(&self) -> bool;
}

impl IsOwn for revm::interpreter::CallScheme {
    fn is_own(&self) -> bool {
        matches!(self, Self::Call | Self::StaticCall)
    }
}

/// All gas is taken, and nothing is returned.
fn refused(frame: &EthFrame<EthInterpreter>, reason: InstructionResult) -> InterpreterResult {
    let mut gas = frame.interpreter.gas;
    gas.spend_all();
    InterpreterResult::new(reason, Bytes::new(), gas)
}

fn ended(context: &mut Context, frame: &EthFrame<EthInterpreter>, outcome: Outcome) -> InterpreterResult {
    if context.chain.record_host_io {
        context.chain.host_io.push((frame.depth, outcome.trace));
    }
    let (reason, output) = match outcome.status {
        Status::Success => (InstructionResult::Return, outcome.output),
        Status::Revert => (InstructionResult::Revert, outcome.output),
        Status::Failure(_) => (InstructionResult::Revert, Bytes::new()),
        Status::OutOfInk => return refused(frame, InstructionResult::OutOfGas),
        Status::OutOfStack => return refused(frame, InstructionResult::StackOverflow),
    };
    let mut gas = frame.interpreter.gas;
    // Returned data costs at least what the EVM's memory would.
    let floor = gas.limit().checked_sub(memory_price(output.len() as u64));
    let Some(floor) = floor else { return refused(frame, InstructionResult::OutOfGas) };
    let left = if output.is_empty() { outcome.gas_left } else { outcome.gas_left.min(floor) };
    gas.set_remaining(left);
    InterpreterResult::new(reason, output, gas)
}

/// Gas of so many bytes of the EVM's memory.
fn memory_price(bytes: u64) -> u64 {
    let words = bytes.div_ceil(32);
    3 * words + words * words / 512
}

impl<I> EvmTr for StylusEvm<I> {
    type Context = Context;
    type Instructions = EthInstructions<EthInterpreter, Context>;
    type Precompiles = ArbPrecompiles;
    type Frame = EthFrame<EthInterpreter>;

    fn all(&self) -> (&Context, &Self::Instructions, &ArbPrecompiles, &FrameStack<Self::Frame>) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (&mut Context, &mut Self::Instructions, &mut ArbPrecompiles, &mut FrameStack<Self::Frame>) {
        self.inner.all_mut()
    }

    fn frame_init(&mut self, init: FrameInit) -> Result<FrameInitResult<'_, Self::Frame>, ContextDbError<Context>> {
        if let ItemOrResult::Result(result) = self.inner.frame_init(init)? {
            return Ok(ItemOrResult::Result(result));
        }
        let frame = self.inner.frame_stack.get();
        self.inner.ctx.chain.callers.push(frame.interpreter.input.caller_address);
        if let Some(account) = runs_as(frame) {
            *self.inner.ctx.chain.running.entry(account).or_default() += 1;
        }
        if let Some(program) = entry::enter(&mut self.inner.ctx, frame) {
            self.programs.push(program);
        }
        Ok(ItemOrResult::Item(self.inner.frame_stack.get()))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Self::Frame>, ContextDbError<Context>> {
        if self.current().is_some() {
            return self.run_program();
        }
        let frame = self.inner.frame_stack.get();
        let (context, instructions) = (&mut self.inner.ctx, &self.inner.instruction);
        let action = frame.interpreter.run_plain(instructions.instruction_table(), instructions.gas_table(), context);
        process(context, frame, action)
    }

    fn frame_return_result(&mut self, result: FrameResult) -> Result<Option<FrameResult>, ContextDbError<Context>> {
        if self.inner.frame_stack.get().is_finished() {
            self.pop();
        }
        if self.inner.frame_stack.index().is_none() {
            return Ok(Some(result));
        }
        let frame = self.inner.frame_stack.get();
        let depth = frame.depth;
        match self.programs.last_mut().filter(|program| program.depth == depth) {
            None => frame.return_result::<_, ContextDbError<Context>>(&mut self.inner.ctx, result)?,
            Some(program) => {
                frame.interpreter.memory.free_child_context();
                take_error::<ContextDbError<Context>, _>(self.inner.ctx.error())?;
                program.answer = program.pending.take().map(|pending| calls::settle(frame, pending, result));
            }
        }
        Ok(None)
    }
}

impl<I> InspectorEvmTr for StylusEvm<I>
where
    I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
{
    type Inspector = I;

    fn all_inspector(&self) -> (&Context, &Self::Instructions, &ArbPrecompiles, &FrameStack<Self::Frame>, &I) {
        self.inner.all_inspector()
    }

    fn all_mut_inspector(
        &mut self,
    ) -> (&mut Context, &mut Self::Instructions, &mut ArbPrecompiles, &mut FrameStack<Self::Frame>, &mut I) {
        self.inner.all_mut_inspector()
    }

    fn inspect_frame_run(&mut self) -> Result<FrameInitOrResult<Self::Frame>, ContextDbError<Context>> {
        let mut result = if self.current().is_some() {
            let logs_before = self.inner.ctx.journal().logs().len();
            let result = self.run_program()?;
            let (context, inspector, _) = self.inner.ctx_inspector_frame();
            for log in context.journal().logs().get(logs_before..).unwrap_or_default().to_vec() {
                inspector.log(context, log);
            }
            result
        } else {
            let (context, inspector, frame, instructions) = self.inner.ctx_inspector_frame_instructions();
            let (table, gas) = (instructions.instruction_table(), instructions.gas_table());
            let action = inspect_instructions(context, &mut frame.interpreter, inspector, table, gas);
            process(context, frame, action)?
        };
        let (context, inspector, frame) = self.inner.ctx_inspector_frame();
        if let ItemOrResult::Result(result) = &mut result {
            frame_end(context, inspector, &frame.input, result);
        }
        Ok(result)
    }
}
