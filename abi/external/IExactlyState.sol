// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @notice What only a preview asks Exactly's Auditor.
interface IExactlyAuditorState {
  error InsufficientAccountLiquidity();

  function accountMarkets(address account) external view returns (uint256 marketMap);
}

/// @notice What only a preview asks an Exactly Market, and why one refuses.
interface IExactlyMarketState {
  error InsufficientProtocolLiquidity();
  error MarketFrozen();
  /// @notice Of markets that limit their deposits; not all versions do.
  error MaxSupplyExceeded();
  error UnmatchedPoolState(uint8 state, uint8 requiredState);
  error UnmatchedPoolStates(uint8 state, uint8 requiredState, uint8 alternativeState);
  /// @notice Of the interest rate model.
  error UtilizationExceeded();

  function paused() external view returns (bool);
  function floatingAssets() external view returns (uint256);
  function floatingDebt() external view returns (uint256);
  function floatingBackupBorrowed() external view returns (uint256);
  function totalFloatingBorrowAssets() external view returns (uint256);
  function reserveFactor() external view returns (uint128);
  function earningsAccumulator() external view returns (uint256);
  function earningsAccumulatorSmoothFactor() external view returns (uint128);
  function lastAccumulatorAccrual() external view returns (uint32);
  function maxFuturePools() external view returns (uint8);
}
