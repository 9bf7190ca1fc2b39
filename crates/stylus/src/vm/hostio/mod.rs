//! Every host I/O, by its group. Each pays its base price, then for the bytes it moves, then makes sure of the gas that
//! the chain may charge, then reads, asks, pays, and writes: the order is part of the rules.

mod account;
mod call;
mod context;
mod data;
mod math;
mod storage;

use super::guest::Guest;
use crate::gas::hostio::{EVM_API, HOSTIO, PTR};
use wasmtime::{Engine, Linker};

/// All host I/O, ready to be linked.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    data::link(&mut linker)?;
    context::link(&mut linker)?;
    math::link(&mut linker)?;
    storage::link(&mut linker)?;
    account::link(&mut linker)?;
    call::link(&mut linker)?;
    Ok(linker)
}

/// The base price of a host I/O that takes so many pointers.
const fn base(pointers: u64) -> u64 {
    HOSTIO + pointers * PTR
}

/// The same for one that asks the EVM.
const fn evm_base(pointers: u64) -> u64 {
    base(pointers) + EVM_API
}

/// Links a host I/O that needs no answer from the chain.
macro_rules! host_io {
    ($linker:expr, $name:literal, $base:expr, |$io:ident $(, $argument:ident: $type:ty)*| -> $result:ty $body:block) => {
        $linker.func_wrap(
            $crate::imports::MODULE,
            $name,
            |caller: wasmtime::Caller<'_, Guest> $(, $argument: $type)*| -> wasmtime::Result<$result> {
                let run = || -> Result<$result> {
                    #[allow(unused_mut, reason = "not every host I/O pays more than its base price")]
                    let mut $io = Io::begin(caller, $name, $base)?;
                    $body
                };
                run().map_err(wasmtime::Error::from)
            },
        )?
    };
}

/// Links a host I/O that may wait for the chain.
macro_rules! host_io_async {
    ($linker:expr, $name:literal, $base:expr, |$io:ident $(, $argument:ident: $type:ty)*| -> $result:ty $body:block) => {
        $linker.func_wrap_async(
            $crate::imports::MODULE,
            $name,
            |caller: wasmtime::Caller<'_, Guest>, ($($argument,)*): ($($type,)*)| {
                Box::new(async move {
                    let run = async move || -> Result<$result> {
                        #[allow(unused_mut, reason = "not every host I/O pays more than its base price")]
                        let mut $io = Io::begin(caller, $name, $base)?;
                        $body
                    };
                    run().await.map_err(wasmtime::Error::from)
                })
            },
        )?
    };
}
use {host_io, host_io_async};
