//! `ArbWasmCache`: what a node is to keep in memory, as cache managers say.
//!
//! `cacheCodehash` is not here: it ended with ArbOS 30.

use super::call::{Call, Failure, Mutability, Result};
use crate::arbos::{
    account_set::AccountSet,
    programs::{ProgramError, ProgramRecord, STATE},
};
use alloy_primitives::B256;
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

/// Gas of looking up the hash of a module, as a read of ArbOS's state.
const MODULE_HASH: u64 = 800;

/// Runs a function.
pub(super) fn run(call: &mut Call<'_>, input: &[u8]) -> Result {
    let function = Function::abi_decode(input)?;
    let writes = matches!(function, Function::cacheProgram(_) | Function::evictCodehash(_));
    call.begin(if writes { Mutability::Write } else { Mutability::View })?;
    Ok(match function {
        Function::isCacheManager(query) => call.is_member(AccountSet::CACHE_MANAGERS, query.manager)?.abi_encode(),
        Function::allCacheManagers(_) => call.members(AccountSet::CACHE_MANAGERS)?.abi_encode(),
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

/// Keeps a program or lets it go, both of which cost what starting it does: a revert might undo either. A program that
/// could not be called is not kept. Whoever may not say so loses all gas.
fn update(call: &mut Call<'_>, code_hash: B256, cached: bool) -> Result {
    let may = call.is_member(AccountSet::CACHE_MANAGERS, call.caller)?
        || call.is_member(AccountSet::CHAIN_OWNERS, call.caller)?;
    if !may {
        return Err(Failure::OutOfGas);
    }
    let params = call.params()?;
    let slot = ProgramRecord::slot(code_hash);
    let record = ProgramRecord::decode(call.read(slot)?);
    if cached {
        let unknown = ProgramError::NeedsUpgrade { program: 0, chain: params.version };
        record.ok_or(unknown)?.check(&params, call.now())?;
    }
    let Some(record) = record.filter(|record| record.cached != cached) else { return Ok(Vec::new()) };
    call.emit(&ArbWasmCache::UpdateProgramCache { manager: call.caller, codehash: code_hash, cached })?;
    call.burn(u64::from(record.init_cost))?;
    call.burn(MODULE_HASH)?;
    call.write(slot, ProgramRecord { cached, ..record }.encode())?;
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
