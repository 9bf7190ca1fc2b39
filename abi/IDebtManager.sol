// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title DebtManager: changes the leverage of a lending position in one transaction
/// @notice Every operation acts on the position of `msg.sender`, or of the account that has signed it; the position
/// stays in that account's own wallet. The contract keeps no state, has no owner and holds nothing between calls.
/// @dev Canonical interface: the contract takes its selectors, errors and events from this file. Calldata must be the
/// canonical ABI encoding, to the byte. Amounts are in the smallest unit of the asset concerned; ratios and health
/// factors have 18 decimals.
interface IDebtManager {
  /// @notice Lending protocols.
  /// @custom:value Exactly Exactly, whose Auditor lists the markets.
  enum Lender {
    Exactly
  }

  /// @notice Who advances what an operation needs until it can pay for it.
  /// @custom:value BalancerV2 A flash loan from Balancer V2's vault. Where the vault holds less than is needed and no
  /// swap is involved, the operation is done in up to 32 rounds.
  /// @custom:value UniswapV3 The last pool of the swap's path, which delivers before it is paid. Only with a swap. Where
  /// collateral is replaced by way of a swap, a pool is the source whatever is named: the first one of the path.
  enum FlashSource {
    BalancerV2,
    UniswapV3
  }

  /// @notice How the size of an operation is stated.
  /// @custom:value Ratio `value` is deposit / principal after the operation, 18 decimals, at least 1e18; the principal
  /// is the deposit less the debt. Rounded so that the debt is at most what the ratio says. With two assets, the
  /// lender's oracle says what one is worth in the other. It is what is borrowed that is sized: the interest that a
  /// debt of fixed maturity adds at once comes on top of the ratio.
  /// @custom:value Amount `value` is, to raise leverage, the deposit to add beyond what comes from the wallet, in units
  /// of the collateral asset; to lower it, the debt to repay, in units of the debt asset: all of it if there is less.
  enum Target {
    Ratio,
    Amount
  }

  /// @notice How an authorisation is given. An allowance that was set beforehand needs none.
  /// @custom:value Eip2612 A permit for `value` units, with a signature of 65 bytes (r, s, v).
  /// @custom:value Eip7598 The same with a signature of any form, as for wallets that are contracts.
  /// @custom:value DaiLike All or nothing: a permit for everything if `value` is not 0. It uses `nonce`.
  /// @custom:value Permit2 A transfer of the deposit through Permit2, for at most `value` units.
  enum AuthorizationKind {
    Eip2612,
    Eip7598,
    DaiLike,
    Permit2
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
    /// What `value` means.
    Target target;
    /// A ratio, 18 decimals, or an amount, in units of the asset that `target` tells.
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
    /// Most loss of deposit minus debt, beyond what was put in or taken out, in units of the debt asset. With two
    /// assets, by the lender's oracle; a debt of fixed maturity counts with all its interest.
    uint256 equityLossMax;
    /// Least health factor after the operation, 18 decimals. An account without debt has the largest one.
    uint256 healthFactorMin;
  }

  /// @notice Opens or increases a leveraged position.
  struct Leverage {
    /// The position.
    Market market;
    /// How far to raise it.
    Size size;
    /// Taken from the wallet and deposited first, in units of the collateral asset. May be 0.
    uint256 deposit;
    /// Who advances what is needed.
    FlashSource flash;
    /// What is accepted of the outcome.
    Bounds bounds;
  }

  /// @notice Decreases or closes a leveraged position.
  struct Deleverage {
    /// The position.
    Market market;
    /// How far to lower it.
    Size size;
    /// Sent to the wallet, in units of the collateral asset; `type(uint256).max` for all that remains, which asks for
    /// a ratio of exactly 1e18.
    uint256 withdraw;
    /// Who advances what is needed.
    FlashSource flash;
    /// What is accepted of the outcome.
    Bounds bounds;
  }

