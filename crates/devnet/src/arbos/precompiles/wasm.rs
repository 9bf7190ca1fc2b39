//! `ArbWasm`: activates programs, renews their activation, and is asked about them.

use super::{
    call::{Call, Failure, Result},
    info::NETWORK_FEES,
};
use crate::{
    arbos::programs::{ProgramError, ProgramRecord},
    evm,
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{Revert, SolError as _, SolInterface, sol};
use stylus::{
    activation::FIXED_GAS,
    gas::{data_fee::DataPricer, entry},
    params::ArbOs,
};

sol! {
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs)]
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashKeepalive(bytes32 codehash) external payable;
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 timeLeft);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 _days);
        function keepaliveDays() external view returns (uint16 _days);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);

        error ProgramNotWasm();
        error ProgramNotActivated();
        error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
        error ProgramExpired(uint64 ageInSeconds);
        error ProgramUpToDate();
        error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
        error ProgramInsufficientValue(uint256 have, uint256 want);
    }
}
use ArbWasm::ArbWasmCalls as Function;

/// Percent in a unit of the scalars.
const SCALAR_PERCENT: u64 = 2;

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        match error {
            ProgramError::NotActivated => Self::error(&ArbWasm::ProgramNotActivated {}),
            ProgramError::NeedsUpgrade { program, chain } => {
                Self::error(&ArbWasm::ProgramNeedsUpgrade { version: program, stylusVersion: chain })
            }
            ProgramError::Expired { age } => Self::error(&ArbWasm::ProgramExpired { ageInSeconds: age }),
        }
    }
}

/// Runs a function.
pub(super) fn run(call: &mut Call<'_>, input: &[u8]) -> Result {
    let function = Function::abi_decode(input).map_err(|_| Failure::empty())?;
    if !matches!(function, Function::activateProgram(_) | Function::codehashKeepalive(_)) {
        call.takes_no_value()?;
    }
    let params = call.context.chain.params;
    Ok(match function {
        Function::activateProgram(order) => return activate(call, order.program),
        Function::codehashKeepalive(order) => return keepalive(call, order.codehash),
        Function::stylusVersion(_) => word(u64::from(params.version)),
        Function::codehashVersion(query) => word(u64::from(active(call, query.codehash)?.version)),
        Function::codehashAsmSize(query) => word(u64::from(active(call, query.codehash)?.asm_kilobytes) * 1024),
        Function::programVersion(query) => {
            let hash = call.code_hash(query.program)?;
            word(u64::from(active(call, hash)?.version))
        }
        Function::programInitGas(query) => {
            let hash = call.code_hash(query.program)?;
            let record = active(call, hash)?;
            let cached = entry::cached_gas(&params, record.cached_cost);
            words(&[entry::init_gas(&params, record.init_cost) + cached, cached])
        }
        Function::programMemoryFootprint(query) => {
            let hash = call.code_hash(query.program)?;
            word(u64::from(active(call, hash)?.footprint))
        }
        Function::programTimeLeft(query) => {
            let hash = call.code_hash(query.program)?;
            word(active(call, hash)?.time_left(&params, call.now()))
        }
        Function::inkPrice(_) => word(u64::from(params.ink_price)),
        Function::maxStackDepth(_) => word(u64::from(params.max_stack_depth)),
        Function::freePages(_) => word(u64::from(params.free_pages)),
        Function::pageGas(_) => word(u64::from(params.page_gas)),
        Function::pageRamp(_) => word(params.page_ramp),
        Function::pageLimit(_) => word(u64::from(params.page_limit)),
        Function::minInitGas(_) => words(&[entry::init_gas(&params, 0), entry::cached_gas(&params, 0)]),
        Function::initCostScalar(_) => word(u64::from(params.init_cost_scalar) * SCALAR_PERCENT),
        Function::expiryDays(_) => word(u64::from(params.expiry_days)),
        Function::keepaliveDays(_) => word(u64::from(params.keepalive_days)),
        Function::blockCacheSize(_) => word(u64::from(params.block_cache_size)),
        Function::activationGas(_) if call.context.chain.arbos < ArbOs::V59 => return Err(Failure::empty()),
        Function::activationGas(_) => word(params.activation_gas),
    })
}

