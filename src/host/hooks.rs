//! The imports that Stylus offers and the contract uses.

/// Declares the imports, and natively, where there is no chain, functions that say so.
macro_rules! vm_hooks {
    ($(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "vm_hooks")]
        unsafe extern "C" { $(pub(super) fn $name($($argument: $type),*) $(-> $result)?;)* }

        #[cfg(not(target_arch = "wasm32"))]
        mod native {
            $(pub(in crate::host) unsafe fn $name($(_: $type),*) $(-> $result)? {
                unreachable!(concat!(stringify!($name), " needs the chain"))
            })*
        }
        #[cfg(not(target_arch = "wasm32"))]
        #[allow(unused_imports, reason = "the entry point, which reads the arguments, is only there on the chain")]
        pub(super) use native::{$($name),*};
    };
}

vm_hooks! {
    fn read_args(dest: *mut u8);
    fn exit_early(status: usize);
    fn write_result(data: *const u8, length: usize);
    fn msg_value(dest: *mut u8);
    fn msg_sender(dest: *mut u8);
    fn contract_address(dest: *mut u8);
    fn block_timestamp() -> u64;
    fn transient_load_bytes32(key: *const u8, dest: *mut u8);
    fn transient_store_bytes32(key: *const u8, value: *const u8);
    fn call_contract(to: *const u8, data: *const u8, length: usize, value: *const u8, gas: u64, returned: *mut usize) -> u8;
    fn static_call_contract(to: *const u8, data: *const u8, length: usize, gas: u64, returned: *mut usize) -> u8;
    fn read_return_data(dest: *mut u8, offset: usize, size: usize) -> usize;
    fn return_data_size() -> usize;
    fn account_code_size(address: *const u8) -> usize;
    fn emit_log(data: *const u8, length: usize, topics: usize);
    fn native_keccak256(data: *const u8, length: usize, output: *mut u8);
    fn math_div(value: *mut u8, divisor: *const u8);
}
