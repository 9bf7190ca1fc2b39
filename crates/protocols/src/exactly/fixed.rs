//! A market's fixed side: pools that end at a maturity, and what an account has in them.

use super::{ExactlyMarket, IMarket};
use crate::{
    deployer::{WorldError, ask},
    tokens::Erc20,
};
use alloy_primitives::{Address, U256};
use devnet::Chain;

/// Seconds from one maturity to the next: four weeks. Maturities are multiples of it.
pub const INTERVAL: u64 = 4 * 7 * 24 * 60 * 60;

/// What an account has in a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixedPosition {
    /// Units deposited or borrowed.
    pub principal: U256,
    /// Units on top of them at maturity.
    pub fee: U256,
}

impl FixedPosition {
    /// Units at maturity: what calls that repay or withdraw count in.
    #[must_use]
    pub fn total(self) -> U256 {
        self.principal + self.fee
    }
}

/// What a pool has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedPool {
    /// Units borrowed from it.
    pub borrowed: U256,
    /// Units deposited in it.
    pub supplied: U256,
    /// Units of fees that nobody has earned yet.
    pub unassigned_earnings: U256,
    /// When it last accrued, in seconds since the epoch.
    pub last_accrual: U256,
}

/// The `nth` maturity after the next block, the first being 1. A market has as many as its `maxFuturePools`.
#[must_use]
pub fn maturity(chain: &Chain, nth: u64) -> U256 {
    U256::from((chain.next_timestamp() / INTERVAL + nth) * INTERVAL)
}

impl<T> ExactlyMarket<T> {
    /// What an account has borrowed from a pool.
    #[must_use]
    pub fn fixed_borrow(&self, chain: &Chain, maturity: U256, borrower: Address) -> FixedPosition {
        let answer = ask(chain, self.address, IMarket::fixedBorrowPositionsCall { maturity, borrower });
        FixedPosition { principal: answer.principal, fee: answer.fee }
    }

    /// What an account has deposited in a pool.
    #[must_use]
    pub fn fixed_deposit(&self, chain: &Chain, maturity: U256, owner: Address) -> FixedPosition {
        let answer = ask(chain, self.address, IMarket::fixedDepositPositionsCall { maturity, owner });
        FixedPosition { principal: answer.principal, fee: answer.fee }
    }

    /// A pool.
    #[must_use]
    pub fn fixed_pool(&self, chain: &Chain, maturity: U256) -> FixedPool {
        let answer = ask(chain, self.address, IMarket::fixedPoolsCall { maturity });
        FixedPool {
            borrowed: answer.borrowed,
            supplied: answer.supplied,
            unassigned_earnings: answer.unassignedEarnings,
            last_accrual: answer.lastAccrual,
        }
    }

    /// Borrows units for an account itself until a maturity, at any fee. Returns the units owed then.
    pub fn borrow_at_maturity(
        &self,
        chain: &mut Chain,
        account: Address,
        maturity: U256,
        units: U256,
    ) -> Result<U256, WorldError> {
        let call = IMarket::borrowAtMaturityCall {
            maturity,
            assets: units,
            maxAssets: U256::MAX,
            receiver: account,
            borrower: account,
        };
        self.act(chain, account, call)
    }

    /// Withdraws so many units of a position, counted at maturity, at any discount. Returns the units received.
    pub fn withdraw_at_maturity(
        &self,
        chain: &mut Chain,
        account: Address,
        maturity: U256,
        position_units: U256,
    ) -> Result<U256, WorldError> {
        let call = IMarket::withdrawAtMaturityCall {
            maturity,
            positionAssets: position_units,
            minAssetsRequired: U256::ZERO,
            receiver: account,
            owner: account,
        };
        self.act(chain, account, call)
    }
}

impl<T: Copy + Into<Erc20>> ExactlyMarket<T> {
    /// Deposits units of an account's own until a maturity, for any fee. Returns the units of the position then.
    pub fn deposit_at_maturity(
        &self,
        chain: &mut Chain,
        account: Address,
        maturity: U256,
        units: U256,
    ) -> Result<U256, WorldError> {
        self.let_take(chain, account, units)?;
        let call = IMarket::depositAtMaturityCall {
            maturity,
            assets: units,
            minAssetsRequired: U256::ZERO,
            receiver: account,
        };
        self.act(chain, account, call)
    }

    /// Repays so many units of an account's debt, counted at maturity, with its own: fewer before it, and more after
    /// it for the penalty. Returns the units paid.
    pub fn repay_at_maturity(
        &self,
        chain: &mut Chain,
        account: Address,
        maturity: U256,
        position_units: U256,
    ) -> Result<U256, WorldError> {
        self.let_take(chain, account, U256::MAX)?;
        let call = IMarket::repayAtMaturityCall {
            maturity,
            positionAssets: position_units,
            maxAssets: U256::MAX,
            borrower: account,
        };
        self.act(chain, account, call)
    }
}
