//! What a program asks of the chain, answered from the journal at the EVM's prices.

use super::{Context, calls};
use alloy_primitives::{Address, B256, Log, LogData, U256};
use revm::{
    context::{ContextTr, JournalTr},
    context_interface::context::SStoreResult,
    handler::EthFrame,
    interpreter::{FrameInput, interpreter::EthInterpreter, interpreter_types::RuntimeFlag},
};
use stylus::vm::{Request, Response};

/// Gas of touching something for the first time, and again.
const COLD_SLOT: u64 = 2_100;
const COLD_ACCOUNT: u64 = 2_600;
pub(super) const WARM: u64 = 100;
/// Gas of an account's code, beside touching it.
const CODE: u64 = 700;

/// An answer, or the frame that must run to get it.
pub(super) enum Answer {
    Now(Response),
    Frame(Box<FrameInput>, calls::Pending),
}

/// Answers a program.
pub(super) fn answer(context: &mut Context, frame: &mut EthFrame<EthInterpreter>, request: Request) -> Answer {
    let account = frame.interpreter.input.target_address;
    Answer::Now(match request {
        Request::LoadStorage(slot) => load(context, account, slot),
        Request::FlushStorage { slots, gas_left } => flush(context, frame, slots, gas_left),
        Request::LoadTransient(slot) => Response::Word(context.journal_mut().tload(account, slot.into()).into(), 0),
        Request::StoreTransient(slot, value) => {
            context.journal_mut().tstore(account, slot.into(), value.into());
            Response::Gas(0)
        }
        Request::Log { topics, data } => {
            let data = LogData::new_unchecked(topics, data);
            context.journal_mut().log(Log { address: account, data });
            Response::Gas(0)
        }
        Request::Balance(address) => {
            let Ok(loaded) = context.journal_mut().load_account(address);
            Response::Word(loaded.data.info.balance.into(), touch(loaded.is_cold))
        }
        Request::CodeHash(address) => {
            let Ok(loaded) = context.journal_mut().load_account(address);
            let hash = if loaded.data.info.is_empty() { B256::ZERO } else { loaded.data.info.code_hash };
            Response::Word(hash, touch(loaded.is_cold))
        }
        Request::Code(address) => {
            let Ok(loaded) = context.journal_mut().load_account_with_code(address);
            let code = loaded.data.info.code.as_ref().map(revm::state::Bytecode::original_bytes).unwrap_or_default();
            Response::Code(code, CODE + touch(loaded.is_cold))
        }
        Request::OpenPages(new) => {
            let chain = &mut context.chain;
            let gas = chain.pages.price(new, &chain.params, chain.arbos);
            chain.pages.open(new);
            Response::Gas(gas)
        }
        Request::Call { kind, target, input, value, gas_requested, gas_left } => {
            let is_static = frame.interpreter.runtime_flag.is_static();
            let call = calls::Call { kind, target, input, value, gas_requested, gas_left, is_static };
            return calls::call(context, frame, call);
        }
        Request::Create { salt, initcode, value, gas_left } => {
            return calls::create(account, salt, initcode, value, gas_left);
        }
    })
}

fn touch(is_cold: bool) -> u64 {
    if is_cold { COLD_ACCOUNT } else { WARM }
}

fn load(context: &mut Context, account: Address, slot: B256) -> Response {
    let Ok(loaded) = context.journal_mut().sload(account, slot.into());
    Response::Word(loaded.data.into(), if loaded.is_cold { COLD_SLOT } else { WARM })
}

/// Writes slots until what the program can pay is used up. The budget is one more than it has, so that using it up is
/// more than it can pay, and the frame, with all that was written, reverts.
fn flush(
    context: &mut Context,
    frame: &mut EthFrame<EthInterpreter>,
    slots: Vec<(B256, B256)>,
    gas_left: u64,
) -> Response {
    let account = frame.interpreter.input.target_address;
    let budget = gas_left.saturating_add(1);
    let mut gas = 0_u64;
    for (slot, value) in slots {
        let Ok(stored) = context.journal_mut().sstore(account, slot.into(), value.into());
        let cold = if stored.is_cold { COLD_SLOT } else { 0 };
        gas = gas.saturating_add(cold + store_price(&stored.data));
        if gas >= budget {
            return Response::Gas(budget);
        }
        frame.interpreter.gas.record_refund(store_refund(&stored.data));
    }
    Response::Gas(gas)
}

/// Gas of a write to a warm slot.
fn store_price(stored: &SStoreResult) -> u64 {
    let SStoreResult { original_value: original, present_value: present, new_value: new } = *stored;
    if present == new || original != present {
        WARM
    } else if original.is_zero() {
        20_000
    } else {
        2_900
    }
}

/// Gas that a write gives back, or takes back.
fn store_refund(stored: &SStoreResult) -> i64 {
    const CLEARED: i64 = 4_800;
    let SStoreResult { original_value: original, present_value: present, new_value: new } = *stored;
    if present == new {
        return 0;
    }
    let mut refund = 0;
    if !original.is_zero() {
        refund += CLEARED * (i64::from(new.is_zero()) - i64::from(present.is_zero()));
    }
    if original != present && original == new {
        refund += if original == U256::ZERO { 19_900 } else { 2_800 };
    }
    refund
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(original: u64, present: u64, new: u64) -> SStoreResult {
        let [original_value, present_value, new_value] = [original, present, new].map(U256::from);
        SStoreResult { original_value, present_value, new_value }
    }

    #[test]
    fn writes_cost_what_eip_2200_and_3529_say() {
        // original, present, new: price and refund
        for ((original, present, new), expected) in [
            ((0, 0, 0), (100, 0)),
            ((0, 0, 1), (20_000, 0)),
            ((1, 1, 2), (2_900, 0)),
            ((1, 1, 0), (2_900, 4_800)),
            ((0, 1, 2), (100, 0)),
            ((0, 1, 0), (100, 19_900)),
            ((1, 2, 1), (100, 2_800)),
            ((1, 2, 0), (100, 4_800)),
            ((1, 0, 2), (100, -4_800)),
            ((1, 0, 1), (100, -2_000)),
        ] {
            let stored = stored(original, present, new);
            assert_eq!((store_price(&stored), store_refund(&stored)), expected, "{original} {present} {new}");
        }
    }
}
