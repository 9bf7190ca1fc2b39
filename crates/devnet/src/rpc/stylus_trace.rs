//! Nitro's `stylusTracer`: the host I/Os of a program in order, those of the programs it calls under the call.

use serde_json::{Value, json};

use super::hex::data;
use crate::CallTrace;

/// The host I/Os of a trace. Frames of EVM code have none of their own; programs they call are shown in their place.
pub(super) fn report(trace: &CallTrace) -> Value {
    Value::Array(steps(trace))
}

fn steps(trace: &CallTrace) -> Vec<Value> {
    if !trace.is_wasm {
        return trace.children.iter().flat_map(steps).collect();
    }
    let mut children = trace.children.iter();
    let mut shown = Vec::with_capacity(trace.host_io.len());
    for host_io in &trace.host_io {
        let mut step = json!({
            "name": host_io.name,
            "args": data(&host_io.args),
            "outs": data(&host_io.outs),
            "startInk": host_io.start_ink,
            "endInk": host_io.end_ink,
        });
        if starts_a_frame(host_io.name)
            && let Some(child) = children.next()
        {
            step["address"] = data(child.code);
            step["steps"] = steps(child).into();
        }
        shown.push(step);
    }
    shown
}

fn starts_a_frame(name: &str) -> bool {
    matches!(name, "call_contract" | "delegate_call_contract" | "static_call_contract" | "create1" | "create2")
}
