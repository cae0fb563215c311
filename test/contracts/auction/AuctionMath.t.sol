// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AuctionHarness} from "../../mocks/AuctionHarness.sol";
import {Test} from "../../support/Test.sol";

/// @dev The auction's arithmetic against wide arithmetic that says the same without a trick: numbers are pairs of 256 bits,
/// and nothing is shifted down before it is compared.
contract AuctionMathTest is Test {
    uint256 private constant OUT = 0;
    uint256 private constant BAND = 1;
    uint256 private constant IN = 2;
    uint256 private constant MAX = type(uint112).max;
    uint256 private constant TOO_MUCH = type(uint256).max;

    AuctionHarness private _math;

    function setUp() public {
        _math = AuctionHarness(deploy("AuctionHarness.sol:AuctionHarness"));
    }

    function _price(uint256 mantissa, uint256 exponent) private pure returns (uint256) {
        return ((1000 + exponent) << 96) | (mantissa % (1 << 95)) | (1 << 95);
    }

    /* WIDE ARITHMETIC */

    /// @dev value * 2^shift in 512 bits, for shifts of up to 255.
    function _widen(uint256 value, uint256 shift) private pure returns (uint256 high, uint256 low) {
        low = value << shift;
        high = shift == 0 ? 0 : value >> (256 - shift);
    }

    /// @dev Whether a * 2^s >= b * 2^t.
    function _covers(uint256 a, uint256 s, uint256 b, uint256 t) private pure returns (bool) {
        (uint256 highA, uint256 lowA) = _widen(a, s);
        (uint256 highB, uint256 lowB) = _widen(b, t);
        return highA > highB || (highA == highB && lowA >= lowB);
    }

    function _naiveStanding(
        uint256 amount,
        uint256 asked,
        uint256 sellPrice,
        uint256 buyPrice
    ) private pure returns (uint256) {
        uint256 have = amount * (sellPrice % (1 << 96));
        uint256 need = asked * (buyPrice % (1 << 96));
        (uint256 s, uint256 t) = (sellPrice >> 96, buyPrice >> 96);
        uint256 least = s < t ? s : t;
        if (_covers(have, s - least, need + need / (1 << 16), t - least)) return IN;
        return _covers(have, s - least, need - need / (1 << 30), t - least) ? BAND : OUT;
    }

    /* STANDING */

    function test_fuzz_standing_is_the_exact_comparison(
        uint112 amount,
        uint112 asked,
        uint96 sellMantissa,
        uint96 buyMantissa,
        uint8 sellExponent,
        uint8 buyExponent
    ) public view {
        vm.assume(amount >= 1 << 16 && asked >= 1 << 16);
        uint256 sellPrice = _price(sellMantissa, sellExponent);
        uint256 buyPrice = _price(buyMantissa, buyExponent);
        assertEq(
            _math.standing(amount, asked, sellPrice, buyPrice),
            _naiveStanding(amount, asked, sellPrice, buyPrice),
            "standing"
        );
    }

    /// @dev Most random orders are far from the edges. Here the limit is within a few atoms of them.
    function test_fuzz_standing_is_exact_at_its_edges(
        uint112 asked,
        uint96 sellMantissa,
        uint96 buyMantissa,
        uint8 sellExponent,
        uint8 buyExponent,
        int8 off,
        bool isMu
    ) public view {
        vm.assume(asked >= 1 << 16);
        uint256 sellPrice = _price(sellMantissa, sellExponent % 40);
        uint256 buyPrice = _price(buyMantissa, buyExponent % 40);
        uint256 need = uint256(asked) * (buyPrice % (1 << 96));
        need = isMu ? need + (need >> 16) : need - (need >> 30);
        // What has to be sold to be just there: need * 2^(t - s) / mantissa.
        uint256 amount = Math.mulDiv(
            need,
            1 << (buyExponent % 40),
            (sellPrice % (1 << 96)) << (sellExponent % 40)
        );
        vm.assume(amount > 1 << 16 && amount < MAX - 256);
        amount = uint256(int256(amount) + off);
        assertEq(
            _math.standing(amount, asked, sellPrice, buyPrice),
            _naiveStanding(amount, asked, sellPrice, buyPrice),
            "standing"
        );
    }

    /// @dev At exponents that differ by one, all that is shifted is even: the edges are met to the atom.
    function test_standing_at_edges_that_a_shift_leaves_whole() public view {
        uint256 one = _price(0, 0);
        uint256 two = _price(0, 1);
        assertEq(_math.standing((1 << 19) + (1 << 3), 1 << 20, two, one), IN, "limit and MU");
        assertEq(_math.standing((1 << 19) + (1 << 3) - 1, 1 << 20, two, one), BAND, "an atom less");
        assertEq(_math.standing((1 << 30) - 1, 1 << 31, two, one), BAND, "limit less DELTA");
        assertEq(_math.standing((1 << 30) - 2, 1 << 31, two, one), OUT, "an atom less");
    }

    /// @dev need and MU come to 2^112 + 2^96 + 2^95 + 2^79 + 2^17 + 3, what is sold to one less: half of either is the same but
    /// for what a shift loses.
    function test_standing_at_an_edge_that_a_shift_cuts_off_is_rounded_against_the_order() public view {
        uint256 sellPrice = _price((1 << 78) + 1, 1);
        assertEq(_math.standing((1 << 16) + 1, (1 << 17) + 1, sellPrice, _price(1, 0)), BAND, "one short");
        assertEq(_math.standing((1 << 16) + 1, (1 << 17) + 1, sellPrice + 1, _price(1, 0)), IN, "more");
    }

    function test_standing_with_exponents_that_are_far_apart() public view {
        uint256 low = uint256(1) << 95;
        uint256 high = type(uint128).max;
        assertEq(_math.standing(1 << 16, MAX, high, low), IN, "worth everything");
        assertEq(_math.standing(MAX, 1 << 16, low, high), OUT, "worth nothing");
        assertEq(_math.standing(MAX, 1 << 16, low, (uint256(255) << 96) | low), OUT, "a shift of 255");
        assertEq(_math.standing(MAX, 1 << 16, low, (uint256(256) << 96) | low), OUT, "a shift of 256");
        assertEq(_math.standing(1 << 16, MAX, (uint256(255) << 96) | low, low), IN, "up by 255");
        assertEq(_math.standing(1 << 16, MAX, (uint256(256) << 96) | low, low), IN, "up by 256");
    }

    /* WHAT IS BOUGHT */

    struct Sale {
        uint112 amount;
        uint112 asked;
        uint112 executed;
        uint96 sellMantissa;
        uint96 buyMantissa;
        uint8 sellExponent;
        uint8 buyExponent;
    }

    function test_fuzz_bought_is_the_floor_at_the_price_less_epsilon_and_never_below_the_limit(
        Sale memory sale
    ) public view {
        vm.assume(sale.amount >= 1 << 16 && sale.asked >= 1 << 16);
        sale.executed = uint112(bound(sale.executed, 1, sale.amount));
        uint256 atPrice = _naiveAtPrice(sale);
        uint256 atLimit = Math.mulDiv(sale.executed, sale.asked, sale.amount, Math.Rounding.Ceil);
        uint256 actual = _math.bought(
            sale.executed,
            sale.amount,
            sale.asked,
            _price(sale.sellMantissa, sale.sellExponent),
            _price(sale.buyMantissa, sale.buyExponent)
        );
        assertEq(actual, Math.max(atPrice, atLimit), "bought");
    }

    function _naiveAtPrice(Sale memory sale) private pure returns (uint256) {
        uint256 divisor = _price(sale.buyMantissa, 0) % (1 << 96);
        uint256 value = uint256(sale.executed) * (_price(sale.sellMantissa, 0) % (1 << 96));
        value -= value / (1 << 20);
        if (sale.sellExponent < sale.buyExponent) {
            return value / (1 << (sale.buyExponent - sale.sellExponent)) / divisor;
        }
        (uint256 high, ) = _widen(value, sale.sellExponent - sale.buyExponent);
        if (high != 0) return TOO_MUCH;
        return Math.mulDiv(value, 1 << (sale.sellExponent - sale.buyExponent), divisor);
    }

    /// @dev The exact share is 65,535 and a 65,537th: the least that has to be rounded up.
    function test_what_a_part_gets_at_its_limit_is_rounded_up_from_the_least_rest() public view {
        uint256 price = _price(0, 0);
        assertEq(_math.bought(65_536, 65_537, 65_536, price, price), 65_536, "bought");
    }

    function test_nothing_executed_buys_nothing() public view {
        uint256 price = _price(0, 0);
        assertEq(_math.bought(0, 1 << 20, 1 << 20, price, price), 0, "nothing");
        assertEq(_math.bought(0, 1 << 20, 1 << 20, type(uint128).max, uint256(1) << 95), 0, "at any price");
    }

    /* THE BONUS */

    function test_fuzz_the_bonus_pays_out_no_more_than_is_sold(
        uint144 sold,
        uint144 bought_,
        uint144 part
    ) public view {
        bought_ = uint144(bound(bought_, 1, sold == 0 ? 1 : sold));
        vm.assume(sold >= bought_);
        part = uint144(bound(part, 0, bought_));
        uint256 bonus = _math.bonus(sold, bought_);
        uint256 exact = Math.min(Math.mulDiv(uint256(sold) - bought_, 1 << 96, bought_), type(uint128).max);
        assertEq(bonus, exact, "bonus");
        uint256 one = _math.withBonus(part, bonus);
        assertEq(one, part + Math.mulDiv(part, bonus, 1 << 96), "with bonus");
        assertLe(one + _math.withBonus(bought_ - part, bonus), sold, "both parts");
        assertGe(one, part, "never less");
    }

    function test_nothing_bought_has_no_bonus() public view {
        assertEq(_math.bonus(0, 0), 0, "bonus");
    }

    /* OTHERS */

    function test_a_price_is_normalised_when_its_95th_bit_is_set() public view {
        assertTrue(_math.isNormalised(uint256(1) << 95), "lowest");
        assertTrue(_math.isNormalised(type(uint128).max), "highest");
        assertFalse(_math.isNormalised((uint256(1) << 95) - 1), "one below");
        assertFalse(_math.isNormalised(uint256(1) << 96), "an exponent alone");
        assertFalse(_math.isNormalised(0), "nothing");
    }

    function test_an_order_in_the_money_may_be_short_of_a_thousandth_of_the_minimum() public view {
        assertEq(_math.leastExecuted(5000, 2048), 4998, "2 atoms");
        assertEq(_math.leastExecuted(5000, 2047), 4999, "rounded down");
        assertEq(_math.leastExecuted(5000, 1023), 5000, "none");
    }

    /* FLOATS */

    function test_fuzz_a_float_is_the_largest_of_its_bits_that_is_no_more(
        uint128 value,
        bool isRate
    ) public view {
        uint256 bits = isRate ? 17 : 25;
        uint256 float = _math.encode(value, bits);
        uint256 down = _math.decode(float);
        assertTrue(float >> (7 + bits) == 0, "fits");
        assertLe(down, value, "no more");
        uint256 length = value == 0 ? 0 : Math.log2(value) + 1;
        uint256 lost = length > bits ? length - bits : 0;
        assertEq(down, (uint256(value) >> lost) << lost, "its highest bits");
        assertEq(_math.encode(down, bits), float, "kept as it is");
    }

    function test_fuzz_rounded_up_a_float_is_the_smallest_that_is_no_less(
        uint128 value,
        uint8 shift
    ) public view {
        // All magnitudes, and below the largest float.
        value = uint128(bound(value >> (shift % 128), 0, ((1 << 25) - 1) << 103));
        uint256 up = _math.decode(_math.encodeUp(value, 25));
        assertGe(up, value, "no less");
        assertEq(_math.decode(_math.encode(up, 25)), up, "a float");
        if (up != value) {
            uint256 down = _math.decode(_math.encode(value, 25));
            assertTrue(down < value, "else it would be the value");
            assertEq(_math.decode(_math.encode(up - 1, 25)), down, "no float lies between");
        }
    }
}
