// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import { IDebtManager } from "../IDebtManager.sol";

/// @notice What the vault uses of the asset, and of the market's shares.
interface IToken {
  function balanceOf(address account) external view returns (uint256);
  function approve(address spender, uint256 value) external returns (bool);
  function transfer(address to, uint256 value) external returns (bool);
  function transferFrom(address from, address to, uint256 value) external returns (bool);
}

/// @title LeverageVault: an example of a contract that uses the DebtManager
/// @notice Holds one position, in one market of Exactly, for its owner. The position is the vault's own: it calls the
/// DebtManager as any account does.
/// @dev For a token that returns true or reverts. Outside of a call nothing is left in the vault but the position, and
/// the DebtManager has no allowance of it. What the DebtManager reverts with reaches the owner as it is.
contract LeverageVault {
  IDebtManager public immutable debtManager;
  /// @notice Deposit and debt are both in this market.
  address public immutable market;
  /// @notice What the market lends.
  IToken public immutable asset;
  address public immutable owner;

  /// @notice Only the owner may do this.
  /// @param caller Who tried.
  error NotOwner(address caller);

  modifier onlyOwner() {
    if (msg.sender != owner) revert NotOwner(msg.sender);
    _;
  }

  /// @dev The DebtManager may use the market's shares in this call only.
  modifier lendingShares() {
    IToken(market).approve(address(debtManager), type(uint256).max);
    _;
    IToken(market).approve(address(debtManager), 0);
  }

  /// @param debtManager_ The DebtManager.
  /// @param market_ A market that Exactly lists.
  /// @param asset_ Its asset.
  constructor(IDebtManager debtManager_, address market_, IToken asset_) {
    debtManager = debtManager_;
    market = market_;
    asset = asset_;
    owner = msg.sender;
  }

  /// @notice Takes a deposit from the owner and raises leverage.
  /// @param deposit In units of the asset, which the owner has let the vault take. May be 0.
  /// @param ratio Deposit / principal afterwards, 18 decimals.
  /// @param bounds What is accepted of the outcome.
  /// @return position The position afterwards.
  function raise(uint256 deposit, uint256 ratio, IDebtManager.Bounds calldata bounds)
    external
    onlyOwner
    lendingShares
    returns (IDebtManager.Position memory position)
  {
    if (deposit != 0) {
      asset.transferFrom(msg.sender, address(this), deposit);
      asset.approve(address(debtManager), deposit);
    }
    position = debtManager.leverage(_leverage(deposit, ratio, bounds), "", new IDebtManager.Authorization[](0));
  }

  /// @notice Raises leverage to a ratio, or to the first lower one that the least health factor allows.
  /// @dev Errors have types, so that one of them can be an answer and all others remain failures.
  /// @param ratio Where to begin, 18 decimals.
  /// @param step How much less to try next, 18 decimals.
  /// @param bounds What is accepted of the outcome.
  /// @return reached The ratio, 18 decimals.
  function raiseAsFarAsHealthy(uint256 ratio, uint256 step, IDebtManager.Bounds calldata bounds)
    external
    onlyOwner
    lendingShares
    returns (uint256 reached)
  {
    for (reached = ratio; ; reached -= step) {
      try debtManager.leverage(_leverage(0, reached, bounds), "", new IDebtManager.Authorization[](0)) {
        break;
      } catch (bytes memory reason) {
        if (bytes4(reason) != IDebtManager.HealthFactorBelowMin.selector) _revertWith(reason);
      }
    }
  }

  /// @notice Lowers leverage and sends what is withdrawn to the owner.
  /// @param withdraw In units of the asset; `type(uint256).max` for all, with a ratio of 1e18.
  /// @param ratio Deposit / principal afterwards, 18 decimals.
  /// @param bounds What is accepted of the outcome.
  /// @return position The position afterwards.
  function lower(uint256 withdraw, uint256 ratio, IDebtManager.Bounds calldata bounds)
    external
    onlyOwner
    lendingShares
    returns (IDebtManager.Position memory position)
  {
    position = debtManager.deleverage(
      IDebtManager.Deleverage({
        market: _market(),
        size: IDebtManager.Size({ target: IDebtManager.Target.Ratio, value: ratio }),
        withdraw: withdraw,
        flash: IDebtManager.FlashSource.BalancerV2,
        bounds: bounds
      }),
      "",
      new IDebtManager.Authorization[](0)
    );
    asset.transfer(owner, asset.balanceOf(address(this)));
  }

  function _leverage(uint256 deposit, uint256 ratio, IDebtManager.Bounds calldata bounds)
    private
    view
    returns (IDebtManager.Leverage memory)
  {
    return IDebtManager.Leverage({
      market: _market(),
      size: IDebtManager.Size({ target: IDebtManager.Target.Ratio, value: ratio }),
      deposit: deposit,
      flash: IDebtManager.FlashSource.BalancerV2,
      bounds: bounds
    });
  }

  /// @dev Same asset, floating rate.
  function _market() private view returns (IDebtManager.Market memory) {
    return IDebtManager.Market({
      lender: IDebtManager.Lender.Exactly,
      collateral: market,
      debt: market,
      maturity: 0
    });
  }

  /// @dev Bubbles an error that was caught.
  function _revertWith(bytes memory reason) private pure {
    assembly ("memory-safe") {
      revert(add(reason, 32), mload(reason))
    }
  }
}
