//! What decides an account's health and whom it may deal with: the Auditor's and the markets' settings.

use super::{Exactly, ExactlyMarket, IAuditor, IMarket, WAD};
use crate::{
    Account,
    deployer::{WorldError, ask, execute},
};
use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::SolCall;
use devnet::{Chain, Tx};

/// What an account has and owes in all markets, in dollars at 18 decimals, each adjusted by its market's factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidity {
    /// Collateral.
    pub collateral: U256,
    /// Debt.
    pub debt: U256,
}

impl Exactly {
    fn ask_auditor<C: SolCall>(&self, chain: &Chain, call: C) -> C::Return {
        ask(chain, self.auditor, call)
    }

    fn tell_auditor<C: SolCall>(&self, chain: &mut Chain, from: Address, call: C) -> Result<(), WorldError> {
        execute(chain, C::SIGNATURE, Tx::call(from, self.auditor, call.abi_encode())).map(|_| ())
    }

    /// What an account has and owes.
    #[must_use]
    pub fn liquidity(&self, chain: &Chain, account: Address) -> Liquidity {
        let query =
            IAuditor::accountLiquidityCall { account, marketToSimulate: Address::ZERO, withdrawAmount: U256::ZERO };
        let answer = self.ask_auditor(chain, query);
        Liquidity { collateral: answer.sumCollateral, debt: answer.sumDebtPlusEffects }
    }

    /// How near an account is to liquidation, at 18 decimals; the largest number for one that owes nothing.
    #[must_use]
    pub fn health_factor(&self, chain: &Chain, account: Address) -> U256 {
        let Liquidity { collateral, debt } = self.liquidity(chain, account);
        (collateral * U256::from(WAD)).checked_div(debt).unwrap_or(U256::MAX)
    }

    /// Whether an account's deposit in a market is collateral.
    #[must_use]
    pub fn has_entered<T>(&self, chain: &Chain, account: Address, market: &ExactlyMarket<T>) -> bool {
        let entered = self.ask_auditor(chain, IAuditor::accountMarketsCall { account });
        let index = self.ask_auditor(chain, IAuditor::marketsCall { market: market.address }).index;
        entered.bit(usize::from(index))
    }

    /// Makes an account's deposit in a market collateral.
    pub fn enter_market<T>(
        &self,
        chain: &mut Chain,
        account: Address,
        market: &ExactlyMarket<T>,
    ) -> Result<(), WorldError> {
        self.tell_auditor(chain, account, IAuditor::enterMarketCall { market: market.address })
    }

    /// Makes an account's deposit in a market collateral no longer. The Auditor refuses it while the account owes
    /// something in that market, or needs the collateral.
    pub fn exit_market<T>(
        &self,
        chain: &mut Chain,
        account: Address,
        market: &ExactlyMarket<T>,
    ) -> Result<(), WorldError> {
        self.tell_auditor(chain, account, IAuditor::exitMarketCall { market: market.address })
    }

    /// The share of a deposit that counts as collateral, at 18 decimals; a debt counts divided by it.
    #[must_use]
    pub fn adjust_factor<T>(&self, chain: &Chain, market: &ExactlyMarket<T>) -> u128 {
        self.ask_auditor(chain, IAuditor::marketsCall { market: market.address }).adjustFactor
    }

    /// Sets the adjust factor of a market.
    pub fn set_adjust_factor<T>(
        &self,
        chain: &mut Chain,
        market: &ExactlyMarket<T>,
        factor: u128,
    ) -> Result<(), WorldError> {
        let call = IAuditor::setAdjustFactorCall { market: market.address, adjustFactor: factor };
        self.tell_auditor(chain, Account::DEPLOYER.0, call)
    }

    /// Sets what liquidators get on top of what they repay, and what lenders get, at 18 decimals.
    pub fn set_liquidation_incentive(
        &self,
        chain: &mut Chain,
        liquidator: u128,
        lenders: u128,
    ) -> Result<(), WorldError> {
        let incentive = IAuditor::LiquidationIncentive { liquidator, lenders };
        let call = IAuditor::setLiquidationIncentiveCall { liquidationIncentive_: incentive };
        self.tell_auditor(chain, Account::DEPLOYER.0, call)
    }

    /// Sets who says a market's price. The Auditor wants a feed of 8 decimals.
    pub fn set_price_feed<T>(
        &self,
        chain: &mut Chain,
        market: &mut ExactlyMarket<T>,
        feed: Address,
    ) -> Result<(), WorldError> {
        let call = IAuditor::setPriceFeedCall { market: market.address, priceFeed: feed };
        self.tell_auditor(chain, Account::DEPLOYER.0, call)?;
        market.price_feed = feed;
        Ok(())
    }
}

impl<T> ExactlyMarket<T> {
    /// Stops everything that moves assets, or lets it go on. The deployer takes the role for it.
    pub fn set_paused(&self, chain: &mut Chain, paused: bool) -> Result<(), WorldError> {
        let admin = Account::DEPLOYER.0;
        self.act(chain, admin, IMarket::grantRoleCall { role: keccak256("PAUSER_ROLE"), account: admin })?;
        match paused {
            true => self.act(chain, admin, IMarket::pauseCall {}).map(|_| ()),
            false => self.act(chain, admin, IMarket::unpauseCall {}).map(|_| ()),
        }
    }

    /// Whether it is paused.
    #[must_use]
    pub fn paused(&self, chain: &Chain) -> bool {
        ask(chain, self.address, IMarket::pausedCall {})
    }

    /// Stops deposits and borrowing, or lets them go on; repaying and withdrawing go on always.
    pub fn set_frozen(&self, chain: &mut Chain, frozen: bool) -> Result<(), WorldError> {
        self.act(chain, Account::DEPLOYER.0, IMarket::setFrozenCall { isFrozen_: frozen }).map(|_| ())
    }

    /// Whether it is frozen.
    #[must_use]
    pub fn frozen(&self, chain: &Chain) -> bool {
        ask(chain, self.address, IMarket::isFrozenCall {})
    }

    /// Sets how many maturities are open.
    pub fn set_max_future_pools(&self, chain: &mut Chain, pools: u8) -> Result<(), WorldError> {
        self.act(chain, Account::DEPLOYER.0, IMarket::setMaxFuturePoolsCall { futurePools: pools }).map(|_| ())
    }
}
