//! The path of a swap: tokens of 20 bytes with the fee of a pool, 3 bytes, between each two.

use crate::{
    host::{self, Part},
    network::root,
    word::{self, Address, BEFORE_ADDRESS, WORD, Word, ZERO, in_code},
};
use alloy_primitives::{B256, b256};

const TOKEN: usize = 20;
const FEE: usize = 3;
const HOP: usize = TOKEN + FEE + TOKEN;
const STEP: usize = TOKEN + FEE;
/// Longest path that is read: eight pools.
pub(crate) const LONGEST: usize = TOKEN + 8 * STEP;

/// The hash of a pool's creation code, which is the same on every network that has these pools.
const POOL_CODE_HASH: B256 = b256!("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54");

/// One pool, and the way through it.
pub(super) struct Hop {
    sold: Word,
    bought: Word,
    fee: Word,
}

/// Whether a path leads from one token to another; between a token and itself only none does.
pub(in crate::flash) fn leads(path: &[u8], sold: Address<'_>, bought: Address<'_>) -> bool {
    if sold.is(bought) {
        return path.is_empty();
    }
    match (first(path), last(path)) {
        (Some((first, _)), Some((last, _))) => {
            path.len() % STEP == TOKEN
                && word::same(&first.sold, sold.word())
                && word::same(&last.bought, bought.word())
        }
        _ => false,
    }
}

/// The first pool of a path, and the path after it.
#[inline(never)]
pub(super) fn first(path: &[u8]) -> Option<(Hop, &[u8])> {
    Some((Hop::parse(path.first_chunk()?), path.get(STEP..)?))
}

/// The last pool of a path, and the path before it.
#[inline(never)]
pub(super) fn last(path: &[u8]) -> Option<(Hop, &[u8])> {
    Some((Hop::parse(path.last_chunk()?), path.get(..path.len().checked_sub(STEP)?)?))
}

/// Bytes at the end of a word.
fn at_end(bytes: &[u8]) -> Word {
    let mut word = ZERO;
    for (place, byte) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *place = *byte;
    }
    word
}

impl Hop {
    #[inline(never)]
    fn parse(bytes: &[u8; HOP]) -> Self {
        let (sold, rest) = bytes.split_at(TOKEN);
        let (fee, bought) = rest.split_at(FEE);
        Self { sold: at_end(sold), bought: at_end(bought), fee: at_end(fee) }
    }

    /// What the pool is paid in.
    pub(super) fn sold(&self) -> Address<'_> {
        Address::known(&self.sold)
    }

    /// Whether the pool's first token is the one that is sold.
    pub(super) fn zero_for_one(&self) -> bool {
        word::less(&self.sold, &self.bought)
    }

    /// Where the pool is, which only the real factory could have put there.
    #[inline(never)]
    pub(super) fn pool(&self) -> Word {
        let (zero, one) = if self.zero_for_one() { (&self.sold, &self.bought) } else { (&self.bought, &self.sold) };
        let salt = host::keccak256_of(&[Part::Words(&[zero, one, &self.fee])], 0, 3 * WORD);
        // The byte that marks such addresses, and the factory, at the end of a word.
        let (mut deployer, code) = (root!(UNISWAP_V3_FACTORY), in_code!(POOL_CODE_HASH.0));
        deployer[BEFORE_ADDRESS - 1] = 0xff;
        let mut pool = host::keccak256_of(&[Part::Words(&[&deployer, &salt, &code])], BEFORE_ADDRESS - 1, 3 * WORD);
        pool[..BEFORE_ADDRESS].fill(0);
        pool
    }
}
