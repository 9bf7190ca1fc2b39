// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title DebtManager: changes the leverage of a lending position in one transaction
/// @notice Every operation acts on the position of `msg.sender`, which stays in its own wallet. The contract keeps no
/// state, has no owner and holds nothing between calls.
/// @dev Canonical interface: the contract takes its selectors, errors and events from this file. Calldata must be the
/// canonical ABI encoding, to the byte. Amounts are in the smallest unit of the asset concerned; ratios and health
/// factors have 18 decimals.
interface IDebtManager {
  /// @notice Lending protocols.
  enum Lender {
    Exactly
  }

  /// @notice Where the flash loan is taken.
  enum FlashSource {
    BalancerV2
  }

  /// @notice How the size of an operation is stated.
  /// @custom:value Ratio `value` is deposit / principal after the operation, 18 decimals, at least 1e18.
  /// @custom:value Amount `value` is the debt to add or to repay, in units of the debt asset.
  enum Target {
    Ratio,
    Amount
  }

  /// @notice How an authorisation is given. This build knows none: allowances are set beforehand.
  enum AuthorizationKind {
    None
  }

  /// @notice A position: what is supplied, what is owed and until when.
  struct Market {
    /// The lending protocol.
    Lender lender;
    /// The market that holds the deposit. Listed by the lender, or the call reverts.
    address collateral;
    /// The market that holds the debt; the same one for a same-asset position.
    address debt;
    /// When the debt falls due, in seconds since the epoch; 0 for the floating rate.
    uint256 maturity;
  }

  /// @notice The size of an operation. It is solved inside the call, from the lender's state at that moment.
  struct Size {
    Target target;
    uint256 value;
  }

  /// @notice What the caller accepts of the outcome. Measured after the operation, in every call; nothing here means
  /// "no limit".
  struct Bounds {
    /// The last second in which the call may be executed.
    uint256 deadline;
    /// Most debt after the operation, in units of the debt asset.
    uint256 debtMax;
    /// Least deposit after the operation, in units of the collateral asset.
    uint256 collateralMin;
    /// Most loss of deposit minus debt, beyond what was put in or taken out, in units of the debt asset.
    uint256 equityLossMax;
    /// Least health factor after the operation, 18 decimals. An account without debt has the largest one.
    uint256 healthFactorMin;
  }

  /// @notice Opens or increases a leveraged position.
  struct Leverage {
    Market market;
    Size size;
    /// Taken from the wallet and deposited first, in units of the collateral asset. May be 0.
    uint256 deposit;
    FlashSource flash;
    Bounds bounds;
  }

  /// @notice Decreases or closes a leveraged position.
  struct Deleverage {
    Market market;
    Size size;
    /// Sent to the wallet, in units of the collateral asset; `type(uint256).max` for all that remains, which asks for
    /// a ratio of exactly 1e18.
    uint256 withdraw;
    FlashSource flash;
    Bounds bounds;
  }

  /// @notice A signed approval that is used up in the call.
  struct Authorization {
    AuthorizationKind kind;
    address token;
    uint256 value;
    uint256 nonce;
    uint256 deadline;
    bytes signature;
  }

  /// @notice Deposit and debt of an account in a market after an operation, in units of their assets. The deposit is
  /// rounded down, the debt up.
  struct Position {
    uint256 collateral;
    uint256 debt;
  }

  /// @notice Supplies, borrows and so raises the caller's leverage.
  /// @dev Needs an allowance of `deposit` on the asset and, on the debt market's shares, of what the borrow consumes.
  /// Without anything to borrow the deposit is supplied and no flash loan is taken.
  /// @param operation What to do, and within which bounds.
  /// @param swap The route between the two assets; empty when they are the same.
  /// @param authorizations Signed approvals to submit first; this build takes none.
  /// @return position The position as measured at the end.
  function leverage(Leverage calldata operation, bytes calldata swap, Authorization[] calldata authorizations)
    external
    returns (Position memory position);

  /// @notice Repays, withdraws and so lowers the caller's leverage, down to no position at all.
  /// @dev Needs an allowance on the collateral market's shares of what the withdrawal consumes.
  /// @param operation What to do, and within which bounds.
  /// @param swap The route between the two assets; empty when they are the same.
  /// @param authorizations Signed approvals to submit first; this build takes none.
  /// @return position The position as measured at the end.
  function deleverage(Deleverage calldata operation, bytes calldata swap, Authorization[] calldata authorizations)
    external
    returns (Position memory position);