fn word(value: u64) -> Vec<u8> {
    words(&[value])
}

fn words(values: &[u64]) -> Vec<u8> {
    values.iter().flat_map(|value| U256::from(*value).to_be_bytes::<32>()).collect()
}

/// A program's record, if it can be called.
fn active(call: &mut Call<'_>, code_hash: B256) -> Result<ProgramRecord> {
    let record = call.read(ProgramRecord::slot(code_hash))?;
    let record = ProgramRecord::decode(record).ok_or(ProgramError::NotActivated)?;
    record.check(&call.context.chain.params, call.now())?;
    Ok(record)
}

/// Activates a program: from the point on where its module is worked on, failing takes all gas.
fn activate(call: &mut Call<'_>, program: Address) -> Result {
    call.changes_state()?;
    let params = call.context.chain.params;
    call.burn(params.activation_gas)?;
    let code_hash = call.code_hash(program)?;
    let slot = ProgramRecord::slot(code_hash);
    let known = ProgramRecord::decode(call.read(slot)?);
    if known.is_some_and(|record| record.check(&params, call.now()).is_ok()) {
        return Err(Failure::error(&ArbWasm::ProgramUpToDate {}));
    }
    let code = evm::peek_code(call.context, program);
    let wasm = evm::module(call.context, &code).map_err(|_| Failure::error(&ArbWasm::ProgramNotWasm {}))?;
    call.burn(FIXED_GAS)?;
    let activation = evm::compile(call.context, code_hash, &wasm, call.gas_left())
        .map_err(|reason| Failure::TakeAll(Revert::from(reason).abi_encode()))?;
    call.burn(activation.metered_gas)?;

    let fee = data_fee(call, activation.asm_estimate)?;
    let cached = known.is_some_and(|record| record.cached);
    let record = ProgramRecord::new(&activation, params.version, call.now(), cached);
    call.write(slot, record.encode())?;
    let event = ArbWasm::ProgramActivated {
        codehash: code_hash,
        moduleHash: keccak256(&activation.module.wasm),
        program,
        dataFee: fee,
        version: params.version,
    };
    call.emit(&event)?;
    let mut output = word(u64::from(params.version));
    output.extend(fee.to_be_bytes::<32>());
    Ok(output)
}

/// Renews an activation that is old enough.
fn keepalive(call: &mut Call<'_>, code_hash: B256) -> Result {
    call.changes_state()?;
    let (record, params) = (active(call, code_hash)?, call.context.chain.params);
    if !record.renewable(&params, call.now()) {
        let error = ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: record.age(call.now()) };
        return Err(Failure::error(&error));
    }
    let fee = data_fee(call, record.asm_kilobytes * 1024)?;
    let renewed = ProgramRecord { activated_at: crate::arbos::programs::hours(call.now()), ..record };
    call.write(ProgramRecord::slot(code_hash), renewed.encode())?;
    call.emit(&ArbWasm::ProgramLifetimeExtended { codehash: code_hash, dataFee: fee })?;
    Ok(Vec::new())
}

/// Takes the fee for native code out of the value sent, and gives the rest back.
fn data_fee(call: &mut Call<'_>, bytes: u32) -> Result<U256> {
    let slot = U256::from_be_bytes(keccak256("data pricer").0);
    let (kept, now) = (call.read(slot)?, call.now());
    let mut pricer = DataPricer::new(now);
    if !kept.is_zero() {
        (pricer.demand, pricer.last_update) = ((kept >> 64_u32).saturating_to(), (kept & U256::from(u64::MAX)).to());
    }
    let fee = pricer.charge(bytes, now);
    call.write(slot, (U256::from(pricer.demand) << 64_u32) | U256::from(pricer.last_update))?;
    let surplus = call.value.checked_sub(fee);
    let surplus =
        surplus.ok_or_else(|| Failure::error(&ArbWasm::ProgramInsufficientValue { have: call.value, want: fee }))?;
    call.send(NETWORK_FEES, fee)?;
    call.send(call.caller, surplus)?;
    Ok(fee)
}
