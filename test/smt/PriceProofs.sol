// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FillMath} from "../../contracts/libraries/FillMath.sol";

/// @title What holds of prices, limits and fees for all amounts of 128 bits
/// @notice One function for each property; the compiler's model checker proves its assertions for all arguments. A
/// multiplication outside of `unchecked` also proves that it cannot overflow.
contract PriceProofs {
    /// @notice R1.1: what is bought is never worth more than what is sold for it.
    function boughtIsNeverWorthMore(uint128 amount, uint128 sellPrice, uint128 buyPrice) external pure {
        require(buyPrice > 0);
        uint256 bought = _boughtFor(amount, sellPrice, buyPrice);
        assert(bought * buyPrice <= uint256(amount) * sellPrice);
    }

    /// @notice R1.1: one atom more would be worth more.
    function boughtIsTheMost(uint128 amount, uint128 sellPrice, uint128 buyPrice) external pure {
        require(buyPrice > 0);
        uint256 bought = _boughtFor(amount, sellPrice, buyPrice);
        unchecked {
            assert(uint256(amount) * sellPrice - bought * buyPrice < buyPrice);
        }
    }

    /// @notice R1.1: what is sold is never worth less than what is bought for it.
    function soldIsNeverWorthLess(uint128 amount, uint128 sellPrice, uint128 buyPrice) external pure {
        require(sellPrice > 0);
        uint256 sold = FillMath.soldFor(amount, sellPrice, buyPrice);
        require(sold <= type(uint128).max);
        assert(sold * sellPrice >= uint256(amount) * buyPrice);
    }

    /// @notice R1.1: one atom less would be worth less.
    function soldIsTheLeast(uint128 amount, uint128 sellPrice, uint128 buyPrice) external pure {
        require(sellPrice > 0);
        uint256 sold = FillMath.soldFor(amount, sellPrice, buyPrice);
        require(sold > 0 && sold <= type(uint128).max);
        assert((sold - 1) * sellPrice < uint256(amount) * buyPrice);
    }

    /// @notice R1.1: the sum of what a buy sells and its fee does not wrap.
    function soldAndFeeDoNotWrap(
        uint128 amount,
        uint128 sellPrice,
        uint128 buyPrice,
        uint128 fee
    ) external pure {
        require(sellPrice > 0);
        uint256 sold = FillMath.soldFor(amount, sellPrice, buyPrice);
        assert(sold <= type(uint256).max - fee);
    }

    /// @notice R1.2: the limit is the inequality of the products, and no product wraps.
    function limitIsTheRealInequality(
        uint128 sold,
        uint128 bought,
        uint128 sellAmount,
        uint128 limit
    ) external pure {
        bool isMet = FillMath.meetsLimit(sold, bought, sellAmount, limit);
        assert(isMet == (uint256(bought) * sellAmount >= uint256(sold) * limit));
    }

    /// @notice R1.2: parts that each meet the limit meet it together.
    function partsMeetTheLimitTogether(
        uint128 sold,
        uint128 bought,
        uint128 otherSold,
        uint128 otherBought,
        uint128 sellAmount,
        uint128 limit
    ) external pure {
        uint256 allSold = uint256(sold) + otherSold;
        uint256 allBought = uint256(bought) + otherBought;
        require(allSold <= type(uint128).max && allBought <= type(uint128).max);
        require(FillMath.meetsLimit(sold, bought, sellAmount, limit));
        require(FillMath.meetsLimit(otherSold, otherBought, sellAmount, limit));
        assert(FillMath.meetsLimit(allSold, allBought, sellAmount, limit));
    }

    /// @notice R1.3: who buys no more than signed, at the limit or better, sells no more than signed.
    function buyStaysWithinItsCap(
        uint128 sold,
        uint128 bought,
        uint128 sellAmount,
        uint128 buyAmount,
        uint128 limit
    ) external pure {
        require(buyAmount > 0 && bought <= buyAmount && limit >= buyAmount);
        require(FillMath.meetsLimit(sold, bought, sellAmount, limit));
        assert(sold <= sellAmount);
    }

    /// @notice R1.4: a decaying limit lies between its ends.
    function decayStaysBetweenItsEnds(
        uint128 startBuyAmount,
        uint128 buyAmount,
        uint32 validFrom,
        uint32 decayEnd,
        uint32 time
    ) external pure {
        require(startBuyAmount >= buyAmount && validFrom <= time && time < decayEnd);
        uint256 limit = FillMath.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time);
        assert(limit >= buyAmount);
        assert(limit <= startBuyAmount);
    }

    /// @notice R1.4: a decaying limit never rises.
    function decayNeverRises(
        uint128 startBuyAmount,
        uint128 buyAmount,
        uint32 validFrom,
        uint32 decayEnd,
        uint32 time,
        uint32 later
    ) external pure {
        require(startBuyAmount >= buyAmount && validFrom <= time && time <= later && later < decayEnd);
        assert(
            FillMath.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, later) <=
                FillMath.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time)
        );
    }

    /// @notice R6.1: the cap is the inequality of the products, and no product wraps.
    function feeCapIsTheRealInequality(
        uint128 fee,
        uint128 maxFee,
        uint128 sold,
        uint128 sellAmount
    ) external pure {
        bool isWithin = FillMath.withinFeeCap(fee, maxFee, sold, sellAmount);
        assert(isWithin == (uint256(fee) * sellAmount <= uint256(maxFee) * sold));
    }

    /// @notice R6.1: fees of parts that each keep the cap keep it together.
    function feesOfPartsStayWithinTheCap(
        uint128 fee,
        uint128 otherFee,
        uint128 maxFee,
        uint128 sold,
        uint128 otherSold,
        uint128 sellAmount
    ) external pure {
        require(sellAmount > 0 && uint256(sold) + otherSold <= sellAmount);
        require(FillMath.withinFeeCap(fee, maxFee, sold, sellAmount));
        require(FillMath.withinFeeCap(otherFee, maxFee, otherSold, sellAmount));
        assert(uint256(fee) + otherFee <= maxFee);
    }

    /// @dev `FillMath.boughtFor` in Solidity: the checker does not look into assembly. That the two are the same is held by
    /// `FillMath.test_fuzz_bought_is_the_floor_of_the_exact_amount` and by the contract's references.
    function _boughtFor(uint256 amount, uint256 sellPrice, uint256 buyPrice) private pure returns (uint256) {
        unchecked {
            return (amount * sellPrice) / buyPrice;
        }
    }
}
