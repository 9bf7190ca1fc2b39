//! What a program can ask about its call, its transaction and its block.

use super::{base, host_io};
use crate::vm::guest::{Guest, Io, Result};
use wasmtime::Linker;

/// Writes a value to memory.
fn write(mut io: Io<'_>, dest: u32, value: &[u8]) -> Result {
    io.write(dest, value)?;
    io.end(&[], &[value]);
    Ok(())
}

/// Returns a number.
fn number(io: Io<'_>, value: u64) -> Result<u64> {
    io.end(&[], &[&value.to_be_bytes()]);
    Ok(value)
}

/// Links values that are written to memory.
macro_rules! written {
    ($linker:expr, $($name:literal: |$evm:ident| $value:expr;)*) => {
        $(host_io!($linker, $name, base(1), |io, dest: u32| -> () {
            let value = { let $evm = &io.guest().evm; $value };
            write(io, dest, value.as_slice())
        });)*
    };
}

/// Links numbers that are returned.
macro_rules! returned {
    ($linker:expr, $($name:literal: $type:ty, |$io:ident| $value:expr;)*) => {
        $(host_io!($linker, $name, base(0), |$io| -> $type {
            let value = u64::from($value);
            number($io, value).map(|value| value as $type)
        });)*
    };
}

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    written! { linker,
        "block_basefee": |evm| evm.block_basefee.to_be_bytes::<32>();
        "block_coinbase": |evm| evm.block_coinbase;
        "contract_address": |evm| evm.contract_address;
        "msg_sender": |evm| evm.msg_sender;
        "msg_value": |evm| evm.msg_value.to_be_bytes::<32>();
        "tx_gas_price": |evm| evm.tx_gas_price.to_be_bytes::<32>();
        "tx_origin": |evm| evm.tx_origin;
    }
    returned! { linker,
        "block_gas_limit": u64, |io| io.guest().evm.block_gas_limit;
        "block_number": u64, |io| io.guest().evm.block_number;
        "block_timestamp": u64, |io| io.guest().evm.block_timestamp;
        "chainid": u64, |io| io.guest().evm.chain_id;
        "evm_gas_left": u64, |io| io.gas_left();
        "evm_ink_left": u64, |io| io.ink_left();
        "msg_reentrant": u32, |io| io.guest().evm.reentrant;
        "tx_ink_price": u32, |io| io.guest().ink_price;
    }
    Ok(())
}
