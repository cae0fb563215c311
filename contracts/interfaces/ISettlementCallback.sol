// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title A keeper that brings outside liquidity
interface ISettlementCallback {
    /// @notice Called once by `Settlement.settle`, when the keeper holds what the sellers still owed and before the
    /// keeper pays what buyers still have to get. The keeper must then hold those amounts, with an allowance for the
    /// settlement contract.
    /// @dev Warning: check that `msg.sender` is the settlement contract.
    /// @param data The batch's `callbackData`, free for the keeper.
    function walrasCallback(bytes calldata data) external;
}
