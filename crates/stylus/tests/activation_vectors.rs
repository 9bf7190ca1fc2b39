//! Every reference program and module: accepted or refused as Nitro does, at the same costs to the unit.

use serde::Deserialize;
use std::collections::BTreeMap;
use stylus::{
    activation::{Activation, ActivationRules, activate},
    code::{self, StylusCode},
    gas::entry,
    params::{ArbOs, StylusParams},
};

#[derive(Deserialize)]
struct Vectors {
    programs: BTreeMap<String, Program>,
    activation: Vec<Case>,
}

#[derive(Deserialize)]
struct Program {
    code: String,
    wasm: String,
    activation: Metered,
    #[serde(flatten)]
    costs: Costs,
}

#[derive(Deserialize)]
struct Metered {
    metered_gas: u64,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    code: String,
    expected: String,
    metered_activation_gas: Option<u64>,
    #[serde(flatten)]
    costs: Option<Costs>,
}

#[derive(Deserialize)]
struct Costs {
    init_cost: u16,
    cached_cost: u16,
    asm_estimate: u32,
    footprint: u16,
    init_gas_uncached: u64,
    init_gas_cached: u64,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../devnet/tests/vectors/vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    alloy_primitives::hex::decode(hex).unwrap()
}

/// What a chain does with code: takes it apart, decompresses it and activates it.
fn activate_code(code: &[u8]) -> Result<(Vec<u8>, Activation), String> {
    let params = StylusParams::at(ArbOs::V51);
    let parsed = code::parse(code, ArbOs::V51).map_err(|error| error.to_string())?;
    let StylusCode::Program { dictionary, compressed } = parsed else { return Err("not a program".to_owned()) };
    let wasm = code::decompress(dictionary, compressed, params.max_wasm_size as usize, None)
        .map_err(|error| error.to_string())?;
    let activation = activate(&wasm, ActivationRules::new(ArbOs::V51)).map_err(|error| error.to_string())?;
    Ok((wasm, activation))
}

fn differences(activation: &Activation, costs: &Costs, metered_gas: u64) -> Vec<String> {
    let params = StylusParams::at(ArbOs::V51);
    let cached = entry::cached_gas(&params, activation.cached_cost);
    [
        ("init cost", u64::from(activation.init_cost), u64::from(costs.init_cost)),
        ("cached cost", u64::from(activation.cached_cost), u64::from(costs.cached_cost)),
        ("native code", u64::from(activation.asm_estimate), u64::from(costs.asm_estimate)),
        ("footprint", u64::from(activation.footprint), u64::from(costs.footprint)),
        ("activation gas", activation.metered_gas, metered_gas),
        ("init gas", entry::init_gas(&params, activation.init_cost) + cached, costs.init_gas_uncached),
        ("cached init gas", cached, costs.init_gas_cached),
    ]
    .into_iter()
    .filter(|(_, is, expected)| is != expected)
    .map(|(what, is, expected)| format!("{what} is {is}, not {expected}"))
    .collect()
}

#[test]
fn every_reference_program_activates_at_its_price() {
    let mut wrong = Vec::new();
    let programs = vectors().programs;
    assert_eq!(programs.len(), 36);
    for (name, program) in programs {
        match activate_code(&bytes(&program.code)) {
            Err(error) => wrong.push(format!("{name}: refused: {error}")),
            Ok((wasm, activation)) => {
                assert_eq!(wasm, bytes(&program.wasm), "{name}: the module");
                let found = differences(&activation, &program.costs, program.activation.metered_gas);
                wrong.extend(found.into_iter().map(|difference| format!("{name}: {difference}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reference_module_is_accepted_or_refused() {
    let mut wrong = Vec::new();
    let cases = vectors().activation;
    assert_eq!(cases.len(), 64);
    for case in cases {
        match (activate_code(&bytes(&case.code)), case.expected.as_str()) {
            (Err(_), "refuse") => {}
            (Err(error), _) => wrong.push(format!("{}: refused: {error}", case.name)),
            (Ok(_), "refuse") => wrong.push(format!("{}: accepted", case.name)),
            (Ok((_, activation)), _) => {
                let (costs, gas) = (case.costs.unwrap(), case.metered_activation_gas.unwrap());
                let found = differences(&activation, &costs, gas);
                wrong.extend(found.into_iter().map(|difference| format!("{}: {difference}", case.name)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
