//! The release WASM has exactly what the interface has: its entry points, its errors and its events; and so has the
//! preview's. The interfaces are read from the JSON files in `abi/`, which is what other programs read.

use crate::{
    rolls::{Roll, WHOLE},
    stage::{ALICE, Stage, times, usdc, wasm, wasm_of},
};
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolInterface};
use debt_manager::abi::{
    IBalancerV2Vault,
    IDebtManager::{
        Deleveraged, IDebtManagerCalls, IDebtManagerErrors, IDebtManagerEvents, InvalidCalldata, Leveraged, Migrated,
        NotPayable, UnexpectedCallback, UnknownSelector, receiveFlashLoanCall, uniswapV3SwapCallbackCall,
    },
};
use devnet::{CallResult, Tx};
use protocols::manager::{self, Fee, Order, Signable};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{Operator, Parser, Payload};

/// The entry points, as they are and will stay.
const GOLDEN: [(&str, [u8; 4]); 8] = [
    ("deleverage", hex!("c9b300ed")),
    ("deleverageFor", hex!("4c774750")),
    ("leverage", hex!("3e4e2356")),
    ("leverageFor", hex!("9f2adb0b")),
    ("migrate", hex!("564d2c3d")),
    ("migrateFor", hex!("ff5e216b")),
    ("receiveFlashLoan", hex!("f04f2707")),
    ("uniswapV3SwapCallback", hex!("fa461e33")),
];

/// How many selectors are tried that nobody has.
const STRANGERS: u64 = 2_000;

/// A constant of the published TypeScript module, which is JSON between its name and its type.
fn of_module(name: &str) -> Value {
    let (_, rest) = include_str!("../../abi/debtManager.ts").split_once(&format!("const {name} = ")).unwrap();
    serde_json::from_str(rest.split_once(" as const;").unwrap().0).unwrap()
}

/// The contract's published ABI.
fn contract() -> Value {
    serde_json::from_str(include_str!("../../abi/DebtManager.json")).unwrap()
}

/// The preview's.
fn preview() -> Value {
    serde_json::from_str(include_str!("../../abi/DebtPreview.json")).unwrap()
}

/// The signatures of what an ABI has of a kind: `function`, `error` or `event`.
fn published(abi: &Value, kind: &str) -> BTreeMap<String, B256> {
    let of_kind = abi.as_array().unwrap().iter().filter(|item| item["type"] == kind);
    of_kind.map(signature).map(|signature| (signature.clone(), keccak256(signature))).collect()
}

fn signature(item: &Value) -> String {
    format!("{}({})", item["name"].as_str().unwrap(), types(&item["inputs"]))
}

/// A list of types as they stand in a signature, where a struct is the list of its fields.
fn types(list: &Value) -> String {
    let canonical = |item: &Value| {
        let name = item["type"].as_str().unwrap();
        match name.strip_prefix("tuple") {
            Some(array) => format!("({}){array}", types(&item["components"])),
            None => name.to_owned(),
        }
    };
    list.as_array().unwrap().iter().map(canonical).collect::<Vec<_>>().join(",")
}

fn selectors(abi: &Value, kind: &str) -> BTreeSet<[u8; 4]> {
    published(abi, kind).values().map(|hash| *hash.first_chunk().unwrap()).collect()
}

/// What a program answers to some bytes, from anybody, with so much ether.
fn asked(stage: &Stage, program: Address, data: &[u8], value: u64) -> CallResult {
    stage.chain.call(Tx::call(ALICE, program, data.to_vec()).value(U256::from(value))).unwrap()
}

/// What it refuses them with.
fn refused(stage: &Stage, program: Address, data: &[u8], value: u64) -> Bytes {
    let answer = asked(stage, program, data, value);
    assert!(!answer.success, "{} succeeded", hex::encode(data));
    answer.output
}

/// Selectors that an interface does not have: near to its own, and anywhere.
fn strangers(abi: &Value) -> BTreeSet<[u8; 4]> {
    let known = selectors(abi, "function");
    let flipped = known.iter().flat_map(|selector| {
        let number = u32::from_be_bytes(*selector);
        (0..32).map(move |bit| (number ^ 1 << bit).to_be_bytes())
    });
    let anywhere = (0..STRANGERS).map(|number| *keccak256(number.to_be_bytes()).first_chunk().unwrap());
    let named = ["constructor()", "stylus_constructor()", "initialize()", "transferOwnership(address)", "owner()"];
    let named = named.into_iter().map(|name| *keccak256(name).first_chunk().unwrap());
    let others = [[0; 4], [0xff; 4], IBalancerV2Vault::flashLoanCall::SELECTOR];
    flipped.chain(anywhere).chain(named).chain(others).filter(|selector| !known.contains(selector)).collect()
}

