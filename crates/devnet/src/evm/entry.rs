//! Starting a program: whether it may run, and what that costs.

use super::{
    Context,
    frames::{ProgramFrame, Run},
};
use crate::arbos::{
    self,
    programs::{ProgramRecord, STATE},
    storage::{peek, peek_code},
};
use alloy_primitives::{B256, Bytes, U256};
use revm::{
    handler::EthFrame,
    interpreter::{FrameInput, InstructionResult, interpreter::EthInterpreter, interpreter_types::RuntimeFlag},
    state::Bytecode,
};
use stylus::{
    activation::{Activation, ActivationError, ActivationRules, activate},
    code::{self, CodeError},
    gas::entry,
    params::ArbOs,
    vm::{EvmData, Frame, FrameInput as VmInput, Program, VmError},
};

/// The program beside a frame that was just made, if the frame's code is one.
pub(super) fn enter(context: &mut Context, frame: &mut EthFrame<EthInterpreter>) -> Option<ProgramFrame> {
    let FrameInput::Call(inputs) = &frame.input else { return None };
    let (code_hash, bytecode) = inputs.known_bytecode.clone();
    if !code::is_callable(&bytecode.original_bytes(), context.chain.arbos) {
        return None;
    }
    let pages_open_before = context.chain.pages.open;
    // Nitro's error for a program that may not run takes all gas, like every error that is not a revert.
    let run =
        start(context, frame, code_hash, &bytecode).map_or(Run::Refused(InstructionResult::OutOfGas), Run::Program);
    Some(ProgramFrame { depth: frame.depth, run, answer: None, pending: None, pages_open_before })
}

fn start(
    context: &mut Context,
    frame: &EthFrame<EthInterpreter>,
    code_hash: B256,
    bytecode: &Bytecode,
) -> Option<Frame> {
    let record = record(context, code_hash)?;
    let now = context.block.timestamp.saturating_to();
    record.check(&context.chain.params, now).ok()?;
    let gas = frame.interpreter.gas.limit().checked_sub(price(context, code_hash, &record))?;
    let program = compiled(context, code_hash, bytecode)?;
    context.chain.pages.open(record.footprint);
    let input = vm_input(context, frame, gas);
    Some(Frame::start(&program, input))
}

/// What starting a program costs. It is remembered as having run before the price is paid.
fn price(context: &mut Context, code_hash: B256, record: &ProgramRecord) -> u64 {
    let chain = &mut context.chain;
    let memory = chain.pages.price(record.footprint, &chain.params, chain.arbos);
    let remembered =
        chain.arbos >= ArbOs::V60 && chain.recent.insert(code_hash, usize::from(chain.params.block_cache_size));
    let init = match record.cached || remembered {
        true => 0,
        false => entry::init_gas(&chain.params, record.init_cost),
    };
    memory.saturating_add(entry::cached_gas(&chain.params, record.cached_cost)).saturating_add(init)
}

/// A program's record. Looking it up warms nothing.
pub(crate) fn record(context: &mut Context, code_hash: B256) -> Option<ProgramRecord> {
    ProgramRecord::decode(peek(context, STATE, ProgramRecord::slot(code_hash)))
}

/// Why a module cannot be activated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompileError {
    /// It breaks a rule, or costs too much.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// The machine cannot run what the rules allow.
    #[error(transparent)]
    Machine(#[from] VmError),
}

/// Activates a module with so much gas at most, and compiles it for the calls that will come.
pub(crate) fn compile(context: &Context, code_hash: B256, wasm: &[u8], gas: u64) -> Result<Activation, CompileError> {
    let chain = &context.chain;
    let pages_left = chain.params.page_limit.saturating_sub(chain.pages.open);
    let rules = ActivationRules { pages_left, gas, ..ActivationRules::new(chain.arbos) };
    let activation = activate(wasm, rules)?;
    let program = chain.env.vm.compile(&activation.module)?;
    chain.env.programs.insert(code_hash, chain.params.version, program);
    Ok(activation)
}

/// A compiled program: as it was compiled at its activation, or, in a chain that was loaded, compiled now.
fn compiled(context: &mut Context, code_hash: B256, bytecode: &Bytecode) -> Option<Program> {
    let version = context.chain.params.version;
    if let Some(program) = context.chain.env.programs.get(code_hash, version) {
        return Some(program);
    }
    let wasm = arbos::module(context, &bytecode.original_bytes(), |context, fragment| {
        Ok::<_, CodeError>(peek_code(context, fragment))
    })
    .ok()?;
    let activation = activate(&wasm, ActivationRules::new(context.chain.arbos)).ok()?;
    let program = context.chain.env.vm.compile(&activation.module).ok()?;
    context.chain.env.programs.insert(code_hash, version, program.clone());
    Some(program)
}

/// What the frame was called with. A contract that calls with nothing names no place in its memory where that would be.
fn calldata(frame: &EthFrame<EthInterpreter>) -> Bytes {
    let input = &frame.interpreter.input.input;
    match input.is_empty() {
        true => Bytes::new(),
        false => input.as_bytes_memory(&frame.interpreter.memory).to_vec().into(),
    }
}

fn vm_input(context: &Context, frame: &EthFrame<EthInterpreter>, gas: u64) -> VmInput {
    let (chain, block, input) = (&context.chain, &context.block, &frame.interpreter.input);
    let running = chain.running.get(&input.target_address).copied().unwrap_or_default();
    VmInput {
        calldata: calldata(frame),
        gas,
        ink_price: chain.params.ink_price,
        max_stack_depth: chain.params.max_stack_depth,
        stylus_version: chain.params.version,
        is_static: frame.interpreter.runtime_flag.is_static(),
        evm: EvmData {
            block_basefee: U256::from(block.basefee),
            block_coinbase: block.beneficiary,
            block_gas_limit: block.gas_limit,
            block_number: block.number.saturating_to(),
            block_timestamp: block.timestamp.saturating_to(),
            chain_id: context.cfg.chain_id,
            contract_address: input.target_address,
            msg_sender: input.caller_address,
            msg_value: input.call_value,
            tx_gas_price: U256::from(context.tx.gas_price),
            tx_origin: context.tx.caller,
            reentrant: running > 1,
        },
        trace: chain.record_host_io,
    }
}
