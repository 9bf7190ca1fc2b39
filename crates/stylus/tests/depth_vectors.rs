//! The reference scenarios that recurse to the last word of stack: how deep they get follows from the frames' words.

use serde_json::Value;
use stylus::{
    activation::{ActivationRules, activate},
    params::{ArbOs, StylusParams},
};
use wasmparser::{Operator, Parser, Payload};

/// The words of each function's frame: the number that its first check compares with.
fn frames(wasm: &[u8]) -> Vec<u64> {
    let instrumented = activate(wasm, ActivationRules::new(ArbOs::V51)).unwrap().module.wasm;
    let bodies = Parser::new(0).parse_all(&instrumented).filter_map(|payload| match payload.unwrap() {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let size = |operator| match operator {
        Operator::I32Const { value } => value as u64,
        other => panic!("{other:?} is no size"),
    };
    bodies.map(|body| size(body.get_operators_reader().unwrap().into_iter().nth(1).unwrap().unwrap())).collect()
}

/// The depth, read from a call's data: a little-endian word of four bytes.
fn depth(call: &Value) -> u64 {
    let data = alloy_primitives::hex::decode(call["data"].as_str().unwrap()).unwrap();
    u64::from(u32::from_le_bytes(data[..4].try_into().unwrap()))
}

#[test]
fn recursion_ends_where_the_reference_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../devnet/tests/vectors/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let budget = u64::from(StylusParams::at(ArbOs::V51).max_stack_depth);
    let mut checked = 0;
    for scenario in vectors["scenarios"].as_array().unwrap() {
        let name = scenario["program"].as_str().unwrap();
        if !name.starts_with("depth_") {
            continue;
        }
        let wasm = alloy_primitives::hex::decode(vectors["programs"][name]["wasm"].as_str().unwrap()).unwrap();
        let [recursive, main] = frames(&wasm)[..] else { panic!("{name}: two functions") };
        for call in scenario["calls"].as_array().unwrap() {
            // The first call of the function is at depth 0. A frame must leave a word.
            let words = main + recursive * (depth(call) + 1);
            assert_eq!(words < budget, call["expected"]["status"] == 1, "{name}: {}", call["name"]);
            checked += 1;
        }
    }
    assert_eq!(checked, 18);
}
