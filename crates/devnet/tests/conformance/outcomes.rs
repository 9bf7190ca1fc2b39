//! How a frame can end, and that no guest can harm the host.

use crate::probe::{PROGRAM, call, chain, deploy, program};
use alloy_primitives::{Address, Bytes, address, hex};
use devnet::{ArbOs, Receipt};

const GAS: u64 = 20_000_000;

fn run(functions: &str, body: &str) -> Receipt {
    let mut chain = chain(ArbOs::V61);
    deploy(&mut chain, PROGRAM, &program("1 128", functions, body));
    call(&mut chain, PROGRAM, Bytes::new())
}

#[test]
fn the_last_result_counts_and_the_status_decides() {
    let write = |at: u32| format!("(call $write_result (i32.const {at}) (i32.const 3))");
    let store = "(i32.store (i32.const 64) (i32.const 0x030201))";
    let receipt = run("", &format!("{store} {} {} (i32.const 0)", write(0), write(64)));
    assert!(receipt.success && receipt.output.as_ref() == [1, 2, 3]);
    let receipt = run("", &format!("{store} {} (i32.const 7)", write(64)));
    assert!(!receipt.success && receipt.output.as_ref() == [1, 2, 3] && receipt.gas_used < GAS);
    let receipt = run("", &format!("{store} {} (call $exit_early (i32.const 0)) unreachable", write(64)));
    assert!(receipt.success && receipt.output.as_ref() == [1, 2, 3]);
}

#[test]
fn a_trap_reverts_without_data_and_keeps_the_gas() {
    let wrote = "(call $write_result (i32.const 0) (i32.const 3))";
    let far = "(call $write_result (i32.const -1) (i32.const 3))";
    let huge = "(call $keccak (i32.const 0) (i32.const 100000) (i32.const 0))";
    let topics = "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 5))";
    let many = "(call $emit_log (i32.const 0) (i32.const 0) (i32.const -1))";
    for trap in [
        "unreachable",
        "(drop (i32.load (i32.const -1)))",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        far,
        huge,
        topics,
        many,
    ] {
        let receipt = run("", &format!("{wrote} {trap} (i32.const 0)"));
        assert!(!receipt.success && receipt.output.is_empty() && receipt.gas_used < GAS / 2, "{trap}: {receipt:?}");
    }
}

#[test]
fn memory_is_looked_at_in_order_and_after_what_is_paid_first() {
    let used = |body: &str| run("", &format!("{body} (i32.const 0)")).gas_used;
    for name in ["tload", "tstore"] {
        let far = used(&format!("(call ${name} (i32.const -1) (i32.const 0)) nop"));
        let near = used(&format!("(call ${name} (i32.const 0) (i32.const 0)) unreachable"));
        // They differ by the block of the trap, which is less than a unit of gas.
        assert!(near - far <= 1, "{name}: {far} {near}");
    }
    // Both operands are read before the exponent is paid for.
    assert_eq!(used("(call $pow (i32.const -1) (i32.const 0))"), used("(call $pow (i32.const 0) (i32.const -1))"));
}

#[test]
fn memory_is_filled_with_more_than_a_byte_from_stylus_3_on() {
    let run = |arbos, value: u32, length: u32| {
        let mut chain = chain(arbos);
        let fill = format!("(memory.fill (i32.const 8) (i32.const {value}) (i32.const {length}))");
        let tell = "(call $write_result (i32.const 7) (i32.const 12)) (i32.const 0)";
        deploy(&mut chain, PROGRAM, &program("1 1", "", &format!("{fill} {tell}")));
        call(&mut chain, PROGRAM, Bytes::new())
    };
    let filled = |byte: u8| [&[0][..], &[byte; 9], &[0, 0]].concat();
    for arbos in [ArbOs::V51, ArbOs::V61] {
        for value in [0, 1, 0xff] {
            let receipt = run(arbos, value, 9);
            assert_eq!((receipt.success, receipt.output.to_vec()), (true, filled(value as u8)), "{value}");
        }
    }
    for value in [0x100, 0x1ab, u32::MAX] {
        assert_eq!(run(ArbOs::V61, value, 9).output.to_vec(), filled(value as u8));
        // Before, it traps, having paid: a revert without data, for a hundred ink a byte, that keeps the rest.
        let [short, long] = [9, 59_999].map(|length| run(ArbOs::V51, value, length));
        assert!(!short.success && short.output.is_empty() && short.gas_used < 40_000, "{short:?}");
        assert!(!long.success && long.output.is_empty(), "{long:?}");
        assert!((599..=601).contains(&(long.gas_used - short.gas_used)), "{short:?} {long:?}");
        // Ink comes first: a length that nobody can pay for takes all.
        assert_eq!(run(ArbOs::V51, value, u32::MAX).gas_used, GAS);
    }
}

