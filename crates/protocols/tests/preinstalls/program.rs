//! A program with a constructor, and how calls to it are priced.

use alloy_primitives::{Address, Bytes, U256, keccak256, uint};
use alloy_sol_types::{SolCall, sol};
use devnet::{
    Chain, Tx,
    arbos::precompiles::{ARB_WASM, ARB_WASM_CACHE},
};
use protocols::deployer::ask;

sol! {
    /// What the vendor's kit calls a constructor, whatever its arguments are.
    function stylus_constructor() external payable;
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}

/// The number that the constructor refuses.
pub(crate) const REFUSED: U256 = uint!(13_U256);
/// What it says to that.
pub(crate) const REFUSAL: &str = "no";

/// Keeps the number that its constructor is given, refuses one, and answers every other call with it.
pub(crate) fn wasm() -> Vec<u8> {
    let constructor = u32::from_le_bytes(stylus_constructorCall::SELECTOR);
    let source = format!(
        r#"(module
        (import "vm_hooks" "read_args" (func $read_args (param i32)))
        (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
        (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
        (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
        (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
        (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
        (memory (export "memory") 1 1)
        (data (i32.const 512) "{REFUSAL}")
        (func (export "user_entrypoint") (param $len i32) (result i32)
            (call $read_args (i32.const 256))
            (if (i32.eq (i32.load (i32.const 256)) (i32.const {constructor}))
                (then
                    (if (i32.eq (i32.load8_u (i32.const 291)) (i32.const {REFUSED}))
                        (then
                            (call $write_result (i32.const 512) (i32.const {length}))
                            (return (i32.const 1))))
                    (call $store (i32.const 0) (i32.const 260))
                    (call $flush (i32.const 0))
                    (return (i32.const 0))))
            (call $load (i32.const 0) (i32.const 32))
            (call $write_result (i32.const 32) (i32.const 32))
            (i32.const 0)))"#,
        length = REFUSAL.len(),
    );
    wat::parse_str(source).unwrap()
}

/// The call of the constructor with a number.
pub(crate) fn constructor(number: U256) -> Vec<u8> {
    [&stylus_constructorCall::SELECTOR[..], &number.to_be_bytes::<32>()].concat()
}

/// What the program at an address keeps.
pub(crate) fn number(chain: &Chain, program: Address) -> U256 {
    let result = chain.call(Tx::call(Address::ZERO, program, Bytes::new())).unwrap();
    assert!(result.success, "{result:?}");
    U256::from_be_slice(&result.output)
}

/// Gas of the first call to it in a block.
pub(crate) fn gas(chain: &Chain, program: Address) -> u64 {
    chain.call(Tx::call(Address::ZERO, program, Bytes::new())).unwrap().gas_used
}

/// By how much a call to it is cheaper when it is cached, as ArbOS says.
pub(crate) fn saving(chain: &Chain, program: Address) -> u64 {
    let costs = ask(chain, ARB_WASM, programInitGasCall { program });
    costs.gas - costs.gasWhenCached
}

/// Whether ArbOS has it in its cache.
pub(crate) fn is_cached(chain: &Chain, program: Address) -> bool {
    ask(chain, ARB_WASM_CACHE, codehashIsCachedCall { codehash: keccak256(chain.state().code(program)) })
}
