//! What positions are of: the world's assets, and a token that takes permits in Dai's way, which no swap trades.

use alloy_primitives::{Address, U256};
use devnet::Chain;
use eyre::Result;
use protocols::{
    Account, Asset, Erc20, ExactlyMarket, Fixtures, World,
    exactly::Terms,
    stand_ins::{Manner, StandIn},
};

/// Whole ones of the stand-in that there are, and that are deposited in its market.
const SUPPLY: u64 = 1_000_000_000;
const LIQUIDITY: u64 = 3_000_000;

/// A token that has a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coin {
    /// 6 decimals; Circle's.
    Usdc,
    /// 18 decimals, without permits.
    Weth,
    /// 18 decimals; a stand-in.
    WstEth,
    /// 18 decimals; a stand-in. Nothing trades it.
    Dai,
}

/// Something of each coin, in the order of [`Coin::ALL`].
pub(crate) type Each<T> = [T; 4];

impl Coin {
    /// All of them.
    pub const ALL: Each<Self> = [Self::Usdc, Self::Weth, Self::WstEth, Self::Dai];
    /// Those that swaps trade.
    pub const TRADED: [Self; 3] = [Self::Usdc, Self::Weth, Self::WstEth];

    /// The world's asset that it is.
    #[must_use]
    pub const fn asset(self) -> Option<Asset> {
        match self {
            Self::Usdc => Some(Asset::Usdc),
            Self::Weth => Some(Asset::Weth),
            Self::WstEth => Some(Asset::WstEth),
            Self::Dai => None,
        }
    }

    /// As people write it.
    pub(crate) fn symbol(self) -> &'static str {
        self.asset().map_or("DAI", Asset::symbol)
    }

    /// Dollars that a whole one is worth, when the world begins.
    pub(crate) fn dollars(self) -> u64 {
        self.asset().map_or(1, Asset::dollars)
    }

    /// So many whole ones, in units.
    pub(crate) fn units(self, whole: u64) -> U256 {
        // The stand-in has as many decimals as ether.
        self.asset().unwrap_or(Asset::Weth).units(whole)
    }
}

/// Lists the stand-in, and returns everybody's markets. All of it is the depositor's.
pub(crate) fn markets(chain: &mut Chain, world: &World, fixtures: &Fixtures) -> Result<Each<ExactlyMarket<Erc20>>> {
    let (coin, holder) = (Coin::Dai, Account::DEPOSITOR.0);
    let token = StandIn::deploy(chain, fixtures, Manner::DaiLike, holder, coin.units(SUPPLY))?;
    let terms = Terms::at(coin.symbol(), 1);
    let dai = world.exactly.list_market(chain, fixtures, token, &terms, coin.units(LIQUIDITY))?;
    let [usdc, weth, wsteth] = world.exactly.markets.map(erased);
    Ok([usdc, weth, wsteth, erased(dai)])
}

fn erased<T: Copy + Into<Erc20>>(market: ExactlyMarket<T>) -> ExactlyMarket<Erc20> {
    let ExactlyMarket { address, token, price_feed } = market;
    ExactlyMarket { address, token: token.into(), price_feed }
}

/// Gives an account units of a coin.
pub(crate) fn give(chain: &mut Chain, world: &World, dai: Erc20, coin: Coin, to: Address, units: U256) -> Result<()> {
    match coin.asset() {
        Some(asset) => world.tokens.of(asset).mint(chain, to, units)?,
        None => dai.transfer(chain, Account::DEPOSITOR.0, to, units)?,
    }
    Ok(())
}
