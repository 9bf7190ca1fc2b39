//! Exactly's interfaces, as the deployment files on Optimism have them.
//!
//! The manager's overloads stand in interfaces of their own, so that each has a name that says what it takes.

use alloy_sol_types::sol;

sol! {
    #[allow(missing_docs)]
    interface IAuditor {
        struct LiquidationIncentive {
            uint128 liquidator;
            uint128 lenders;
        }
        function initialize(LiquidationIncentive liquidationIncentive_) external;
        function enableMarket(address market, address priceFeed, uint128 adjustFactor) external;
        function enterMarket(address market) external;
        function exitMarket(address market) external;
        function setAdjustFactor(address market, uint128 adjustFactor) external;
        function setLiquidationIncentive(LiquidationIncentive liquidationIncentive_) external;
        function setPriceFeed(address market, address priceFeed) external;
        function accountMarkets(address account) external view returns (uint256);
        function allMarkets() external view returns (address[]);
        function markets(address market) external view returns (uint128 adjustFactor, uint8 decimals, uint8 index, bool isListed, address priceFeed);
        function accountLiquidity(address account, address marketToSimulate, uint256 withdrawAmount) external view returns (uint256 sumCollateral, uint256 sumDebtPlusEffects);
    }
    #[allow(missing_docs)]
    interface IMarket {
        event Deposit(address indexed caller, address indexed owner, uint256 assets, uint256 shares);
        event Borrow(address indexed caller, address indexed receiver, address indexed borrower, uint256 assets, uint256 shares);
        event Repay(address indexed caller, address indexed borrower, uint256 assets, uint256 shares);
        event BorrowAtMaturity(uint256 indexed maturity, address caller, address indexed receiver, address indexed borrower, uint256 assets, uint256 fee);
        event RepayAtMaturity(uint256 indexed maturity, address indexed caller, address indexed borrower, uint256 assets, uint256 positionAssets);

        function initialize(string assetSymbol, uint8 maxFuturePools_, uint128 earningsAccumulatorSmoothFactor_, address interestRateModel_, uint256 penaltyRate_, uint256 backupFeeRate_, uint128 reserveFactor_, uint256 dampSpeedUp_, uint256 dampSpeedDown_) external;
        function setInterestRateModel(address interestRateModel_) external;
        function setTreasury(address treasury_, uint256 treasuryFeeRate_) external;
        function setRewardsController(address rewardsController_) external;
        function setMaxFuturePools(uint8 futurePools) external;
        function setFrozen(bool isFrozen_) external;
        function grantRole(bytes32 role, address account) external;
        function pause() external;
        function unpause() external;
        function maxFuturePools() external view returns (uint8);
        function rewardsController() external view returns (address);
        function totalFloatingBorrowAssets() external view returns (uint256);
        function isFrozen() external view returns (bool);
        function paused() external view returns (bool);

        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
        function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);
        function borrow(uint256 assets, address receiver, address borrower) external returns (uint256 borrowShares);
        function repay(uint256 assets, address borrower) external returns (uint256 actualRepay, uint256 borrowShares);
        function refund(uint256 borrowShares, address borrower) external returns (uint256 assets, uint256 actualShares);
        function liquidate(address borrower, uint256 maxAssets, address seizeMarket) external returns (uint256 repaidAssets);
        function approve(address spender, uint256 amount) external returns (bool);
        function transfer(address to, uint256 shares) external returns (bool);
        function allowance(address owner, address spender) external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function maxWithdraw(address owner) external view returns (uint256);
        function previewDebt(address borrower) external view returns (uint256 debt);
        function accountSnapshot(address account) external view returns (uint256 assets, uint256 debt);
        function accounts(address account) external view returns (uint256 fixedDeposits, uint256 fixedBorrows, uint256 floatingBorrowShares);
        function previewRefund(uint256 shares) external view returns (uint256);

        function depositAtMaturity(uint256 maturity, uint256 assets, uint256 minAssetsRequired, address receiver) external returns (uint256 positionAssets);
        function borrowAtMaturity(uint256 maturity, uint256 assets, uint256 maxAssets, address receiver, address borrower) external returns (uint256 assetsOwed);
        function repayAtMaturity(uint256 maturity, uint256 positionAssets, uint256 maxAssets, address borrower) external returns (uint256 actualRepayAssets);
        function withdrawAtMaturity(uint256 maturity, uint256 positionAssets, uint256 minAssetsRequired, address receiver, address owner) external returns (uint256 assetsDiscounted);
        function fixedBorrowPositions(uint256 maturity, address borrower) external view returns (uint256 principal, uint256 fee);
        function fixedDepositPositions(uint256 maturity, address owner) external view returns (uint256 principal, uint256 fee);
        function fixedPools(uint256 maturity) external view returns (uint256 borrowed, uint256 supplied, uint256 unassignedEarnings, uint256 lastAccrual);
    }
    #[allow(missing_docs)]
    interface IPriceFeed {
        function setPrice(int256 price) external;
    }

    /// A maturity is in another state than it must be in: 1 is no maturity at all, 2 has passed, 3 is open, 4 is too far.
    #[derive(Debug)]
    error UnmatchedPoolState(uint8 state, uint8 requiredState);
    /// A market would take or give another amount than was agreed to.
    #[derive(Debug)]
    error Disagreement();

    /// A permit of a market's shares or of a token, as Exactly's manager takes it.
    #[derive(Debug, PartialEq, Eq)]
    struct Permit {
        address account;
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }
    /// A transfer by Permit2, as Exactly's manager takes it.
    #[derive(Debug, PartialEq, Eq)]
    struct Permit2 {
        uint256 deadline;
        bytes signature;
    }
    #[allow(missing_docs)]
    interface IDebtManagerSolidity {
        function initialize() external;
        function approve(address market) external;
        function leverage(address market, uint256 deposit, uint256 ratio) external;
        function deleverage(address market, uint256 withdraw, uint256 ratio) external;
        function rollFixed(address market, uint256 repayMaturity, uint256 borrowMaturity, uint256 maxRepayAssets, uint256 maxBorrowAssets, uint256 percentage) external;
        function rollFixedToFloating(address market, uint256 repayMaturity, uint256 maxRepayAssets, uint256 percentage) external;
        function rollFloatingToFixed(address market, uint256 borrowMaturity, uint256 maxBorrowAssets, uint256 percentage) external;
    }
    #[allow(missing_docs)]
    interface IDebtManagerMarketPermit {
        function leverage(address market, uint256 deposit, uint256 ratio, Permit marketPermit) external;
        function deleverage(address market, uint256 withdraw, uint256 ratio, Permit p) external;
        function rollFixed(address market, uint256 repayMaturity, uint256 borrowMaturity, uint256 maxRepayAssets, uint256 maxBorrowAssets, uint256 percentage, Permit p) external;
        function rollFixedToFloating(address market, uint256 repayMaturity, uint256 maxRepayAssets, uint256 percentage, Permit p) external;
        function rollFloatingToFixed(address market, uint256 borrowMaturity, uint256 maxBorrowAssets, uint256 percentage, Permit p) external;
    }
    #[allow(missing_docs)]
    interface IDebtManagerPermit2 {
        function leverage(address market, uint256 deposit, uint256 ratio, Permit marketPermit, Permit2 assetPermit) external;
    }
    #[allow(missing_docs)]
    interface IDebtManagerTokenPermit {
        function leverage(address market, uint256 ratio, Permit marketPermit, Permit assetPermit) external;
    }
}
