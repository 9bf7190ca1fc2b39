//! A market: its floating side, and what it says of an account.

use super::{IMarket, IPriceFeed, PRICE};
use crate::{
    Account,
    deployer::{WorldError, ask, execute},
    signing,
    tokens::{Erc20, Token},
};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use devnet::{Chain, Tx};

/// A market of a token: one of the world's, or any other that a test lists.
#[derive(Clone, Copy, Debug)]
pub struct ExactlyMarket<T = Token> {
    /// Where it is.
    pub address: Address,
    /// What it lends.
    pub token: T,
    /// Where its price is set.
    pub price_feed: Address,
}

/// What an account has in a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionNow {
    /// Units deposited.
    pub deposit: U256,
    /// Units owed, floating and at all maturities, with penalties.
    pub debt: U256,
}

impl<T> ExactlyMarket<T> {
    /// Sends a call that must succeed, and gives its answer.
    pub(super) fn act<C: SolCall>(&self, chain: &mut Chain, from: Address, call: C) -> Result<C::Return, WorldError> {
        let receipt = execute(chain, C::SIGNATURE, Tx::call(from, self.address, call.abi_encode()))?;
        C::abi_decode_returns(&receipt.output)
            .map_err(|_| WorldError::Reverted { what: C::SIGNATURE.to_owned(), output: receipt.output })
    }

    /// What an account has there, as its own views say.
    #[must_use]
    pub fn position(&self, chain: &Chain, account: Address) -> PositionNow {
        let deposit = ask(chain, self.address, IMarket::maxWithdrawCall { owner: account });
        let debt = ask(chain, self.address, IMarket::previewDebtCall { borrower: account });
        PositionNow { deposit, debt }
    }

    /// What counts of an account in the Auditor's sums: units deposited if that is collateral, and units owed.
    #[must_use]
    pub fn snapshot(&self, chain: &Chain, account: Address) -> PositionNow {
        let answer = ask(chain, self.address, IMarket::accountSnapshotCall { account });
        PositionNow { deposit: answer.assets, debt: answer.debt }
    }

    /// Units that an account owes at the floating rate alone, rounded up as the market rounds them.
    #[must_use]
    pub fn floating_debt(&self, chain: &Chain, account: Address) -> U256 {
        let shares = self.floating_shares(chain, account);
        ask(chain, self.address, IMarket::previewRefundCall { shares })
    }

    /// Shares of the floating debt that an account owes.
    #[must_use]
    pub fn floating_shares(&self, chain: &Chain, account: Address) -> U256 {
        ask(chain, self.address, IMarket::accountsCall { account }).floatingBorrowShares
    }

    /// Shares that an account has.
    #[must_use]
    pub fn shares(&self, chain: &Chain, account: Address) -> U256 {
        ask(chain, self.address, IMarket::balanceOfCall { account })
    }

    /// Shares of an owner's that a spender may use.
    #[must_use]
    pub fn allowance(&self, chain: &Chain, owner: Address, spender: Address) -> U256 {
        ask(chain, self.address, IMarket::allowanceCall { owner, spender })
    }

    /// The number that an owner's next permit must have.
    #[must_use]
    pub fn nonce(&self, chain: &Chain, owner: Address) -> U256 {
        signing::nonce(chain, self.address, owner)
    }

    /// The domain of its permits. It names the implementation, not the proxy: it must be read, never derived.
    #[must_use]
    pub fn domain_separator(&self, chain: &Chain) -> B256 {
        signing::domain_separator(chain, self.address)
    }

    /// Lets a spender borrow and withdraw in an owner's name.
    pub fn approve(&self, chain: &mut Chain, owner: Address, spender: Address, shares: U256) -> Result<(), WorldError> {
        self.act(chain, owner, IMarket::approveCall { spender, amount: shares }).map(|_| ())
    }

    /// Moves shares.
    pub fn transfer(&self, chain: &mut Chain, from: Address, to: Address, shares: U256) -> Result<(), WorldError> {
        self.act(chain, from, IMarket::transferCall { to, shares }).map(|_| ())
    }

    /// Withdraws units of an account's own to itself.
    pub fn withdraw(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        let call = IMarket::withdrawCall { assets: units, receiver: account, owner: account };
        self.act(chain, account, call).map(|_| ())
    }

    /// Borrows units at the floating rate, for an account itself.
    pub fn borrow(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        let call = IMarket::borrowCall { assets: units, receiver: account, borrower: account };
        self.act(chain, account, call).map(|_| ())
    }

    /// Sets the price of a whole one, in dollars.
    pub fn set_price(&self, chain: &mut Chain, dollars: u64) -> Result<(), WorldError> {
        self.set_price_exact(chain, I256::unchecked_from(dollars) * I256::unchecked_from(PRICE))
    }

    /// Sets the price of a whole one, in the feed's 8 decimals. Exactly refuses one that is not above zero.
    pub fn set_price_exact(&self, chain: &mut Chain, price: I256) -> Result<(), WorldError> {
        let input = IPriceFeed::setPriceCall { price }.abi_encode();
        execute(chain, "set price", Tx::call(Account::DEPLOYER.0, self.price_feed, input)).map(|_| ())
    }
}

impl<T: Copy + Into<Erc20>> ExactlyMarket<T> {
    /// Lets the market take an account's units: what goes before a call that pays it.
    pub(super) fn let_take(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        self.token.into().approve(chain, account, self.address, units)
    }

    /// Deposits units of an account's own.
    pub fn deposit(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        self.let_take(chain, account, units)?;
        self.act(chain, account, IMarket::depositCall { assets: units, receiver: account }).map(|_| ())
    }

    /// Repays units of an account's floating debt with its own.
    pub fn repay(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        self.let_take(chain, account, units)?;
        self.act(chain, account, IMarket::repayCall { assets: units, borrower: account }).map(|_| ())
    }

    /// Repays at most so many units of someone's debt and takes collateral for it, with the Auditor's incentive.
    /// Returns the units repaid. The market refuses it for an account that is not short of collateral.
    pub fn liquidate<S>(
        &self,
        chain: &mut Chain,
        liquidator: Address,
        borrower: Address,
        max_units: U256,
        seize: &ExactlyMarket<S>,
    ) -> Result<U256, WorldError> {
        self.let_take(chain, liquidator, U256::MAX)?;
        let call = IMarket::liquidateCall { borrower, maxAssets: max_units, seizeMarket: seize.address };
        self.act(chain, liquidator, call)
    }
}
