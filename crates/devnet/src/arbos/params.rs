//! The parameters of Stylus: what a version of ArbOS starts with, and what the chain's owner has set since.
//!
//! A word in ArbOS's state says by its bits which ones were set, and each that was has a word of its own. An upgrade of
//! ArbOS changes the ones that were not.

use super::storage::slot;
use alloy_primitives::U256;
use stylus::{
    gas::entry::{MIN_CACHED_UNIT, MIN_INIT_UNIT},
    params::{ArbOs, StylusParams},
};

/// Percent in a unit of the scalars.
pub(crate) const SCALAR_PERCENT: u64 = 2;

/// A parameter that the owner can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Param {
    InkPrice,
    MaxStackDepth,
    FreePages,
    PageGas,
    PageLimit,
    MaxWasmSize,
    MinInitGas,
    MinCachedInitGas,
    InitCostScalar,
    ExpiryDays,
    KeepaliveDays,
    BlockCacheSize,
    MaxFragmentCount,
    ActivationGas,
}

impl Param {
    const ALL: [Self; 14] = [
        Self::InkPrice,
        Self::MaxStackDepth,
        Self::FreePages,
        Self::PageGas,
        Self::PageLimit,
        Self::MaxWasmSize,
        Self::MinInitGas,
        Self::MinCachedInitGas,
        Self::InitCostScalar,
        Self::ExpiryDays,
        Self::KeepaliveDays,
        Self::BlockCacheSize,
        Self::MaxFragmentCount,
        Self::ActivationGas,
    ];

    /// Where its value is kept.
    pub(crate) fn slot(self) -> U256 {
        slot("stylus parameter", [self as u8])
    }

    /// Its bit in the word that says what was set.
    pub(crate) fn bit(self) -> U256 {
        U256::ONE << (self as usize)
    }

    /// Sets it, in the units in which the owner speaks of it. What does not fit is cut to the largest that does.
    fn apply(self, value: U256, params: &mut StylusParams) {
        let units = |unit: u64| value.saturating_to::<u64>().div_ceil(unit).try_into().unwrap_or(u8::MAX);
        match self {
            Self::InkPrice => params.ink_price = value.saturating_to(),
            Self::MaxStackDepth => params.max_stack_depth = value.saturating_to(),
            Self::FreePages => params.free_pages = value.saturating_to(),
            Self::PageGas => params.page_gas = value.saturating_to(),
            Self::PageLimit => params.page_limit = value.saturating_to(),
            Self::MaxWasmSize => params.max_wasm_size = value.saturating_to(),
            Self::MinInitGas => params.min_init_gas = units(MIN_INIT_UNIT),
            Self::MinCachedInitGas => params.min_cached_init_gas = units(MIN_CACHED_UNIT),
            Self::InitCostScalar => params.init_cost_scalar = units(SCALAR_PERCENT),
            Self::ExpiryDays => params.expiry_days = value.saturating_to(),
            Self::KeepaliveDays => params.keepalive_days = value.saturating_to(),
            Self::BlockCacheSize => params.block_cache_size = value.saturating_to(),
            Self::MaxFragmentCount => params.max_fragment_count = value.saturating_to(),
            Self::ActivationGas => params.activation_gas = value.saturating_to(),
        }
    }
}

/// Where it is kept which parameters were set.
pub(crate) fn which_are_set() -> U256 {
    slot("stylus parameters set", [])
}

/// The parameters of a chain, out of its state.
pub(crate) fn load(arbos: ArbOs, mut read: impl FnMut(U256) -> U256) -> StylusParams {
    let mut params = StylusParams::at(arbos);
    let set = read(which_are_set());
    for param in Param::ALL.into_iter().filter(|param| set.bit(*param as usize)) {
        param.apply(read(param.slot()), &mut params);
    }
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_outlives_an_upgrade_and_the_rest_follows_it() {
        let read = |slot| match slot {
            _ if slot == which_are_set() => Param::MinInitGas.bit() | Param::ActivationGas.bit(),
            _ if slot == Param::MinInitGas.slot() => U256::from(129),
            _ if slot == Param::ActivationGas.slot() => U256::from(7),
            _ => U256::from(99),
        };
        let expected = |arbos| StylusParams { min_init_gas: 2, activation_gas: 7, ..StylusParams::at(arbos) };
        for arbos in [ArbOs::V51, ArbOs::V61] {
            assert_eq!(load(arbos, read), expected(arbos));
        }
    }

    #[test]
    fn the_bits_are_the_places_in_the_list() {
        for (index, param) in Param::ALL.into_iter().enumerate() {
            assert_eq!(param as usize, index);
        }
    }
}
