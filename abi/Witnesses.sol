// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What an account signs for `leverageFor`, `deleverageFor` and `migrateFor`: the operation, field by field, as the
/// witness of Permit2's `PermitBatchWitnessTransferFrom`. Its two permitted transfers are the deposit, of the collateral
/// asset, to the contract (0 if there is none), and the fee, of any token, to `feeRecipient` (0 if there is none). Its
/// deadline is the operation's.
library Witnesses {
  struct Leverage {
    uint8 lender;
    address collateral;
    address debt;
    uint256 maturity;
    uint8 target;
    uint256 size;
    uint256 deposit;
    uint8 flash;
    uint256 deadline;
    uint256 debtMax;
    uint256 collateralMin;
    uint256 equityLossMax;
    uint256 healthFactorMin;
    bytes swap;
    address feeRecipient;
  }

  struct Deleverage {
    uint8 lender;
    address collateral;
    address debt;
    uint256 maturity;
    uint8 target;
    uint256 size;
    uint256 withdraw;
    uint8 flash;
    uint256 deadline;
    uint256 debtMax;
    uint256 collateralMin;
    uint256 equityLossMax;
    uint256 healthFactorMin;
    bytes swap;
    address feeRecipient;
  }

  struct Migrate {
    uint8 lender;
    address collateral;
    address debt;
    uint256 maturity;
    uint8 toLender;
    address toCollateral;
    address toDebt;
    uint256 toMaturity;
    uint256 debtPortion;
    uint256 collateralPortion;
    uint256 repayMax;
    uint8 flash;
    uint256 deadline;
    uint256 debtMax;
    uint256 collateralMin;
    uint256 equityLossMax;
    uint256 healthFactorMin;
    bytes debtSwap;
    bytes collateralSwap;
    address feeRecipient;
  }
}
