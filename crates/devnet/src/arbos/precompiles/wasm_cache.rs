//! `ArbWasmCache`: what a node is to keep in memory, as cache managers say.

use super::{
    call::{Call, Failure, Result},
    info::CHAIN_OWNER,
};
use crate::arbos::programs::{ProgramError, ProgramRecord, STATE};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolInterface, SolValue, sol};

sol! {
    /// The interface, as Arbitrum publishes it.
    #[allow(missing_docs)]
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] memory managers);
        function cacheProgram(address addr) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}
use ArbWasmCache::ArbWasmCacheCalls as Function;

/// Runs a function.
pub(super) fn run(call: &mut Call<'_>, input: &[u8]) -> Result {
    let function = Function::abi_decode(input).map_err(|_| Failure::empty())?;
    call.takes_no_value()?;
    Ok(match function {
        Function::isCacheManager(query) => managers(call)?.contains(&query.manager).abi_encode(),
        Function::allCacheManagers(_) => managers(call)?.abi_encode(),
        Function::codehashIsCached(query) => {
            let record = ProgramRecord::decode(call.read(ProgramRecord::slot(query.codehash))?);
            record.is_some_and(|record| record.cached).abi_encode()
        }
        Function::cacheProgram(order) => {
            let hash = call.code_hash(order.addr)?;
            update(call, hash, true)?
        }
        Function::evictCodehash(order) => update(call, order.codehash, false)?,
    })
}

/// Where the managers are kept: how many there are, and behind that each of them.
fn slot(index: u64) -> U256 {
    U256::from_be_bytes(keccak256("cache managers").0).wrapping_add(U256::from(index))
}

fn managers(call: &mut Call<'_>) -> Result<Vec<Address>> {
    let count: u64 = call.read(slot(0))?.saturating_to();
    (1..=count).map(|index| Ok(Address::from_word(call.read(slot(index))?.into()))).collect()
}

/// Adds a manager, if it is not one already.
pub(super) fn add_manager(call: &mut Call<'_>, manager: Address) -> Result<()> {
    let known = managers(call)?;
    if !known.contains(&manager) {
        let index = known.len() as u64 + 1;
        call.write(slot(index), manager.into_word().into())?;
        call.write(slot(0), U256::from(index))?;
    }
    Ok(())
}

/// Keeps a program, which costs what starting it would, or lets it go.
fn update(call: &mut Call<'_>, code_hash: B256, cached: bool) -> Result {
    if call.caller != CHAIN_OWNER && !managers(call)?.contains(&call.caller) {
        return Err(Failure::empty());
    }
    let record_slot = ProgramRecord::slot(code_hash);
    let record = ProgramRecord::decode(call.read(record_slot)?);
    let Some(record) = record.filter(|record| record.cached != cached) else { return Ok(Vec::new()) };
    if cached {
        record.check(&call.context.chain.params, call.now())?;
        call.burn(u64::from(record.init_cost))?;
    }
    call.emit(&ArbWasmCache::UpdateProgramCache { manager: call.caller, codehash: code_hash, cached })?;
    call.write(record_slot, ProgramRecord { cached, ..record }.encode())?;
    Ok(Vec::new())
}

/// Marks a program as cached, as if a manager had: for tests that are not about bidding.
pub(crate) fn set_cached(
    state: &mut crate::State,
    code_hash: B256,
    cached: bool,
) -> std::result::Result<(), ProgramError> {
    let slot = ProgramRecord::slot(code_hash);
    let record = ProgramRecord::decode(state.storage(STATE, slot)).ok_or(ProgramError::NotActivated)?;
    state.set_storage(STATE, slot, ProgramRecord { cached, ..record }.encode());
    Ok(())
}
