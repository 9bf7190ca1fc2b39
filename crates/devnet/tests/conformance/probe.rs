//! A chain and programs on it, and how much ink a piece of code takes.

use alloy_primitives::{Address, Bytes, U256, address};
use devnet::{ArbOs, Chain, ChainConfig, Receipt, Tx};

/// Where programs are put.
pub(crate) const PROGRAM: Address = address!("0000000000000000000000000000000000c0de00");
/// Ink of entering a block, of a call, of `local.set`, and of asking for the ink that is left.
pub(crate) const BLOCK: u64 = 2_450;
pub(crate) const CALL: u64 = 3_800;
pub(crate) const LOCAL_SET: u64 = 210;
pub(crate) const INK_LEFT: u64 = 8_400;
/// Ink of a constant.
pub(crate) const CONST: u64 = 1;

/// All that the pieces of code call.
const IMPORTS: &str = r#"
  (import "vm_hooks" "evm_ink_left" (func $ink (result i64)))
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "exit_early" (func $exit_early (param i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "transient_load_bytes32" (func $tload (param i32 i32)))
  (import "vm_hooks" "transient_store_bytes32" (func $tstore (param i32 i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
  (import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "account_balance" (func $balance (param i32 i32)))
  (import "vm_hooks" "account_codehash" (func $codehash (param i32 i32)))
  (import "vm_hooks" "account_code_size" (func $code_size (param i32) (result i32)))
  (import "vm_hooks" "account_code" (func $code (param i32 i32 i32 i32) (result i32)))
  (import "vm_hooks" "evm_gas_left" (func $gas_left (result i64)))
  (import "vm_hooks" "block_basefee" (func $basefee (param i32)))
  (import "vm_hooks" "block_coinbase" (func $coinbase (param i32)))
  (import "vm_hooks" "block_gas_limit" (func $gas_limit (result i64)))
  (import "vm_hooks" "block_number" (func $number (result i64)))
  (import "vm_hooks" "block_timestamp" (func $timestamp (result i64)))
  (import "vm_hooks" "chainid" (func $chainid (result i64)))
  (import "vm_hooks" "contract_address" (func $this (param i32)))
  (import "vm_hooks" "msg_sender" (func $sender (param i32)))
  (import "vm_hooks" "msg_value" (func $value (param i32)))
  (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
  (import "vm_hooks" "tx_gas_price" (func $gas_price (param i32)))
  (import "vm_hooks" "tx_ink_price" (func $ink_price (result i32)))
  (import "vm_hooks" "tx_origin" (func $origin (param i32)))
  (import "vm_hooks" "math_div" (func $div (param i32 i32)))
  (import "vm_hooks" "math_mod" (func $mod (param i32 i32)))
  (import "vm_hooks" "math_pow" (func $pow (param i32 i32)))
  (import "vm_hooks" "math_add_mod" (func $add_mod (param i32 i32 i32)))
  (import "vm_hooks" "math_mul_mod" (func $mul_mod (param i32 i32 i32)))
  (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
  (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))"#;

/// A chain at a version of ArbOS.
pub(crate) fn chain(arbos: ArbOs) -> Chain {
    Chain::new(ChainConfig { arbos, ..ChainConfig::default() })
}

/// Who sends.
pub(crate) fn sender(chain: &Chain) -> Address {
    chain.config().signers()[0].address()
}

/// Puts a program on a chain and activates it.
pub(crate) fn deploy(chain: &mut Chain, address: Address, wat: &str) {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}: {wat}"));
    chain.set_code(address, stylus::code::compress(&wasm).into());
    let receipt = chain.activate(address, sender(chain)).unwrap();
    assert!(receipt.success, "not activated: {receipt:?}");
}

/// A chain with a contract of the EVM.
pub(crate) fn chain_with(address: Address, code: &[u8]) -> Chain {
    let mut chain = chain(ArbOs::V61);
    chain.set_code(address, code.to_vec().into());
    chain
}

/// Calls an account.
pub(crate) fn call(chain: &mut Chain, to: Address, input: impl Into<Bytes>) -> Receipt {
    chain.send(Tx::call(sender(chain), to, input).gas(20_000_000)).unwrap()
}

/// A program of all imports with this memory, these functions, and this as the body of its entry point.
pub(crate) fn program(memory: &str, functions: &str, body: &str) -> String {
    format!(
        "(module {IMPORTS} (memory (export \"memory\") {memory}) (global $g (mut i32) (i32.const 0)) {functions}
           (func (export \"user_entrypoint\") (param $n i32) (result i32)
             (local $a i64) (local $b i64) (local $x i32) (local $y i64) {body}))"
    )
}

/// Code that measures a piece of code, which leaves nothing on the stack, and returns that ink in eight bytes.
pub(crate) fn measuring(before: &str, code: &str) -> String {
    format!(
        "{before} (local.set $a (call $ink)) {code} (local.set $b (call $ink))
         (i64.store (i32.const 60000) (i64.sub (local.get $a) (local.get $b)))
         (call $write_result (i32.const 60000) (i32.const 8)) (i32.const 0)"
    )
}

/// The ink that such code returned.
pub(crate) fn measured(output: &[u8]) -> u64 {
    let total = u64::from_le_bytes(output.try_into().unwrap());
    // The block of the code itself, in which the first answer is kept and the second question asked.
    total - (BLOCK + LOCAL_SET + CALL + INK_LEFT)
}

/// Ink that a piece of code takes, which leaves nothing on the stack. What stands before it is not counted.
pub(crate) fn ink_after(before: &str, functions: &str, code: &str) -> u64 {
    ink_on(&mut chain(ArbOs::V61), before, functions, code)
}

/// The same on a chain where something is there already.
pub(crate) fn ink_on(chain: &mut Chain, before: &str, functions: &str, code: &str) -> u64 {
    deploy(chain, PROGRAM, &program("1 8", functions, &measuring(before, code)));
    chain.set_balance(PROGRAM, U256::from(9));
    let receipt = call(chain, PROGRAM, vec![7; 40]);
    assert!(receipt.success, "{code}: {receipt:?}");
    measured(&receipt.output)
}

/// Ink that a piece of code takes.
pub(crate) fn ink(code: &str) -> u64 {
    ink_after("", "", code)
}
