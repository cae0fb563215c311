// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SmallFloat} from "./SmallFloat.sol";

/// @title The two words of an order
/// @notice Terms, all that clearing looks at:
///
///   amount uint112, asked uint112, sellToken uint16, buyToken uint16
///
/// and holding, what only paying out needs:
///
///   owner address, budget 32-bit float, feePerWei 24-bit float, validTo uint32, hasReceiver uint8
///
/// @dev Terms of 0 are no order: an amount is never 0.
library AuctionOrder {
    /// @dev Bits of the floats' mantissas; 7 more hold the exponent.
    uint256 private constant BUDGET_BITS = 25;
    uint256 private constant RATE_BITS = 17;

    uint256 private constant MAX_UINT112 = type(uint112).max;

    /* TERMS */

    /// @dev Each must fit its bits.
    function terms(
        uint256 amount_,
        uint256 asked_,
        uint256 sellToken_,
        uint256 buyToken_
    ) internal pure returns (uint256) {
        return (amount_ << 144) | (asked_ << 32) | (sellToken_ << 16) | buyToken_;
    }

    function amount(uint256 terms_) internal pure returns (uint256) {
        return terms_ >> 144;
    }

    function asked(uint256 terms_) internal pure returns (uint256) {
        return (terms_ >> 32) & MAX_UINT112;
    }

    function sellToken(uint256 terms_) internal pure returns (uint256) {
        return (terms_ >> 16) & 0xffff;
    }

    function buyToken(uint256 terms_) internal pure returns (uint256) {
        return terms_ & 0xffff;
    }

    /* HOLDING */

    /// @param budget_ As `budgetFloat` returns it.
    /// @param feePerWei_ Rounded down.
    function holding(
        address owner_,
        uint256 budget_,
        uint256 feePerWei_,
        uint256 validTo_,
        bool hasReceiver_
    ) internal pure returns (uint256 result) {
        result = (uint256(uint160(owner_)) << 96) | (budget_ << 64) | (validTo_ << 8);
        result |= SmallFloat.encode(feePerWei_, RATE_BITS) << 40;
        if (hasReceiver_) result |= 1;
    }

    /// @notice The same holding with another budget.
    function withBudget(uint256 holding_, uint256 budget_) internal pure returns (uint256) {
        return (holding_ & ~(uint256(0xffffffff) << 64)) | (budget_ << 64);
    }

    function owner(uint256 holding_) internal pure returns (address) {
        return address(uint160(holding_ >> 96));
    }

    /// @notice In sell-token atoms.
    function budget(uint256 holding_) internal pure returns (uint256) {
        return SmallFloat.decode((holding_ >> 64) & 0xffffffff);
    }

    function feePerWei(uint256 holding_) internal pure returns (uint256) {
        return SmallFloat.decode((holding_ >> 40) & 0xffffff);
    }

    function validTo(uint256 holding_) internal pure returns (uint256) {
        return (holding_ >> 8) & 0xffffffff;
    }

    function hasReceiver(uint256 holding_) internal pure returns (bool) {
        return holding_ & 1 == 1;
    }

    /// @notice A budget of at most `value`, as it is kept.
    function budgetFloat(uint256 value) internal pure returns (uint256) {
        return SmallFloat.encode(value, BUDGET_BITS);
    }

    /// @notice The least budget that can be kept and is no less than `value`; no more than any kept one that `value` is left of.
    function keptBudget(uint256 value) internal pure returns (uint256) {
        return SmallFloat.decode(SmallFloat.encodeUp(value, BUDGET_BITS));
    }
}
