//! A smart account: a Stylus program that makes the calls it is told to, several in one transaction.

use crate::stage::Stage;
use alloy_primitives::{Address, Bytes, address};
use devnet::{Receipt, Tx};

/// Where it is.
pub(crate) const WALLET: Address = address!("5afe00000000000000000000000000000000005a");

/// Reads records of a mode (1 byte), a target (20), a length (4, little endian) and that much data. Returns a byte for
/// each call: its status. A call of mode 0 must succeed, or the wallet reverts with its reason.
const SOURCE: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2 2)
  (func (export "user_entrypoint") (param $length i32) (result i32)
    (local $at i32) (local $size i32) (local $mode i32) (local $status i32) (local $calls i32)
    (call $read_args (i32.const 1024))
    (local.set $at (i32.const 1024))
    (local.set $length (i32.add (local.get $length) (i32.const 1024)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
      (local.set $mode (i32.load8_u (local.get $at)))
      (local.set $size (i32.load offset=21 (local.get $at)))
      (if (i32.eq (local.get $mode) (i32.const 2))
        (then (local.set $status (call $delegate (i32.add (local.get $at) (i32.const 1)) (i32.add (local.get $at) (i32.const 25)) (local.get $size) (i64.const -1) (i32.const 0))))
        (else (if (i32.eq (local.get $mode) (i32.const 3))
          (then (local.set $status (call $static (i32.add (local.get $at) (i32.const 1)) (i32.add (local.get $at) (i32.const 25)) (local.get $size) (i64.const -1) (i32.const 0))))
          (else (local.set $status (call $call (i32.add (local.get $at) (i32.const 1)) (i32.add (local.get $at) (i32.const 25)) (local.get $size) (i32.const 64) (i64.const -1) (i32.const 0)))))))
      (if (i32.and (i32.eqz (local.get $mode)) (i32.ne (local.get $status) (i32.const 0)))
        (then
          (drop (call $read_return_data (i32.const 65536) (i32.const 0) (i32.load (i32.const 0))))
          (call $write_result (i32.const 65536) (i32.load (i32.const 0)))
          (return (i32.const 1))))
      (i32.store8 offset=512 (local.get $calls) (local.get $status))
      (local.set $calls (i32.add (local.get $calls) (i32.const 1)))
      (local.set $at (i32.add (i32.add (local.get $at) (i32.const 25)) (local.get $size)))
      (br $next)))
    (call $write_result (i32.const 512) (local.get $calls))
    (i32.const 0)))"#;

/// How the wallet makes a call.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// It must succeed.
    Must,
    /// It may fail.
    May,
    /// As the wallet itself; it may fail.
    Delegate,
    /// It may not change state; it may fail.
    Static,
}

/// Puts the wallet on a stage, as somebody whom the contract may act for.
pub(crate) fn deploy(stage: &mut Stage) {
    let wasm = wat::parse_str(SOURCE).unwrap();
    stage.chain.set_code(WALLET, stylus::code::compress(&wasm).into());
    let owner = stage.chain.config().signers()[0].address();
    assert!(stage.chain.activate(WALLET, owner).unwrap().success);
    stage.welcome(WALLET);
}

/// Makes calls in one transaction and returns the status of each.
pub(crate) fn perform(stage: &mut Stage, from: Address, calls: &[(Mode, Address, Bytes)]) -> Receipt {
    stage.send(performing(from, calls))
}

/// The transaction by which somebody has it make calls.
pub(crate) fn performing(from: Address, calls: &[(Mode, Address, Bytes)]) -> Tx {
    let mut input = Vec::new();
    for (mode, target, data) in calls {
        input.push(*mode as u8);
        input.extend(target.as_slice());
        input.extend((data.len() as u32).to_le_bytes());
        input.extend(data);
    }
    Tx::call(from, WALLET, input)
}
