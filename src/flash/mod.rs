//! The flash sources, a closed set: each advances what an exchange puts in, and is paid before it returns.

pub(crate) mod balancer_v2;
pub(crate) mod uniswap_v3;

use crate::{
    calldata::Calldata,
    error::revert,
    exchange::Draft,
    flight::Flight,
    host,
    word::{self, Word, ZERO},
};
use uniswap_v3::{Leg, path};

/// Who advances what an exchange puts in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Balancer V2's vault.
    BalancerV2,
    /// The Uniswap V3 pool that delivers it.
    UniswapV3,
}

impl Source {
    /// Reads one word.
    pub(crate) fn decode(calldata: &mut Calldata<'_>) -> Self {
        if calldata.variant(2) == 0 { Self::BalancerV2 } else { Self::UniswapV3 }
    }

    /// Carries out an exchange: in the source's callback, once, before this returns. Returns what the source took for
    /// it; what a pool takes is in its price.
    #[inline(never)]
    pub(crate) fn advance(self, flight: &Flight, draft: &mut Draft, route: &[u8]) -> Word {
        let exchange = draft.exchange();
        let (sold, bought) = (exchange.take_side().asset.0, exchange.put_side().asset.0);
        if !path::leads(route, sold, bought) {
            revert!(SwapPathMismatch(sold.word(), bought.word()));
        }
        match (self, exchange.swaps()) {
            // Whichever source is named, the pool is it: it delivers before it is paid.
            (_, true) if exchange.sells() => {
                uniswap_v3::sell(flight, exchange, route, Leg::First, exchange.assets());
            }
            (Self::UniswapV3, true) => {
                uniswap_v3::buy(flight, exchange, route, Leg::First, exchange.assets(), host::this());
            }
            (Self::BalancerV2, _) => return balancer_v2::lend(flight, draft, route),
            (Self::UniswapV3, false) => revert!(FlashSourceUnsupported(&word::of_small(self as u64))),
        }
        ZERO
    }
}
