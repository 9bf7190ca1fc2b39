//! Nitro's `stylusTracer`: the host I/Os of a program in order, those of the programs it calls under the call.

use std::{iter::Peekable, slice::Iter};

use alloy_primitives::Address;
use serde_json::{Value, json};
use stylus::vm::HostIoTrace;

use super::hex::data;
use crate::{CallTrace, FrameKind};

/// The host I/Os of a trace. Frames of EVM code have none of their own; programs they call are shown in their place.
pub(super) fn report(trace: &CallTrace) -> Value {
    Value::Array(steps(trace))
}

fn steps(trace: &CallTrace) -> Vec<Value> {
    if !trace.is_wasm {
        return trace.children.iter().flat_map(steps).collect();
    }
    let mut children = trace.children.iter().peekable();
    trace.host_io.iter().map(|host_io| step(host_io, &mut children)).collect()
}

fn step(host_io: &HostIoTrace, children: &mut Peekable<Iter<'_, CallTrace>>) -> Value {
    let mut step = json!({
        "name": host_io.name,
        "args": data(&host_io.args),
        "outs": data(&host_io.outs),
        "startInk": host_io.start_ink,
        "endInk": host_io.end_ink,
    });
    match host_io.name {
        "call_contract" | "delegate_call_contract" | "static_call_contract" => {
            let target = host_io.args.get(..20).map_or(Address::ZERO, Address::from_slice);
            // A call that was refused for want of gas made no frame.
            let child = children
                .next_if(|child| child.kind != FrameKind::Create && (child.to == target || child.code == target));
            step["address"] = data(target);
            step["steps"] = child.map(steps).unwrap_or_default().into();
        }
        "create1" | "create2" => {
            children.next_if(|child| child.kind == FrameKind::Create);
        }
        _ => {}
    }
    step
}
