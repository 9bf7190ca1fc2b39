//! Storage through the frame's cache, and transient storage without one.

use super::{base, evm_base, host_io, host_io_async};
use crate::vm::{
    escape::Escape,
    guest::{Guest, Io, Result},
    request::Request,
    storage::MISS,
};
use wasmtime::Linker;

/// Gas that a load may take: a cold slot, the highest price of a read, and a miss.
const LOAD_MAX: u64 = 2_100 + 10 + MISS;
/// Gas that must be there for a write, which costs nothing of it until it is flushed.
const WRITE_MIN: u64 = 2_300 + 10;
/// Gas of a transient read or write, which is paid before anything else is looked at.
const TRANSIENT: u64 = 100;
/// Gas that must be there for a flush, whatever it writes.
const FLUSH_MIN: u64 = 2_300;

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    host_io_async!(linker, "storage_load_bytes32", base(2), |io, key: u32, dest: u32| -> () {
        load(io, key, dest).await
    });
    host_io!(linker, "storage_cache_bytes32", base(2), |io, key: u32, value: u32| -> () {
        io.require_gas(WRITE_MIN)?;
        let (slot, word) = (io.read_word(key)?, io.read_word(value)?);
        let gas = io.guest().storage.write_price();
        io.pay_gas(gas)?;
        io.guest().storage.write(slot, word);
        io.end(&[slot.as_slice(), word.as_slice()], &[]);
        Ok(())
    });
    host_io_async!(linker, "storage_flush_cache", evm_base(0), |io, clear: u32| -> () { flush(io, clear).await });
    host_io_async!(linker, "transient_load_bytes32", evm_base(2), |io, key: u32, dest: u32| -> () {
        io.pay_gas(TRANSIENT)?;
        let slot = io.read_word(key)?;
        let (word, _) = io.ask_word(Request::LoadTransient(slot)).await?;
        io.write(dest, word.as_slice())?;
        io.end(&[slot.as_slice()], &[word.as_slice()]);
        Ok(())
    });
    host_io_async!(linker, "transient_store_bytes32", evm_base(2), |io, key: u32, value: u32| -> () {
        io.pay_gas(TRANSIENT)?;
        let (slot, word) = (io.read_word(key)?, io.read_word(value)?);
        if io.guest().is_static {
            return Err(Escape::failure("a transient write where state may not be changed"));
        }
        io.ask_gas(Request::StoreTransient(slot, word)).await?;
        io.end(&[slot.as_slice(), word.as_slice()], &[]);
        Ok(())
    });
    Ok(())
}

async fn load(mut io: Io<'_>, key: u32, dest: u32) -> Result {
    io.require_gas(LOAD_MAX)?;
    let slot = io.read_word(key)?;
    let mut gas = io.guest().storage.read_price();
    let word = match io.guest().storage.get(&slot) {
        Some(word) => word,
        None => {
            let (word, price) = io.ask_word(Request::LoadStorage(slot)).await?;
            gas += price + MISS;
            io.guest().storage.insert_known(slot, word);
            word
        }
    };
    io.pay_gas(gas)?;
    io.write(dest, word.as_slice())?;
    io.end(&[slot.as_slice()], &[word.as_slice()]);
    Ok(())
}

async fn flush(mut io: Io<'_>, clear: u32) -> Result {
    io.require_gas(FLUSH_MIN)?;
    let gas_left = io.gas_left();
    let slots = io.guest().storage.flush();
    if clear != 0 {
        io.guest().storage.clear();
    }
    if !slots.is_empty() {
        if io.guest().is_static {
            return Err(Escape::failure("a write where state may not be changed"));
        }
        let gas = io.ask_gas(Request::FlushStorage { slots, gas_left }).await?;
        io.pay_gas(gas)?;
    }
    io.end(&[&[u8::from(clear != 0)]], &[]);
    Ok(())
}
