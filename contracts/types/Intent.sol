// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The outcome that its signer, the owner, wants: give at most `sellAmount`, get at least `buyAmount`, in time.
/// @dev Signed as EIP-712 typed data; the owner is not a field, it is whoever signs. Amounts are in atoms of their token.
struct Intent {
    /// The token that the owner gives.
    address sellToken;
    /// The token that the receiver gets.
    address buyToken;
    /// Who gets the bought tokens; 0 stands for the owner.
    address receiver;
    /// The most that the owner gives, fee included, in sell-token atoms.
    uint128 sellAmount;
    /// The least that the receiver gets for the whole `sellAmount`, in buy-token atoms.
    uint128 buyAmount;
    /// What is asked for the whole `sellAmount` at `validFrom`, falling to `buyAmount` at `decayEnd`; 0 for no decay.
    uint128 startBuyAmount;
    /// The most of `sellAmount` that may go to the keeper, for a full fill, in sell-token atoms.
    uint128 maxFee;
    /// Sell-token atoms per wei of metered cost, scaled by 1e18; 0 leaves `maxFee` as the only bound.
    uint128 feePerWei;
    /// First second, as block time, in which the intent may settle.
    uint32 validFrom;
    /// The second at which the limit has fallen to `buyAmount`.
    uint32 decayEnd;
    /// Last second, as block time, in which the intent may settle.
    uint32 validTo;
    /// Unordered, chosen by the owner. Two intents with one nonce: the first to be filled whole rules the other out.
    uint256 nonce;
    /// "sell": `sellAmount` is exact. "buy": `buyAmount` is exact and `sellAmount` is the cap.
    string kind;
    /// Whether less than the exact amount may be executed at a time.
    bool partiallyFillable;
    /// The only address that may settle this intent; 0 for anybody.
    address settler;
    /// An `IOutcome` that has to approve the state that the batch leaves; 0 for none.
    address condition;
    /// Handed to the condition; without a condition, a free tag.
    bytes conditionData;
}