  /// @notice Replaces a position's debt, its collateral, or both: the debt first.
  struct Migrate {
    /// What there is.
    Market market;
    /// What there is to be. Bounds apply to this one, as a whole.
    Market to;
    /// How much of the debt to replace, 18 decimals, at most 1e18, which leaves none. What is repaid is rounded up. Not
    /// used where the debt is the same in both.
    uint256 debtPortion;
    /// How much of the collateral to replace, 18 decimals, at most 1e18, which leaves none. What is moved is rounded
    /// down. Not used where the collateral is the same in both.
    uint256 collateralPortion;
    /// Most that may be paid to repay the old debt, in units of its asset: early repayment of a fixed debt costs less
    /// than it says, late repayment more. Too little for an early one is refused by the lender, in its own words.
    uint256 repayMax;
    /// Who advances what is needed.
    FlashSource flash;
    /// What is accepted of the outcome.
    Bounds bounds;
  }

  /// @notice A signed approval of the account's, used up in the call. One whose `value` is 0 takes an approval back:
  /// it is submitted at the end.
  /// @dev A permit that fails is passed over, since anyone can submit it first: what counts is the allowance. At the
  /// end of the call none is left of an allowance named here, or the call reverts.
  struct Authorization {
    /// How it is given.
    AuthorizationKind kind;
    /// A market (its shares) or an asset of the operation.
    address token;
    /// The allowance to give, in units of the token; for a transfer through Permit2, the most that may be taken.
    uint256 value;
    /// The nonce that was signed, where the call that submits it has one: for `DaiLike` and `Permit2`.
    uint256 nonce;
    /// The last second in which it may be submitted.
    uint256 deadline;
    /// Of 65 bytes (r, s, v) where a key must have signed, otherwise of at most 2,048.
    bytes signature;
  }

  /// @notice An operation that its account has signed, and what it pays for being executed.
  /// @dev The signature is Permit2's, of a batch of two transfers: the deposit (of the collateral asset, 0 if there is
  /// none) and the fee; with the operation's deadline; and with a witness of the operation, its paths and who is paid:
  /// `Leverage`, `Deleverage` or `Migrate` of the library `Witnesses`.
  struct Signed {
    /// Whose position it is, and who signed: a key, or a contract that answers EIP-1271.
    address account;
    /// An unused nonce of the account's at Permit2.
    uint256 nonce;
    /// What the fee is paid in: any token that the account lets Permit2 take.
    address feeToken;
    /// What is paid, in units of `feeToken`. May be 0.
    uint256 fee;
    /// Who is paid.
    address feeRecipient;
    /// Of at most 2,048 bytes.
    bytes signature;
  }

  /// @notice Deposit and debt of an account in a market after an operation, in units of their assets. The deposit is
  /// rounded down, the debt up: by the lender's own views the one may be a unit more and the other a unit less. A debt
  /// of fixed maturity is counted with all its interest, and its penalty when late.
  struct Position {
    /// What is supplied, in units of the collateral asset.
    uint256 collateral;
    /// What is owed, in units of the debt asset.
    uint256 debt;
  }

  /// @notice Supplies, borrows and so raises the caller's leverage.
  /// @dev Needs an allowance of `deposit` on the asset and, on the debt market's shares, of what the borrow consumes.
  /// Without anything to borrow the deposit is supplied and no flash loan is taken.
  /// @param operation What to do, and within which bounds.
  /// @param swap The path of Uniswap V3 from the debt asset to the collateral asset: tokens (20 bytes) with the fee of a
  /// pool (3 bytes) between each two; empty when the assets are the same.
  /// @param authorizations Signed approvals to submit first.
  /// @return position The position as measured at the end.
  function leverage(Leverage calldata operation, bytes calldata swap, Authorization[] calldata authorizations)
    external
    returns (Position memory position);

