//! The world, and the account whose operations are measured.

use super::case::{Case, Operation, Permits};
use crate::demo::Manager;
use alloy::signers::local::PrivateKeySigner;
use alloy_primitives::{Address, B256, U256};
use devnet::{ArbOs, CallTrace, Chain, ChainConfig, Receipt, Tx};
use eyre::Result;
use protocols::{Asset, DebtManager, ExactlyMarket, Fixtures, World, exactly::fixed, permit2::PERMIT2};

/// Seconds from the last block of the preparation to the one that is measured, whatever the preparation was.
const PAUSE: u64 = 60;
/// Seconds for which permits and operations are good.
const PATIENCE: u64 = 3_600;
/// What Exactly's manager leaves behind on purpose in a full exit: interest accrues between quote and execution.
const LEFT_BEHIND: u64 = 10;
/// Where what is taken away goes.
const ELSEWHERE: Address = Address::repeat_byte(0xee);

/// The world with both managers.
pub(super) struct Base {
    pub(super) chain: Chain,
    pub(super) world: World,
    pub(super) stylus: DebtManager,
    pub(super) signer: PrivateKeySigner,
}

impl Base {
    pub(super) fn build(arbos: ArbOs, wasm: &[u8], fixtures: &Fixtures) -> Result<Self> {
        let mut chain = Chain::new(ChainConfig { arbos, ..ChainConfig::default() });
        let world = World::deploy(&mut chain, fixtures)?;
        let stylus = DebtManager::deploy(&mut chain, wasm)?;
        let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0xa1))?;
        chain.set_balance(signer.address(), chain.config().funds());
        Ok(Self { chain, world, stylus, signer })
    }
}

/// A copy of the world in which an operation is about to be sent to a manager.
#[derive(Clone)]
pub(super) struct Stage<'a> {
    pub(super) base: &'a Base,
    pub(super) chain: Chain,
    pub(super) manager: Manager,
    /// When the measured block will be.
    pub(super) time: u64,
    /// The next maturities.
    pub(super) maturities: [U256; 2],
}

impl<'a> Stage<'a> {
    /// Prepares the account: the same for both managers, block by block, but for who is approved. It has been here
    /// before: it has some of the asset in its wallet, and a deposit, if not a debt, that it made without either manager.
    pub(super) fn set(base: &'a Base, case: Case, manager: Manager) -> Result<Self> {
        let chain = base.chain.clone();
        let maturities = [1, 2].map(|nth| fixed::maturity(&chain, nth));
        let mut stage = Self { base, chain, manager, time: 0, maturities };
        stage.position(case.operation)?;
        stage.approve(case.permits)?;
        stage.time = stage.chain.timestamp() + PAUSE;
        if matches!(case.operation, Operation::LeverageInThree(_)) {
            stage.drain(case.operation)?;
            stage.time = stage.chain.timestamp() + PAUSE;
        }
        Ok(stage)
    }

    /// Sends the operation, at its time, and shows what it did.
    pub(super) fn send(&mut self, tx: Tx) -> Result<(Receipt, CallTrace)> {
        self.chain.set_next_timestamp(self.time)?;
        Ok(self.chain.send_traced(tx)?)
    }

    /// Opens what there is before the operation.
    fn position(&mut self, operation: Operation) -> Result<()> {
        let usdc = |whole| Asset::Usdc.units(whole);
        match operation {
            Operation::Leverage(_) | Operation::LeverageInThree(_) => self.supply(Asset::Usdc, usdc(100)),
            Operation::LeverageFurther(_) => self.open((Asset::Usdc, usdc(100)), (Asset::Usdc, usdc(20))),
            Operation::Deleverage => self.open((Asset::Usdc, usdc(400)), (Asset::Usdc, usdc(300))),
            Operation::RollToFixed => self.open((Asset::Usdc, usdc(1_000)), (Asset::Usdc, usdc(100))),
            Operation::RollFixed | Operation::RollToFloating => {
                self.open((Asset::Usdc, usdc(1_000)), (Asset::Usdc, usdc(1)))?;
                let (account, maturity) = (self.account(), self.maturities[0]);
                self.market(Asset::Usdc).borrow_at_maturity(&mut self.chain, account, maturity, usdc(100))?;
                Ok(())
            }
            Operation::Short => self.open((Asset::Usdc, usdc(100)), (Asset::Weth, weth(1))),
            Operation::Long => self.open((Asset::Weth, weth(100)), (Asset::Usdc, usdc(20))),
            Operation::Close | Operation::MoveDebt => self.open((Asset::Usdc, usdc(400)), (Asset::Weth, weth(50))),
            Operation::MoveCollateral => {
                self.open((Asset::Usdc, usdc(400)), (Asset::Weth, weth(50)))?;
                let (account, market) = (self.account(), self.market(Asset::WstEth));
                self.base.world.exactly.enter_market(&mut self.chain, account, &market)?;
                Ok(())
            }
        }
    }

