//! What happens to a call's data on its way.

use crate::{amount::Facts, step::Damage};
use alloy_sol_types::SolInterface as _;
use debt_manager::abi::IDebtManager::IDebtManagerCalls;

impl Damage {
    /// What it is.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flip(_) => "a bit",
            Self::Cut(_) => "cut",
            Self::Grow(..) => "longer",
            Self::Word(..) => "a word",
            Self::Swap(..) => "two words",
            Self::Selector(_) => "another function's",
            Self::Sender => "sent by another",
        }
    }
}

/// Does it to a call's data, which has words behind its selector.
pub(crate) fn spoil(input: &mut Vec<u8>, damage: Damage) {
    let length = input.len() as u64;
    let words = (length - 4) / 32;
    let at = |word: u64| (4 + 32 * (word % words)) as usize;
    match damage {
        Damage::Flip(bit) => input[(bit / 8 % length) as usize] ^= 1 << (bit % 8),
        Damage::Cut(bytes) => input.truncate((bytes % length) as usize),
        Damage::Grow(bytes, ones) => input.extend(vec![if ones { 0xff } else { 0 }; (1 + bytes % 64) as usize]),
        Damage::Word(word, amount) => {
            let value = amount.resolve(&Facts::default());
            input[at(word)..at(word) + 32].copy_from_slice(&value.to_be_bytes::<32>());
        }
        Damage::Swap(one, other) => {
            let first: Vec<u8> = input[at(one)..at(one) + 32].to_vec();
            input.copy_within(at(other)..at(other) + 32, at(one));
            input[at(other)..at(other) + 32].copy_from_slice(&first);
        }
        Damage::Selector(choice) => {
            let selectors: Vec<[u8; 4]> = IDebtManagerCalls::selectors().collect();
            input[..4].copy_from_slice(&selectors[(choice % selectors.len() as u64) as usize]);
        }
        Damage::Sender => {}
    }
}
