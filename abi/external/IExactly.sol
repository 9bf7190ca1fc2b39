// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @notice The functions of Exactly's Auditor that the contract calls.
interface IExactlyAuditor {
  function markets(address market)
    external
    view
    returns (uint128 adjustFactor, uint8 decimals, uint8 index, bool isListed, address priceFeed);
  function assetPrice(address priceFeed) external view returns (uint256);
  function accountLiquidity(address account, address marketToSimulate, uint256 withdrawAmount)
    external
    view
    returns (uint256 sumCollateral, uint256 sumDebtPlusEffects);
}

/// @notice The functions of an Exactly Market that the contract calls.
interface IExactlyMarket {
  function asset() external view returns (address);
  function balanceOf(address account) external view returns (uint256);
  function maxWithdraw(address owner) external view returns (uint256);
  function accounts(address account)
    external
    view
    returns (uint256 fixedDeposits, uint256 fixedBorrows, uint256 floatingBorrowShares);
  function accountSnapshot(address account) external view returns (uint256 deposit, uint256 debt);
  function fixedBorrowPositions(uint256 maturity, address account)
    external
    view
    returns (uint256 principal, uint256 fee);
  function penaltyRate() external view returns (uint256);
  function previewWithdraw(uint256 assets) external view returns (uint256 shares);
  function previewRefund(uint256 shares) external view returns (uint256);
  function deposit(uint256 assets, address receiver) external returns (uint256 shares);
  function borrow(uint256 assets, address receiver, address borrower) external returns (uint256 borrowShares);
  function repay(uint256 assets, address borrower) external returns (uint256 actualRepay, uint256 borrowShares);
  function refund(uint256 borrowShares, address borrower) external returns (uint256 assets, uint256 actualShares);
  function borrowAtMaturity(uint256 maturity, uint256 assets, uint256 maxAssets, address receiver, address borrower)
    external
    returns (uint256 assetsOwed);
  function repayAtMaturity(uint256 maturity, uint256 positionAssets, uint256 maxAssets, address borrower)
    external
    returns (uint256 actualRepayAssets);
  function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
  function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);
}
