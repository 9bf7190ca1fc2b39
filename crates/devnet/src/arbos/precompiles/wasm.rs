//! `ArbWasm`: activates programs, renews their activation, and is asked about them.

use super::{
    activation::{activate, activation_gas, keepalive},
    call::{Call, Failure, Mutability, Result},
};
use crate::arbos::{
    params::SCALAR_PERCENT,
    programs::{ProgramError, ProgramRecord},
};
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolInterface, sol};
use stylus::{gas::entry, params::ArbOs};

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
    let function = Function::abi_decode(input)?;
    match function {
        Function::activateProgram(order) => {
            call.begin(Mutability::Payable)?;
            activate(call, order.program)
        }
        Function::codehashKeepalive(order) => {
            call.begin(Mutability::Payable)?;
            keepalive(call, order.codehash)
        }
        Function::activationGas(_) if call.context.chain.arbos < ArbOs::V59 => Err(Failure::Mismatch),
        Function::activationGas(_) => {
            call.begin(Mutability::View)?;
            activation_gas(call).map(word)
        }
        query => {
            call.begin(Mutability::View)?;
            answer(call, query)
        }
    }
}

fn answer(call: &mut Call<'_>, query: Function) -> Result {
    let params = call.params()?;
    Ok(match query {
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
        // These were told apart before: they change something, or look at no other parameter.
        Function::activateProgram(_) | Function::codehashKeepalive(_) | Function::activationGas(_) => {
            return Err(Failure::Mismatch);
        }
    })
}

pub(super) fn word(value: u64) -> Vec<u8> {
    words(&[value])
}

fn words(values: &[u64]) -> Vec<u8> {
    values.iter().flat_map(|value| U256::from(*value).to_be_bytes::<32>()).collect()
}

/// A program's record, if it can be called.
pub(super) fn active(call: &mut Call<'_>, code_hash: B256) -> Result<ProgramRecord> {
    let record = call.read(ProgramRecord::slot(code_hash))?;
    let record = ProgramRecord::decode(record).ok_or(ProgramError::NotActivated)?;
    record.check(&call.context.chain.params, call.now())?;
    Ok(record)
}
