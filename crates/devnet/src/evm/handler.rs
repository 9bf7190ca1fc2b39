//! Running a transaction from beginning to end.

use super::{Context, StylusEvm};
use crate::{arbos::ArbPrecompiles, state::State};
use revm::{
    Database,
    context::{
        JournalTr,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction},
    },
    handler::{FrameResult, Handler},
    inspector::{Inspector, InspectorHandler},
    interpreter::{FrameInput, interpreter::EthInterpreter},
    state::EvmState,
};
use std::marker::PhantomData;

/// revm's handler, as it is: what is special on this chain is in the configuration, the frames and the precompiles.
struct ChainHandler<I>(PhantomData<I>);

/// Why a transaction is not executed, or cannot be.
pub(crate) type RunError = EVMError<<State as Database>::Error, InvalidTransaction>;

impl<I> Handler for ChainHandler<I> {
    type Evm = StylusEvm<I>;
    type Error = RunError;
    type HaltReason = HaltReason;
}

impl<I> InspectorHandler for ChainHandler<I>
where
    I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
{
    type IT = EthInterpreter;
}

/// What a transaction did.
pub(crate) struct Ran<I> {
    pub(crate) result: ExecutionResult,
    pub(crate) changes: EvmState,
    pub(crate) inspector: I,
}

fn finish<I>(evm: StylusEvm<I>, result: ExecutionResult) -> Ran<I> {
    let (mut context, inspector) = evm.into_parts();
    Ran { result, changes: context.journaled_state.finalize(), inspector }
}

/// Runs a transaction.
pub(crate) fn run(context: Context, precompiles: ArbPrecompiles) -> Result<Ran<()>, RunError> {
    let mut evm = StylusEvm::new(context, (), precompiles);
    let result = ChainHandler(PhantomData).run(&mut evm)?;
    Ok(finish(evm, result))
}

/// Runs a transaction and shows it to an inspector.
pub(crate) fn run_inspected<I>(context: Context, inspector: I, precompiles: ArbPrecompiles) -> Result<Ran<I>, RunError>
where
    I: Inspector<Context, EthInterpreter, FrameInput, FrameResult>,
{
    let mut evm = StylusEvm::new(context, inspector, precompiles);
    let result = ChainHandler(PhantomData).inspect_run(&mut evm)?;
    Ok(finish(evm, result))
}
