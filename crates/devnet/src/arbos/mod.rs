//! ArbOS: the chain's own layer around the EVM, its state and its precompiles.

mod account_set;
mod module;
pub(crate) mod params;
pub mod precompiles;
pub mod programs;
pub mod recent;
pub(crate) mod storage;

pub(crate) use module::module;
pub use precompiles::ArbPrecompiles;

use crate::State;
use account_set::AccountSet;
use alloy_primitives::Bytes;

/// Writes what ArbOS starts with: code that only stops at its precompiles' addresses, so that contracts see that they
/// exist, and the chain's owner.
pub(crate) fn genesis(state: &mut State) {
    for address in precompiles::ALL {
        state.set_code(address, Bytes::from_static(&[0xfe]));
    }
    AccountSet::CHAIN_OWNERS.begin(state, precompiles::CHAIN_OWNER);
}
