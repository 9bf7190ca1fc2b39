//! Aave V3: one pool that lends every asset of the world, at variable rates.

mod abi;
mod delegation;
mod deploy;
mod listing;
mod params;

use crate::{
    Asset, Token, WorldError,
    deployer::{ask, execute},
};
use abi::{IOracle, IPool};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use devnet::{Chain, Tx};

pub use delegation::Delegation;
pub(crate) use deploy::deploy;

/// Aave's number for debt at a variable rate, the only kind here.
const VARIABLE_RATE: U256 = U256::from_limbs([2, 0, 0, 0]);
/// Nobody referred the caller.
const NO_REFERRAL: u16 = 0;

/// The contracts of Aave V3.
#[derive(Clone, Debug)]
pub struct Aave {
    /// Lists the deployments of this chain.
    pub registry: Address,
    /// Knows the other contracts.
    pub provider: Address,
    /// Says who may change what.
    pub acl: Address,
    /// Lends.
    pub pool: Address,
    /// Lists the reserves.
    pub configurator: Address,
    /// Values the assets in dollars with 8 decimals, from the same feeds as the other protocols.
    pub oracle: Address,
    /// The reads that tools make.
    pub data_provider: Address,
    reserves: Vec<Reserve>,
}

/// One asset's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// What is lent.
    pub token: Token,
    /// What suppliers hold.
    pub a_token: Token,
    /// What borrowers owe.
    pub variable_debt: Token,
    /// What borrowers at a stable rate would owe: nobody does.
    pub stable_debt: Token,
}

/// An account as the pool sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountData {
    /// Collateral, in dollars with 8 decimals.
    pub collateral_usd: U256,
    /// Debt, in dollars with 8 decimals.
    pub debt_usd: U256,
    /// What it could still borrow, in dollars with 8 decimals.
    pub available_usd: U256,
    /// Debt from which it can be liquidated, in hundredths of a percent of the collateral.
    pub liquidation_threshold_bps: U256,
    /// Most debt when borrowing, in hundredths of a percent of the collateral.
    pub ltv_bps: U256,
    /// Collateral to liquidation threshold over debt, with 18 decimals; the maximum without debt.
    pub health_wad: U256,
}

/// A loan for the length of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashLoan {
    /// Who asks for it.
    pub caller: Address,
    /// The contract that gets it and gives it back.
    pub receiver: Address,
    /// The asset.
    pub asset: Asset,
    /// Units of it.
    pub units: U256,
}

impl Aave {
    /// An asset's reserve.
    ///
    /// # Panics
    /// Never: every asset is listed.
    #[must_use]
    pub fn reserve(&self, asset: Asset) -> &Reserve {
        let reserve = self.reserves.iter().find(|reserve| reserve.token.asset == asset);
        reserve.unwrap_or_else(|| panic!("{asset:?} is not listed"))
    }

    /// All reserves, as listed.
    #[must_use]
    pub fn reserves(&self) -> &[Reserve] {
        &self.reserves
    }

    /// Approves and supplies from the account's wallet, as its own collateral.
    pub fn supply(&self, chain: &mut Chain, account: Address, asset: Asset, units: U256) -> Result<(), WorldError> {
        let token = self.reserve(asset).token;
        token.approve(chain, account, self.pool, units)?;
        let call =
            IPool::supplyCall { asset: token.address, amount: units, onBehalfOf: account, referralCode: NO_REFERRAL };
        self.send(chain, account, call).map(drop)
    }

    /// Withdraws into the account's wallet, everything if `units` is the maximum; returns the units withdrawn.
    pub fn withdraw(&self, chain: &mut Chain, account: Address, asset: Asset, units: U256) -> Result<U256, WorldError> {
        let asset = self.reserve(asset).token.address;
        self.send(chain, account, IPool::withdrawCall { asset, amount: units, to: account })
    }

    /// Borrows into the account's wallet.
    pub fn borrow(&self, chain: &mut Chain, account: Address, asset: Asset, units: U256) -> Result<(), WorldError> {
        self.send(chain, account, self.borrow_call(asset, units, account)).map(drop)
    }

