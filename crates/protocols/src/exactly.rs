//! Exactly, as deployed on Optimism: Auditor, three markets, and its own Solidity DebtManager as what to beat.

mod deploy;

use crate::{
    deployer::{WorldError, ask, execute},
    tokens::{Asset, Token},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
pub(crate) use deploy::{auditor, complete};
use devnet::{Chain, Tx};

sol! {
    #[allow(missing_docs)]
    interface IAuditor {
        function enableMarket(address market, address priceFeed, uint128 adjustFactor) external;
        function enterMarket(address market) external;
        function accountLiquidity(address account, address marketToSimulate, uint256 withdrawAmount) external view returns (uint256 sumCollateral, uint256 sumDebtPlusEffects);
    }
    #[allow(missing_docs)]
    interface IMarket {
        function setInterestRateModel(address interestRateModel_) external;
        function setTreasury(address treasury_, uint256 treasuryFeeRate_) external;
        function initialize(string assetSymbol, uint8 maxFuturePools_, uint128 earningsAccumulatorSmoothFactor_, address interestRateModel_, uint256 penaltyRate_, uint256 backupFeeRate_, uint128 reserveFactor_, uint256 dampSpeedUp_, uint256 dampSpeedDown_) external;
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
        function borrow(uint256 assets, address receiver, address borrower) external returns (uint256 borrowShares);
        function approve(address spender, uint256 amount) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function maxWithdraw(address owner) external view returns (uint256);
        function previewDebt(address borrower) external view returns (uint256 debt);
    }
    #[allow(missing_docs)]
    interface IDebtManagerSolidity {
        function initialize() external;
        function approve(address market) external;
        function leverage(address market, uint256 deposit, uint256 ratio) external;
        function deleverage(address market, uint256 withdraw, uint256 ratio) external;
    }
    #[allow(missing_docs)]
    interface IPriceFeed {
        function setPrice(int256 price) external;
    }
}

/// One, at 18 decimals.
pub const WAD: u64 = 1_000_000_000_000_000_000;

/// Exactly's contracts.
#[derive(Clone, Debug)]
pub struct Exactly {
    /// Lists the markets.
    pub auditor: Address,
    /// In the order of [`Asset::ALL`].
    pub markets: [ExactlyMarket; 3],
    /// Exactly's own DebtManager: the proxy that users call, and what it runs.
    pub solidity_manager: [Address; 2],
    /// Answers what an operation of that one would do.
    pub debt_previewer: Address,
}

/// A market.
#[derive(Clone, Copy, Debug)]
pub struct ExactlyMarket {
    /// Where it is.
    pub address: Address,
    /// What it lends.
    pub token: Token,
    /// Where its price is set.
    pub price_feed: Address,
}

/// What an account has in a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionNow {
    /// Units deposited.
    pub deposit: U256,
    /// Units owed.
    pub debt: U256,
}

impl ExactlyMarket {
    /// What an account has there, as its own views say.
    #[must_use]
    pub fn position(&self, chain: &Chain, account: Address) -> PositionNow {
        let deposit = ask(chain, self.address, IMarket::maxWithdrawCall { owner: account });
        let debt = ask(chain, self.address, IMarket::previewDebtCall { borrower: account });
        PositionNow { deposit, debt }
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

    /// Lets a spender borrow and withdraw in an owner's name.
    pub fn approve(&self, chain: &mut Chain, owner: Address, spender: Address, shares: U256) -> Result<(), WorldError> {
        let input = IMarket::approveCall { spender, amount: shares }.abi_encode();
        execute(chain, "approve shares", Tx::call(owner, self.address, input)).map(|_| ())
    }

    /// Deposits units of an account's own.
    pub fn deposit(&self, chain: &mut Chain, account: Address, units: U256) -> Result<(), WorldError> {
        self.token.approve(chain, account, self.address, units)?;
        let input = IMarket::depositCall { assets: units, receiver: account }.abi_encode();
        execute(chain, "deposit", Tx::call(account, self.address, input)).map(|_| ())
    }

    /// Sets the price of a whole one, in dollars.
    pub fn set_price(&self, chain: &mut Chain, dollars: u64) -> Result<(), WorldError> {
        let price = alloy_primitives::I256::unchecked_from(dollars) * alloy_primitives::I256::unchecked_from(PRICE);
        let input = IPriceFeed::setPriceCall { price }.abi_encode();
        execute(chain, "set price", Tx::call(crate::Account::DEPLOYER.0, self.price_feed, input)).map(|_| ())
    }
}

/// A dollar, in the feeds' 8 decimals.
pub(crate) const PRICE: i64 = 100_000_000;

impl Exactly {
    /// A market by its asset.
    #[must_use]
    pub const fn market(&self, asset: Asset) -> ExactlyMarket {
        self.markets[asset as usize]
    }

    /// How near an account is to liquidation, at 18 decimals; the largest number for one that owes nothing.
    #[must_use]
    pub fn health_factor(&self, chain: &Chain, account: Address) -> U256 {
        let query =
            IAuditor::accountLiquidityCall { account, marketToSimulate: Address::ZERO, withdrawAmount: U256::ZERO };
        let liquidity = ask(chain, self.auditor, query);
        (liquidity.sumCollateral * U256::from(WAD)).checked_div(liquidity.sumDebtPlusEffects).unwrap_or(U256::MAX)
    }

    /// The transaction that raises leverage through Exactly's own manager.
    #[must_use]
    pub fn solidity_leverage(&self, account: Address, market: Address, deposit: U256, ratio: U256) -> Tx {
        let call = IDebtManagerSolidity::leverageCall { market, deposit, ratio };
        Tx::call(account, self.solidity_manager[0], call.abi_encode())
    }

    /// The transaction that lowers leverage through Exactly's own manager.
    #[must_use]
    pub fn solidity_deleverage(&self, account: Address, market: Address, withdraw: U256, ratio: U256) -> Tx {
        let call = IDebtManagerSolidity::deleverageCall { market, withdraw, ratio };
        Tx::call(account, self.solidity_manager[0], call.abi_encode())
    }
}