  /// @notice Repays, withdraws and so lowers the caller's leverage, down to no position at all.
  /// @dev Needs an allowance on the collateral market's shares of what the withdrawal consumes.
  /// @param operation What to do, and within which bounds.
  /// @param swap The path of Uniswap V3 from the collateral asset to the debt asset; empty when they are the same.
  /// @param authorizations Signed approvals to submit first.
  /// @return position The position as measured at the end.
  function deleverage(Deleverage calldata operation, bytes calldata swap, Authorization[] calldata authorizations)
    external
    returns (Position memory position);

  /// @notice Replaces the caller's debt, its collateral or both, in whole or in part.
  /// @dev Needs an allowance on the shares of the new debt's market of what the borrow consumes, and on those of the
  /// old collateral's of what the withdrawal consumes.
  /// @param operation What to do, and within which bounds.
  /// @param debtSwap The path of Uniswap V3 from the new debt's asset to the old one's; empty when they are the same.
  /// @param collateralSwap The path from the old collateral's asset to the new one's; empty when they are the same.
  /// @param authorizations Signed approvals to submit first.
  /// @return position The position in `to` as measured at the end.
  function migrate(
    Migrate calldata operation,
    bytes calldata debtSwap,
    bytes calldata collateralSwap,
    Authorization[] calldata authorizations
  ) external returns (Position memory position);

  /// @notice `leverage` for the account that signed it. Anyone may send it.
  /// @dev Needs the allowances that `leverage` needs, but the deposit's; and the account's approval of Permit2 for the
  /// deposit and the fee.
  /// @param operation What to do, and within which bounds, as signed.
  /// @param swap The path, as in `leverage` and as signed.
  /// @param authorizations Signed approvals to submit first. They are not part of what is signed.
  /// @param signed Whose position it is, what is paid for sending it, and the signature.
  /// @return position The position as measured at the end.
  function leverageFor(
    Leverage calldata operation,
    bytes calldata swap,
    Authorization[] calldata authorizations,
    Signed calldata signed
  ) external returns (Position memory position);

  /// @notice `deleverage` for the account that signed it. Anyone may send it.
  /// @dev Needs the allowances that `deleverage` needs, and the account's approval of Permit2 for the fee.
  /// @param operation What to do, and within which bounds, as signed.
  /// @param swap The path, as in `deleverage` and as signed.
  /// @param authorizations Signed approvals to submit first. They are not part of what is signed.
  /// @param signed Whose position it is, what is paid for sending it, and the signature.
  /// @return position The position as measured at the end.
  function deleverageFor(
    Deleverage calldata operation,
    bytes calldata swap,
    Authorization[] calldata authorizations,
    Signed calldata signed
  ) external returns (Position memory position);

  /// @notice `migrate` for the account that signed it. Anyone may send it.
  /// @dev Needs the allowances that `migrate` needs, and the account's approval of Permit2 for the fee.
  /// @param operation What to do, and within which bounds, as signed.
  /// @param debtSwap The debt's path, as in `migrate` and as signed.
  /// @param collateralSwap The collateral's path, as in `migrate` and as signed.
  /// @param authorizations Signed approvals to submit first. They are not part of what is signed.
  /// @param signed Whose position it is, what is paid for sending it, and the signature.
  /// @return position The position in `to` as measured at the end.
  function migrateFor(
    Migrate calldata operation,
    bytes calldata debtSwap,
    bytes calldata collateralSwap,
    Authorization[] calldata authorizations,
    Signed calldata signed
  ) external returns (Position memory position);

  /// @notice Balancer V2's callback. Reverts unless an operation in flight asked for exactly this loan.
  /// @param tokens The one token that is lent.
  /// @param amounts How much of it, in its units.
  /// @param feeAmounts What the loan costs, in its units.
  /// @param userData What was handed to the vault: the rest of the operation.
  function receiveFlashLoan(
    address[] calldata tokens,
    uint256[] calldata amounts,
    uint256[] calldata feeAmounts,
    bytes calldata userData
  ) external;

  /// @notice Uniswap V3's callback. Reverts unless an operation in flight asked this pool for exactly this swap.
  /// @param amount0Delta What the pool is owed (above zero) or has paid (below zero), in units of its first token.
  /// @param amount1Delta The same of its second token.
  /// @param data What was handed to the pool: the rest of the operation.
  function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;

