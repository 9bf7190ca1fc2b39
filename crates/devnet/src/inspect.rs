//! Running a transaction for what it touches and for those who watch it, without keeping what it did.

use alloy::consensus::Transaction as _;
use revm::{
    context::result::ExecutionResult,
    handler::FrameResult,
    inspector::Inspector,
    interpreter::{FrameInput, interpreter::EthInterpreter},
    state::EvmState,
};

use crate::{
    block::TxRecord,
    call::{CallResult, Overrides},
    chain::Chain,
    evm::{self, Context},
    execute::{self, Strictness},
    state::State,
    tx::{Tx, TxError},
};

/// What a transaction did, on which state, and what was loaded or changed.
pub(crate) struct Inspected<I> {
    pub(crate) result: CallResult,
    /// The same in revm's terms.
    pub(crate) outcome: ExecutionResult,
    /// The accounts and slots that were loaded, by EVM code or by programs.
    pub(crate) changes: EvmState,
    /// The state before it.
    pub(crate) before: State,
    pub(crate) inspector: I,
}

impl Chain {
    /// Runs a call on the state after block `at` under an inspector.
    pub(crate) fn inspect_at<I>(
        &self,
        tx: Tx,
        at: u64,
        overrides: &Overrides,
        inspector: I,
    ) -> Result<Inspected<I>, TxError>
    where
        I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
    {
        let context = self.call_context(&tx, at, overrides, true)?;
        inspect(context, &tx, inspector)
    }

    /// Runs a mined transaction once more, on the state before its block, under an inspector.
    pub(crate) fn inspect_mined<I>(&self, record: &TxRecord, inspector: I) -> Result<Inspected<I>, TxError>
    where
        I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
    {
        let tx = of_record(record);
        let parent = record.block.saturating_sub(1);
        let before = self.state_at(parent).ok_or(TxError::NoState(parent))?.clone();
        let timestamp = self.block(record.block).map_or_else(|| self.timestamp(), |block| block.timestamp);
        let context = self.context(before, (record.block, timestamp), &tx, Strictness::Transaction, true);
        inspect(context, &tx, inspector)
    }
}

fn inspect<I>(
    (context, precompiles): (Context, crate::arbos::ArbPrecompiles),
    tx: &Tx,
    inspector: I,
) -> Result<Inspected<I>, TxError>
where
    I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
{
    let before = context.journaled_state.database.clone();
    let ran = evm::run_inspected(context, inspector, precompiles).map_err(|error| execute::refusal(error, tx.from))?;
    Ok(Inspected {
        result: ran.result.clone().into(),
        outcome: ran.result,
        changes: ran.changes,
        before,
        inspector: ran.inspector,
    })
}

/// The transaction as it was sent.
fn of_record(record: &TxRecord) -> Tx {
    let envelope = &record.envelope;
    Tx {
        from: record.from,
        to: envelope.to(),
        value: envelope.value(),
        input: envelope.input().clone(),
        gas: Some(envelope.gas_limit()),
        nonce: Some(envelope.nonce()),
        gas_price: Some(envelope.max_fee_per_gas()),
        access_list: envelope.access_list().cloned().unwrap_or_default(),
        authorization_list: envelope.authorization_list().map(<[_]>::to_vec).unwrap_or_default(),
        tx_type: envelope.tx_type() as u8,
        chain_id: envelope.chain_id(),
    }
}
