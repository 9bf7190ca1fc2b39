//! The operations, each by both managers on the same world at the same moment.

use alloy_primitives::{Address, U256, address};
use devnet::{Chain, Tx};
use eyre::{Result, ensure};
use protocols::{Asset, DebtManager, World, exactly::WAD, manager};
use serde::Serialize;

/// Who does it.
const USER: Address = address!("a11ce000000000000000000000000000000a11ce");
/// What Exactly's manager leaves behind on purpose in a full exit: interest accrues between quote and execution.
const LEFT_BEHIND: u64 = 10;

/// Which manager carries an operation out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Manager {
    /// This contract.
    Stylus,
    /// Exactly's own, behind its proxy.
    Solidity,
}

impl Manager {
    /// Its accounts, the one that is called first.
    pub(crate) fn addresses(self, world: &World, stylus: DebtManager) -> Vec<Address> {
        match self {
            Self::Stylus => vec![stylus.address],
            Self::Solidity => world.exactly.solidity_manager.to_vec(),
        }
    }
}

/// An operation and what it came to. Amounts are in units of USDC.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Run {
    pub(super) name: &'static str,
    pub(super) manager: Manager,
    pub(super) deposit: u64,
    pub(super) debt: u64,
    pub(super) wallet: u64,
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
}

/// Performs every operation by both managers.
pub(super) fn perform(chain: &Chain, world: &World, stylus: DebtManager) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for ratio in [3, 4] {
        for manager in [Manager::Stylus, Manager::Solidity] {
            runs.push(Stage::set(chain, world, stylus, manager)?.open(ratio)?);
        }
    }
    for manager in [Manager::Stylus, Manager::Solidity] {
        let mut stage = Stage::set(chain, world, stylus, manager)?;
        stage.open(4)?;
        runs.push(stage.close()?);
    }
    Ok(runs)
}

/// A user with 100 USDC and one manager, on a copy of the world.
struct Stage<'a> {
    chain: Chain,
    world: &'a World,
    stylus: DebtManager,
    manager: Manager,
}

impl<'a> Stage<'a> {
    fn set(chain: &Chain, world: &'a World, stylus: DebtManager, manager: Manager) -> Result<Self> {
        let mut stage = Self { chain: chain.clone(), world, stylus, manager };
        let (spender, market) = (stage.addresses()[0], world.exactly.market(Asset::Usdc));
        stage.chain.set_balance(USER, chain.config().funds());
        market.token.mint(&mut stage.chain, USER, Asset::Usdc.units(100))?;
        market.token.approve(&mut stage.chain, USER, spender, U256::MAX)?;
        market.approve(&mut stage.chain, USER, spender, U256::MAX)?;
        Ok(stage)
    }

    fn addresses(&self) -> Vec<Address> {
        self.manager.addresses(self.world, self.stylus)
    }

    fn open(&mut self, ratio: u64) -> Result<Run> {
        let (market, deposit) = (self.world.exactly.market(Asset::Usdc).address, Asset::Usdc.units(100));
        let ratio_wad = U256::from(ratio) * U256::from(WAD);
        let tx = match self.manager {
            Manager::Stylus => self.stylus.send(USER, manager::leverage(market, deposit, ratio_wad)),
            Manager::Solidity => self.world.exactly.solidity_leverage(USER, market, deposit, ratio_wad),
        };
        let name = if ratio == 3 { "100 USDC at 3x" } else { "100 USDC at 4x" };
        self.run(name, tx)
    }

    fn close(&mut self) -> Result<Run> {
        let (market, one) = (self.world.exactly.market(Asset::Usdc).address, U256::from(WAD));
        let tx = match self.manager {
            Manager::Stylus => self.stylus.send(USER, manager::deleverage(market, manager::ALL, one)),
            Manager::Solidity => {
                let withdraw = Asset::Usdc.units(100) - U256::from(LEFT_BEHIND);
                self.world.exactly.solidity_deleverage(USER, market, withdraw, one)
            }
        };
        self.run("4x to 1x, withdrawing all", tx)
    }

    /// Sends a transaction three times on the same state: as it is, to remember it; and cached, to measure.
    fn run(&mut self, name: &'static str, tx: Tx) -> Result<Run> {
        let mut cached = self.chain.clone();
        cached.cache_program(self.stylus.address)?;
        let (cached, trace) = cached.send_traced(tx.clone())?;
        let health_before = self.health();
        let receipt = self.chain.send(tx)?;
        ensure!(receipt.success && cached.success, "{name} by {:?} reverted: {}", self.manager, receipt.output);
        let market = self.world.exactly.market(Asset::Usdc);
        let position = market.position(&self.chain, USER);
        Ok(Run {
            name,
            manager: self.manager,
            deposit: position.deposit.to(),
            debt: position.debt.to(),
            wallet: market.token.balance_of(&self.chain, USER).to(),
            health_before,
            health: self.health(),
            gas: receipt.gas_used,
            gas_cached: cached.gas_used,
            net_own_gas: trace.net_own_gas(&self.addresses()),
        })
    }

    fn health(&self) -> Option<f64> {
        let factor = self.world.exactly.health_factor(&self.chain, USER);
        (factor != U256::MAX).then(|| f64::from(factor) / WAD as f64)
    }
}
