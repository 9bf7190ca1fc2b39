//! Bytes that nobody meant: whatever they are, they are refused in words, or make a module that can be compiled.

use serde_json::Value;
use stylus::{
    activation::{Activation, ActivationRules, activate},
    code,
    params::ArbOs,
};

/// Numbers that look random and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// The reference programs, as modules or as code.
fn programs(field: &str) -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../devnet/tests/vectors/vectors.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let programs = vectors["programs"].as_object().unwrap().values();
    programs.map(|program| alloy_primitives::hex::decode(program[field].as_str().unwrap()).unwrap()).collect()
}

/// Changes, removes, repeats or exchanges some bytes.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 if !bytes.is_empty() => drop(bytes.remove(at)),
            3 => bytes.insert(at, random.next() as u8),
            _ => {
                let from = random.below(other.len());
                let to = from + random.below(other.len() - from);
                let end = (at + to - from).min(bytes.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
}

/// Checks what holds for every module; says whether it was accepted.
fn check(wasm: &[u8], arbos: ArbOs) -> bool {
    match activate(wasm, ActivationRules::new(arbos)) {
        Ok(Activation { module, footprint, .. }) => {
            assert!(footprint <= 128);
            if let Err(error) = wasmparser::validate(&module.wasm) {
                panic!("{error}: the instrumented form of {}", alloy_primitives::hex::encode(wasm));
            }
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

#[test]
fn changed_modules_are_refused_or_stay_valid() {
    let programs = programs("wasm");
    let mut random = Random(0x5eed);
    let mut accepted = 0;
    for round in 0..20_000 {
        let mut wasm = programs[round % programs.len()].clone();
        let other = &programs[random.below(programs.len())];
        mutate(&mut wasm, other, &mut random);
        let arbos = if round % 2 == 0 { ArbOs::V51 } else { ArbOs::V61 };
        accepted += usize::from(check(&wasm, arbos));
    }
    // Enough get through for the check of the instrumented form to mean something.
    assert!(accepted > 500, "{accepted}");
}

#[test]
fn modules_that_end_early_are_refused() {
    for program in programs("wasm") {
        for end in (0..program.len()).step_by(1 + program.len() / 200) {
            // Sections are only missing, not broken, where one has just ended.
            check(&program[..end], ArbOs::V61);
        }
    }
}

#[test]
fn code_of_any_bytes_is_taken_apart_or_refused() {
    const LIMIT: usize = 256 * 1024;
    let codes = programs("code");
    let mut random = Random(0xc0de);
    for round in 0..5_000 {
        let mut bytes = codes[round % codes.len()].clone();
        let other = &codes[random.below(codes.len())];
        mutate(&mut bytes, other, &mut random);
        let parsed = code::parse(&bytes, ArbOs::V61);
        if let Ok(code::StylusCode::Program { dictionary, compressed }) = parsed
            && let Ok(wasm) = code::decompress(dictionary, compressed, LIMIT, None)
        {
            assert!(wasm.len() <= LIMIT);
            check(&wasm, ArbOs::V61);
        }
    }
}

/// A module of one function that is an operator as often as it fits: no text is as dense.
fn dense(operator: &[u8], end: &[u8], size: usize) -> Vec<u8> {
    let mut body = vec![0];
    body.extend(operator.repeat(size / operator.len()));
    body.extend(end);
    let mut module = wasm_encoder::Module::new();
    let mut types = wasm_encoder::TypeSection::new();
    types.ty().function([wasm_encoder::ValType::I32], [wasm_encoder::ValType::I32]);
    let mut functions = wasm_encoder::FunctionSection::new();
    functions.function(0);
    let mut memories = wasm_encoder::MemorySection::new();
    let ty =
        wasm_encoder::MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None };
    memories.memory(ty);
    let mut exports = wasm_encoder::ExportSection::new();
    exports.export("memory", wasm_encoder::ExportKind::Memory, 0);
    exports.export("user_entrypoint", wasm_encoder::ExportKind::Func, 0);
    let mut code = wasm_encoder::CodeSection::new();
    code.raw(&body);
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}

#[test]
fn the_densest_modules_are_refused() {
    const SIZE: usize = 256 * 1024 - 100;
    let shapes: [(&[u8], &[u8]); 4] = [
        (&[0x0f], &[0x0b]),                      // return, again and again
        (&[0x03, 0x40], &[0x0b]),                // loops, none of which ends
        (&[0x02, 0x40, 0x0b], &[0x41, 0, 0x0b]), // blocks side by side
        (&[0x0b], &[0x0b]),                      // nothing but ends
    ];
    for (operator, end) in shapes {
        assert!(!check(&dense(operator, end, SIZE), ArbOs::V61), "{operator:?}");
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = code::compress(&vec![0; 50_000_000]);
    assert!(bomb.len() < 1_000);
    assert_eq!(code::decompress(0, &bomb[4..], 1_000, None), Err(code::CodeError::TooLarge(1_000)));
}
