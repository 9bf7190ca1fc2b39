//! What a frame that fails undoes, and what not.

use crate::probe::{BLOCK, CALL, CONST, PROGRAM, call, chain, deploy, ink_on, program, sender};
use alloy_primitives::{Address, Bytes, U256, address, hex};
use devnet::{ArbOs, Chain, Receipt, Tx};

const GAS: u64 = 10_000;
/// The program that changes things and then ends in one way or another. Its first byte is all that must be written.
const CALLEE: Address = address!("ee00000000000000000000000000000000000000");
/// Whom it pays.
const PAID: Address = address!("bb00000000000000000000000000000000000000");
/// Makes a contract with three bytes of code.
const INITCODE: [u8; 12] = hex!("62010203 5f52 6003 601d f300");

/// How many bytes of data ask for which end.
const SUCCEED: u32 = 0;
const REVERT: u32 = 1;
const TRAP: u32 = 2;
const USE_UP: u32 = 3;
const FAILURES: [u32; 3] = [REVERT, TRAP, USE_UP];

/// Writes slot 0, clears slot 1 and writes transient slot 0, logs, pays, and creates a contract.
fn changes() -> String {
    let bytes: String = INITCODE.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let data = format!("(data (i32.const 400) \"{bytes}\")");
    let body = "
        (i32.store8 (i32.const 95) (i32.const 1)) (i32.store8 (i32.const 128) (i32.const 0xbb))
        (call $cache (i32.const 0) (i32.const 64)) (call $cache (i32.const 64) (i32.const 0)) (call $flush (i32.const 1))
        (call $tstore (i32.const 0) (i32.const 64))
        (call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))
        (drop (call $call (i32.const 128) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
        (call $create1 (i32.const 400) (i32.const 12) (i32.const 0) (i32.const 200) (i32.const 96))
        (call $write_result (i32.const 95) (i32.const 1))
        (if (i32.eq (local.get $n) (i32.const 2)) (then unreachable))
        (if (i32.eq (local.get $n) (i32.const 3)) (then (loop $again (br $again))))
        (local.get $n)";
    program("1 1", &data, body)
}

/// Calls the callee, by which the callee ends so.
fn ask(kind: &str, end: u32) -> String {
    let value = if kind == "call" { "(i32.const 64)" } else { "" };
    format!(
        "(i32.store8 (i32.const 0) (i32.const 0xee))
         (local.set $x (call ${kind} (i32.const 0) (i32.const 0) (i32.const {end}) {value} (i64.const 1000000) (i32.const 96)))
         (i32.store8 (i32.const 0) (i32.const 0))"
    )
}

fn stage(outer: &str) -> Chain {
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, CALLEE, &changes());
    deploy(&mut chain, PROGRAM, &program("1 1", "", outer));
    for account in [PROGRAM, CALLEE] {
        chain.set_balance(account, U256::from(9));
        chain.set_nonce(account, 5);
        chain.set_storage_at(account, U256::ONE, U256::from(3));
    }
    chain
}

/// Whether everything that the callee does was done to this account, or nothing of it.
fn done(chain: &Chain, receipt: &Receipt, account: Address) -> bool {
    let state = chain.state();
    let created = account.create(5);
    let found = [
        state.storage(account, U256::ZERO) == U256::ONE,
        state.storage(account, U256::ONE).is_zero(),
        receipt.logs.len() == 1,
        state.balance(PAID) == U256::ONE,
        state.balance(account) == U256::from(8),
        state.code(created).as_ref() == [1, 2, 3],
        state.nonce(account) == 6,
        receipt.gas_refunded == 4_800,
    ];
    let nothing = [
        state.storage(account, U256::ZERO).is_zero(),
        state.storage(account, U256::ONE) == U256::from(3),
        receipt.logs.is_empty(),
        state.balance(PAID).is_zero(),
        state.balance(account) == U256::from(9),
        state.code(created).is_empty() && state.nonce(created) == 0,
        state.nonce(account) == 5,
        receipt.gas_refunded == 0,
    ];
    assert!(found == [true; 8] || nothing == [true; 8], "{found:?} {nothing:?}");
    found[0]
}

/// Calls the callee and returns the status, what came back if anything, and the transient slot's last byte.
fn outer(kind: &str, end: u32) -> String {
    format!(
        "{} (i32.store8 (i32.const 300) (local.get $x)) (i32.store8 (i32.const 301) (call $return_data_size))
         (call $tload (i32.const 0) (i32.const 128)) (i32.store8 (i32.const 302) (i32.load8_u (i32.const 159)))
         (call $write_result (i32.const 300) (i32.const 3)) (i32.const 0)",
        ask(kind, end)
    )
}

#[test]
fn a_frame_that_fails_undoes_all_of_its_changes_in_its_callers_eyes() {
    for (kind, account) in [("call", CALLEE), ("delegate", PROGRAM)] {
        // A delegated frame's transient slot is the caller's, too.
        let seen = u8::from(kind == "delegate");
        let mut chain = stage(&outer(kind, SUCCEED));
        let receipt = call(&mut chain, PROGRAM, Bytes::new());
        assert_eq!((receipt.success, receipt.output.as_ref()), (true, &[0, 1, seen][..]), "{receipt:?}");
        assert!(done(&chain, &receipt, account), "{kind}");
        for end in FAILURES {
            let mut chain = stage(&outer(kind, end));
            let receipt = call(&mut chain, PROGRAM, Bytes::new());
            // Only a revert comes with data.
            let data = u8::from(end == REVERT);
            assert_eq!((receipt.success, receipt.output.as_ref()), (true, &[2, data, 0][..]), "{kind} {end}");
            assert!(!done(&chain, &receipt, account), "{kind} {end}");
            // What used up its gas took the million that it was sent; the others gave the rest back.
            assert_eq!(receipt.gas_used > 1_000_000, end == USE_UP, "{kind} {end}: {receipt:?}");
        }
    }
}

