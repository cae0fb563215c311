// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {LibraryHarness} from "../mocks/LibraryHarness.sol";
import {Test} from "../support/Test.sol";

/// @dev The unchecked arithmetic against OpenZeppelin's with 512-bit intermediate results, over all of uint128.
contract FillMathTest is Test {
    uint256 internal constant MAX = type(uint128).max;

    LibraryHarness private _library;

    function setUp() public {
        _library = LibraryHarness(deploy("LibraryHarness.sol:LibraryHarness"));
    }

    function test_fuzz_bought_is_the_floor_of_the_exact_amount(
        uint128 amount,
        uint128 sellPrice,
        uint128 buyPrice
    ) public view {
        vm.assume(buyPrice != 0);
        uint256 exact = Math.mulDiv(amount, sellPrice, buyPrice);
        assertEq(_library.boughtFor(amount, sellPrice, buyPrice), exact, "bought");
    }

    function test_fuzz_sold_is_the_ceiling_of_the_exact_amount(
        uint128 amount,
        uint128 sellPrice,
        uint128 buyPrice
    ) public view {
        vm.assume(sellPrice != 0);
        uint256 exact = Math.mulDiv(amount, buyPrice, sellPrice, Math.Rounding.Ceil);
        assertEq(_library.soldFor(amount, sellPrice, buyPrice), exact, "sold");
    }

    function test_sold_rounds_up_only_what_does_not_divide() public view {
        assertEq(_library.soldFor(10, 3, 5), 17, "10 * 5 / 3 = 16.7");
        assertEq(_library.soldFor(10, 2, 5), 25, "10 * 5 / 2");
        assertEq(_library.soldFor(10, 5, 2), 4, "10 * 2 / 5");
        assertEq(_library.soldFor(11, 5, 2), 5, "11 * 2 / 5 = 4.4");
        assertEq(_library.soldFor(1, MAX, 1), 1, "the smallest part of an atom");
        assertEq(_library.soldFor(MAX, 1, MAX), MAX * MAX, "the largest");
    }

    function test_bought_rounds_down() public view {
        assertEq(_library.boughtFor(11, 2, 5), 4, "11 * 2 / 5 = 4.4");
        assertEq(_library.boughtFor(1, 1, MAX), 0, "the smallest part of an atom");
        assertEq(_library.boughtFor(MAX, MAX, 1), MAX * MAX, "the largest");
    }

    function test_fuzz_the_limit_is_met_exactly_when_bought_covers_the_rounded_up_share(
        uint128 sold,
        uint128 bought,
        uint128 sellAmount,
        uint128 limit
    ) public view {
        vm.assume(sellAmount != 0);
        bool expected = bought >= Math.mulDiv(sold, limit, sellAmount, Math.Rounding.Ceil);
        assertEq(_library.meetsLimit(sold, bought, sellAmount, limit), expected, "meets the limit");
    }

    function test_fuzz_the_limit_is_sharp_to_the_atom(
        uint128 sold,
        uint128 sellAmount,
        uint128 limit
    ) public view {
        vm.assume(sellAmount != 0);
        uint256 least = Math.mulDiv(sold, limit, sellAmount, Math.Rounding.Ceil);
        vm.assume(least != 0 && least <= MAX);
        assertTrue(_library.meetsLimit(sold, least, sellAmount, limit), "the least that is due");
        assertFalse(_library.meetsLimit(sold, least - 1, sellAmount, limit), "one atom less");
    }

    function test_fuzz_the_fee_cap_is_sharp_to_the_atom(
        uint128 maxFee,
        uint128 sold,
        uint128 sellAmount
    ) public view {
        sellAmount = uint128(bound(sellAmount, 1, MAX));
        sold = uint128(bound(sold, 0, sellAmount));
        uint256 most = Math.mulDiv(maxFee, sold, sellAmount);
        assertTrue(_library.withinFeeCap(most, maxFee, sold, sellAmount), "the most that is allowed");
        vm.assume(most < MAX);
        assertFalse(_library.withinFeeCap(most + 1, maxFee, sold, sellAmount), "one atom more");
    }

    function test_fuzz_the_decayed_amount_is_the_line_rounded_up(
        uint128 buyAmount,
        uint128 startBuyAmount,
        uint32 validFrom,
        uint32 decayEnd,
        uint32 time
    ) public view {
        decayEnd = uint32(bound(decayEnd, 1, type(uint32).max));
        validFrom = uint32(bound(validFrom, 0, decayEnd - 1));
        time = uint32(bound(time, validFrom, decayEnd - 1));
        startBuyAmount = uint128(bound(startBuyAmount, buyAmount, MAX));

        uint256 premium = startBuyAmount - buyAmount;
        uint256 rest = Math.mulDiv(premium, decayEnd - time, decayEnd - validFrom, Math.Rounding.Ceil);
        assertEq(
            _library.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time),
            buyAmount + rest,
            "decayed buy amount"
        );
    }

    function test_the_smallest_remainder_of_a_decay_rounds_up() public view {
        assertEq(_library.decayedBuyAmount(101, 100, 0, 10, 9), 101, "a tenth of an atom");
        assertEq(_library.decayedBuyAmount(110, 100, 0, 10, 9), 101, "a whole atom");
    }

    function test_fuzz_the_decayed_amount_never_rises_and_stays_between_its_ends(
        uint128 buyAmount,
        uint128 startBuyAmount,
        uint32 validFrom,
        uint32 decayEnd,
        uint32 time
    ) public view {
        decayEnd = uint32(bound(decayEnd, 2, type(uint32).max));
        validFrom = uint32(bound(validFrom, 0, decayEnd - 2));
        time = uint32(bound(time, validFrom, decayEnd - 2));
        startBuyAmount = uint128(bound(startBuyAmount, buyAmount, MAX));

        uint256 now_ = _library.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time);
        uint256 next = _library.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time + 1);
        assertLe(next, now_, "a second later");
        assertLe(now_, startBuyAmount, "at most the start");
        assertGe(next, buyAmount, "at least the end");
    }
}
