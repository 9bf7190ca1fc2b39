//! Calling and creating other contracts.

use super::{evm_base, host_io_async};
use crate::{
    gas::hostio::read_price,
    vm::{
        escape::Escape,
        guest::{Guest, Io, Result, unexpected},
        request::{CallKind, Request, Response},
    },
};
use alloy_primitives::U256;
use wasmtime::Linker;

/// What a call returns when it failed, whatever the reason.
const FAILED: u32 = 2;

/// Where a call's parts are in memory.
struct Call {
    kind: CallKind,
    target: u32,
    data: u32,
    length: u32,
    value: Option<u32>,
    gas: u64,
    returned: u32,
}

/// Where a creation's parts are in memory.
struct Create {
    code: u32,
    length: u32,
    value: u32,
    salt: Option<u32>,
    address: u32,
    returned: u32,
}

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    host_io_async!(linker, "call_contract", evm_base(3), |io,
                                                          target: u32,
                                                          data: u32,
                                                          length: u32,
                                                          value: u32,
                                                          gas: u64,
                                                          returned: u32|
     -> u32 {
        call(io, Call { kind: CallKind::Call, target, data, length, value: Some(value), gas, returned }).await
    });
    host_io_async!(linker, "delegate_call_contract", evm_base(3), |io,
                                                                   target: u32,
                                                                   data: u32,
                                                                   length: u32,
                                                                   gas: u64,
                                                                   returned: u32|
     -> u32 {
        call(io, Call { kind: CallKind::Delegate, target, data, length, value: None, gas, returned }).await
    });
    host_io_async!(linker, "static_call_contract", evm_base(3), |io,
                                                                 target: u32,
                                                                 data: u32,
                                                                 length: u32,
                                                                 gas: u64,
                                                                 returned: u32|
     -> u32 {
        call(io, Call { kind: CallKind::Static, target, data, length, value: None, gas, returned }).await
    });
    host_io_async!(linker, "create1", evm_base(3), |io,
                                                    code: u32,
                                                    length: u32,
                                                    value: u32,
                                                    address: u32,
                                                    returned: u32|
     -> () {
        create(io, Create { code, length, value, salt: None, address, returned }).await
    });
    host_io_async!(linker, "create2", evm_base(4), |io,
                                                    code: u32,
                                                    length: u32,
                                                    value: u32,
                                                    salt: u32,
                                                    address: u32,
                                                    returned: u32|
     -> () {
        create(io, Create { code, length, value, salt: Some(salt), address, returned }).await
    });
    Ok(())
}

async fn call(mut io: Io<'_>, call: Call) -> Result<u32> {
    io.pay(read_price(call.length))?;
    io.pay(read_price(call.length))?;
    let gas_left = io.gas_left();
    let gas_requested = call.gas.min(gas_left);
    let target = io.read_address(call.target)?;
    let input = io.read(call.data, call.length)?;
    let value = match call.value {
        Some(pointer) => io.read_uint(pointer)?,
        None => U256::ZERO,
    };
    let request =
        Request::Call { kind: call.kind, target, input: input.clone().into(), value, gas_requested, gas_left };
    let (success, output, gas) = match io.ask(request).await? {
        Response::Call { success, output, gas } => (success, output, gas),
        other => return Err(unexpected(&other)),
    };
    io.pay_gas(gas)?;
    let length = output.len() as u32;
    io.guest().return_data = output;
    io.write(call.returned, &length.to_le_bytes())?;
    let status = if success { 0 } else { FAILED };
    // As Nitro records it, value shows where the host I/O takes one.
    let sent = call.value.map(|_| value.to_be_bytes::<32>());
    let sent = sent.as_ref().map_or(&[][..], |value| value.as_slice());
    io.end(&[target.as_slice(), &call.gas.to_be_bytes(), sent, &input], &[&length.to_be_bytes(), &[status as u8]]);
    Ok(status)
}

async fn create(mut io: Io<'_>, create: Create) -> Result {
    io.pay(read_price(create.length))?;
    io.pay(read_price(create.length))?;
    let initcode = io.read(create.code, create.length)?;
    let value = io.read_uint(create.value)?;
    let salt = match create.salt {
        Some(pointer) => Some(io.read_word(pointer)?),
        None => None,
    };
    if io.guest().is_static {
        return Err(Escape::failure("a creation where state may not be changed"));
    }
    let gas_left = io.gas_left();
    let request = Request::Create { salt, initcode: initcode.clone().into(), value, gas_left };
    let (address, output, gas) = match io.ask(request).await? {
        Response::Create { address, output, gas } => (address, output, gas),
        other => return Err(unexpected(&other)),
    };
    io.pay_gas(gas)?;
    let length = output.len() as u32;
    io.guest().return_data = output;
    io.write(create.returned, &length.to_le_bytes())?;
    io.write(create.address, address.as_slice())?;
    let (value, salt) = (value.to_be_bytes::<32>(), salt.as_ref().map_or(&[][..], |salt| salt.as_slice()));
    io.end(&[&value, salt, &initcode], &[address.as_slice(), &length.to_be_bytes()]);
    Ok(())
}
