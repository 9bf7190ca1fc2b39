//! Frames that may not change the state, in each direction between programs and contracts of the EVM.

use crate::probe::{BLOCK, CALL, CONST, PROGRAM, call, chain, deploy, measured, measuring, program};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use devnet::{ArbOs, Chain, Receipt};

/// Whom a program calls. The first byte is all that it must write.
const CALLEE: Address = address!("ee00000000000000000000000000000000000000");
const AIM: &str = "(i32.store8 (i32.const 0) (i32.const 0xee))";
/// Contracts of the EVM that call on.
const RELAY: Address = address!("0000000000000000000000000000000000be1a00");
const SECOND: Address = address!("0000000000000000000000000000000000be1a01");
const OUTER: Address = address!("0000000000000000000000000000000000007e00");

/// What programs must not do in a static frame: a flush of a slot that changed, a transient write, a log, creations.
const REFUSED: [&str; 6] = [
    "(call $cache (i32.const 0) (i32.const 64)) (call $flush (i32.const 0))",
    "(call $cache (i32.const 0) (i32.const 64)) (call $flush (i32.const 1))",
    "(call $tstore (i32.const 0) (i32.const 64))",
    "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))",
    "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
    "(call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
];
/// What they may: a write that stays in the cache, a flush of nothing, or of what is as it was, and a look.
const ALLOWED: [&str; 5] = [
    "(call $cache (i32.const 0) (i32.const 64))",
    "(call $flush (i32.const 1))",
    "(call $load (i32.const 0) (i32.const 64)) (call $cache (i32.const 0) (i32.const 64)) (call $flush (i32.const 1))",
    "(call $tload (i32.const 0) (i32.const 64))",
    "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))",
];

/// Calls somebody with all gas by one of the EVM's operators, and returns the status in a word and what came back.
fn relay(operator: u8, to: Address) -> Bytes {
    let value = if operator == 0xf1 { &hex!("5f")[..] } else { &[] };
    let ends = hex!("5f52 3d5f60203e 3d602001 5ff3");
    [&hex!("5f5f5f5f")[..], value, &[0x73], to.as_slice(), &[0x5a, operator], &ends].concat().into()
}
const EVM_CALL: u8 = 0xf1;
const EVM_DELEGATE: u8 = 0xf4;
const EVM_STATIC: u8 = 0xfa;

/// Puts a program somewhere that does something and returns the byte 7.
fn deploy_doing(chain: &mut Chain, address: Address, body: &str) {
    let seven =
        "(i32.store8 (i32.const 700) (i32.const 7)) (call $write_result (i32.const 700) (i32.const 1)) (i32.const 0)";
    deploy(chain, address, &program("1 1", "", &format!("{body} {seven}")));
}

/// Puts a program somewhere that calls the callee and returns the status and what came back, a byte and more.
fn deploy_calling(chain: &mut Chain, address: Address, kind: &str, gas: i64) {
    let value = if kind == "call" { "(i32.const 64)" } else { "" };
    let body = format!(
        "{AIM} (i32.store8 (i32.const 200) (call ${kind} (i32.const 0) (i32.const 0) (i32.const 0) {value} (i64.const {gas}) (i32.const 96)))
         (drop (call $read_return_data (i32.const 201) (i32.const 0) (i32.const 1000)))
         (call $write_result (i32.const 200) (i32.add (i32.const 1) (call $return_data_size))) (i32.const 0)"
    );
    deploy(chain, address, &program("1 1", "", &body));
}

fn run(chain: &mut Chain, to: Address) -> Receipt {
    let receipt = call(chain, to, Bytes::new());
    assert!(receipt.success, "{receipt:?}");
    receipt
}

/// What a relay returns: a word, and the rest.
fn relayed(status: u64, rest: &[u8]) -> Bytes {
    [&U256::from(status).to_be_bytes::<32>(), rest].concat().into()
}

#[test]
fn a_contracts_static_call_of_a_program_refuses_every_change_and_keeps_the_gas() {
    for arbos in [ArbOs::V51, ArbOs::V61] {
        let mut chain = chain(arbos);
        chain.set_code(RELAY, relay(EVM_STATIC, PROGRAM));
        for body in REFUSED {
            deploy_doing(&mut chain, PROGRAM, body);
            assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).output.as_ref(), [7], "alone: {body}");
            let receipt = run(&mut chain, RELAY);
            assert_eq!(receipt.output, relayed(0, &[]), "{body}");
            assert!(receipt.gas_used < 100_000 && receipt.logs.is_empty(), "{body}: {receipt:?}");
        }
        for body in ALLOWED {
            deploy_doing(&mut chain, PROGRAM, body);
            assert_eq!(run(&mut chain, RELAY).output, relayed(1, &[7]), "{body}");
        }
    }
}

#[test]
fn a_programs_static_call_of_a_program_refuses_the_same() {
    let mut chain = chain(ArbOs::V61);
    deploy_calling(&mut chain, PROGRAM, "static", -1);
    for body in REFUSED {
        deploy_doing(&mut chain, CALLEE, body);
        let receipt = run(&mut chain, PROGRAM);
        assert_eq!(receipt.output.as_ref(), [2], "{body}");
        assert!(receipt.gas_used < 100_000, "{body}: {receipt:?}");
    }
    for body in ALLOWED {
        deploy_doing(&mut chain, CALLEE, body);
        assert_eq!(run(&mut chain, PROGRAM).output.as_ref(), [0, 7], "{body}");
    }
}

