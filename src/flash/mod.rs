//! The flash sources, a closed set: each advances what an exchange puts in, and is paid before it returns.

pub(crate) mod balancer_v2;
pub(crate) mod uniswap_v3;

use crate::{calldata::Calldata, error::Error, exchange::Exchange, flight::Flight, host};
use uniswap_v3::{Leg, path};

/// Who advances what an exchange puts in.
#[derive(Clone, Copy)]
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

    /// Carries out an exchange: in the source's callback, once, before this returns.
    pub(crate) fn advance(self, flight: &Flight, exchange: &mut Exchange, route: &[u8]) {
        let (sold, bought) = (&exchange.take_side.asset.0, &exchange.put_side.asset.0);
        if !path::leads(route, sold, bought) {
            Error::SwapPathMismatch { sold, bought }.revert();
        }
        match (self, exchange.swaps(), exchange.is_exact_input) {
            // Of both, the pool is the source: it delivers before it is paid.
            (_, true, true) => {
                uniswap_v3::sell(flight, exchange, route, Leg::First, &exchange.assets);
            }
            (Self::UniswapV3, true, false) => {
                uniswap_v3::buy(flight, exchange, route, Leg::First, &exchange.assets, &host::this());
            }
            (Self::BalancerV2, ..) => balancer_v2::lend(flight, exchange, route),
            (Self::UniswapV3, false, _) => Error::FlashSourceUnsupported { source: &(self as usize) }.revert(),
        }
    }
}
