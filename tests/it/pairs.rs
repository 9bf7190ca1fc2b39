//! Positions whose collateral and debt are of different assets: who has what, what the oracle says of it, computed here
//! once more in wider numbers and from the feeds alone, and what the pools traded.

use crate::stage::{ALICE, ATTACKER, BYSTANDER, Stage, times};
use alloy_primitives::{Address, I256, U256, U512, address};
use alloy_sol_types::sol;
use debt_manager::abi::IDebtManager::{Deleverage, Leverage, Market};
use devnet::Chain;
use protocols::{
    Asset::{self, Usdc, Weth, WstEth},
    ExactlyMarket, PositionNow,
    deployer::ask,
    exactly::WAD,
    manager::{self, Order},
};
use std::sync::OnceLock;

sol! {
    interface IPriceFeed {
        function latestAnswer() external view returns (int256);
    }
}

/// What is supplied and what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) collateral: Asset,
    pub(crate) debt: Asset,
}

/// A bet on ether falling.
pub(crate) const SHORT_ETH: Pair = Pair { collateral: Usdc, debt: Weth };
/// A bet on ether rising.
pub(crate) const LONG_ETH: Pair = Pair { collateral: Weth, debt: Usdc };
/// A bet on the staking yield.
pub(crate) const LONG_WSTETH: Pair = Pair { collateral: WstEth, debt: Weth };
/// A bet on ether falling that has two pools between its assets.
pub(crate) const SHORT_WSTETH: Pair = Pair { collateral: Usdc, debt: WstEth };

/// Whoever else uses the pools.
const TRADER: Address = address!("7ade00000000000000000000000000000000007a");

/// What every account has of each asset, in dollars.
const STAKE: u64 = 36_000;

/// That many dollars' worth.
pub(crate) fn stake(asset: Asset) -> U256 {
    asset.units(STAKE / asset.dollars())
}

/// A part of a number, in hundredths.
pub(crate) fn percent(of: U256, hundredths: u64) -> U256 {
    of * U256::from(hundredths) / U256::from(100)
}

/// A ratio of so many tenths.
pub(crate) fn tenths(ratio: u64) -> U256 {
    times(ratio) / U256::from(10)
}

impl Pair {
    /// Every two assets, in both orders.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let of = |collateral| Asset::ALL.into_iter().map(move |debt| Self { collateral, debt });
        Asset::ALL.into_iter().flat_map(of).filter(|pair| pair.collateral != pair.debt)
    }

    /// The same, and each asset with itself.
    pub(crate) fn every() -> impl Iterator<Item = Self> {
        Self::all().chain(Asset::ALL.into_iter().map(|asset| Self { collateral: asset, debt: asset }))
    }

    /// The position as the contract takes it.
    pub(crate) fn market(self, stage: &Stage) -> Market {
        manager::position(stage.of(self.collateral).address, stage.of(self.debt).address)
    }

    /// Raises leverage to a ratio, by way of some assets between.
    pub(crate) fn raises_by(self, stage: &Stage, between: &[Asset], deposit: U256, ratio: U256) -> Order<Leverage> {
        let order = manager::leverage(stage.of(self.collateral).address, deposit, ratio);
        if self.collateral == self.debt {
            return order;
        }
        let route = [&[self.debt], between, &[self.collateral]].concat();
        order.owing(stage.of(self.debt).address).swapping(stage.world.uniswap.path(&route))
    }

    /// Raises leverage to a ratio, in the pool of both.
    pub(crate) fn raises(self, stage: &Stage, deposit: U256, ratio: U256) -> Order<Leverage> {
        self.raises_by(stage, &[], deposit, ratio)
    }

    /// Lowers leverage to a ratio, by way of some assets between.
    pub(crate) fn lowers_by(self, stage: &Stage, between: &[Asset], withdraw: U256, ratio: U256) -> Order<Deleverage> {
        let route = [&[self.collateral], between, &[self.debt]].concat();
        let order = manager::deleverage(stage.of(self.collateral).address, withdraw, ratio);
        order.owing(stage.of(self.debt).address).swapping(stage.world.uniswap.path(&route))
    }

    /// Lowers leverage to a ratio, in the pool of both.
    pub(crate) fn lowers(self, stage: &Stage, withdraw: U256, ratio: U256) -> Order<Deleverage> {
        self.lowers_by(stage, &[], withdraw, ratio)
    }

    /// Repays everything and withdraws everything.
    pub(crate) fn closes(self, stage: &Stage) -> Order<Deleverage> {
        self.lowers(stage, manager::ALL, times(1))
    }

    /// What Alice has and owes of it, at the newest block.
    pub(crate) fn position(self, stage: &Stage, chain: &Chain) -> PositionNow {
        PositionNow {
            deposit: stage.of(self.collateral).position(chain, ALICE).deposit,
            debt: stage.of(self.debt).floating_debt(chain, ALICE),
        }
    }
}

