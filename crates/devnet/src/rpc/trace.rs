//! Tracing: geth's `callTracer`, `prestateTracer`, `noopTracer` and struct logs, and Nitro's `stylusTracer`.
//!
//! A WASM program is a frame like any other to the first three. Struct logs list opcodes, of which a WASM program has
//! none; what it does shows in the `stylusTracer`, one entry per host I/O.

use std::convert::Infallible;

use alloy::{
    eips::BlockId,
    rpc::types::{
        TransactionRequest,
        trace::geth::{
            CallConfig, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerType as TracerType,
            GethDebugTracingCallOptions, GethDebugTracingOptions,
        },
    },
};
use alloy_primitives::{Address, B256, U256};
use revm::{
    Database, DatabaseRef,
    context::result::{HaltReason, ResultAndState},
    state::{AccountInfo, Bytecode},
};
use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Node, call::Asked, error::RpcError, params::Params, stylus_trace};
use crate::{State, inspect::Inspected, trace::Tracer};

/// The name Nitro's tracer of host I/Os goes by.
const STYLUS_TRACER: &str = "stylusTracer";

/// The most opcodes a list of struct logs holds, unless the caller sets a limit of its own.
const STEP_LIMIT: u64 = 1_000_000;

/// `debug_traceTransaction(hash, options)`: runs a mined transaction again, on the state before its block.
pub(super) fn trace_transaction(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let hash: B256 = params.required()?;
    let options: GethDebugTracingOptions = params.optional()?.unwrap_or_default();
    params.end()?;
    let record = node.chain.transaction(hash).ok_or_else(|| RpcError::server("transaction not found"))?;
    let plan = Plan::of(options)?;
    if let Plan::HostIo = plan {
        return Ok(report_host_io(node.chain.inspect_mined(record, Tracer::default())?));
    }
    let inspector = plan.inspector();
    plan.report(node.chain.inspect_mined(record, inspector)?)
}

/// `debug_traceCall(request, block, options)`.
pub(super) fn trace_call(node: &mut Node, mut params: Params) -> Result<Value, RpcError> {
    let request: TransactionRequest = params.required()?;
    let block: Option<BlockId> = params.optional()?;
    let options: GethDebugTracingCallOptions = params.optional()?.unwrap_or_default();
    params.end()?;
    let asked = Asked::new(node, request, block, (options.state_overrides, options.block_overrides))?;
    let plan = Plan::of(options.tracing_options)?;
    if let Plan::HostIo = plan {
        let run = node.chain.inspect_at(asked.tx, asked.at, &asked.overrides, Tracer::default())?;
        return Ok(report_host_io(run));
    }
    let inspector = plan.inspector();
    plan.report(node.chain.inspect_at(asked.tx, asked.at, &asked.overrides, inspector)?)
}

fn report_host_io(run: Inspected<Tracer>) -> Value {
    run.inspector.finish().map_or_else(|| json!([]), |trace| stylus_trace::report(&trace))
}

/// Which trace is asked for, its options checked before anything runs.
enum Plan {
    StructLogs(Box<GethDebugTracingOptions>),
    Calls(CallConfig),
    Prestate(alloy::rpc::types::trace::geth::PreStateConfig),
    HostIo,
    Nothing,
}

impl Plan {
    fn of(mut options: GethDebugTracingOptions) -> Result<Self, RpcError> {
        let config = options.tracer_config.clone();
        let invalid = |error: serde_json::Error| RpcError::invalid_params(format!("invalid tracerConfig: {error}"));
        Ok(match &options.tracer {
            None => {
                options.config.limit = Some(options.config.limit.filter(|limit| *limit > 0).unwrap_or(STEP_LIMIT));
                Self::StructLogs(Box::new(options))
            }
            Some(TracerType::BuiltInTracer(BuiltIn::CallTracer)) => {
                Self::Calls(config.into_call_config().map_err(invalid)?)
            }
            Some(TracerType::BuiltInTracer(BuiltIn::PreStateTracer)) => {
                Self::Prestate(config.into_pre_state_config().map_err(invalid)?)
            }
            Some(TracerType::BuiltInTracer(BuiltIn::NoopTracer)) => Self::Nothing,
            Some(TracerType::JsTracer(name)) if name == STYLUS_TRACER => Self::HostIo,
            Some(_) => {
                return Err(RpcError::server(
                    "this node has the tracers callTracer, prestateTracer, noopTracer and stylusTracer, and runs no \
                     JavaScript (with cargo-stylus, use --use-native-tracer)",
                ));
            }
        })
    }

    fn inspector(&self) -> TracingInspector {
        TracingInspector::new(match self {
            Self::StructLogs(options) => TracingInspectorConfig::from_geth_config(&options.config),
            Self::Calls(config) => TracingInspectorConfig::from_geth_call_config(config),
            Self::Prestate(_) | Self::HostIo | Self::Nothing => TracingInspectorConfig::none(),
        })
    }

    fn report(self, run: Inspected<TracingInspector>) -> Result<Value, RpcError> {
        let gas_used = run.result.gas_used;
        let builder = run.inspector.into_geth_builder();
        match self {
            Self::StructLogs(options) => to_json(builder.geth_traces(gas_used, run.result.output, options.config)),
            Self::Calls(config) => to_json(builder.geth_call_traces(config, gas_used)),
            Self::Prestate(config) => {
                // Only what was touched is read of an outcome; how it ended is in the result already.
                let outcome = ResultAndState::<HaltReason>::new(run.outcome, run.changes);
                let frame = builder.geth_prestate_traces(&outcome, &config, Before(run.before));
                to_json(frame.map_err(|error| RpcError::internal(error.to_string()))?)
            }
            Self::HostIo | Self::Nothing => Ok(json!({})),
        }
    }
}

/// The state before, as the tracer reads it.
struct Before(State);

impl DatabaseRef for Before {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        self.0.clone().basic(address)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Infallible> {
        self.0.clone().code_by_hash(hash)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.0.storage(address, slot))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        self.0.clone().block_hash(number)
    }
}

fn to_json(frame: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(frame).map_err(|error| RpcError::internal(error.to_string()))
}
