//! Calls and creations that programs make, with their gas in Nitro's order.

use super::{Context, requests::Answer, requests::WARM};
use crate::arbos::storage::unseen;
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    context::{ContextTr, JournalTr},
    handler::{EthFrame, FrameResult},
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, CreateInputs, CreateScheme, FrameInput, InstructionResult,
        interpreter::EthInterpreter,
    },
    state::Bytecode,
};
use stylus::vm::{CallKind, Response};

/// Gas beyond [`WARM`] of calling an account for the first time.
const COLD: u64 = 2_500;
/// Gas of sending value, and of sending it to an account that is not there.
const VALUE: u64 = 9_000;
const NEW_ACCOUNT: u64 = 25_000;
/// Gas that the callee gets for nothing with value.
const STIPEND: u64 = 2_300;
/// Gas of a creation, and of each word that a salted address hashes.
const CREATE: u64 = 32_000;
const HASH_WORD: u64 = 6;

/// A call that a program asks for.
pub(super) struct Call {
    pub(super) kind: CallKind,
    pub(super) target: Address,
    pub(super) input: Bytes,
    pub(super) value: U256,
    pub(super) gas_requested: u64,
    pub(super) gas_left: u64,
    pub(super) is_static: bool,
}

/// What a call or creation under way was charged: its price and the gas that went along.
pub(super) struct Pending {
    base: u64,
    sent: u64,
}

fn failed(gas: u64) -> Answer {
    Answer::Now(Response::Call { success: false, output: Bytes::new(), gas })
}

/// Prices a call and makes its frame.
pub(super) fn call(context: &mut Context, frame: &EthFrame<EthInterpreter>, call: Call) -> Answer {
    let pays = !call.value.is_zero();
    if call.is_static && pays {
        return failed(0);
    }
    // Whoever cannot even pay that has not touched the account.
    if call.gas_left < WARM {
        return failed(call.gas_left);
    }
    let Ok(loaded) = context.journal_mut().load_account_with_code(call.target);
    let is_empty = loaded.data.info.is_empty();
    let mut base = WARM;
    for (applies, gas) in [(loaded.is_cold, COLD), (pays && is_empty, NEW_ACCOUNT), (pays, VALUE)] {
        base += if applies { gas } else { 0 };
        if base > call.gas_left {
            return failed(call.gas_left);
        }
    }
    let available = u128::from(call.gas_left - base) * 63 / 64;
    let gas = (available as u64).min(call.gas_requested);
    let sent = if pays { gas.saturating_add(STIPEND) } else { gas };
    let input = call_inputs(context, frame, call, sent);
    Answer::Frame(Box::new(FrameInput::Call(Box::new(input))), Pending { base, sent })
}

fn call_inputs(context: &mut Context, frame: &EthFrame<EthInterpreter>, call: Call, gas_limit: u64) -> CallInputs {
    let own = &frame.interpreter.input;
    let (scheme, target_address, caller, value) = match call.kind {
        CallKind::Call => (CallScheme::Call, call.target, own.target_address, CallValue::Transfer(call.value)),
        CallKind::Static => (CallScheme::StaticCall, call.target, own.target_address, CallValue::Transfer(U256::ZERO)),
        CallKind::Delegate => {
            (CallScheme::DelegateCall, own.target_address, own.caller_address, CallValue::Apparent(own.call_value))
        }
    };
    let known_bytecode = code_of(context, call.target);
    CallInputs {
        input: CallInput::Bytes(call.input),
        return_memory_offset: 0..0,
        gas_limit,
        reservoir: 0,
        bytecode_address: call.target,
        known_bytecode,
        target_address,
        caller,
        value,
        scheme,
        is_static: call.is_static || call.kind == CallKind::Static,
        charged_new_account_state_gas: false,
    }
}

/// The code that a call of an account runs, which for a delegating one is another's. That is not touched: nobody pays.
/// A precompile has none to lend.
fn code_of(context: &mut Context, address: Address) -> (B256, Bytecode) {
    let code = |context: &mut Context, address| {
        let Ok(loaded) = context.journal_mut().load_account_with_code(address);
        (loaded.data.info.code_hash, loaded.data.info.code.clone().unwrap_or_default())
    };
    let own = code(context, address);
    match own.1.eip7702_address() {
        Some(delegate) => unseen(context, delegate, |context| code(context, delegate)),
        None => own,
    }
}

/// Prices a creation and makes its frame.
pub(super) fn create(creator: Address, salt: Option<B256>, initcode: Bytes, value: U256, gas_left: u64) -> Answer {
    let words = (initcode.len() as u64).div_ceil(32);
    let (scheme, hashing) = match salt {
        Some(salt) => (CreateScheme::Create2 { salt: salt.into() }, HASH_WORD * words),
        None => (CreateScheme::Create, 0),
    };
    let base = CREATE + hashing;
    let Some(left) = gas_left.checked_sub(base) else {
        return Answer::Now(Response::Refused("too little gas for a creation"));
    };
    let sent = left - left / 64;
    let input = CreateInputs::new(creator, scheme, value, initcode, sent, 0);
    Answer::Frame(Box::new(FrameInput::Create(Box::new(input))), Pending { base, sent })
}

/// What a frame that has ended means to the program that asked for it.
pub(super) fn settle(frame: &mut EthFrame<EthInterpreter>, pending: Pending, result: FrameResult) -> Response {
    let (ended, gas) = (result.instruction_result(), *result.gas());
    let returned = if ended.is_ok_or_revert() { gas.remaining() } else { 0 };
    if ended.is_ok() {
        frame.interpreter.gas.record_refund(gas.refunded());
    }
    let gas = (pending.base.saturating_add(pending.sent)).saturating_sub(returned);
    match result {
        FrameResult::Call(outcome) => Response::Call { success: ended.is_ok(), output: outcome.result.output, gas },
        FrameResult::Create(outcome) => {
            let address = outcome.address.filter(|_| ended.is_ok()).unwrap_or_default();
            let reverted = ended == InstructionResult::Revert;
            let output = if reverted { outcome.result.output } else { Bytes::new() };
            Response::Create { address, output, gas }
        }
    }
}