    /// Borrows into the delegatee's wallet, as the delegator's debt, out of what was delegated.
    pub fn borrow_delegated(&self, chain: &mut Chain, delegation: &Delegation) -> Result<(), WorldError> {
        let call = self.borrow_call(delegation.asset, delegation.units, delegation.delegator);
        self.send(chain, delegation.delegatee, call).map(drop)
    }

    /// Approves and repays from the account's wallet, but no more than is owed; returns the units repaid.
    /// If `units` is the maximum everything is repaid. No allowance is left.
    pub fn repay(&self, chain: &mut Chain, account: Address, asset: Asset, units: U256) -> Result<U256, WorldError> {
        let token = self.reserve(asset).token;
        token.approve(chain, account, self.pool, units)?;
        let call = IPool::repayCall {
            asset: token.address,
            amount: units,
            interestRateMode: VARIABLE_RATE,
            onBehalfOf: account,
        };
        let repaid = self.send(chain, account, call)?;
        token.approve(chain, account, self.pool, U256::ZERO)?;
        Ok(repaid)
    }

    /// Lends to a contract for the length of one call; it must approve the pool for the units and the premium.
    pub fn flash_loan_simple(&self, chain: &mut Chain, loan: &FlashLoan) -> Result<(), WorldError> {
        let call = IPool::flashLoanSimpleCall {
            receiverAddress: loan.receiver,
            asset: self.reserve(loan.asset).token.address,
            amount: loan.units,
            params: Bytes::new(),
            referralCode: NO_REFERRAL,
        };
        self.send(chain, loan.caller, call).map(drop)
    }

    /// Moves the account into the category of assets that follow ether.
    pub fn enter_ether_category(&self, chain: &mut Chain, account: Address) -> Result<(), WorldError> {
        self.send(chain, account, IPool::setUserEModeCall { categoryId: params::ETHER_CATEGORY }).map(drop)
    }

    /// The account as the pool sees it.
    #[must_use]
    pub fn account_data(&self, chain: &Chain, account: Address) -> AccountData {
        let data = ask(chain, self.pool, IPool::getUserAccountDataCall { user: account });
        AccountData {
            collateral_usd: data.totalCollateralBase,
            debt_usd: data.totalDebtBase,
            available_usd: data.availableBorrowsBase,
            liquidation_threshold_bps: data.currentLiquidationThreshold,
            ltv_bps: data.ltv,
            health_wad: data.healthFactor,
        }
    }

    /// Units supplied, with interest.
    #[must_use]
    pub fn supplied(&self, chain: &Chain, account: Address, asset: Asset) -> U256 {
        self.reserve(asset).a_token.balance_of(chain, account)
    }

    /// Units owed, with interest.
    #[must_use]
    pub fn debt(&self, chain: &Chain, account: Address, asset: Asset) -> U256 {
        self.reserve(asset).variable_debt.balance_of(chain, account)
    }

    /// Dollars of a whole token, with 8 decimals.
    #[must_use]
    pub fn price(&self, chain: &Chain, asset: Asset) -> U256 {
        ask(chain, self.oracle, IOracle::getAssetPriceCall { asset: self.reserve(asset).token.address })
    }

    /// Fee of a flash loan, in hundredths of a percent of what is lent.
    #[must_use]
    pub fn flash_premium_bps(&self, chain: &Chain) -> u128 {
        ask(chain, self.pool, IPool::FLASHLOAN_PREMIUM_TOTALCall {})
    }

    fn borrow_call(&self, asset: Asset, units: U256, debtor: Address) -> IPool::borrowCall {
        IPool::borrowCall {
            asset: self.reserve(asset).token.address,
            amount: units,
            interestRateMode: VARIABLE_RATE,
            referralCode: NO_REFERRAL,
            onBehalfOf: debtor,
        }
    }

    /// Calls the pool, whose functions return one amount or nothing.
    fn send<C: SolCall>(&self, chain: &mut Chain, from: Address, call: C) -> Result<U256, WorldError> {
        let receipt = execute(chain, C::SIGNATURE, Tx::call(from, self.pool, call.abi_encode()))?;
        Ok(U256::try_from_be_slice(&receipt.output).unwrap_or_default())
    }
}
