//! Arithmetic on words. Dividing by zero gives zero, and powers wrap.

use super::{base, host_io};
use crate::{
    gas::hostio::{ADD_MOD, DIV, MUL_MOD, pow_price},
    vm::guest::{Guest, Io, Result},
};
use alloy_primitives::U256;
use wasmtime::Linker;

/// Two operands, the first of which is where the result goes.
fn binary(mut io: Io<'_>, [a, b]: [u32; 2], operation: impl FnOnce(U256, U256) -> U256) -> Result {
    let operands = [io.read_uint(a)?, io.read_uint(b)?];
    let result = operation(operands[0], operands[1]);
    finish(io, a, &operands, result)
}

/// Three operands, the first of which is where the result goes.
fn ternary(mut io: Io<'_>, [a, b, c]: [u32; 3], operation: impl FnOnce(U256, U256, U256) -> U256) -> Result {
    let operands = [io.read_uint(a)?, io.read_uint(b)?, io.read_uint(c)?];
    let result = operation(operands[0], operands[1], operands[2]);
    finish(io, a, &operands, result)
}

fn finish(mut io: Io<'_>, dest: u32, operands: &[U256], result: U256) -> Result {
    let bytes = result.to_be_bytes::<32>();
    io.write(dest, &bytes)?;
    let operands: Vec<u8> = operands.iter().flat_map(U256::to_be_bytes::<32>).collect();
    io.end(&[&operands], &[&bytes]);
    Ok(())
}

pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    host_io!(linker, "math_div", base(3) + DIV, |io, value: u32, divisor: u32| -> () {
        binary(io, [value, divisor], |a, b| a.checked_div(b).unwrap_or_default())
    });
    host_io!(linker, "math_mod", base(3) + DIV, |io, value: u32, modulus: u32| -> () {
        binary(io, [value, modulus], |a, b| a.checked_rem(b).unwrap_or_default())
    });
    host_io!(linker, "math_pow", base(3), |io, value: u32, exponent: u32| -> () {
        let operands = [io.read_uint(value)?, io.read_uint(exponent)?];
        io.pay(pow_price(&operands[1]))?;
        finish(io, value, &operands, operands[0].wrapping_pow(operands[1]))
    });
    host_io!(linker, "math_add_mod", base(4) + ADD_MOD, |io, value: u32, addend: u32, modulus: u32| -> () {
        ternary(io, [value, addend, modulus], U256::add_mod)
    });
    host_io!(linker, "math_mul_mod", base(4) + MUL_MOD, |io, value: u32, multiplier: u32, modulus: u32| -> () {
        ternary(io, [value, multiplier, modulus], U256::mul_mod)
    });
    Ok(())
}