  /// @notice Leverage was raised. What came from the wallet, the asset's own event tells; a
  /// maturity, the lender's.
  /// @param account Whose position it is.
  /// @param collateralMarket The market supplied to.
  /// @param debtMarket The market borrowed from.
  /// @param collateral Deposit after the operation, in units of the collateral asset, rounded down.
  /// @param debt Debt after the operation, in units of the debt asset, rounded up; with all interest if it has a
  /// maturity.
  event Leveraged(
    address indexed account,
    address collateralMarket,
    address debtMarket,
    uint256 collateral,
    uint256 debt
  );

  /// @notice Leverage was lowered. What went to the wallet, the asset's own event tells; a
  /// maturity, the lender's.
  /// @param account Whose position it is.
  /// @param collateralMarket The market withdrawn from.
  /// @param debtMarket The market repaid to.
  /// @param collateral Deposit after the operation, in units of the collateral asset, rounded down.
  /// @param debt Debt after the operation, in units of the debt asset, rounded up; with all interest if it has a
  /// maturity.
  event Deleveraged(
    address indexed account,
    address collateralMarket,
    address debtMarket,
    uint256 collateral,
    uint256 debt
  );

  /// @notice A position was moved. What it was moved from, and maturities, the lender's own events tell.
  /// @param account Whose position it is.
  /// @param collateralMarket The market that holds the deposit now.
  /// @param debtMarket The market that holds the debt now.
  /// @param collateral Deposit there after the operation, in units of the collateral asset, rounded down.
  /// @param debt Debt there after the operation, in units of the debt asset, rounded up; with all interest if it has a
  /// maturity.
  event Migrated(
    address indexed account,
    address collateralMarket,
    address debtMarket,
    uint256 collateral,
    uint256 debt
  );

