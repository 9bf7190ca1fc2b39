//! The world of a campaign: the protocols, the contract, and the people with what they start with.

use crate::{
    allowances::Slots,
    coin::{self, Coin, Each},
    owners::{Owner, Owners},
    people::Person,
};
use alloy_primitives::{Address, U256};
use devnet::{Chain, ChainConfig, Tx};
use eyre::Result;
use protocols::{
    Account, DebtManager, Erc20, ExactlyMarket, Fixtures, World,
    exactly::{fixed, fixed::INTERVAL},
    signing::wallet::TestWallet,
};
use std::sync::Arc;

/// Dollars of each asset that each starts with.
const FUNDS: u64 = 20_000;
/// Dollars that each supplier deposits until each of the first maturities, so that there is something to borrow there.
const MATURITIES: u64 = 80;
/// Seconds before the last known maturity at which time stands still: debts of later ones would be nobody's.
const MARGIN: u64 = 8 * INTERVAL;

/// Seconds for which an activated program can be called.
const LIFE: u64 = 365 * 24 * 60 * 60;

/// What stays the same in all copies.
#[derive(Debug)]
pub struct Scene {
    pub(crate) world: World,
    pub(crate) dm: DebtManager,
    pub(crate) owners: Owners,
    markets: Each<ExactlyMarket<Erc20>>,
    /// The protocols' accounts, by their numbers as owners.
    pub(crate) accounts: Vec<Address>,
    /// Who gets the flash source's fees.
    pub(crate) collector: Address,
    last_second: u64,
}

/// The world at some moment. A copy costs nothing.
#[derive(Clone, Debug)]
pub struct Stage {
    pub(crate) chain: Chain,
    scene: Arc<Scene>,
    pub(crate) slots: Arc<Slots>,
    activated: u64,
}

impl std::ops::Deref for Stage {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl Stage {
    /// Builds it, with a release WASM of the contract.
    pub fn set(wasm: &[u8]) -> Result<Self> {
        let mut chain = Chain::new(ChainConfig::default());
        let fixtures = Fixtures::open()?;
        let world = World::deploy(&mut chain, &fixtures)?;
        let dm = DebtManager::deploy(&mut chain, wasm)?;
        let markets = coin::markets(&mut chain, &world, &fixtures)?;
        // Time passes only when a step says so: what is measured before and after a call is measured at its second.
        chain.set_block_time(0);
        let mut accounts = vec![world.balancer.vault, world.permit2, world.exactly.auditor];
        accounts.extend(world.uniswap.pools().iter().map(|pool| pool.address));
        accounts.extend(markets.iter().map(|market| market.address));
        accounts.extend([Account::DEPOSITOR.0, Account::DEPLOYER.0, world.uniswap.router]);
        let collector = world.balancer.fees_collector(&chain);
        accounts.push(collector);
        let first = chain.timestamp() / INTERVAL * INTERVAL;
        let maturities: Vec<U256> = (0..MATURITIES).map(|nth| U256::from(first + nth * INTERVAL)).collect();
        let owners = Owners::of(dm.address, &accounts, &maturities);
        let last_second = first + MATURITIES * INTERVAL - MARGIN;
        let scene = Arc::new(Scene { world, dm, owners, markets, accounts, collector, last_second });
        let activated = chain.timestamp();
        let mut stage = Self { chain, scene, slots: Arc::default(), activated };
        stage.furnish()?;
        Ok(stage)
    }

    fn furnish(&mut self) -> Result<()> {
        for account in self.accounts.clone().into_iter().chain(Person::ALL.map(Person::address)) {
            self.chain.set_balance(account, self.chain.config().funds());
        }
        let wallet = Person::Wallet;
        let _ = TestWallet::install(&mut self.chain, wallet.address(), wallet.key().address());
        let permit2 = self.world.permit2;
        for asset in Coin::ALL {
            let (market, units) = (self.market(asset), asset.units(FUNDS / asset.dollars() + 1));
            for person in Person::ALL {
                self.give(asset, person.address(), units)?;
                market.token.approve(&mut self.chain, person.address(), permit2, U256::MAX)?;
            }
        }
        self.refill(Coin::Dai, None)?;
        self.slots = Arc::new(Slots::find(self)?);
        for asset in [Coin::Usdc, Coin::Weth] {
            let market = self.market(asset);
            let (bystander, maturity) = (Person::Bystander.address(), fixed::maturity(&self.chain, 2));
            let units = asset.units(3_000 / asset.dollars());
            market.deposit(&mut self.chain, bystander, units * U256::from(2))?;
            self.scene.world.exactly.enter_market(&mut self.chain, bystander, &market)?;
            market.borrow(&mut self.chain, bystander, units)?;
            market.borrow_at_maturity(&mut self.chain, bystander, maturity, units / U256::from(10))?;
        }
        Ok(())
    }

    /// Exactly's market of a coin.
    pub(crate) fn market(&self, coin: Coin) -> ExactlyMarket<Erc20> {
        self.markets[coin as usize]
    }

    /// Gives an account units of a coin.
    pub(crate) fn give(&mut self, coin: Coin, to: Address, units: U256) -> Result<()> {
        let (world, dai) = (&self.scene.world, self.market(Coin::Dai).token);
        coin::give(&mut self.chain, world, dai, coin, to, units)
    }

    /// Lets seconds pass, as far as maturities are known. Whether any did.
    pub(crate) fn wait(&mut self, seconds: u64) -> bool {
        let now = self.chain.timestamp();
        if self.chain.set_next_timestamp((now + seconds).min(self.last_second)).is_ok() {
            self.chain.mine();
        }
        // Stylus programs expire, and whoever still needs one activates it again.
        if self.chain.timestamp() - self.activated > LIFE
            && self.chain.activate(self.dm.address, Account::DEPLOYER.0).is_ok_and(|receipt| receipt.success)
        {
            self.activated = self.chain.timestamp();
        }
        self.chain.timestamp() > now
    }

    /// Whether an account is a pool that swaps go through.
    pub(crate) fn is_pool(&self, account: Address) -> bool {
        self.world.uniswap.pools().iter().any(|pool| pool.address == account)
    }

    /// Whose balance, share or debt a slot is.
    pub(crate) fn owner(&self, slot: U256) -> Option<Owner> {
        self.owners.of_slot(slot)
    }

    /// The transaction by which somebody calls the contract with any data.
    pub(crate) fn call(&self, from: Address, input: Vec<u8>) -> Tx {
        Tx::call(from, self.dm.address, input)
    }
}
