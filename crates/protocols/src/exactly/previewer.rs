//! Exactly's DebtPreviewer: what an operation of its manager would do, and how far it could go.

use super::{Exactly, ExactlyMarket};
use crate::deployer::WorldError;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use devnet::{Chain, Tx};

sol! {
    /// What an account has in a market, and what it could do there.
    #[derive(Debug)]
    struct Leverage {
        /// Deposit over principal, at 18 decimals; zero without a principal.
        uint256 ratio;
        /// Units owed.
        uint256 borrow;
        /// Units deposited.
        uint256 deposit;
        /// Units deposited less units owed.
        int256 principal;
        /// The highest ratio at the asked health.
        uint256 maxRatio;
        /// Units to deposit more, to have the asked health by this market alone.
        uint256 minDeposit;
        /// Units that it may withdraw at its ratio and the asked health.
        uint256 maxWithdraw;
        /// What Balancer's vault has to lend.
        AvailableAsset[] availableAssets;
    }
    /// What Balancer's vault has of an asset.
    #[derive(Debug)]
    struct AvailableAsset {
        /// The asset.
        address asset;
        /// Units.
        uint256 liquidity;
    }
    /// What an account would have in a market afterwards.
    #[derive(Debug)]
    struct Limit {
        /// The asked ratio, or the nearest that is possible, at 18 decimals.
        uint256 ratio;
        /// Units owed.
        uint256 borrow;
        /// Units deposited.
        uint256 deposit;
        /// Units deposited less units owed.
        int256 principal;
        /// The highest ratio at the asked health.
        uint256 maxRatio;
        /// Units that it might withdraw.
        uint256 maxWithdraw;
    }

    interface IDebtPreviewer {
        function leverage(address marketDeposit, address marketBorrow, address account, uint256 minHealthFactor) external view returns (Leverage);
        function previewLeverage(address marketDeposit, address marketBorrow, address account, uint256 deposit, uint256 ratio, uint256 minHealthFactor) external view returns (Limit);
        function previewDeleverage(address marketDeposit, address marketBorrow, address account, uint256 withdraw, uint256 ratio, uint256 minHealthFactor) external view returns (Limit);
    }
}

/// The previewer, asked about one market: it knows no position across two.
#[derive(Clone, Copy, Debug)]
pub struct DebtPreviewer {
    /// Where it is asked.
    pub address: Address,
    market: Address,
}

impl Exactly {
    /// The previewer for a market.
    #[must_use]
    pub const fn previewer<T>(&self, market: &ExactlyMarket<T>) -> DebtPreviewer {
        DebtPreviewer { address: self.debt_previewer, market: market.address }
    }
}

impl DebtPreviewer {
    fn query<C: SolCall>(self, chain: &Chain, call: C) -> Result<C::Return, WorldError> {
        let what = || C::SIGNATURE.to_owned();
        let result = chain
            .call(Tx::call(Address::ZERO, self.address, call.abi_encode()))
            .map_err(|error| WorldError::Refused { what: what(), error })?;
        C::abi_decode_returns(&result.output).map_err(|_| WorldError::Reverted { what: what(), output: result.output })
    }

    /// What an account has and could do, at a health of at least so much at 18 decimals.
    ///
    /// # Errors
    /// If the previewer reverts.
    pub fn leverage(self, chain: &Chain, account: Address, min_health: U256) -> Result<Leverage, WorldError> {
        let call = IDebtPreviewer::leverageCall {
            marketDeposit: self.market,
            marketBorrow: self.market,
            account,
            minHealthFactor: min_health,
        };
        self.query(chain, call)
    }

    /// What an account would have after depositing units and raising leverage to a ratio, at 18 decimals.
    ///
    /// # Errors
    /// If the previewer reverts.
    pub fn preview_leverage(
        self,
        chain: &Chain,
        account: Address,
        deposit: U256,
        ratio: U256,
        min_health: U256,
    ) -> Result<Limit, WorldError> {
        let call = IDebtPreviewer::previewLeverageCall {
            marketDeposit: self.market,
            marketBorrow: self.market,
            account,
            deposit,
            ratio,
            minHealthFactor: min_health,
        };
        self.query(chain, call)
    }

    /// What an account would have after lowering leverage to a ratio, at 18 decimals, and withdrawing units.
    ///
    /// # Errors
    /// If the previewer reverts, as it does for more than there is.
    pub fn preview_deleverage(
        self,
        chain: &Chain,
        account: Address,
        withdraw: U256,
        ratio: U256,
        min_health: U256,
    ) -> Result<Limit, WorldError> {
        let call = IDebtPreviewer::previewDeleverageCall {
            marketDeposit: self.market,
            marketBorrow: self.market,
            account,
            withdraw,
            ratio,
            minHealthFactor: min_health,
        };
        self.query(chain, call)
    }
}