#[test]
fn g5_the_selectors_are_the_golden_ones() {
    let golden: BTreeMap<&str, [u8; 4]> = GOLDEN.into();
    let dispatched: Vec<[u8; 4]> = debt_manager::selectors().collect();
    let names: BTreeMap<&str, [u8; 4]> = IDebtManagerCalls::selectors()
        .map(|known| (IDebtManagerCalls::name_by_selector(known).unwrap(), known))
        .collect();
    assert_eq!(names, golden);
    assert_eq!(dispatched.len(), golden.len(), "two entry points share a selector");
    assert_eq!(dispatched.into_iter().collect::<BTreeSet<_>>(), golden.values().copied().collect());
    assert_eq!(selectors(&contract(), "function"), golden.values().copied().collect());
}

#[test]
fn g5_the_callbacks_are_those_that_their_callers_call() {
    let canonical = |signature: &str| *keccak256(signature).first_chunk().unwrap();
    let loan = canonical("receiveFlashLoan(address[],uint256[],uint256[],bytes)");
    let swap = canonical("uniswapV3SwapCallback(int256,int256,bytes)");
    assert_eq!([receiveFlashLoanCall::SELECTOR, uniswapV3SwapCallbackCall::SELECTOR], [loan, swap]);
}

#[test]
fn g5_no_error_is_taken_for_another_or_for_those_of_solidity() {
    let errors = selectors(&contract(), "error");
    assert_eq!(errors.len(), published(&contract(), "error").len());
    assert!(
        !errors.contains(&alloy_sol_types::Revert::SELECTOR) && !errors.contains(&alloy_sol_types::Panic::SELECTOR)
    );
}

#[test]
fn i17_the_wasm_knows_every_selector_of_the_interface() {
    let stage = Stage::new();
    for (name, selector) in GOLDEN {
        let answer = refused(&stage, stage.dm.address, &selector, 0);
        let is_callback = [receiveFlashLoanCall::SELECTOR, uniswapV3SwapCallbackCall::SELECTOR].contains(&selector);
        let callback = UnexpectedCallback { caller: ALICE }.abi_encode();
        match is_callback {
            true if answer[..] == callback[..] => {}
            _ => assert!(InvalidCalldata::abi_decode(&answer).is_ok(), "{name}: {answer}"),
        }
    }
}

/// A program refuses every selector that its interface does not have.
fn knows_no_other_selector(stage: &Stage, program: Address, abi: &Value) {
    let strangers = strangers(abi);
    assert!(strangers.len() as u64 > STRANGERS);
    for selector in strangers {
        let unknown = UnknownSelector { selector: selector.into() }.abi_encode();
        for arguments in [&[][..], &[0; 32]] {
            let answer = refused(stage, program, &[&selector[..], arguments].concat(), 0);
            assert_eq!(answer, Bytes::from(unknown.clone()), "{}", hex::encode(selector));
        }
    }
}

#[test]
fn i17_the_wasm_knows_no_other_selector() {
    let stage = Stage::new();
    knows_no_other_selector(&stage, stage.dm.address, &contract());
}

#[test]
fn i17_nothing_takes_ether() {
    let stage = Stage::new();
    let known = GOLDEN.map(|(_, selector)| selector.to_vec());
    for data in known.into_iter().chain([vec![], vec![1], vec![0; 4], vec![0xff; 36]]) {
        for value in [1, u64::MAX] {
            let not_payable = NotPayable { value: U256::from(value) }.abi_encode();
            assert_eq!(
                refused(&stage, stage.dm.address, &data, value),
                Bytes::from(not_payable),
                "{}",
                hex::encode(&data)
            );
        }
    }
}

#[test]
fn i17_the_errors_of_the_wasm_are_those_of_the_interface() {
    let named: BTreeSet<[u8; 4]> = IDebtManagerErrors::selectors().collect();
    assert_eq!(named, selectors(&contract(), "error"));
    let constants = constants(&wasm());
    for (signature, hash) in published(&contract(), "error") {
        let selector: [u8; 4] = *hash.first_chunk().unwrap();
        assert!(constants.contains(&selector), "the WASM never reverts with {signature}");
    }
    assert!(!constants.contains(&alloy_sol_types::Panic::SELECTOR), "there is a panic in it");
}