impl Stage {
    /// A stage on which everyone has a stake of each asset, lets the contract do everything, and has all markets count as
    /// collateral; the bystander has a position of two assets too.
    pub(crate) fn crossing() -> Self {
        static CROSSING: OnceLock<Stage> = OnceLock::new();
        let make = || {
            let mut stage = Self::new();
            for account in [ALICE, BYSTANDER, ATTACKER] {
                stage.equip(account);
            }
            let position = LONG_ETH.raises(&stage, stake(Weth), times(2));
            stage.succeeds(stage.dm.send(BYSTANDER, position));
            stage.trade(Weth, Usdc, stake(Weth));
            stage
        };
        CROSSING.get_or_init(make).clone()
    }

    /// The same with prices that divide nothing evenly, and differ from the pools'.
    pub(crate) fn at_uneven_prices() -> Self {
        let mut stage = Self::crossing();
        for (asset, price) in [(Usdc, 99_987_654_i64), (Weth, 298_765_432_101), (WstEth, 357_123_456_789)] {
            stage.of(asset).set_price_exact(&mut stage.chain, I256::unchecked_from(price)).unwrap();
        }
        stage
    }

    /// Gives an account a stake of each asset, and lets the contract do everything with it.
    pub(crate) fn equip(&mut self, account: Address) {
        for asset in Asset::ALL {
            let (market, dm) = (self.of(asset), self.dm.address);
            let missing = stake(asset).saturating_sub(market.token.balance_of(&self.chain, account));
            market.token.mint(&mut self.chain, account, missing).unwrap();
            market.token.approve(&mut self.chain, account, dm, U256::MAX).unwrap();
            market.approve(&mut self.chain, account, dm, U256::MAX).unwrap();
            self.world.exactly.enter_market(&mut self.chain, account, &market).unwrap();
        }
    }

    /// Somebody sells units of an asset for another in their pool, and so moves its price.
    pub(crate) fn trade(&mut self, sold: Asset, bought: Asset, units: U256) {
        if units.is_zero() {
            return;
        }
        self.chain.set_balance(TRADER, self.chain.config().funds());
        self.of(sold).token.mint(&mut self.chain, TRADER, units).unwrap();
        self.world.uniswap.swap_exact_input(&mut self.chain, TRADER, &[sold, bought], units).unwrap();
    }

    /// Exactly's market of an asset.
    pub(crate) fn of(&self, asset: Asset) -> ExactlyMarket {
        self.world.exactly.market(asset)
    }

    /// What is in Alice's wallet of an asset.
    pub(crate) fn wallet(&self, asset: Asset) -> U256 {
        self.of(asset).token.balance_of(&self.chain, ALICE)
    }

    /// The chain as the next transaction finds it: with the interest of the time until then.
    pub(crate) fn eve(&self) -> Chain {
        let mut eve = self.chain.clone();
        eve.mine();
        eve
    }

    /// What units of an asset are worth in another, by the feeds, as a fraction.
    fn worth(&self, units: U256, of: Asset, unit: Asset) -> (U512, U512) {
        let price = |asset| {
            let feed = self.of(asset).price_feed;
            U512::from(ask(&self.chain, feed, IPriceFeed::latestAnswerCall {}).into_raw())
        };
        (U512::from(units) * price(of) * U512::from(unit.units(1)), price(unit) * U512::from(of.units(1)))
    }

    /// The same, rounded down.
    pub(crate) fn worth_down(&self, units: U256, of: Asset, unit: Asset) -> U256 {
        let (numerator, denominator) = self.worth(units, of, unit);
        (numerator / denominator).to()
    }

    /// The same, rounded up.
    pub(crate) fn worth_up(&self, units: U256, of: Asset, unit: Asset) -> U256 {
        let (numerator, denominator) = self.worth(units, of, unit);
        numerator.div_ceil(denominator).to()
    }

    /// Units of the collateral that have to be bought for a ratio.
    pub(crate) fn to_buy(&self, pair: Pair, position: PositionNow, deposit: U256, ratio: U256) -> U256 {
        let owed = self.worth_up(position.debt, pair.debt, pair.collateral);
        at_ratio(position.deposit + deposit - owed, ratio) - owed
    }

    /// Units of the debt that have to be repaid for a ratio.
    pub(crate) fn to_repay(&self, pair: Pair, position: PositionNow, withdraw: U256, ratio: U256) -> U256 {
        let has = self.worth_down(position.deposit, pair.collateral, pair.debt);
        let leaves = self.worth_up(withdraw, pair.collateral, pair.debt);
        position.debt - at_ratio(has - leaves - position.debt, ratio)
    }

    /// What a pair's pool was paid and what it delivered since an earlier stage.
    pub(crate) fn traded(&self, before: &Self, sold: Asset, bought: Asset) -> [U256; 2] {
        let pool = self.world.uniswap.pool(sold, bought).address;
        let [had, has] = [before, self]
            .map(|stage| [sold, bought].map(|asset| stage.of(asset).token.balance_of(&stage.chain, pool)));
        [has[0] - had[0], had[1] - has[1]]
    }
}

/// The debt of a principal at a ratio.
fn at_ratio(principal: U256, ratio: U256) -> U256 {
    let wad = U256::from(WAD);
    (U512::from(principal) * U512::from(ratio - wad) / U512::from(wad)).to()
}
