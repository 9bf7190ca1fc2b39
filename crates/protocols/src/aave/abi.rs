//! The functions of Aave V3 that the world calls.

use alloy_sol_types::sol;

sol! {
    /// Numbers the deployments of a chain.
    interface IRegistry {
        function registerAddressesProvider(address provider, uint256 id) external;
    }

    /// Knows every contract of one deployment, and is the admin of its proxies.
    interface IAddressesProvider {
        function setACLAdmin(address newAclAdmin) external;
        function setACLManager(address newAclManager) external;
        function setPoolImpl(address newPoolImpl) external;
        function setPoolConfiguratorImpl(address newPoolConfiguratorImpl) external;
        function setPriceOracle(address newPriceOracle) external;
        function setPoolDataProvider(address newDataProvider) external;
        function getPool() external view returns (address);
        function getPoolConfigurator() external view returns (address);
        function getPriceOracle() external view returns (address);
    }

    /// Says who may change what.
    interface IAclManager {
        function addPoolAdmin(address admin) external;
        function addEmergencyAdmin(address admin) external;
    }

    /// Lists assets and sets their parameters.
    interface IConfigurator {
        struct InitReserveInput {
            address aTokenImpl;
            address stableDebtTokenImpl;
            address variableDebtTokenImpl;
            uint8 underlyingAssetDecimals;
            address interestRateStrategyAddress;
            address underlyingAsset;
            address treasury;
            address incentivesController;
            string aTokenName;
            string aTokenSymbol;
            string variableDebtTokenName;
            string variableDebtTokenSymbol;
            string stableDebtTokenName;
            string stableDebtTokenSymbol;
            bytes params;
        }
        function initReserves(InitReserveInput[] input) external;
        function configureReserveAsCollateral(
            address asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus
        ) external;
        function setReserveBorrowing(address asset, bool enabled) external;
        function setReserveFlashLoaning(address asset, bool enabled) external;
        function setReserveFactor(address asset, uint256 newReserveFactor) external;
        function setSupplyCap(address asset, uint256 newSupplyCap) external;
        function setBorrowCap(address asset, uint256 newBorrowCap) external;
        function setLiquidationProtocolFee(address asset, uint256 newFee) external;
        function setEModeCategory(
            uint8 categoryId, uint16 ltv, uint16 liquidationThreshold, uint16 liquidationBonus, address oracle,
            string label
        ) external;
        function setAssetEModeCategory(address asset, uint8 newCategoryId) external;
        function updateFlashloanPremiumTotal(uint128 newFlashloanPremiumTotal) external;
    }

    /// Lends.
    interface IPool {
        function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;
        function withdraw(address asset, uint256 amount, address to) external returns (uint256);
        function borrow(
            address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf
        ) external;
        function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf)
            external returns (uint256);
        function flashLoanSimple(
            address receiverAddress, address asset, uint256 amount, bytes params, uint16 referralCode
        ) external;
        function setUserEMode(uint8 categoryId) external;
        function getUserAccountData(address user) external view returns (
            uint256 totalCollateralBase, uint256 totalDebtBase, uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold, uint256 ltv, uint256 healthFactor
        );
        function FLASHLOAN_PREMIUM_TOTAL() external view returns (uint128);
    }

    /// The reads that tools make.
    interface IDataProvider {
        function getReserveTokensAddresses(address asset) external view returns (
            address aTokenAddress, address stableDebtTokenAddress, address variableDebtTokenAddress
        );
    }

    /// Prices in dollars with 8 decimals.
    interface IOracle {
        function getAssetPrice(address asset) external view returns (uint256);
    }

    /// A debt, which others may be allowed to add to.
    interface IDebtToken {
        function approveDelegation(address delegatee, uint256 amount) external;
        function borrowAllowance(address fromUser, address toUser) external view returns (uint256);
        function delegationWithSig(
            address delegator, address delegatee, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s
        ) external;
    }

    /// What a delegator signs.
    struct DelegationWithSig {
        address delegatee;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}
