//! Other accounts: what they hold and what their code is.

use super::{evm_base, host_io_async};
use crate::{
    gas::hostio::write_price,
    vm::{
        guest::{Guest, Io, Result, unexpected},
        request::{Request, Response},
    },
};
use alloy_primitives::{Address, Bytes};
use wasmtime::Linker;

/// Gas that touching an account may take.
const TOUCH_MAX: u64 = 2_600;

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    host_io_async!(linker, "account_balance", evm_base(2), |io, address: u32, dest: u32| -> () {
        word(io, address, dest, Request::Balance).await
    });
    host_io_async!(linker, "account_codehash", evm_base(2), |io, address: u32, dest: u32| -> () {
        word(io, address, dest, Request::CodeHash).await
    });
    host_io_async!(linker, "account_code_size", evm_base(0), |io, address: u32| -> u32 {
        io.require_gas(TOUCH_MAX)?;
        let account = io.read_address(address)?;
        let (code, gas) = code(&mut io, account).await?;
        io.pay_gas(gas)?;
        let size = code.len() as u32;
        io.end(&[account.as_slice()], &[&size.to_be_bytes()]);
        Ok(size)
    });
    host_io_async!(linker, "account_code", evm_base(0), |io, address: u32, offset: u32, size: u32, dest: u32| -> u32 {
        io.require_gas(TOUCH_MAX)?;
        let account = io.read_address(address)?;
        let (code, gas) = code(&mut io, account).await?;
        io.pay_gas(gas)?;
        io.pay(write_price(code.len() as u32))?;
        let start = (offset as usize).min(code.len());
        let part = code.slice(start..start + (code.len() - start).min(size as usize));
        io.write(dest, &part)?;
        io.end(&[account.as_slice(), &offset.to_be_bytes(), &size.to_be_bytes()], &[&part]);
        Ok(part.len() as u32)
    });
    Ok(())
}

async fn word(mut io: Io<'_>, address: u32, dest: u32, request: fn(Address) -> Request) -> Result {
    io.require_gas(TOUCH_MAX)?;
    let account = io.read_address(address)?;
    let (word, gas) = io.ask_word(request(account)).await?;
    io.pay_gas(gas)?;
    io.write(dest, word.as_slice())?;
    io.end(&[account.as_slice()], &[word.as_slice()]);
    Ok(())
}

/// An account's code and its price: nothing, if it was the last one with code that was asked for.
async fn code(io: &mut Io<'_>, account: Address) -> Result<(Bytes, u64)> {
    if let Some((last, code)) = &io.guest().last_code
        && *last == account
    {
        return Ok((code.clone(), 0));
    }
    match io.ask(Request::Code(account)).await? {
        Response::Code(code, gas) => {
            if !code.is_empty() {
                io.guest().last_code = Some((account, code.clone()));
            }
            Ok((code, gas))
        }
        other => Err(unexpected(&other)),
    }
}