#[test]
fn ink_and_stack_that_run_out_take_all_gas() {
    let forever = run("", "(loop $again (br $again)) (i32.const 0)");
    let deep = run("(func $f (call $f))", "(call $f) (i32.const 0)");
    let length = run("", "(call $write_result (i32.const 0) (i32.const -1)) (i32.const 0)");
    let pages = run("", "(drop (memory.grow (i32.const 127))) (drop (memory.grow (i32.const 65535))) (i32.const 0)");
    let more = run("", "(call $pay (i32.const 70000)) (i32.const 0)");
    for receipt in [forever, deep, length, pages, more] {
        assert!(!receipt.success && receipt.output.is_empty() && receipt.gas_used == GAS, "{receipt:?}");
    }
}

#[test]
fn a_program_that_calls_itself_ends_at_the_depth_of_the_evm() {
    let mut chain = chain(ArbOs::V61);
    // Calls itself with all gas, and returns what that returned plus one, or nothing if it failed.
    let body = "(call $this (i32.const 0))
        (if (i32.eqz (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
          (then (drop (call $read_return_data (i32.const 128) (i32.const 0) (i32.const 4)))))
        (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))
        (call $write_result (i32.const 128) (i32.const 4)) (i32.const 0)";
    let deep: Address = address!("00000000000000000000000000000000000dee90");
    deploy(&mut chain, deep, &program("1 1", "", body));
    let sender = crate::probe::sender(&chain);
    let receipt = chain.send(devnet::Tx::call(sender, deep, Bytes::new()).gas(1 << 45)).unwrap();
    assert!(receipt.success, "{receipt:?}");
    let depth = u32::from_le_bytes(receipt.output.as_ref().try_into().unwrap());
    // Pages run out long before the depth does: 128 can be open at once, and a frame that finds none fails.
    assert_eq!(depth, 128);
}

#[test]
fn a_program_sees_that_it_runs_already_also_through_a_contract() {
    let mut chain = chain(ArbOs::V61);
    // Tells whether it is re-entered; told so with data, it first calls the account that it is given.
    let body = "(call $read_args (i32.const 0))
        (if (i32.eq (local.get $n) (i32.const 20)) (then
          (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 96)))
          (drop (call $read_return_data (i32.const 128) (i32.const 0) (i32.const 4))))
        (else (i32.store (i32.const 128) (call $reentrant))))
        (call $write_result (i32.const 128) (i32.const 4)) (i32.const 0)";
    deploy(&mut chain, PROGRAM, &program("1 1", "", body));
    assert_eq!(call(&mut chain, PROGRAM, Bytes::new()).output.as_ref(), [0, 0, 0, 0]);
    assert_eq!(call(&mut chain, PROGRAM, PROGRAM.to_vec()).output.as_ref(), [1, 0, 0, 0]);
    // A contract between: it calls the program without data and returns its four bytes.
    let between: Address = address!("0000000000000000000000000000000000be2bee");
    let code = [&hex!("6004600060006000600073")[..], PROGRAM.as_slice(), &hex!("5af15060046000f3")].concat();
    chain.set_code(between, code.into());
    assert_eq!(call(&mut chain, PROGRAM, between.to_vec()).output.as_ref(), [1, 0, 0, 0]);
    assert_eq!(call(&mut chain, between, Bytes::new()).output.as_ref(), [0, 0, 0, 0]);
}
