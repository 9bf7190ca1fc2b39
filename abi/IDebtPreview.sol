// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @title Preview of DebtManager's operations: the operation itself, in a call that is thrown away
/// @notice Ask it in an `eth_call` to the account, from anyone, with a state override that gives the account the code
/// `0xef0100 || address of this contract` (EIP-7702), at the block the operation is thought for. The code then runs as
/// the account: it allows the manager what the operation may need, has the manager carry it out, measures, and undoes
/// everything. What comes back is not a model of the operation but its outcome, to the last unit.
/// @dev No signature and no allowance is needed: what is to be signed, is taken as signed, and what is to be allowed, as
/// allowed. An approval by signature is taken for the `value` it names, also when it is not signed yet; one that takes an
/// approval back must be signed as it will be, or be left out.
///
/// Nothing that this contract does can persist, also in a transaction of an account that really delegates to it: it
/// changes state only in `rehearse` and `weigh`, which always revert, with the result as the error. So whoever calls
/// gains nothing by it.
///
/// Calldata must be the canonical ABI encoding, but of `isValidSignature`; what is not is refused with `IDebtManager`'s
/// errors.
///
/// Amounts are in the smallest unit of the asset concerned; ratios and health factors have 18 decimals.
interface IDebtPreview {
  /// @notice Why an operation would not succeed.
  /// @custom:value None It would.
  /// @custom:value Unlisted The lender does not list a market.
  /// @custom:value NotEntered The account's collateral would not do, and the market it is in does not count as
  /// collateral: the account has to enter it at the lender first.
  /// @custom:value Shortfall The account's collateral would not do.
  /// @custom:value Cap A limit of the lender's on a whole market: on its deposits, or on how much of it is borrowed at
  /// fixed rates.
  /// @custom:value Liquidity A market, the flash source or the pools on the swap's path hold too little.
  /// @custom:value Paused A market is paused or frozen.
  /// @custom:value Maturity The maturity is none that is open.
  /// @custom:value Wallet The wallet holds less than the deposit.
  /// @custom:value Bounds The outcome, or the time, is not within the operation's bounds.
  /// @custom:value Size The size cannot be had: a ratio below one, the other direction, no principal to scale.
  /// @custom:value Other Anything else: `failure` says what.
  enum Reason {
    None,
    Unlisted,
    NotEntered,
    Shortfall,
    Cap,
    Liquidity,
    Paused,
    Maturity,
    Wallet,
    Bounds,
    Size,
    Other
  }

  /// @notice Deposit and debt of a position. The deposit is rounded down, the debt up; a debt of fixed maturity is counted
  /// with all its interest, and its penalty when late.
  struct Position {
    /// Deposit, in units of the collateral asset.
    uint256 collateral;
    /// Debt, in units of the debt asset.
    uint256 debt;
    /// Deposit / principal, by the lender's oracle; 0 without a deposit, the largest number without a principal.
    uint256 ratio;
  }

  /// @notice An account at a moment.
  struct Account {
    /// The position that the operation names, or begins with.
    Position from;
    /// The position that it ends with. The same one unless it is a migration.
    Position to;
    /// What all deposits that count as collateral are worth, in the lender's unit of account, weighted by its factors.
    uint256 collateralValue;
    /// What all debts are worth, weighted likewise.
    uint256 debtValue;
    /// The first by the second; the largest number without a debt. Below 1e18 the account can be liquidated.
    uint256 healthFactor;
  }

  /// @notice What happens to the account's balance of an asset.
  struct Change {
    /// Which asset.
    address asset;
    /// What the wallet gives, in units of the asset.
    uint256 paid;
    /// What it gets, in units of the asset.
    uint256 received;
  }

  /// @notice The outcome of an operation.
  struct Preview {
    /// Why it would not succeed; `None` if it would.
    Reason reason;
    /// What it would revert with, in full.
    bytes failure;
    /// The account now. All zero where the operation names no position of the lender's.
    Account before;
    /// The account then; the same as now if it would not succeed.
    Account afterwards;
    /// For each asset of the operation once: the collateral's, the debt's, and a migration's others.
    Change[] wallet;
    /// The deposit that the operation returns and holds against its bounds: what it is then, or a little less.
    uint256 collateral;
    /// The debt that it returns and holds against its bounds: what it is then, or a little more.
    uint256 debt;
    /// What the vault of Balancer V2 holds of the asset that the operation borrows in a flash.
    uint256 flashLiquidity;
    /// What there is to be had of the market that pays for it: what can be borrowed there now at the floating rate, or,
    /// of a market that is withdrawn from, what can be withdrawn.
    uint256 marketLiquidity;
    /// The largest ratio with which the operation, the same for the rest, but within any bounds, would succeed and leave
    /// a health factor of at least the one asked for: with one more in the last digit it would not. 0 if there is none,
    /// if the operation states no ratio (a migration, or withdrawing all), and if it was not asked for.
    uint256 maxRatio;
  }

  /// @notice The operation is signed by another account than the one whose code this is.
  /// @param account Who signs it.
  error AnotherAccount(address account);
  /// @notice What a rehearsal came to.
  /// @param outcome The outcome, without the largest ratio.
  error Rehearsed(Preview outcome);
  /// @notice What weighing came to: the ratio, what has it, and the account then.
  /// @param ratio The ratio, 18 decimals.
  /// @param principal What has it: the deposit less the debt, in the units that the operation is sized in.
  /// @param collateralValue What the account's collateral is then worth, in the lender's unit of account, weighted.
  /// @param debtValue What its debts are then worth, weighted likewise.
  error Weighed(uint256 ratio, uint256 principal, uint256 collateralValue, uint256 debtValue);

  /// @notice What an operation would come to for this account.
  /// @param manager The contract that is to carry it out.
  /// @param operation The calldata of one of its six verbs, as it is to be sent.
  /// @param minHealthFactor For which health factor to look for the largest ratio: the operation is carried out ten to
  /// twenty times for it. 0 for none.
  /// @return outcome The outcome. An operation that would fail is no error.
  function preview(address manager, bytes calldata operation, uint256 minHealthFactor)
    external
    returns (Preview memory outcome);

  /// @notice Carries out an operation and reverts with `Rehearsed`, always; or, before any position is known, with what it
  /// would revert with.
  /// @dev Takes the arguments of `preview`, of which the last has no part here.
  /// @param manager The contract that is to carry it out.
  /// @param operation The calldata of one of its six verbs.
  /// @param minHealthFactor Not used.
  function rehearse(address manager, bytes calldata operation, uint256 minHealthFactor) external;

  /// @notice Carries out an operation whose ratio is replaced, and reverts with `Weighed`; or with any other error if that
  /// does not succeed. The ratio is so many `steps` from the least that it can state; a step is a unit of debt, or one in the
  /// ratio's last digit where that is more.
  /// @param manager The contract that is to carry it out.
  /// @param operation The calldata of one of its six verbs.
  /// @param steps How far above the least ratio.
  function weigh(address manager, bytes calldata operation, uint256 steps) external;

  /// @notice ERC-1271, in a rehearsal: anything is signed. Otherwise nothing is.
  /// @param hash What is said to be signed. Not looked at.
  /// @param signature Not looked at.
  /// @return magicValue `0x1626ba7e` in a rehearsal.
  function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magicValue);
}