    /// Supplies by the lender itself, and keeps as much again in the wallet.
    fn supply(&mut self, asset: Asset, units: U256) -> Result<()> {
        let (account, market) = (self.account(), self.market(asset));
        market.token.mint(&mut self.chain, account, units * U256::from(2))?;
        market.deposit(&mut self.chain, account, units)?;
        self.base.world.exactly.enter_market(&mut self.chain, account, &market)?;
        Ok(())
    }

    /// The same, and borrows.
    fn open(&mut self, (supplied, deposit): (Asset, U256), (owed, debt): (Asset, U256)) -> Result<()> {
        self.supply(supplied, deposit)?;
        let account = self.account();
        self.market(owed).borrow(&mut self.chain, account, debt)?;
        Ok(())
    }

    /// Approves what is not permitted by signature. Permit2 is approved by those who use it.
    fn approve(&mut self, permits: Permits) -> Result<()> {
        let (account, manager) = (self.account(), self.manager_address());
        for asset in [Asset::Usdc, Asset::Weth] {
            let market = self.market(asset);
            match permits {
                Permits::None | Permits::Market => {
                    market.token.approve(&mut self.chain, account, manager, U256::MAX)?
                }
                Permits::MarketAndToken | Permits::MarketAndPermit2 => {
                    market.token.approve(&mut self.chain, account, PERMIT2, U256::MAX)?;
                }
            }
            if permits == Permits::None {
                market.approve(&mut self.chain, account, manager, U256::MAX)?;
            }
        }
        Ok(())
    }

    /// Leaves so little in the flash source that two loans are not enough, and three are.
    fn drain(&mut self, operation: Operation) -> Result<()> {
        let Operation::LeverageInThree(ratio) = operation else { return Ok(()) };
        let position = self.market(Asset::Usdc).position(&self.chain, self.account());
        let principal = position.deposit - position.debt + self.deposit();
        let needed = principal * U256::from(ratio - 1) - position.debt;
        let (vault, token) = (self.base.world.balancer.vault, self.market(Asset::Usdc).token);
        let left = needed / U256::from(3) + Asset::Usdc.units(1);
        let taken = token.balance_of(&self.chain, vault) - left;
        let funds = self.chain.config().funds();
        self.chain.set_balance(vault, funds);
        token.transfer(&mut self.chain, vault, ELSEWHERE, taken)?;
        Ok(())
    }

    pub(super) fn account(&self) -> Address {
        self.base.signer.address()
    }

    pub(super) fn market(&self, asset: Asset) -> ExactlyMarket {
        self.base.world.exactly.market(asset)
    }

    /// Whom the account calls and approves.
    pub(super) fn manager_address(&self) -> Address {
        match self.manager {
            Manager::Stylus => self.base.stylus.address,
            Manager::Solidity => self.base.world.exactly.manager().address,
        }
    }

    /// What a leverage takes from the wallet, in units of USDC.
    pub(super) fn deposit(&self) -> U256 {
        Asset::Usdc.units(100)
    }

    /// What Exactly's manager can withdraw in a full exit.
    pub(super) fn withdrawable(&self) -> Result<U256> {
        let mut then = self.chain.clone();
        then.set_next_timestamp(self.time)?;
        then.mine();
        let position = self.market(Asset::Usdc).position(&then, self.account());
        Ok(position.deposit - position.debt - U256::from(LEFT_BEHIND))
    }

    /// The last second in which what is signed and sent is good.
    pub(super) fn deadline(&self) -> U256 {
        U256::from(self.time + PATIENCE)
    }
}

/// So many thousandths of a WETH, in units.
fn weth(thousandths: u64) -> U256 {
    Asset::Weth.units(thousandths) / U256::from(1_000)
}
