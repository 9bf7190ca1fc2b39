//! The price of starting a program, in gas.

use crate::params::StylusParams;

/// Gas in a unit of `min_init_gas`.
pub const MIN_INIT_UNIT: u64 = 128;
/// Gas in a unit of `min_cached_init_gas`.
pub const MIN_CACHED_UNIT: u64 = 32;
/// Percent in a unit of the scalars.
const SCALAR_PERCENT: u64 = 2;

/// Charged for every start.
#[must_use]
pub fn cached_gas(params: &StylusParams, cached_cost: u16) -> u64 {
    let least = u64::from(params.min_cached_init_gas) * MIN_CACHED_UNIT;
    least.saturating_add(scaled(cached_cost, params.cached_cost_scalar))
}

/// Charged besides, when the program is not cached.
#[must_use]
pub fn init_gas(params: &StylusParams, init_cost: u16) -> u64 {
    let least = u64::from(params.min_init_gas) * MIN_INIT_UNIT;
    least.saturating_add(scaled(init_cost, params.init_cost_scalar))
}

fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * SCALAR_PERCENT).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::ArbOs;

    #[test]
    fn the_smallest_program_costs_the_least() {
        let params = StylusParams::at(ArbOs::V51);
        assert_eq!(cached_gas(&params, 0), 352);
        assert_eq!(init_gas(&params, 0), 8_832);
        assert_eq!(cached_gas(&params, u16::MAX), 352 + 65_535);
        assert_eq!(init_gas(&StylusParams { init_cost_scalar: 25, ..params }, 101), 8_832 + 51);
    }
}
