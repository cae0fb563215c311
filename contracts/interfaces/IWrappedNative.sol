// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title The chain's own coin as an ERC-20 (WETH9)
interface IWrappedNative {
    /// @notice Wraps what is sent along, for the caller.
    function deposit() external payable;

    /// @notice Unwraps, to the caller.
    function withdraw(uint256 amount) external;

    function balanceOf(address account) external view returns (uint256);

    function approve(address spender, uint256 amount) external returns (bool);

    function transfer(address to, uint256 amount) external returns (bool);
}
