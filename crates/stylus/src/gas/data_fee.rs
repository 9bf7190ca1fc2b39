//! The fee for the native code that an activation makes every node keep: an auction that falls back to a least price.

use alloy_primitives::U256;

/// Where the auction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPricer {
    /// Bytes asked for and not yet worked off.
    pub demand: u32,
    /// Bytes worked off in a second.
    pub bytes_per_second: u32,
    /// Seconds since the epoch, of the last activation.
    pub last_update: u64,
    /// Wei of a byte, at rest.
    pub min_price: u32,
    /// Bytes of demand that raise the price by a factor of e.
    pub inertia: u32,
}

impl DataPricer {
    /// As a chain begins.
    #[must_use]
    pub const fn new(now: u64) -> Self {
        const BYTES_PER_HOUR: u64 = (1 << 40) / (365 * 24);
        Self {
            demand: 0,
            bytes_per_second: (BYTES_PER_HOUR / (60 * 60)) as u32,
            last_update: now,
            min_price: 82_928_201,
            inertia: 21_360_419,
        }
    }

    /// Adds `bytes` at time `now` and returns their fee in wei, rounded down per byte. No amount is beyond 64 bits:
    /// products stop at the largest number, as Nitro's do.
    pub fn charge(&mut self, bytes: u32, now: u64) -> U256 {
        let worked_off = now.saturating_sub(self.last_update).saturating_mul(u64::from(self.bytes_per_second));
        let worked_off = u32::try_from(worked_off).unwrap_or(u32::MAX);
        self.demand = self.demand.saturating_sub(worked_off).saturating_add(bytes);
        self.last_update = now;
        let exponent_bips =
            if self.inertia == 0 { 0 } else { u64::from(self.demand) * ONE_BIPS / u64::from(self.inertia) };
        let per_byte = u64::from(self.min_price).saturating_mul(exp_bips(exponent_bips)) / ONE_BIPS;
        U256::from(per_byte.saturating_mul(u64::from(bytes)))
    }
}

/// One, in basis points.
const ONE_BIPS: u64 = 10_000;

/// `e ^ (x / 10,000) * 10,000` by twelve terms of the Taylor series, in Horner's form, rounded down at each step.
fn exp_bips(x: u64) -> u64 {
    const TERMS: u64 = 12;
    let mut result = ONE_BIPS.saturating_add(x / TERMS);
    for term in (1..TERMS).rev() {
        result = ONE_BIPS.saturating_add(result.saturating_mul(x) / (term * ONE_BIPS));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_rest_a_byte_costs_little_more_than_the_least() {
        let mut pricer = DataPricer::new(1_000);
        let bytes = 600_000;
        // 600,000 bytes are 280 basis points of the inertia: e^0.028 = 1.0283.
        assert_eq!(pricer.charge(bytes, 1_000), U256::from(82_928_201_u64 * 10_283 / 10_000) * U256::from(bytes));
    }

    #[test]
    fn demand_raises_the_price_and_time_lowers_it() {
        let mut pricer = DataPricer::new(0);
        let first = pricer.charge(5_000_000, 0);
        let second = pricer.charge(5_000_000, 0);
        assert!(second > first);
        assert_eq!(pricer.bytes_per_second, 34_865);
        assert_eq!(pricer.charge(5_000_000, 1_000_000), first);
    }

    #[test]
    fn no_demand_takes_the_price_beyond_64_bits() {
        let mut pricer = DataPricer { demand: u32::MAX - 1_000, inertia: 1, ..DataPricer::new(0) };
        // The sum of the series and its product with the price both stop at the largest number.
        assert_eq!(pricer.charge(1_000, 0), U256::from(u64::MAX / 10_000) * U256::from(1_000));
        assert_eq!(pricer.charge(20_000, 0), U256::from(u64::MAX));
        assert_eq!(pricer.demand, u32::MAX);
    }

    #[test]
    fn the_series_is_the_exponential() {
        for (x, expected) in [(0, 10_000), (10_000, 27_182), (20_000, 73_889)] {
            assert!(exp_bips(x).abs_diff(expected) <= 2, "e^{x} is {}", exp_bips(x));
        }
    }
}
