//! Activating a program and renewing that: what `ArbWasm` changes.

use super::{
    call::{Call, Failure, Result},
    owner::network_fee_account,
    wasm::{ArbWasm, active, word},
};
use crate::{
    arbos::{
        module,
        params::Param,
        programs::{ProgramRecord, hours},
        storage::{peek_code, slot},
    },
    evm::{self, CompileError, Context},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use revm::context::{ContextTr, JournalTr};
use stylus::{
    activation::{ActivationError, FIXED_GAS},
    code,
    gas::data_fee::DataPricer,
    params::ArbOs,
};

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Self {
        match error {
            CompileError::Activation(ActivationError::OutOfGas(_)) => Self::OutOfGas,
            reason => Self::Halt(format!("program activation failed: {reason}")),
        }
    }
}

/// Gas of the three parameters of the data fee's auction that are read and never change here.
const PRICER_PARAMS: u64 = 3 * 800;

/// Activates a program. Once its module is being worked on, failing takes all gas; not having sent enough does not.
pub(super) fn activate(call: &mut Call<'_>, program: Address) -> Result {
    if call.context.chain.arbos >= ArbOs::V59 {
        let gas = activation_gas(call)?;
        call.burn(gas)?;
    }
    call.burn(FIXED_GAS)?;
    let destroyed = call.context.journal().evm_state().get(&program).is_some_and(|account| account.is_selfdestructed());
    if destroyed {
        return Err(Failure::empty());
    }
    let params = call.params()?;
    let code = peek_code(call.context, program);
    let code_hash = keccak256(&code);
    let record_slot = ProgramRecord::slot(code_hash);
    let known = ProgramRecord::decode(call.read(record_slot)?);
    if known.is_some_and(|record| record.check(&params, call.now()).is_ok()) {
        return Err(Failure::error(&ArbWasm::ProgramUpToDate {}));
    }
    let wasm = wasm_of(call, &code)?;
    let activation = evm::compile(call.context, code_hash, &wasm, call.gas_left())?;
    call.burn(activation.metered_gas)?;

    let module_hash = keccak256(&activation.module.wasm);
    let cached = known.is_some_and(|record| record.cached);
    let module_slot = slot("module hashes", code_hash);
    if cached {
        call.read(module_slot)?;
    }
    call.write(module_slot, module_hash.into())?;
    let fee = price(call, activation.asm_estimate)?;
    let record = ProgramRecord::new(&activation, params.version, call.now(), cached);
    call.write(record_slot, record.encode())?;
    pay(call, fee)?;
    call.emit(&ArbWasm::ProgramActivated {
        codehash: code_hash,
        moduleHash: module_hash,
        program,
        dataFee: fee,
        version: params.version,
    })?;
    let mut output = word(u64::from(params.version));
    output.extend(fee.to_be_bytes::<32>());
    Ok(output)
}

/// What the owner has every activation pay beside, which is kept in a slot of its own.
pub(super) fn activation_gas(call: &mut Call<'_>) -> Result<u64> {
    call.read(Param::ActivationGas.slot())?;
    Ok(call.context.chain.params.activation_gas)
}

/// The module that is to be activated. Fragments are paid for as they are read.
fn wasm_of(call: &mut Call<'_>, code: &Bytes) -> Result<Vec<u8>> {
    let arbos = call.context.chain.arbos;
    if code.is_empty() || (arbos >= ArbOs::V60 && !code::is_deployable(code, arbos)) {
        return Err(Failure::error(&ArbWasm::ProgramNotWasm {}));
    }
    let mut left = call.gas_left();
    let before = left;
    let wasm = module(call.context, code, |context, fragment| {
        let (gas, code) = read_fragment(context, fragment, left)?;
        left = left.checked_sub(gas).ok_or(Failure::OutOfGas)?;
        Ok(code)
    });
    call.burn(before - left)?;
    wasm
}

/// A fragment's code and the gas that reading it costs. Before that is known there must be enough left for the longest.
fn read_fragment(context: &mut Context, fragment: Address, left: u64) -> Result<(u64, Bytes)> {
    const WARM: u64 = 100;
    const COLD: u64 = 2_600;
    const WORD: u64 = 3;
    const LONGEST: usize = 24_576;
    let Ok(loaded) = context.journal_mut().load_account(fragment);
    let account = if loaded.is_cold { COLD } else { WARM };
    let price = |length: usize| account + WORD * (length as u64).div_ceil(32);
    if left < price(LONGEST) {
        return Err(Failure::OutOfGas);
    }
    let code = peek_code(context, fragment);
    Ok((price(code.len()), code))
}

/// Renews an activation that is old enough.
pub(super) fn keepalive(call: &mut Call<'_>, code_hash: B256) -> Result {
    let params = call.params()?;
    let (record, now) = (active(call, code_hash)?, call.now());
    if !record.renewable(&params, now) {
        return Err(Failure::error(&ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: record.age(now) }));
    }
    let fee = price(call, record.asm_kilobytes.saturating_mul(1024))?;
    call.write(ProgramRecord::slot(code_hash), ProgramRecord { activated_at: hours(now), ..record }.encode())?;
    pay(call, fee)?;
    call.emit(&ArbWasm::ProgramLifetimeExtended { codehash: code_hash, dataFee: fee })?;
    Ok(Vec::new())
}

/// The fee for native code, in wei, which raises that of the next.
fn price(call: &mut Call<'_>, bytes: u32) -> Result<U256> {
    let [demand, last_update] = ["data demand", "data last update"].map(|what| slot(what, []));
    let now = call.now();
    call.burn(PRICER_PARAMS)?;
    let mut pricer = DataPricer::new(call.read(last_update)?.saturating_to());
    pricer.demand = call.read(demand)?.saturating_to();
    let fee = pricer.charge(bytes, now);
    call.write(demand, U256::from(pricer.demand))?;
    call.write(last_update, U256::from(pricer.last_update))?;
    Ok(fee)
}

/// Takes a fee out of the value sent, and gives the rest back.
fn pay(call: &mut Call<'_>, fee: U256) -> Result<()> {
    let (have, caller) = (call.value, call.caller);
    let error = || Failure::error(&ArbWasm::ProgramInsufficientValue { have, want: fee });
    let surplus = have.checked_sub(fee).ok_or_else(error)?;
    let collector = network_fee_account(call)?;
    call.send(collector, fee)?;
    call.send(caller, surplus)
}
