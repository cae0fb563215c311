// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title Why a settlement reverts
/// @notice Errors about a fill carry its index in the batch first, so that a keeper can drop the offender.
interface ISettlementErrors {
    /* THE BATCH */

    /// @notice `prices` must hold one price per token.
    error PricesLengthMismatch(uint256 tokens, uint256 prices);
    /// @notice Token `index` is not greater than the one before it.
    error TokensNotAscending(uint256 index);
    /// @notice The price of token `index` is 0.
    error ZeroPrice(uint256 index);
    /// @notice The packed fills end inside fill `fill`.
    error FillTruncated(uint256 fill);
    /// @notice Bytes follow the last fill.
    error TrailingFillBytes(uint256 surplusBytes);
    /// @notice Bits that have no meaning are set.
    error UnknownFlags(uint256 fill, uint256 flags);
    /// @notice The list of transfers is not a whole number of pairs.
    error TransfersTruncated(uint256 length);
    /// @notice Transfer `transfer` names a fill that is not in the batch.
    error TransferFillOutOfRange(uint256 transfer, uint256 fill);
    /// @notice Fill `from` does not sell the token that fill `to` buys.
    error TransferTokenMismatch(uint256 transfer, uint256 from, uint256 to);

    /* THE INTENT */

    /// @notice `tokenIndex` is not in the batch's token list.
    error TokenIndexOutOfRange(uint256 fill, uint256 tokenIndex);
    /// @notice The intent sells and buys one and the same token.
    error SameToken(uint256 fill, address token);
    /// @notice The intent is for another settler.
    error WrongSettler(uint256 fill, address settler);
    /// @notice The block is before the intent's `validFrom`.
    error NotYetValid(uint256 fill, uint256 validFrom);
    /// @notice The block is after the intent's `validTo`.
    error Expired(uint256 fill, uint256 validTo);
    /// @notice A decaying limit has to fall: `startBuyAmount` is less than `buyAmount`.
    error InvalidDecay(uint256 fill, uint256 startBuyAmount, uint256 buyAmount);
    /// @notice The signature recovers nobody (ECDSA, also with a high s), or its owner refuses it (ERC-1271).
    error InvalidSignature(uint256 fill);
    /// @notice The owner has not approved this intent on chain.
    error NotApproved(uint256 fill, address owner, bytes32 intentHash);
    /// @notice `kind` is neither "sell" nor "buy".
    error UnknownKind(string kind);

    /* THE EXECUTION */

    /// @notice The owner's nonce is filled or cancelled.
    error NonceSpent(uint256 fill, address owner, uint256 nonce);
    /// @notice A fill-or-kill intent was to be executed in part.
    error NotPartiallyFillable(uint256 fill, uint256 executed, uint256 amount);
    /// @notice A fill has to execute something.
    error ZeroFill(uint256 fill);
    /// @notice More was to be executed than what is left of the intent.
    error Overfilled(uint256 fill, uint256 executed, uint256 remaining);
    /// @notice The fee is more than the sold amount or than the signed cap's share for it.
    error FeeTooHigh(uint256 fill, uint256 fee, uint256 sold);
    /// @notice At the signed `feePerWei` the fee claims `claimed` wei, and the fill's metered cost is `cost` wei.
    error FeeAboveCost(uint256 fill, uint256 fee, uint256 claimed, uint256 cost);
    /// @notice The fees that are bound to the metered cost claim `claimed` wei together, and the batch has cost `cost`.
    error FeesAboveCost(uint256 claimed, uint256 cost);
    /// @notice The owner would give `sold` for `bought`, which is worse than the limit price.
    error LimitNotMet(uint256 fill, uint256 sold, uint256 bought, uint256 limitBuyAmount);
    /// @notice At these prices the amount does not fit 128 bits.
    error AmountOverflow(uint256 fill, uint256 amount);

    /* THE MOVES */

    /// @notice `token` did not move `amount` from `from` to `to` for fill `fill`.
    error TransferFailed(uint256 fill, address token, address from, address to, uint256 amount);
    /// @notice The condition of fill `fill` did not answer true.
    error OutcomeNotMet(uint256 fill, address condition);
}
