// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice How far a clearing in pages has come. Begins empty: zeros and no elements.
struct Progress {
    /// The first order that has not been looked at.
    uint32 next;
    /// Whether some order in the money is executed short of its amount.
    bool hasShort;
    /// What is executed of the orders that sell each token, in its atoms.
    uint256[] sold;
    /// What the orders that buy each token get at its price, in its atoms.
    uint256[] bought;
}