  /// @notice Balancer V2's callback. Reverts unless an operation in flight asked for exactly this loan.
  function receiveFlashLoan(
    address[] calldata tokens,
    uint256[] calldata amounts,
    uint256[] calldata feeAmounts,
    bytes calldata userData
  ) external;

  /// @notice Leverage was raised. What came from the wallet, the asset's own event tells.
  /// @param account Whose position it is.
  /// @param collateralMarket The market supplied to.
  /// @param debtMarket The market borrowed from.
  /// @param collateral Deposit after the operation.
  /// @param debt Debt after the operation.
  event Leveraged(
    address indexed account,
    address indexed collateralMarket,
    address debtMarket,
    uint256 collateral,
    uint256 debt
  );

  /// @notice Leverage was lowered. What went to the wallet, the asset's own event tells.
  /// @param account Whose position it is.
  /// @param collateralMarket The market withdrawn from.
  /// @param debtMarket The market repaid to.
  /// @param collateral Deposit after the operation.
  /// @param debt Debt after the operation.
  event Deleveraged(
    address indexed account,
    address indexed collateralMarket,
    address debtMarket,
    uint256 collateral,
    uint256 debt
  );

  /// @notice No function has this selector, or the calldata is shorter than one.
  error UnknownSelector(bytes4 selector);
  /// @notice The calldata is not the canonical encoding: the word at `offset` bytes after the selector is wrong, or
  /// the calldata ends before or after it should.
  error InvalidCalldata(uint256 offset);
  /// @notice Ether was sent.
  error NotPayable(uint256 value);
  /// @notice An operation is in flight.
  error Reentered();
  /// @notice Executed too late.
  error DeadlinePassed(uint256 deadline, uint256 timestamp);
  /// @notice This build cannot do that on a market: cross-asset or fixed-maturity positions.
  error MarketUnsupported(address collateral, address debt, uint256 maturity);
  /// @notice The lender does not list this market.
  error MarketNotListed(address market);
  /// @notice This build takes no swap route.
  error SwapUnsupported(uint256 length);
  /// @notice This build takes no signed approvals.
  error AuthorizationsUnsupported(uint256 count);
  /// @notice A ratio below the least that makes sense for the operation.
  error RatioTooLow(uint256 ratio, uint256 least);
  /// @notice The debt, and what is to be withdrawn, is more than the deposit: there is no principal to scale.
  error PrincipalNegative(uint256 collateral, uint256 owed);
  /// @notice The target lies in the other direction: the debt it asks for against the present one.
  error WrongDirection(uint256 debtTarget, uint256 debt);
  /// @notice Withdrawing everything asks for a ratio of exactly 1e18.
  error WithdrawAllNeedsFullRepayment(uint256 size);
  /// @notice A result does not fit 256 bits.
  error ArithmeticOverflow();
  /// @notice A callback that no operation in flight asked for.
  error UnexpectedCallback(address caller);
  /// @notice The flash loan came with another token or amount than asked.
  error FlashLoanMismatch(address token, uint256 amount);
  /// @notice The flash source returned without lending.
  error FlashLoanMissing();
  /// @notice A call returned fewer bytes than its type has, or a value out of its type's range.
  error InvalidReturn(address target, bytes4 selector);
  /// @notice More debt than accepted.
  error DebtAboveMax(uint256 debt, uint256 debtMax);
  /// @notice Less deposit than accepted.
  error CollateralBelowMin(uint256 collateral, uint256 collateralMin);
  /// @notice More value lost than accepted.
  error EquityLossAboveMax(uint256 loss, uint256 lossMax);
  /// @notice Nearer to liquidation than accepted.
  error HealthFactorBelowMin(uint256 healthFactor, uint256 healthFactorMin);
  /// @notice The contract would end with another balance of the asset than it began with: `balance` was found before
  /// the last transfer where `expected` was due.
  error ResidualBalance(uint256 balance, uint256 expected);
  /// @notice A call to `target` reverted with `reason` (ERC-7751).
  error WrappedError(address target, bytes4 selector, bytes reason, bytes details);
}
