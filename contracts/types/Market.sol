// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What an auction trades: for ever the same tokens.
struct Market {
    /// Strictly ascending, 2 to 256 of them. A token's index in this list names it in orders and prices.
    address[] tokens;
    /// The least that an order may sell or ask of each token, in its atoms: 2^16 at least, below 2^112. Best of about equal
    /// worth, and 2^20 at least where decimals allow.
    uint112[] minimums;
}
