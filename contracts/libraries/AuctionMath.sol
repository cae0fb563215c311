// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The arithmetic of a sealed window
/// @notice Pure: what an order gets follows from its amounts, the prices of its two tokens and, if it is marginal, the
/// amount that was named for it. `clear` and `claim` use the same functions.
/// @dev A price is `exponent << 96 | mantissa`, meaning mantissa * 2^exponent, with 2^95 <= mantissa < 2^96 and an exponent
/// of 32 bits; only differences of exponents matter. So prices compare as integers do, and whatever limits people name,
/// there are prices for them. `amount` and `asked` are at least 2^16 and below 2^112.
library AuctionMath {
    /// @dev Where an order stands at given prices.
    uint256 internal constant OUT = 0;
    uint256 internal constant BAND = 1;
    uint256 internal constant IN = 2;

    /// @dev MU = 2^-16: who is better than the price by that much must be executed whole. Below it the clearer may choose,
    /// so it bounds what the choice is worth; it has to be well above EPSILON, or rounding would leave no way to choose.
    uint256 private constant MU_SHIFT = 16;
    /// @dev EPSILON = 2^-20: everybody gets the price less that much, so that what is sold covers what is bought although
    /// amounts are integers. What is over goes back to the buyers as a bonus.
    uint256 private constant EPSILON_SHIFT = 20;
    /// @dev DELTA = 2^-30: who is worse than the price by that much must not be executed. Room for the rounding of prices.
    uint256 private constant DELTA_SHIFT = 30;

    uint256 private constant ROUNDING_SHIFT = 10;

    uint256 private constant MANTISSA_BITS = 96;
    uint256 private constant MANTISSA_MASK = (1 << MANTISSA_BITS) - 1;
    uint256 private constant MAX_UINT128 = type(uint128).max;

    /// @dev Of a bonus.
    uint256 private constant BONUS_BITS = 96;

    /// @notice What `bought` answers if it is so much that no window can hold it: any real amount sold is below 2^144.
    uint256 internal constant TOO_MUCH = type(uint256).max;

    /// @notice Whether the highest bit of a price's mantissa is set.
    function isNormalised(uint256 price) internal pure returns (bool) {
        return (price >> (MANTISSA_BITS - 1)) & 1 == 1;
    }

    /// @notice Where an order stands: with have = amount * sellPrice and need = asked * buyPrice,
    /// - IN if have >= need + floor(need / 2^16),
    /// - OUT if have < need - floor(need / 2^30),
    /// - BAND else,
    /// the floors in units of 2^exponent of `buyPrice`.
    /// @dev With d the difference of exponents, have is h * 2^d in those units. For an integer n, h * 2^d >= n exactly if
    /// h >= ceil(n / 2^d), and h / 2^k >= n exactly if floor(h / 2^k) >= n: shifting down loses nothing.
    function standing(
        uint256 amount,
        uint256 asked,
        uint256 sellPrice,
        uint256 buyPrice
    ) internal pure returns (uint256) {
        unchecked {
            // Below 2^208, and 2^209 with MU.
            uint256 have = amount * (sellPrice & MANTISSA_MASK);
            uint256 need = asked * (buyPrice & MANTISSA_MASK);
            uint256 most = need - (need >> DELTA_SHIFT);
            uint256 least = need + (need >> MU_SHIFT);
            uint256 sellExponent = sellPrice >> MANTISSA_BITS;
            uint256 buyExponent = buyPrice >> MANTISSA_BITS;
            if (sellExponent < buyExponent) {
                have >>= buyExponent - sellExponent;
            } else if (sellExponent != buyExponent) {
                most = _shiftDownUp(most, sellExponent - buyExponent);
                least = _shiftDownUp(least, sellExponent - buyExponent);
            }
            if (have >= least) return IN;
            return have < most ? OUT : BAND;
        }
    }

    /// @notice What an order gets for `executed` of its amount, in buy-token atoms, before the bonus:
    /// max(floor((v - floor(v / 2^20)) / buyPrice), ceil(executed * asked / amount)) with v = executed * sellPrice, its floor in
    /// units of 2^exponent of `sellPrice`. Never below the limit.
    /// @return 0 for nothing executed; `TOO_MUCH` for more than 2^160, where v would not fit.
    function bought(
        uint256 executed,
        uint256 amount,
        uint256 asked,
        uint256 sellPrice,
        uint256 buyPrice
    ) internal pure returns (uint256) {
        unchecked {
            // Below 2^208.
            uint256 value = executed * (sellPrice & MANTISSA_MASK);
            value -= value >> EPSILON_SHIFT;
            uint256 sellExponent = sellPrice >> MANTISSA_BITS;
            uint256 buyExponent = buyPrice >> MANTISSA_BITS;
            if (sellExponent < buyExponent) {
                value >>= buyExponent - sellExponent;
            } else if (sellExponent != buyExponent) {
                uint256 shift = sellExponent - buyExponent;
                uint256 shifted = value << shift;
                if (shifted >> shift != value) return TOO_MUCH;
                value = shifted;
            }
            uint256 atPrice = value / (buyPrice & MANTISSA_MASK);
            uint256 atLimit = executed == amount ? asked : (executed * asked + amount - 1) / amount;
            return atPrice > atLimit ? atPrice : atLimit;
        }
    }

    /// @notice The bonus of a token: floor((sold - bought) * 2^96 / bought), and no more than 128 bits.
    /// @dev Needs bought_ <= sold < 2^160, and is 0 if nothing is bought.
    function bonus(uint256 sold, uint256 bought_) internal pure returns (uint256 result) {
        unchecked {
            if (bought_ == 0) return 0;
            result = ((sold - bought_) << BONUS_BITS) / bought_;
            if (result > MAX_UINT128) result = MAX_UINT128;
        }
    }

    /// @notice What is paid to who gets `bought_` of a token with this bonus: bought_ + floor(bought_ * bonus_ / 2^96).
    /// @dev bought_ * bonus_ <= (sold - bought of all) * 2^96, which fits.
    function withBonus(uint256 bought_, uint256 bonus_) internal pure returns (uint256) {
        unchecked {
            return bought_ + ((bought_ * bonus_) >> BONUS_BITS);
        }
    }

    /// @notice The least that may be executed of an order in the money: all but 2^-10 of what is the least for any order
    /// that sells this token. Room for the last atoms of a chain of orders; there is no price in it to inflate it by.
    function leastExecuted(uint256 amount, uint256 minimum) internal pure returns (uint256) {
        unchecked {
            return amount - (minimum >> ROUNDING_SHIFT);
        }
    }

    /// @dev ceil(value / 2^shift).
    function _shiftDownUp(uint256 value, uint256 shift) private pure returns (uint256 result) {
        unchecked {
            result = value >> shift;
            if (result << shift != value) ++result;
        }
    }
}