  /// @notice No function has this selector, or the calldata is shorter than one.
  /// @param selector The first four bytes, or zeros if there are not as many.
  error UnknownSelector(bytes4 selector);
  /// @notice The calldata is not the canonical encoding: the word at `offset` bytes after the selector is wrong, or
  /// the calldata ends before or after it should.
  /// @param offset In bytes, a multiple of 32 but for the end of the calldata.
  error InvalidCalldata(uint256 offset);
  /// @notice Ether was sent.
  /// @param value In wei.
  error NotPayable(uint256 value);
  /// @notice An operation is in flight.
  error Reentered();
  /// @notice Executed too late.
  /// @param deadline The last second in which it could be executed.
  /// @param timestamp The second of the block.
  error DeadlinePassed(uint256 deadline, uint256 timestamp);
  /// @notice The lender does not list this market.
  /// @param market What was named as a market.
  error MarketNotListed(address market);
  /// @notice The old and the new position are the same one, or nothing of the old one is to be moved.
  error NothingToMigrate();
  /// @notice A portion above 1e18.
  /// @param portion What was asked for, 18 decimals.
  error PortionTooHigh(uint256 portion);
  /// @notice Repaying costs more than accepted.
  /// @param repayment What it costs, in units of the old debt's asset.
  /// @param repayMax What was accepted, in the same units.
  error RepaymentAboveMax(uint256 repayment, uint256 repayMax);
  /// @notice The path does not lead from `sold` to `bought`, which is what the operation needs; between a token and
  /// itself it must be empty.
  /// @param sold The token that has to be sold.
  /// @param bought The token that has to be bought.
  error SwapPathMismatch(address sold, address bought);
  /// @notice The pools gave less than was asked of them, or took less than was offered.
  /// @param amount What was traded, in units of the token that was asked for or offered.
  /// @param asked What should have been, in the same units.
  error SwapIncomplete(uint256 amount, uint256 asked);
  /// @notice This flash source cannot carry this operation.
  /// @param source The source, as `FlashSource` numbers it.
  error FlashSourceUnsupported(uint8 source);
  /// @notice The flash source holds so little that 32 rounds do not do.
  /// @param available What it holds, in units of the asset to lend.
  /// @param needed What the operation needs, in the same units.
  error FlashLiquidityTooLow(uint256 available, uint256 needed);
  /// @notice A signed approval for a token that has no part in the operation.
  /// @param token The token that was named.
  error AuthorizationForeign(address token);
  /// @notice Some of an allowance that was given by signature would be left.
  /// @param token The asset, or the market whose shares they are.
  /// @param allowance What is left, in units of the token.
  error AllowanceLeft(address token, uint256 allowance);
  /// @notice A ratio below the least that makes sense for the operation.
  /// @param ratio What was asked for, 18 decimals.
  /// @param least What is possible, 18 decimals.
  error RatioTooLow(uint256 ratio, uint256 least);
  /// @notice The debt, and what is to be withdrawn, is more than the deposit: there is no principal to scale.
  /// @param collateral The deposit, in the units that the operation is sized in: of the collateral asset to raise
  /// leverage, of the debt asset to lower it.
  /// @param owed The debt with what is to be withdrawn, in the same units.
  error PrincipalNegative(uint256 collateral, uint256 owed);
  /// @notice The target lies in the other direction: the debt it asks for against the present one.
  /// @param debtTarget The debt that the target asks for, in the units that the operation is sized in: of the
  /// collateral asset to raise leverage, of the debt asset to lower it.
  /// @param debt The debt that there is, in the same units.
  error WrongDirection(uint256 debtTarget, uint256 debt);
  /// @notice Withdrawing everything asks for a ratio of exactly 1e18.
  /// @param size The size that was asked for instead.
  error WithdrawAllNeedsFullRepayment(uint256 size);
  /// @notice A result does not fit 256 bits.
  error ArithmeticOverflow();
  /// @notice A callback that no operation in flight asked for.
  /// @param caller Who called.
  error UnexpectedCallback(address caller);
  /// @notice The flash loan came with another token or amount than asked.
  /// @param token What was lent.
  /// @param amount How much of it, in its units.
  error FlashLoanMismatch(address token, uint256 amount);
  /// @notice The flash source returned without lending.
  error FlashLoanMissing();
  /// @notice A call returned fewer bytes than its type has, or a value out of its type's range.
  /// @param target Who was called.
  /// @param selector The function that was called.
  error InvalidReturn(address target, bytes4 selector);
  /// @notice More debt than accepted.
  /// @param debt What is owed, in units of the debt asset.
  /// @param debtMax What was accepted, in the same units.
  error DebtAboveMax(uint256 debt, uint256 debtMax);
  /// @notice Less deposit than accepted.
  /// @param collateral What is deposited, in units of the collateral asset.
  /// @param collateralMin What was accepted, in the same units.
  error CollateralBelowMin(uint256 collateral, uint256 collateralMin);
  /// @notice More value lost than accepted.
  /// @param loss What was lost, in units of the debt asset.
  /// @param lossMax What was accepted, in the same units.
  error EquityLossAboveMax(uint256 loss, uint256 lossMax);
  /// @notice Nearer to liquidation than accepted.
  /// @param healthFactor The account's, 18 decimals.
  /// @param healthFactorMin What was accepted, 18 decimals.
  error HealthFactorBelowMin(uint256 healthFactor, uint256 healthFactorMin);
  /// @notice The contract does not hold of an asset what it should: a deposit did not arrive as it was sent, or less
  /// would be left than there was before.
  /// @param balance What is there, in units of the asset.
  /// @param expected What should be, in the same units.
  error ResidualBalance(uint256 balance, uint256 expected);
  /// @notice A call to `target` reverted with `reason` (ERC-7751).
  /// @param target Who was called.
  /// @param selector The function that was called.
  /// @param reason What it reverted with: its first 4,096 bytes at most.
  /// @param details Empty.
  error WrappedError(address target, bytes4 selector, bytes reason, bytes details);
}
