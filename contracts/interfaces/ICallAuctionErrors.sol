// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title Why the auction reverts
/// @notice Errors about a placement carry its index in the call first, errors about an order its window and id.
interface ICallAuctionErrors {
    /* PLACEMENTS */

    /// @notice `kind` is "buy". (Neither "sell" nor "buy": `UnknownKind`, as everywhere.)
    error NotASell(uint256 placement);
    /// @notice A fill-or-kill intent has no place in an equilibrium.
    error NotPartiallyFillable(uint256 placement);
    /// @notice A decaying limit has no place in a window, which is priced at one moment.
    error DecayingLimit(uint256 placement);
    /// @notice The auction asks no outcome conditions.
    error HasCondition(uint256 placement);
    /// @notice The intent is for another settler. It may name nobody or the auction.
    error WrongSettler(uint256 placement, address settler);
    /// @notice The intent sells and buys one and the same token.
    error SameToken(uint256 placement, address token);
    /// @notice `maxFee` and `feePerWei` have to be both 0 or both set, and `maxFee` at most `sellAmount`.
    error InvalidFee(uint256 placement, uint256 maxFee, uint256 feePerWei);
    /// @notice `token` is not in the market.
    error UnknownToken(uint256 placement, address token);
    /// @notice `sellAmount - maxFee` and `buyAmount`, of `token`, have to be at least its minimum and below 2^112.
    error AmountOutOfRange(uint256 placement, address token, uint256 amount);
    /// @notice The intent is not yet valid when the window locks.
    error NotYetValid(uint256 placement, uint256 validFrom);
    /// @notice The intent is no longer valid when the window locks.
    error Expired(uint256 placement, uint256 validTo);
    /// @notice The owner's nonce is spent or cancelled.
    error NonceSpent(uint256 placement, address owner, uint256 nonce);
    /// @notice The signature recovers nobody, or not the owner that is named; or its owner refuses it (ERC-1271).
    error InvalidSignature(uint256 placement);
    /// @notice The owner has not approved this intent on chain.
    error NotApproved(uint256 placement, address owner, bytes32 intentHash);
    /// @notice Permit2 has refused the signature or the transfer, for `reason`.
    error PermitRefused(uint256 placement, bytes reason);
    /// @notice `token` did not move `amount` from `owner` to the auction.
    error PullFailed(uint256 placement, address token, address owner, uint256 amount);
    /// @notice The auction got `received` where `amount` was pulled for the placements that end with this one and sell this token:
    /// it takes a fee, or rebases, or lies.
    error WrongAmountReceived(uint256 placement, address token, uint256 amount, uint256 received);
    /// @notice The window has its 2^32 orders.
    error TooManyOrders(uint256 placement);

    /* ORDERS */

    /// @notice There is no such order, or it has been cancelled, paid out or rolled.
    error NoOrder(uint256 window, uint256 id);
    /// @notice The caller is not the order's owner.
    error NotOwner(uint256 window, uint256 id, address owner);
    /// @notice What is left of the order can still take part in the current window: others than its owner may only `roll`.
    error StillValid(uint256 window, uint256 id);
    /// @notice `token` did not move `amount` to `to`.
    error PayFailed(address token, address to, uint256 amount);

    /* WINDOWS */

    /// @notice The window is locked: its orders stay as they are.
    error Locked(uint256 window, uint256 lock);
    /// @notice The window is not locked yet.
    error NotLocked(uint256 window, uint256 lock);
    /// @notice The window has not been cleared.
    error NotCleared(uint256 window);
    /// @notice The window has been cleared.
    error AlreadyCleared(uint256 window);
    /// @notice The window was not cleared until `deadline`: everything goes back.
    error Void(uint256 window, uint256 deadline);
    /// @notice The window can still be cleared, or has been.
    error NotVoid(uint256 window);
    /// @notice There is nothing to clear.
    error NoOrders(uint256 window);

    /* CLEARING */

    /// @notice There has to be one price per token of the market.
    error PricesLengthMismatch(uint256 tokens, uint256 prices);
    /// @notice The mantissa of price `token` does not have its highest bit set.
    error PriceNotNormalised(uint256 token);
    /// @notice `progress` is not where this solution has come to.
    error WrongProgress(bytes32 key);
    /// @notice The amount for order `id` in `marginal` is not allowed: the order is out of the money, or the amount is more
    /// than the order's, or 0 for one in the band, or, for one in the money, all of it or short of it by more than 2^-10 of
    /// its sell token's minimum.
    error InvalidMarginal(uint256 id, uint256 amount);
    /// @notice `marginal[index]` is not for an order of this page, or not in ascending order of ids, or for an order that
    /// was cancelled.
    error UnusedMarginal(uint256 index);
    /// @notice At these prices order `id` would get more than any window can hold.
    error BoughtOverflow(uint256 id);
    /// @notice Less of token `token` is sold than bought.
    error SoldTooLittle(uint256 token, uint256 sold, uint256 bought);
    /// @notice Token `token` is sold and nobody buys it.
    error SoldToNobody(uint256 token, uint256 sold);

    /* CONSTRUCTION */

    /// @notice A market has 2 to 256 tokens, and a minimum for each.
    error InvalidMarket(uint256 tokens, uint256 minimums);
    /// @notice Token `index` is not greater than the one before it, or 0.
    error TokensNotAscending(uint256 index);
    /// @notice The minimum of token `index` is less than 2^16.
    error MinimumTooLow(uint256 index, uint256 minimum);

    /// @notice A window has to last for a while.
    error InvalidWindowLength();
}
