//! What comes in and what goes out.

use super::{base, evm_base, host_io, host_io_async};
use crate::{
    gas::hostio::{HOSTIO, keccak_price, read_price, write_price},
    vm::{
        escape::Escape,
        guest::{Guest, Io, Result},
        request::Request,
    },
};
use alloy_primitives::{B256, keccak256};
use wasmtime::Linker;

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    host_io!(linker, "read_args", base(0), |io, dest: u32| -> () {
        let calldata = io.guest().calldata.clone();
        io.pay(write_price(calldata.len() as u32))?;
        io.write(dest, &calldata)?;
        io.end(&[], &[&calldata]);
        Ok(())
    });
    host_io!(linker, "write_result", base(0), |io, data: u32, length: u32| -> () {
        io.pay(read_price(length))?;
        io.pay(read_price(length))?;
        let result = io.read(data, length)?;
        io.guest().result = result.clone().into();
        io.end(&[&result], &[]);
        Ok(())
    });
    host_io!(linker, "exit_early", 0, |io, status: u32| -> () {
        io.end(&[&status.to_be_bytes()], &[]);
        Err(Escape::Exit(status))
    });
    host_io!(linker, "return_data_size", base(0), |io| -> u32 {
        let size = io.guest().return_data.len() as u32;
        io.end(&[], &[&size.to_be_bytes()]);
        Ok(size)
    });
    host_io!(linker, "read_return_data", evm_base(0), |io, dest: u32, offset: u32, size: u32| -> u32 {
        let data = io.guest().return_data.clone();
        let rest = data.len().saturating_sub(offset as usize);
        let copied = rest.min(size as usize);
        io.pay(write_price(copied as u32))?;
        let start = (offset as usize).min(data.len());
        let part = data.slice(start..start + copied);
        // What is not written may lie anywhere.
        if copied > 0 {
            io.write(dest, &part)?;
        }
        io.end(&[&offset.to_be_bytes(), &size.to_be_bytes()], &[&part]);
        Ok(copied as u32)
    });
    host_io!(linker, "native_keccak256", 0, |io, data: u32, length: u32, output: u32| -> () {
        io.pay(keccak_price(length))?;
        let preimage = io.read(data, length)?;
        let digest = keccak256(&preimage);
        io.write(output, digest.as_slice())?;
        io.end(&[&preimage], &[digest.as_slice()]);
        Ok(())
    });
    host_io_async!(linker, "emit_log", evm_base(0), |io, data: u32, length: u32, topics: u32| -> () {
        emit_log(io, data, length, topics).await
    });
    host_io_async!(linker, "pay_for_memory_grow", 0, |io, pages: u32| -> () { pay_for_memory_grow(io, pages).await });
    Ok(())
}

async fn emit_log(mut io: Io<'_>, data: u32, length: u32, topics: u32) -> Result {
    const TOPIC: u64 = 375;
    const BYTE: u64 = 8;
    if topics > 4 || length < topics * 32 {
        return Err(Escape::failure("a log with more topics than data or than four"));
    }
    io.pay(read_price(length))?;
    io.pay_gas(TOPIC * (1 + u64::from(topics)) + BYTE * u64::from(length - topics * 32))?;
    let bytes = io.read(data, length)?;
    let (head, payload) = bytes.split_at(topics as usize * 32);
    let topics_read = head.chunks_exact(32).map(B256::from_slice).collect();
    if io.guest().is_static {
        return Err(Escape::failure("a log where state may not be changed"));
    }
    io.ask_gas(Request::Log { topics: topics_read, data: payload.to_vec().into() }).await?;
    io.end(&[&topics.to_be_bytes(), &bytes], &[]);
    Ok(())
}

/// The only one whose base price depends on an argument: asking for nothing costs it, asking for pages does not.
async fn pay_for_memory_grow(mut io: Io<'_>, pages: u32) -> Result {
    /// The version from which a number of pages is taken as it is.
    const WHOLE: u16 = 3;
    let new = match u16::try_from(pages) {
        Ok(new) => new,
        Err(_) if io.guest().stylus_version >= WHOLE => return io.out_of_ink(),
        Err(_) => pages as u16,
    };
    if new == 0 {
        io.pay(HOSTIO)?;
    } else {
        let gas = io.ask_gas(Request::OpenPages(new)).await?;
        io.pay_gas(gas)?;
    }
    io.end(&[&new.to_be_bytes()], &[]);
    Ok(())
}