#[test]
fn a_caller_that_fails_undoes_what_its_callee_did() {
    for (kind, account) in [("call", CALLEE), ("delegate", PROGRAM)] {
        for fails in ["(i32.const 1)", "unreachable", "(loop $again (br $again)) (i32.const 0)"] {
            let mut chain = stage(&format!("{} {fails}", ask(kind, SUCCEED)));
            let (from, nonce) = (sender(&chain), chain.state().nonce(sender(&chain)));
            let before = chain.state().balance(from);
            let receipt = call(&mut chain, PROGRAM, Bytes::new());
            assert!(!receipt.success && !done(&chain, &receipt, account), "{kind} {fails}");
            // The sender has sent, and paid.
            assert_eq!(chain.state().nonce(from), nonce + 1);
            let paid = U256::from(receipt.gas_used) * U256::from(chain.base_fee());
            assert_eq!(before - chain.state().balance(from), paid);
        }
    }
}

#[test]
fn a_contract_that_fails_undoes_what_a_program_did() {
    // Calls the program, and reverts or halts.
    for end in [&hex!("5f5ffd")[..], &hex!("fe")] {
        let mut chain = stage("(i32.const 0)");
        let code = [&hex!("5f5f5f5f5f73")[..], CALLEE.as_slice(), &hex!("5af1"), end].concat();
        let contract = address!("00000000000000000000000000000000000c0c0a");
        chain.set_code(contract, code.into());
        let receipt = call(&mut chain, contract, Bytes::new());
        assert!(!receipt.success && !done(&chain, &receipt, CALLEE));
    }
}

#[test]
fn a_transaction_that_pays_a_program_gets_its_wei_back_from_a_failure() {
    for (input, success) in
        [(Bytes::new(), true), (Bytes::from_static(&[0]), false), (Bytes::from_static(&[0; 2]), false)]
    {
        let mut chain = stage("(i32.const 0)");
        let tx = Tx::call(sender(&chain), CALLEE, input).value(U256::from(100));
        assert_eq!(chain.send(tx).unwrap().success, success);
        // Nine before, less the one that was paid on.
        assert_eq!(chain.state().balance(CALLEE), U256::from(if success { 108 } else { 9 }));
    }
}

#[test]
fn transient_storage_ends_with_the_transaction() {
    let tell = "(call $tload (i32.const 0) (i32.const 128)) (call $write_result (i32.const 159) (i32.const 1))
        (i32.store8 (i32.const 95) (i32.const 7)) (call $tstore (i32.const 0) (i32.const 64)) (i32.const 0)";
    let mut chain = stage(tell);
    for _ in 0..2 {
        assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).output.as_ref(), [0]);
    }
}

#[test]
fn what_a_failed_frame_touched_is_cold_again() {
    let touches = "(i32.store8 (i32.const 0) (i32.const 0xbb)) (call $balance (i32.const 0) (i32.const 32))
        (i32.store8 (i32.const 0) (i32.const 0)) (call $load (i32.const 0) (i32.const 32))";
    for (end, warm) in [("(i32.const 0)", true), ("(i32.const 1)", false), ("unreachable", false)] {
        let mut chain = chain(ArbOs::V61);
        deploy(&mut chain, CALLEE, &program("1 1", "", &format!("{touches} {end}")));
        let balance = "(call $balance (i32.const 0) (i32.const 32))";
        let load = "(call $load (i32.const 64) (i32.const 32))";
        let aim = "(i32.store8 (i32.const 0) (i32.const 0xbb))";
        // An account, and a slot of the caller's that a delegated frame touched.
        let mut account = chain.clone();
        let ink = ink_on(&mut account, &format!("{} {aim}", ask("call", 0)), "", balance);
        let price = 2 * CONST + CALL + BLOCK;
        assert_eq!(ink, price + 78_153 + GAS * if warm { 100 } else { 2_600 }, "{end}");
        let ink = ink_on(&mut chain, &ask("delegate", 0), "", load);
        assert_eq!(ink, price + 18_480 + GAS * (5 + if warm { 100 } else { 2_100 }), "{end}");
    }
}

#[test]
fn a_created_account_that_failed_is_not_there_and_its_creators_nonce_is_used() {
    // Reverts after it has created a log and stored something.
    let initcode = hex!("6001 5f 55 5f 5f a0 5f 5f fd");
    let bytes: String = initcode.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let data = format!("(data (i32.const 400) \"{bytes}\")");
    let body =
        "(call $create1 (i32.const 400) (i32.const 10) (i32.const 0) (i32.const 200) (i32.const 96)) (i32.const 0)";
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 1", &data, body));
    let receipt = call(&mut chain, PROGRAM, Bytes::new());
    assert!(receipt.success && receipt.logs.is_empty());
    let created = PROGRAM.create(0);
    assert_eq!(chain.state().nonce(PROGRAM), 1);
    assert_eq!((chain.state().nonce(created), chain.state().storage(created, U256::ZERO)), (0, U256::ZERO));
}
