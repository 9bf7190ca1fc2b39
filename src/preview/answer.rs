//! What comes back, laid out as `abi/IDebtPreview.sol` says: the error of a rehearsal and the answer are the same bytes.

use crate::{
    abi::IDebtPreview::{Reason, Rehearsed},
    word::{self, WORD, Word, ZERO},
};
use alloc::vec::Vec;
use alloy_primitives::U256;
use alloy_sol_types::SolError;

/// Words of an account: two positions of three, and its health.
const ACCOUNT: usize = 9;
/// Words before what has no fixed length: the reason, two offsets, two accounts and five numbers.
const HEAD: usize = 8 + 2 * ACCOUNT;
/// Where the largest ratio is: behind the selector and the offset of it all, at the end of the head.
const MAX_RATIO: usize = 4 + HEAD * WORD;

/// An account at a moment: from, to, and its health.
pub(super) type Account = [Word; ACCOUNT];

/// What happened to the balance of an asset: which, what was paid, and what received.
pub(super) type Change = [Word; 3];

/// What an operation came to.
pub(super) struct Outcome {
    /// Why it does not succeed; nothing if it does.
    pub(super) reason: Option<Reason>,
    /// What it reverts with.
    pub(super) error: Vec<u8>,
    pub(super) before: Account,
    pub(super) afterwards: Account,
    pub(super) wallet: Vec<Change>,
    /// The deposit and the debt that the operation returns.
    pub(super) returned: [Word; 2],
    /// What the flash source holds, and what is to be had of the market that pays.
    pub(super) liquidity: [Word; 2],
}

impl Default for Outcome {
    fn default() -> Self {
        let none = [ZERO; ACCOUNT];
        Self {
            reason: None,
            error: Vec::new(),
            before: none,
            afterwards: none,
            wallet: Vec::new(),
            returned: [ZERO; 2],
            liquidity: [ZERO; 2],
        }
    }
}

impl Outcome {
    /// Lays it out behind a selector, or none. The largest ratio is not known yet.
    pub(super) fn encode(&self, selector: &[u8]) -> Vec<u8> {
        let small = |number: usize| word::of_small(number as u64);
        let padded = self.error.len().next_multiple_of(WORD);
        let reason = small(self.reason.unwrap_or(Reason::None) as usize);
        let (error_at, wallet_at) = (small(HEAD * WORD), small((HEAD + 1) * WORD + padded));
        let words = 1 + HEAD + 2 + self.wallet.len() * 3;
        let mut bytes = Vec::with_capacity(selector.len() + words * WORD + padded);
        bytes.extend_from_slice(selector);
        let mut push = |words: &[Word]| bytes.extend_from_slice(words.as_flattened());
        push(&[small(WORD), reason, error_at]);
        push(&self.before);
        push(&self.afterwards);
        push(&[wallet_at]);
        push(&self.returned);
        push(&self.liquidity);
        push(&[ZERO, small(self.error.len())]);
        bytes.extend_from_slice(&self.error);
        bytes.resize(bytes.len() + padded - self.error.len(), 0);
        bytes.extend_from_slice(&small(self.wallet.len()));
        bytes.extend_from_slice(self.wallet.as_flattened().as_flattened());
        bytes
    }
}

/// The answer, as a rehearsal reverted with it: behind a selector.
pub(super) struct Answer(Vec<u8>);

impl Answer {
    /// Gives the result back if the rehearsal ended with another error.
    pub(super) fn of(result: Vec<u8>) -> Result<Self, Vec<u8>> {
        if result.starts_with(&Rehearsed::SELECTOR) { Ok(Self(result)) } else { Err(result) }
    }

    /// Adds the largest ratio.
    pub(super) fn set_max_ratio(&mut self, ratio: &U256) {
        if let Some(place) = self.0.get_mut(MAX_RATIO..MAX_RATIO + WORD) {
            place.copy_from_slice(&word::of_uint(ratio));
        }
    }

    /// All of it.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.get(Rehearsed::SELECTOR.len()..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::IDebtPreview::{Preview, previewCall};
    use alloy_primitives::Bytes;
    use alloy_sol_types::{SolCall, SolValue};

    /// Words of which each is another one.
    fn account(first: u64) -> Account {
        core::array::from_fn(|index| word::of_small(first + index as u64))
    }

    #[test]
    fn the_answer_is_what_the_interface_says() {
        for (length, changes) in [(0, 0), (1, 1), (32, 4), (100, 2)] {
            let outcome = Outcome {
                reason: Some(Reason::Cap),
                error: (0..length).collect(),
                before: account(100),
                afterwards: account(200),
                wallet: (0..changes).map(|change| [1, 2, 3].map(|field| word::of_small(10 * change + field))).collect(),
                returned: [300, 301].map(word::of_small),
                liquidity: [302, 303].map(word::of_small),
            };
            let mut answer = Answer::of(outcome.encode(&Rehearsed::SELECTOR)).ok().unwrap();
            answer.set_max_ratio(&U256::from(304));
            let decoded = previewCall::abi_decode_returns_validate(answer.bytes()).unwrap();
            let Preview { reason, failure, before, afterwards, wallet, .. } = &decoded;
            let Preview { collateral, debt, flashLiquidity, marketLiquidity, maxRatio, .. } = &decoded;
            assert_eq!((*reason as u8, failure), (Reason::Cap as u8, &Bytes::from(outcome.error)));
            assert_eq!(before.abi_encode(), outcome.before.as_flattened());
            assert_eq!(afterwards.abi_encode(), outcome.afterwards.as_flattened());
            assert_eq!(wallet.abi_encode()[2 * WORD..], *outcome.wallet.as_flattened().as_flattened());
            let numbers = [collateral, debt, flashLiquidity, marketLiquidity, maxRatio];
            assert_eq!(numbers, [300, 301, 302, 303, 304].map(U256::from).each_ref());
            assert_eq!(previewCall::abi_encode_returns(&decoded), answer.bytes());
        }
        assert!(Answer::of(vec![1, 2, 3, 4]).is_err());
    }
}
