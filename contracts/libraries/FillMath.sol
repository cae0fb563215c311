// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Prices, limits and fees in exact integers
/// @notice Amounts and prices have at most 128 bits, so no product here exceeds 256 bits and every comparison of two
/// fractions is a cross-multiplication, without rounding.
library FillMath {
    /// @notice What is bought for `amount` sold after the fee: floor(amount * sellPrice / buyPrice).
    /// @dev `amount` and `sellPrice` must fit 128 bits and `buyPrice` must not be 0. Equivalent to `amount * sellPrice /
    /// buyPrice` without the check that `buyPrice` is not 0.
    function boughtFor(
        uint256 amount,
        uint256 sellPrice,
        uint256 buyPrice
    ) internal pure returns (uint256 bought) {
        assembly ("memory-safe") {
            bought := div(mul(amount, sellPrice), buyPrice)
        }
    }

    /// @notice What has to be sold, before the fee, for `amount` bought: ceil(amount * buyPrice / sellPrice).
    /// @dev `amount` and `buyPrice` must fit 128 bits and `sellPrice` must not be 0.
    function soldFor(uint256 amount, uint256 sellPrice, uint256 buyPrice) internal pure returns (uint256) {
        unchecked {
            uint256 value = amount * buyPrice;
            return value / sellPrice + (value % sellPrice == 0 ? 0 : 1);
        }
    }

    /// @notice What has to be bought for the whole sell amount at `time`: a line from `startBuyAmount` at `validFrom` to
    /// `buyAmount` at `decayEnd`, rounded up, so in the owner's favour.
    /// @dev Needs startBuyAmount >= buyAmount and validFrom <= time < decayEnd.
    function decayedBuyAmount(
        uint256 startBuyAmount,
        uint256 buyAmount,
        uint256 validFrom,
        uint256 decayEnd,
        uint256 time
    ) internal pure returns (uint256) {
        unchecked {
            uint256 duration = decayEnd - validFrom;
            uint256 premium = (startBuyAmount - buyAmount) * (decayEnd - time);
            return buyAmount + (premium + duration - 1) / duration;
        }
    }

    /// @notice Whether `bought` for `sold` is at least as good as `limitBuyAmount` for `sellAmount`.
    /// @dev bought / sold >= limitBuyAmount / sellAmount, multiplied out. All must fit 128 bits.
    function meetsLimit(
        uint256 sold,
        uint256 bought,
        uint256 sellAmount,
        uint256 limitBuyAmount
    ) internal pure returns (bool) {
        unchecked {
            return bought * sellAmount >= sold * limitBuyAmount;
        }
    }

    /// @notice Whether `fee` is no larger a part of `maxFee` than `sold` is of `sellAmount`.
    /// @dev fee / maxFee <= sold / sellAmount, multiplied out. All must fit 128 bits.
    function withinFeeCap(
        uint256 fee,
        uint256 maxFee,
        uint256 sold,
        uint256 sellAmount
    ) internal pure returns (bool) {
        unchecked {
            return fee * sellAmount <= maxFee * sold;
        }
    }
}