#[test]
fn a_programs_static_call_of_a_contract_refuses_every_change_and_takes_what_was_sent() {
    // SSTORE, TSTORE, LOG0, CREATE, CREATE2, a CALL with a wei, SELFDESTRUCT.
    let changes: [&[u8]; 7] = [
        &hex!("60015f55"),
        &hex!("60015f5d"),
        &hex!("5f5fa0"),
        &hex!("5f5f5ff0"),
        &hex!("5f5f5f5ff5"),
        &hex!("5f5f5f5f600160995af100"),
        &hex!("5fff"),
    ];
    for code in changes {
        let mut chain = chain(ArbOs::V61);
        chain.set_code(CALLEE, code.to_vec().into());
        chain.set_balance(CALLEE, U256::from(9));
        for (kind, status, least) in [("call", 0, 0), ("static", 2, 60_000)] {
            deploy_calling(&mut chain, PROGRAM, kind, 60_000);
            let receipt = run(&mut chain, PROGRAM);
            let code = hex::encode(code);
            assert_eq!(receipt.output.as_ref(), [status], "{kind} {code}");
            assert!(receipt.gas_used > least, "{kind} {code}: {receipt:?}");
        }
    }
}

#[test]
fn whatever_runs_within_a_static_frame_is_static() {
    let dirty = REFUSED[0];
    // A contract calls or borrows the program; a program calls or borrows the contract, and is called statically.
    for operator in [EVM_CALL, EVM_DELEGATE, EVM_STATIC] {
        for kind in ["call", "delegate"] {
            let mut chain = chain(ArbOs::V61);
            deploy_doing(&mut chain, PROGRAM, dirty);
            chain.set_code(CALLEE, relay(operator, PROGRAM));
            deploy_calling(&mut chain, OUTER, kind, -1);
            chain.set_code(SECOND, relay(EVM_CALL, OUTER));
            chain.set_code(RELAY, relay(EVM_STATIC, OUTER));
            let inner = |status: u64, rest: &[u8]| [&[0][..], &relayed(status, rest)].concat();
            let (status, rest) = if operator == EVM_STATIC { (0, &[][..]) } else { (1, &[7][..]) };
            assert_eq!(run(&mut chain, SECOND).output, relayed(1, &inner(status, rest)), "{operator:x} {kind}");
            assert_eq!(run(&mut chain, RELAY).output, relayed(1, &inner(0, &[])), "{operator:x} {kind}");
        }
    }
}

#[test]
fn a_static_frame_ends_with_its_call() {
    let mut chain = chain(ArbOs::V61);
    chain.set_code(CALLEE, hex!("00").to_vec().into());
    let body = format!(
        "{AIM} (drop (call $static (i32.const 0) (i32.const 0) (i32.const 0) (i64.const -1) (i32.const 96))) {}",
        REFUSED.join(" ")
    );
    deploy_doing(&mut chain, PROGRAM, &body);
    assert_eq!(run(&mut chain, PROGRAM).output.as_ref(), [7]);
}

#[test]
fn value_in_a_static_frame_fails_at_no_price_and_the_program_goes_on() {
    let wei = "(i32.store8 (i32.const 95) (i32.const 1))";
    let pay = "(i32.store8 (i32.const 80) (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))";
    let mut chain = chain(ArbOs::V61);
    chain.set_code(RELAY, relay(EVM_STATIC, PROGRAM));
    deploy(&mut chain, PROGRAM, &program("1 1", "", &measuring(&format!("{AIM} {wei}"), pay)));
    chain.set_balance(PROGRAM, U256::from(9));
    let receipt = run(&mut chain, RELAY);
    let store = 825 + CONST;
    // Not even the account is touched.
    assert_eq!(measured(&receipt.output[32..]), 6 * CONST + CALL + BLOCK + store + 83_193 + 2 * 16_381);
    let tell = format!("{AIM} {wei} {pay} (call $write_result (i32.const 80) (i32.const 1)) (i32.const 0)");
    deploy(&mut chain, PROGRAM, &program("1 1", "", &tell));
    assert_eq!(run(&mut chain, RELAY).output, relayed(1, &[2]));
    assert_eq!(run(&mut chain, PROGRAM).output.as_ref(), [0]);
}

#[test]
fn a_refused_transient_write_has_been_paid_for_and_a_refused_flush_has_not() {
    let mut chain = chain(ArbOs::V61);
    chain.set_code(RELAY, relay(EVM_STATIC, PROGRAM));
    let mut used = |refused: &str, then: &str| {
        deploy_doing(&mut chain, PROGRAM, &format!("{refused} {then}"));
        run(&mut chain, RELAY).gas_used
    };
    // Beside programs of the same length that do what is allowed and trap, in a block of less than a unit of gas.
    let write = used("(call $tstore (i32.const 0) (i32.const 64))", "nop");
    let read = used("(call $tload (i32.const 0) (i32.const 64))", "unreachable");
    assert!(read - write <= 1, "{read} {write}");
    let cache = "(call $cache (i32.const 0) (i32.const 64))";
    let dirty = used(&format!("{cache} (call $flush (i32.const 0))"), "nop nop nop");
    let clean = used("(call $flush (i32.const 0))", &format!("{cache} unreachable"));
    // The clean one goes on to the write, which is 1.848 units, and its block.
    assert!(dirty.abs_diff(clean) <= 2, "{dirty} {clean}");
}
