// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// @notice Approval by signature, in the forms that the contract submits.
interface IERC20Permit {
  function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
    external;
}

/// @notice With a signature of any form (EIP-7598).
interface IERC7598 {
  function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external;
}

/// @notice All or nothing, as Dai has it.
interface IDaiLikePermit {
  function permit(
    address holder,
    address spender,
    uint256 nonce,
    uint256 expiry,
    bool allowed,
    uint8 v,
    bytes32 r,
    bytes32 s
  ) external;
}
