//! The chain's book of activated programs, in ArbOS's state.
//!
//! One word a program, from the highest byte on: version (2 bytes), init cost (2), cached cost (2), footprint (2),
//! kilobytes of native code (3), hour of activation (4), cached (1).

use super::storage;
pub use super::storage::STATE;
use alloy_primitives::{B256, U256};
use stylus::{activation::Activation, params::StylusParams};

/// Hours are counted from here: the start of Arbitrum One.
const EPOCH: u64 = 1_421_388_000;
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// What is known of an activated program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramRecord {
    /// The version of Stylus that it was activated for.
    pub version: u16,
    /// Gas of an uncached start, beyond the fixed part.
    pub init_cost: u16,
    /// Gas of every start, beyond the fixed part.
    pub cached_cost: u16,
    /// Pages of memory that it starts with.
    pub footprint: u16,
    /// Kilobytes of native code.
    pub asm_kilobytes: u32,
    /// Hours since `EPOCH`.
    pub activated_at: u32,
    /// Whether a cache manager keeps it.
    pub cached: bool,
}

/// Why a program cannot be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// It never was activated.
    #[error("program not activated")]
    NotActivated,
    /// It was activated for another version.
    #[error("program activated for version {program}, not {chain}")]
    NeedsUpgrade {
        /// The program's.
        program: u16,
        /// The chain's.
        chain: u16,
    },
    /// Its activation is too old.
    #[error("program expired: activated {age} seconds ago")]
    Expired {
        /// Seconds since its activation.
        age: u64,
    },
}

impl ProgramRecord {
    /// A record of an activation.
    #[must_use]
    pub fn new(activation: &Activation, version: u16, now: u64, cached: bool) -> Self {
        Self {
            version,
            init_cost: activation.init_cost,
            cached_cost: activation.cached_cost,
            footprint: activation.footprint,
            asm_kilobytes: activation.asm_estimate.div_ceil(1024),
            activated_at: hours(now),
            cached,
        }
    }

    /// Where a program's record is kept.
    #[must_use]
    pub fn slot(code_hash: B256) -> U256 {
        storage::slot("programs", code_hash)
    }

    /// Reads a record; nothing for a program that never was activated.
    #[must_use]
    pub fn decode(word: U256) -> Option<Self> {
        let bytes = word.to_be_bytes::<32>();
        let short = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        (!word.is_zero()).then(|| Self {
            version: short(0),
            init_cost: short(2),
            cached_cost: short(4),
            footprint: short(6),
            asm_kilobytes: u32::from_be_bytes([0, bytes[8], bytes[9], bytes[10]]),
            activated_at: u32::from_be_bytes([bytes[11], bytes[12], bytes[13], bytes[14]]),
            cached: bytes[15] != 0,
        })
    }

    /// The word that is kept.
    #[must_use]
    pub fn encode(&self) -> U256 {
        let mut bytes = [0; 32];
        bytes[0..2].copy_from_slice(&self.version.to_be_bytes());
        bytes[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        bytes[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        bytes[8..11].copy_from_slice(&self.asm_kilobytes.to_be_bytes()[1..]);
        bytes[11..15].copy_from_slice(&self.activated_at.to_be_bytes());
        bytes[15] = u8::from(self.cached);
        U256::from_be_bytes(bytes)
    }

    /// Seconds since the activation.
    #[must_use]
    pub fn age(&self, now: u64) -> u64 {
        now.saturating_sub(EPOCH + u64::from(self.activated_at) * HOUR)
    }

    /// Whether the program can be called, or activated anew only.
    pub fn check(&self, params: &StylusParams, now: u64) -> Result<(), ProgramError> {
        let age = self.age(now);
        if self.version != params.version {
            return Err(ProgramError::NeedsUpgrade { program: self.version, chain: params.version });
        }
        if age > u64::from(params.expiry_days) * DAY {
            return Err(ProgramError::Expired { age });
        }
        Ok(())
    }

    /// Seconds until the activation expires.
    #[must_use]
    pub fn time_left(&self, params: &StylusParams, now: u64) -> u64 {
        (u64::from(params.expiry_days) * DAY).saturating_sub(self.age(now))
    }

    /// Whether the activation may be renewed.
    #[must_use]
    pub fn renewable(&self, params: &StylusParams, now: u64) -> bool {
        self.age(now) >= u64::from(params.keepalive_days) * DAY
    }
}

/// Hours since `EPOCH`, rounded down.
#[must_use]
pub fn hours(now: u64) -> u32 {
    u32::try_from(now.saturating_sub(EPOCH) / HOUR).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stylus::params::ArbOs;

    const RECORD: ProgramRecord = ProgramRecord {
        version: 3,
        init_cost: 1,
        cached_cost: 2,
        footprint: 4,
        asm_kilobytes: 0x01_02_03,
        activated_at: 100,
        cached: true,
    };

    #[test]
    fn a_record_survives_its_encoding() {
        assert_eq!(ProgramRecord::decode(RECORD.encode()), Some(RECORD));
        assert_eq!(ProgramRecord::decode(U256::ZERO), None);
    }

    #[test]
    fn a_program_expires_and_another_version_does_not_run() {
        let (params, activated) = (StylusParams::at(ArbOs::V61), EPOCH + 100 * HOUR);
        let year = 365 * DAY;
        assert_eq!(RECORD.check(&params, activated + year), Ok(()));
        assert_eq!(RECORD.check(&params, activated + year + 1), Err(ProgramError::Expired { age: year + 1 }));
        let error = ProgramError::NeedsUpgrade { program: 3, chain: 2 };
        assert_eq!(RECORD.check(&StylusParams::at(ArbOs::V51), activated), Err(error));
        assert!(
            RECORD.renewable(&params, activated + 31 * DAY) && !RECORD.renewable(&params, activated + 31 * DAY - 1)
        );
        assert_eq!(RECORD.time_left(&params, activated + DAY), 364 * DAY);
    }
}
