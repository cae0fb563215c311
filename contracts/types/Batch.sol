// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a keeper submits: one price per token, the fills, and how tokens move between them.
struct Batch {
    /// The tokens of the batch, strictly ascending, so that no token can have two prices.
    address[] tokens;
    /// The clearing price of each token, on any common scale: `amount * price` compares across tokens. None is 0.
    uint128[] prices;
    /// The fills, packed as `FillDecoder` describes.
    bytes fills;
    /// Pairs of fill indices (uint16 from, uint16 to): what `from` sells goes straight to the receiver of `to`.
    bytes transfers;
    /// Handed to the keeper's `walrasCallback`, if not empty.
    bytes callbackData;
}
