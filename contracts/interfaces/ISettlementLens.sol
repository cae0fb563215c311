// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

import {Intent} from "../types/Intent.sol";

/// @title What stands in the way of intents, many in one call
/// @notice For `eth_call`: a keeper that admits or refreshes intents, a page that shows them. It never reverts because of
/// an intent, a token, a signer or a condition; whom it asks gets a bounded share of the gas, so that hostile ones spoil
/// their own answers only.
/// @dev Every intent is looked at by itself: two that lean on one balance both look well.
interface ISettlementLens {
    /// @notice How an owner vouches for an intent.
    enum Scheme {
        Ecdsa,
        Eip1271,
        Approval
    }

    /// @notice The first thing that keeps the intent from settling now, in the order in which they are listed.
    enum Obstacle {
        None,
        /// `kind` is neither "sell" nor "buy".
        UnknownKind,
        /// It sells and buys one and the same token.
        SameToken,
        /// It is for another settler than the keeper that was named.
        WrongSettler,
        /// The block is before `validFrom`.
        NotYetValid,
        /// The block is after `validTo`.
        Expired,
        /// The signature recovers nobody, or not the owner that was named, or its owner refuses it (or does not answer).
        InvalidSignature,
        /// The owner has not approved the intent on chain.
        NotApproved,
        /// The limit would rise.
        InvalidDecay,
        /// The nonce is filled or cancelled.
        NonceSpent,
        /// Nothing is left of it, though its nonce is not spent: another intent of the nonce has filled as much.
        Filled,
        /// The sell token does not tell balance or allowance.
        TokenUnreadable,
        /// The owner has less than is needed: anything at all if it is partially fillable, else all that it may have to
        /// give (a "buy" could settle for less at a better price than its limit).
        InsufficientBalance,
        /// The settlement is allowed less than is needed.
        InsufficientAllowance,
        /// The condition refuses now. A hint only: it is meant for the state after the batch.
        ConditionFails
    }

    /// @notice An intent and who vouches for it.
    struct Query {
        Intent intent;
        Scheme scheme;
        /// For `Ecdsa`, 0 or the owner that is expected; else the owner.
        address owner;
        /// `Ecdsa`: 65 bytes, or the 64 of EIP-2098. `Eip1271`: what the owner takes. `Approval`: ignored.
        bytes signature;
    }

    /// @notice What there is to know about an intent now. Amounts in atoms; 0 where there is no owner to ask about.
    struct State {
        Obstacle obstacle;
        /// Who vouches for it; for `Ecdsa` whoever the signature recovers to.
        address owner;
        /// What the condition says now of a fill of all that remains, at the limit; true without a condition.
        bool conditionHolds;
        /// EIP-712 digest; 0 for an unknown kind.
        bytes32 intentHash;
        /// What is left to execute, on the exact side: sell atoms for "sell", buy atoms for "buy".
        uint256 remaining;
        /// What has to be bought for the whole `sellAmount` at the time of this block (before `validFrom`: at `validFrom`).
        uint256 limitBuyAmount;
        /// The owner's, of the sell token.
        uint256 balance;
        /// What the settlement may take of it.
        uint256 allowance;
    }

    /// @notice Looks at many intents.
    /// @param keeper Who would settle; 0 to leave `settler` unchecked.
    /// @return states One for each query, in their order.
    function read(Query[] calldata queries, address keeper) external view returns (State[] memory states);
}
