//! Uniswap V3: a pool for each pair of the world's assets, and the contracts that quote and swap through them.

mod abi;
mod deploy;
mod price;

use crate::{
    Asset, Token, WorldError,
    deployer::{ask, execute},
};
use abi::{IQuoterV2, ISwapRouter};
use alloy_primitives::{Address, Bytes, U160, U256, aliases::U24};
use alloy_sol_types::SolCall;
use devnet::{Chain, Tx};

pub use abi::{IFactory, IPool, IPositionManager};
pub(crate) use deploy::deploy;

/// The contracts of Uniswap V3.
#[derive(Clone, Debug)]
pub struct Uniswap {
    /// Lists the pools.
    pub factory: Address,
    /// The first router, whose calls carry a deadline.
    pub router: Address,
    /// The second router, which has no deadline in its structs.
    pub router02: Address,
    /// Quotes by simulation.
    pub quoter: Address,
    /// Holds the positions as tokens. It has no descriptor: asking for a token's picture reverts.
    pub positions: Address,
    pools: Vec<Pool>,
}

/// A pool and what it trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The pool itself.
    pub address: Address,
    /// The tokens, first the one with the lower address.
    pub tokens: [Token; 2],
    /// Millionths that it keeps of what is paid in.
    pub fee: U24,
}

impl Pool {
    /// The square root of (units of the second token for a unit of the first), with 96 binary places.
    #[must_use]
    pub fn sqrt_price_x96(&self, chain: &Chain) -> U160 {
        ask(chain, self.address, IPool::slot0Call {}).sqrtPriceX96
    }

    /// The liquidity at the price of now.
    #[must_use]
    pub fn liquidity(&self, chain: &Chain) -> u128 {
        ask(chain, self.address, IPool::liquidityCall {})
    }

    fn token(&self, asset: Asset) -> Option<Token> {
        self.tokens.into_iter().find(|token| token.asset == asset)
    }
}

/// The assets that a swap goes through, first the one paid: every two neighbours are one pool.
pub type Route<'a> = &'a [Asset];

impl Uniswap {
    /// The pool of two assets, whichever is named first.
    ///
    /// # Panics
    /// If the two are the same asset: every other pair has a pool.
    #[must_use]
    pub fn pool(&self, one: Asset, other: Asset) -> &Pool {
        let pool =
            self.pools.iter().find(|pool| one != other && pool.token(one).is_some() && pool.token(other).is_some());
        pool.unwrap_or_else(|| panic!("no pool trades {one:?} for {other:?}"))
    }

    /// All pools.
    #[must_use]
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// The path of a route as the routers take it: tokens with the fees between them, packed.
    #[must_use]
    pub fn path(&self, route: Route<'_>) -> Bytes {
        let mut path = Vec::new();
        for (step, hop) in route.windows(2).enumerate() {
            let pool = self.pool(hop[0], hop[1]);
            if step == 0 {
                path.extend(pool.token(hop[0]).map(|token| token.address).unwrap_or_default());
            }
            path.extend(pool.fee.to_be_bytes::<3>());
            path.extend(pool.token(hop[1]).map(|token| token.address).unwrap_or_default());
        }
        path.into()
    }

    /// Units of the last asset that `amount_in` units of the first buy.
    ///
    /// # Panics
    /// If the pools do not have so much.
    #[must_use]
    pub fn quote_exact_input(&self, chain: &Chain, route: Route<'_>, amount_in: U256) -> U256 {
        let call = IQuoterV2::quoteExactInputCall { path: self.path(route), amountIn: amount_in };
        ask(chain, self.quoter, call).amountOut
    }

    /// Units of the first asset that `amount_out` units of the last cost.
    ///
    /// # Panics
    /// If the pools do not have so much.
    #[must_use]
    pub fn quote_exact_output(&self, chain: &Chain, route: Route<'_>, amount_out: U256) -> U256 {
        let call = IQuoterV2::quoteExactOutputCall { path: self.backward(route), amountOut: amount_out };
        ask(chain, self.quoter, call).amountIn
    }

    /// Approves and swaps exactly `amount_in` units from the trader's wallet back into it; returns the units bought.
    /// There is no minimum: nobody else trades in the same block.
    pub fn swap_exact_input(
        &self,
        chain: &mut Chain,
        trader: Address,
        route: Route<'_>,
        amount_in: U256,
    ) -> Result<U256, WorldError> {
        let params = ISwapRouter::ExactInputParams {
            path: self.path(route),
            recipient: trader,
            deadline: U256::MAX,
            amountIn: amount_in,
            amountOutMinimum: U256::ZERO,
        };
        self.approve(chain, trader, route, amount_in)?;
        self.route(chain, trader, ISwapRouter::exactInputCall { params })
    }

    /// Approves the quote and swaps to exactly `amount_out` units; returns the units paid.
    pub fn swap_exact_output(
        &self,
        chain: &mut Chain,
        trader: Address,
        route: Route<'_>,
        amount_out: U256,
    ) -> Result<U256, WorldError> {
        let amount_in = self.quote_exact_output(chain, route, amount_out);
        let params = ISwapRouter::ExactOutputParams {
            path: self.backward(route),
            recipient: trader,
            deadline: U256::MAX,
            amountOut: amount_out,
            amountInMaximum: amount_in,
        };
        self.approve(chain, trader, route, amount_in)?;
        self.route(chain, trader, ISwapRouter::exactOutputCall { params })
    }

    /// Sends a swap, whose router returns one amount.
    fn route(&self, chain: &mut Chain, trader: Address, call: impl SolCall) -> Result<U256, WorldError> {
        let receipt = execute(chain, "swap", Tx::call(trader, self.router, call.abi_encode()))?;
        Ok(U256::try_from_be_slice(&receipt.output).unwrap_or_default())
    }

    /// Swaps to an exact output are described from their end.
    fn backward(&self, route: Route<'_>) -> Bytes {
        self.path(&route.iter().rev().copied().collect::<Vec<_>>())
    }

    fn approve(&self, chain: &mut Chain, trader: Address, route: Route<'_>, units: U256) -> Result<(), WorldError> {
        let paid = self.pool(route[0], route[1]).token(route[0]);
        paid.map_or(Ok(()), |token| token.approve(chain, trader, self.router, units))
    }
}
