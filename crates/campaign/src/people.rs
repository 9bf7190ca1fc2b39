//! Who takes part, and how each lets the contract act.

use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, address};
use devnet::ChainConfig;
use std::sync::OnceLock;

/// Somebody whose holdings are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// Has approved the contract for everything.
    Alice,
    /// Approves what an operation needs, to the unit, before it.
    Bob,
    /// Signs a permit for each operation.
    Carol,
    /// Signs the operation, which the attacker sends.
    Dave,
    /// A wallet that is a contract (EIP-1271), for which its owner signs operations and permits.
    Wallet,
    /// Has approved the contract for everything, and does nothing.
    Bystander,
    /// Does what nobody should, and has approved the contract for everything too.
    Attacker,
}

impl Person {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Alice, Self::Bob, Self::Carol, Self::Dave, Self::Wallet, Self::Bystander, Self::Attacker];
    /// Those who operate.
    pub const USERS: [Self; 5] = [Self::Alice, Self::Bob, Self::Carol, Self::Dave, Self::Wallet];

    /// Their address.
    #[must_use]
    pub fn address(self) -> Address {
        match self {
            Self::Alice => address!("a11ce000000000000000000000000000000a11ce"),
            Self::Bob => address!("b0b0000000000000000000000000000000000b0b"),
            Self::Carol | Self::Dave => self.key().address(),
            Self::Wallet => address!("5afe00000000000000000000000000000000005a"),
            Self::Bystander => address!("b0b00000000000000000000000000000000b0b00"),
            Self::Attacker => address!("bad0000000000000000000000000000000000bad"),
        }
    }

    /// The key of one who signs; the wallet's is its owner's. Those who never sign for themselves have the attacker's.
    #[must_use]
    pub fn key(self) -> &'static PrivateKeySigner {
        static KEYS: OnceLock<Vec<PrivateKeySigner>> = OnceLock::new();
        let keys = KEYS.get_or_init(|| ChainConfig::default().signers());
        let index = match self {
            Self::Carol => 0,
            Self::Dave => 1,
            Self::Wallet => 2,
            _ => 3,
        };
        &keys[index]
    }
}
