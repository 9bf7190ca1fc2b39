//! The path of a swap: tokens of 20 bytes with the fee of a pool, 3 bytes, between each two.

use crate::{host, network::UNISWAP_V3_FACTORY, word::words};
use alloy_primitives::{Address, B256, b256};

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
    pub(super) sold: Address,
    bought: Address,
    fee: u64,
}

/// Whether a path leads from one token to another; between a token and itself only none does.
pub(in crate::flash) fn leads(path: &[u8], sold: &Address, bought: &Address) -> bool {
    if sold == bought {
        return path.is_empty();
    }
    let is_whole = path.len() % STEP == TOKEN && path.len() >= HOP;
    is_whole && path.first_chunk() == Some(&sold.0.0) && path.last_chunk() == Some(&bought.0.0)
}

/// The first pool of a path, and the path after it.
pub(super) fn first(path: &[u8]) -> Option<(Hop, &[u8])> {
    Some((Hop::parse(path.first_chunk()?)?, path.get(STEP..)?))
}

/// The last pool of a path, and the path before it.
pub(super) fn last(path: &[u8]) -> Option<(Hop, &[u8])> {
    Some((Hop::parse(path.last_chunk()?)?, path.get(..path.len().checked_sub(STEP)?)?))
}

impl Hop {
    fn parse(bytes: &[u8; HOP]) -> Option<Self> {
        let [high, middle, low] = *bytes.get(TOKEN..STEP)?.first_chunk()?;
        Some(Self {
            sold: Address(bytes.first_chunk::<TOKEN>()?.into()),
            bought: Address(bytes.last_chunk::<TOKEN>()?.into()),
            fee: u64::from(u32::from_be_bytes([0, high, middle, low])),
        })
    }

    /// Whether the pool's first token is the one that is sold.
    pub(super) fn zero_for_one(&self) -> bool {
        self.sold < self.bought
    }

    /// Where the pool is, which only the real factory could have put there.
    pub(super) fn pool(&self) -> Address {
        let (zero, one) = if self.zero_for_one() { (&self.sold, &self.bought) } else { (&self.bought, &self.sold) };
        let salt = host::keccak256_of(&words![*zero, *one, self.fee], 96);
        // The byte that marks such addresses, and the factory, at the end of a word.
        let mut deployer = UNISWAP_V3_FACTORY.into_word();
        deployer.0[11] = 0xff;
        let hash = host::keccak256_behind(11, &words![deployer, salt, POOL_CODE_HASH]);
        Address::from_word(hash)
    }
}
