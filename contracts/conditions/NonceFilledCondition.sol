// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IOutcome} from "../interfaces/IOutcome.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title NonceFilledCondition
/// @author The Walras developers
/// @notice Holds if another intent has been filled, in this batch or before: both legs of a bundle name each other, so
/// that they settle in one batch or not at all; more than two name each other in a ring.
/// @dev Data: `abi.encode(address other, uint256 nonce, uint256 minimum)`.
///
/// The settlement keeps one bit for a nonce, and a cancelled one looks like a filled one. Two questions can be asked
/// that a cancellation by somebody else cannot turn:
///
/// - `minimum` 0: the nonce is spent, and `other` is the intent's own owner (or 0). Nobody but the owner can cancel it, so
///   it was filled unless the owner has done just that. Warning: to take a bundle back, cancel all its nonces at once
///   (`cancelMany`, with nonces of one word); to cancel one leg alone is to let the others settle alone.
/// - `minimum` above 0: partially fillable intents of the nonce have executed at least that much (`filledAmount`, in
///   atoms of their exact side). Only settled fills count there, never a cancellation. It is not updated by the fill
///   that completes an intent, so sign the other one for an atom more than `minimum`, or this may never hold.
///   Warning: an owner can fill a nonce by any intent, also of worthless tokens with itself. So of an `other` whom you do
///   not trust, this proves nothing; there, ask for the balance that you want to see (MinimumBalanceCondition).
contract NonceFilledCondition is IOutcome {
    ISettlement private immutable _SETTLEMENT;

    constructor(ISettlement settlement) {
        _SETTLEMENT = settlement;
    }

    /// @inheritdoc IOutcome
    function holds(
        bytes32,
        address owner,
        uint256,
        uint256,
        bytes calldata conditionData
    ) external view override returns (bool) {
        (address other, uint256 nonce, uint256 minimum) = abi.decode(
            conditionData,
            (address, uint256, uint256)
        );
        if (other == address(0)) other = owner;
        if (minimum != 0) return _SETTLEMENT.filledAmount(other, nonce) >= minimum;
        return other == owner && _SETTLEMENT.isNonceSpent(owner, nonce);
    }
}
