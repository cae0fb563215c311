// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Spends all gas that it is given, whatever it is asked
contract GasEater {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
