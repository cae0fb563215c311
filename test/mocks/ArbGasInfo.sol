// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Stands in for the precompile of Arbitrum chains, which no local EVM has
contract ArbGasInfo {
    uint256 public constant PER_BYTE = 1_600_000_000;

    function getPricesInWei() external pure returns (uint256, uint256, uint256, uint256, uint256, uint256) {
        return (140 * PER_BYTE, PER_BYTE, 2e12, 1e7, 0, 1e7);
    }
}
