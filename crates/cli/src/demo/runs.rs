//! The operations. What both managers can do, both do in the same world at the same moment.

use super::{
    Base, Manager,
    stage::{Consent, Outcome, Pair, Stage},
};
use alloy_primitives::U256;
use debt_manager::abi::IDebtManager::{Authorization, Market};
use devnet::Tx;
use eyre::{Result, ensure};
use protocols::{
    Asset::{self, Usdc, Weth, WstEth},
    exactly::{Roll, RollFixed, WAD, fixed},
    manager,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What Exactly's manager leaves behind on purpose in a full exit: interest accrues between quote and execution.
const LEFT_BEHIND: u64 = 10;
/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;
/// How much of a deposit in wstETH or WETH counts, and the inverse for a debt: what lenders set for two that move together.
const CORRELATED: u128 = 920_000_000_000_000_000;

const IN_USDC: Pair = Pair { collateral: Usdc, debt: Usdc };
const SHORT_ETH: Pair = Pair { collateral: Usdc, debt: Weth };
const LONG_WSTETH: Pair = Pair { collateral: WstEth, debt: Weth };
const BOTH: [Manager; 2] = [Manager::Stylus, Manager::Solidity];

/// What an amount counts.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Unit {
    pub(super) symbol: &'static str,
    pub(super) decimals: u8,
}

/// An operation and what it came to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Run {
    pub(super) name: &'static str,
    pub(super) manager: Manager,
    /// Units of the collateral's asset.
    pub(super) deposit: u64,
    /// Units of the debt's asset, floating and fixed.
    pub(super) debt: u64,
    /// Units of the collateral's asset.
    pub(super) wallet: u64,
    /// What deposit and wallet count.
    pub(super) deposit_unit: Unit,
    /// What the debt counts.
    pub(super) debt_unit: Unit,
    /// Shares of the floating debt.
    pub(super) debt_shares: u64,
    /// Health factor before; nothing for an account that owes nothing.
    pub(super) health_before: Option<f64>,
    /// Health factor after.
    pub(super) health: Option<f64>,
    /// Gas of the transaction, the program not being cached.
    pub(super) gas: u64,
    /// Gas of the transaction, the program being cached.
    pub(super) gas_cached: u64,
    /// Gas of the manager's own frames less what they earned, the program being cached.
    pub(super) net_own_gas: i64,
    /// What the manager could still take afterwards, in units of each token; the largest number if it is more than that.
    pub(super) allowances: BTreeMap<&'static str, u64>,
}

/// Performs every operation.
pub(super) fn perform(base: &Base) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for (ratio, name) in [(3, "100 USDC at 3x"), (4, "100 USDC at 4x")] {
        for manager in BOTH {
            runs.push(hundred(base, manager)?.open(name, ratio)?);
        }
    }
    for manager in BOTH {
        let mut stage = hundred(base, manager)?;
        stage.open("100 USDC at 4x", 4)?;
        runs.push(stage.close()?);
    }
    for manager in BOTH {
        runs.push(rolling(base, manager)?.roll_to_fixed()?);
    }
    for manager in BOTH {
        let mut stage = rolling(base, manager)?;
        stage.roll_to_fixed()?;
        stage.chain.advance_time(7 * DAY);
        runs.push(stage.roll_on()?);
    }
    runs.extend(short(base)?);
    runs.push(long(base)?);
    runs.push(relayed(base)?);
    Ok(runs)
}

fn times(ratio: u64) -> U256 {
    U256::from(ratio) * U256::from(WAD)
}

/// An account with 100 USDC.
fn hundred(base: &Base, manager: Manager) -> Result<Stage<'_>> {
    Stage::set(base, manager, Usdc, Usdc.units(100))
}

/// The same, at 2x.
fn rolling(base: &Base, manager: Manager) -> Result<Stage<'_>> {
    let mut stage = hundred(base, manager)?;
    stage.open("100 USDC at 2x", 2)?;
    Ok(stage)
}

/// A bet on ether falling, of an account that has approved nobody; and its end, a month later.
fn short(base: &Base) -> Result<[Run; 2]> {
    let mut stage = hundred(base, Manager::Stylus)?;
    let [usdc, weth] = [Usdc, Weth].map(|asset| stage.market(asset).address);
    let path = |route| base.world.uniswap.path(route);
    let opened = stage.run("short ETH: 100 USDC at 2x", SHORT_ETH, Consent::Permits, |stage, permits| {
        let order = manager::leverage(usdc, Usdc.units(100), times(2)).owing(weth);
        stage.send(order.swapping(path(&[Weth, Usdc])), permits)
    })?;
    stage.chain.advance_time(30 * DAY);
    let closed = stage.run("short ETH, closed to the wallet", SHORT_ETH, Consent::Permits, |stage, permits| {
        let order = manager::deleverage(usdc, manager::ALL, times(1)).owing(weth);
        stage.send(order.swapping(path(&[Usdc, Weth])), permits)
    })?;
    let left = (closed.deposit, closed.debt, closed.debt_shares);
    ensure!(left == (0, 0, 0), "closing leaves a position: {left:?}");
    Ok([opened, closed])
}