/// All four bytes that a module has as a constant, in its code or in its data.
fn constants(wasm: &[u8]) -> BTreeSet<[u8; 4]> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().unwrap().into_iter();
                found.extend(operators.filter_map(|operator| match operator.unwrap() {
                    Operator::I32Const { value } => Some(value.to_le_bytes()),
                    _ => None,
                }));
            }
            Payload::DataSection(segments) => {
                let windows = segments.into_iter().flat_map(|segment| segment.unwrap().data.array_windows::<4>());
                found.extend(windows);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn i17_each_verb_logs_its_own_event_of_the_interface_and_no_other() {
    let named: BTreeSet<B256> = IDebtManagerEvents::SELECTORS.iter().map(|topic| B256::from(*topic)).collect();
    assert_eq!(named, published(&contract(), "event").into_values().collect());
    let mut stage = Stage::new();
    let market = stage.market().address;
    let leveraged = stage.alice_leverages(usdc(100), times(3));
    let to = stage.maturity(1);
    let migrated = Roll { from: U256::ZERO, to, portion: WHOLE }.ours(&stage);
    let migrated = stage.succeeds(migrated);
    let back = Roll { from: to, to: U256::ZERO, portion: WHOLE }.ours(&stage);
    stage.succeeds(back);
    let deleveraged = stage.alice_deleverages(U256::ZERO, times(2));
    let topics = [Leveraged::SIGNATURE_HASH, Migrated::SIGNATURE_HASH, Deleveraged::SIGNATURE_HASH];
    assert_eq!(BTreeSet::from(topics), named, "an event is not emitted by any verb");
    for (receipt, topic) in [leveraged, migrated, deleveraged].into_iter().zip(topics) {
        let ours: Vec<_> = receipt.logs.iter().filter(|log| log.address == stage.dm.address).collect();
        let [log] = ours[..] else { panic!("{} events", ours.len()) };
        assert_eq!(log.data.topics(), [topic, ALICE.into_word()]);
        let words: Vec<U256> = log.data.data.chunks(32).map(U256::from_be_slice).collect();
        let outcome: Vec<U256> = receipt.output.chunks(32).map(U256::from_be_slice).collect();
        let market = U256::from_be_bytes(market.into_word().0);
        assert_eq!(words, [&[market, market], &outcome[..]].concat());
    }
}

#[test]
fn i17_the_preview_has_the_published_interface_and_no_more() {
    let (mut stage, abi) = (Stage::new(), preview());
    let program = stage.preview().address;
    knows_no_other_selector(&stage, program, &abi);
    for (function, selector) in published(&abi, "function") {
        let answer = asked(&stage, program, &selector[..4], 0).output;
        assert!(!answer.starts_with(&UnknownSelector::SELECTOR), "{function}: {answer}");
    }
    let constants = constants(&wasm_of("debt_preview.wasm"));
    for (error, hash) in published(&abi, "error") {
        assert!(constants.contains(hash.first_chunk::<4>().unwrap()), "the preview never reverts with {error}");
    }
    assert!(published(&abi, "event").is_empty());
}

#[test]
fn the_typescript_module_has_the_published_abis() {
    assert_eq!(of_module("debtManagerAbi"), contract());
    assert_eq!(of_module("debtPreviewAbi"), preview());
}

/// A struct of typed data as it stands in the signed type (EIP-712).
fn encoded(types: &Value, name: &str) -> String {
    let field = |field: &Value| format!("{} {}", field["type"].as_str().unwrap(), field["name"].as_str().unwrap());
    let fields: Vec<String> = types[name].as_array().unwrap().iter().map(field).collect();
    format!("{name}({})", fields.join(","))
}

/// Wallets sign what the module says; Permit2 checks it against what the contract says.
#[test]
fn the_typed_data_of_the_module_is_what_the_contract_has_checked() {
    fn signed<O: Signable>(stage: &Stage, order: &Order<O>) -> String {
        stage.dm.intent(order, stage.market().token.address, U256::ZERO, Fee::default()).1.type_string
    }
    let stage = Stage::new();
    let market = stage.market().address;
    let roll = Roll { from: U256::ZERO, to: stage.maturity(1), portion: WHOLE };
    let verbs = [
        ("Leverage", signed(&stage, &manager::leverage(market, usdc(1), times(2)))),
        ("Deleverage", signed(&stage, &manager::deleverage(market, usdc(1), times(2)))),
        ("Migrate", signed(&stage, &roll.order(&stage))),
    ];
    for (verb, witness) in verbs {
        let types = of_module(&format!("{}Types", verb.to_lowercase()));
        let root = encoded(&types, "PermitBatchWitnessTransferFrom");
        let root = root.strip_suffix(&format!("{verb} witness)")).unwrap();
        let [operation, permissions] = [verb, "TokenPermissions"].map(|name| encoded(&types, name));
        assert_eq!(witness, format!("{verb} witness){operation}{permissions}"));
        assert_eq!(
            root,
            "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,"
        );
    }
}