/// A bet on the staking yield.
fn long(base: &Base) -> Result<Run> {
    let mut stage = Stage::set(base, Manager::Stylus, WstEth, WstEth.units(1))?;
    let [wsteth, weth] = [WstEth, Weth].map(|asset| stage.market(asset));
    for market in [wsteth, weth] {
        base.world.exactly.set_adjust_factor(&mut stage.chain, &market, CORRELATED)?;
    }
    stage.run("long wstETH: 1 wstETH at 4x", LONG_WSTETH, Consent::Permits, |stage, permits| {
        let order = manager::leverage(wsteth.address, WstEth.units(1), times(4)).owing(weth.address);
        stage.send(order.swapping(base.world.uniswap.path(&[Weth, WstEth])), permits)
    })
}

/// What a wallet that is a contract has signed, sent by somebody else for 1 USDC.
fn relayed(base: &Base) -> Result<Run> {
    let mut stage = Stage::with_contract_wallet(base, Usdc, Usdc.units(101))?;
    let market = stage.market(Usdc).address;
    stage.run("100 USDC at 3x, EIP-1271, relayed", IN_USDC, Consent::Approvals, |stage, _| {
        stage.relay(manager::leverage(market, Usdc.units(100), times(3)), Usdc.units(1))
    })
}

impl Stage<'_> {
    fn run(
        &mut self,
        name: &'static str,
        pair: Pair,
        consent: Consent,
        tx: impl Fn(&Self, Vec<Authorization>) -> Tx,
    ) -> Result<Run> {
        let Outcome { health_before, gas, gas_cached, net_own_gas } = self.perform(name, consent, tx)?;
        let (position, account) = (self.position(pair), self.account);
        let [collateral, debt] = [pair.collateral, pair.debt].map(|asset| self.market(asset));
        let unit = |asset: Asset| Unit { symbol: asset.symbol(), decimals: asset.decimals() };
        Ok(Run {
            name,
            manager: self.manager,
            deposit: position.deposit.to(),
            debt: position.debt.to(),
            wallet: collateral.token.balance_of(&self.chain, account).to(),
            deposit_unit: unit(pair.collateral),
            debt_unit: unit(pair.debt),
            debt_shares: debt.floating_shares(&self.chain, account).to(),
            health_before,
            health: self.health(),
            gas,
            gas_cached,
            net_own_gas,
            allowances: self.allowances().into_iter().map(|(name, left)| (name, left.saturating_to())).collect(),
        })
    }

    /// The same operation, by whichever manager it is.
    fn by_either(
        &mut self,
        name: &'static str,
        ours: impl Fn(&Self) -> Tx,
        theirs: impl Fn(&Self) -> Tx,
    ) -> Result<Run> {
        self.run(name, IN_USDC, Consent::Approvals, |stage, _| match stage.manager {
            Manager::Stylus => ours(stage),
            Manager::Solidity => theirs(stage),
        })
    }

    fn open(&mut self, name: &'static str, ratio: u64) -> Result<Run> {
        let (market, deposit, ratio) = (self.market(Usdc).address, Usdc.units(100), times(ratio));
        self.by_either(
            name,
            |stage| stage.send(manager::leverage(market, deposit, ratio), Vec::new()),
            |stage| stage.base.world.exactly.solidity_leverage(stage.account, market, deposit, ratio),
        )
    }

    fn close(&mut self) -> Result<Run> {
        let (market, withdrawn) = (self.market(Usdc).address, Usdc.units(100) - U256::from(LEFT_BEHIND));
        self.by_either(
            "4x to 1x, withdrawing all",
            |stage| stage.send(manager::deleverage(market, manager::ALL, times(1)), Vec::new()),
            |stage| stage.base.world.exactly.solidity_deleverage(stage.account, market, withdrawn, times(1)),
        )
    }

    fn maturities(&self) -> [U256; 2] {
        [1, 2].map(|nth| fixed::maturity(&self.base.chain, nth))
    }

    /// A position in USDC whose debt falls due then.
    fn due(&self, maturity: U256) -> Market {
        let market = self.market(Usdc).address;
        Market { maturity, ..manager::position(market, market) }
    }

    fn roll_to_fixed(&mut self) -> Result<Run> {
        let (market, [maturity, _]) = (self.market(Usdc).address, self.maturities());
        let roll = Roll { maturity, max_debt: U256::MAX, percentage: times(1) };
        self.by_either(
            "floating debt to a maturity",
            |stage| stage.send(manager::migrate(stage.due(U256::ZERO), stage.due(maturity)), Vec::new()),
            |stage| stage.base.world.exactly.manager().roll_floating_to_fixed(stage.account, market, roll, None),
        )
    }

    fn roll_on(&mut self) -> Result<Run> {
        let (market, [from, to]) = (self.market(Usdc).address, self.maturities());
        let (max_repay, max_borrow, percentage) = (U256::MAX, U256::MAX, times(1));
        let roll = RollFixed { repay_maturity: from, borrow_maturity: to, max_repay, max_borrow, percentage };
        self.by_either(
            "one maturity to the next",
            |stage| stage.send(manager::migrate(stage.due(from), stage.due(to)), Vec::new()),
            |stage| stage.base.world.exactly.manager().roll_fixed(stage.account, market, roll, None),
        )
    }
}
