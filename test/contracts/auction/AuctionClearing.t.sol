// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Progress} from "../../../contracts/types/Clearing.sol";
import {Actor} from "../../support/SettlementTest.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev Windows in one call. The scarce outcome of `AuctionTest` clears as it is; each test bends it in one place.
contract AuctionClearingTest is AuctionTest {
    bytes4 private constant INVALID_MARGINAL = ICallAuctionErrors.InvalidMarginal.selector;
    bytes4 private constant UNUSED_MARGINAL = ICallAuctionErrors.UnusedMarginal.selector;
    bytes4 private constant SOLD_TOO_LITTLE = ICallAuctionErrors.SoldTooLittle.selector;

    function _locked() private {
        scarce();
        vm.warp(LOCK);
    }

    /* THE EQUILIBRIUM */

    function test_the_equilibrium_clears_and_everybody_trades_at_its_prices() public {
        scarceCleared();
        assertEq(uint256(auction.stateOf(W)), uint256(ICallAuction.State.Cleared), "state");
        (address clearer, bytes32 key, ) = auction.clearingOf(W);
        assertEq(clearer, keeper.account, "clearer");
        assertEq(
            key,
            keccak256(abi.encode(W, keeper.account, scarcePrices(), bytes32(0))),
            "window, clearer, prices and salt"
        );
        (uint128[] memory prices, uint128[] memory bonuses) = auction.pricesOf(W);
        assertEq(prices[0], scarcePrices()[0], "price of A");
        assertEq(prices[1], scarcePrices()[1], "price of B");
        assertEq(uint256(prices[2]) + bonuses[2], 0, "C was not traded");

        (uint256 executed, uint256 bought) = auction.outcome(W, 0);
        assertEq(executed, 100 * UNIT, "Alice sells all");
        assertEq(bought, 1300 * UNIT - 1, "at 13, but for an atom: what was kept for rounding comes back");
        (executed, bought) = auction.outcome(W, 1);
        assertEq(executed, 900 * UNIT, "Bob buys for all he has");
        assertGe(bought, (60 * UNIT), "not below his limit");
        (executed, bought) = auction.outcome(W, 2);
        assertEq(executed, 400 * UNIT, "Carol gets what is left");
    }

    function test_the_event_tells_the_outcome_of_every_token() public {
        _locked();
        uint256[] memory outcomes = new uint256[](3);
        // Sold and bought: 100 A for what Bob and Carol get at the price less EPSILON, 1,300 B for what Alice gets.
        uint256 boughtA = _atPrice(900 * UNIT, 1, 13) + (uint256(400) * UNIT + 12) / 13;
        uint256 boughtB = _atPrice(100 * UNIT, 13, 1);
        outcomes[0] = (uint256(scarcePrices()[0]) << 128) | (((100 * UNIT - boughtA) << 96) / boughtA);
        outcomes[1] = (uint256(scarcePrices()[1]) << 128) | (((1300 * UNIT - boughtB) << 96) / boughtB);
        bytes32 key = keccak256(abi.encode(W, keeper.account, scarcePrices(), bytes32(0)));
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Clear(W, keeper.account, key, 0, outcomes);
        clear(scarcePrices(), scarceMarginal());
    }

    /// @dev floor(amount * sellPrice * (1 - 2^-20) / buyPrice) in plain integers.
    function _atPrice(uint256 amount, uint256 sellPrice, uint256 buyPrice) private pure returns (uint256) {
        return (amount * sellPrice * ((1 << 20) - 1)) / (buyPrice << 20);
    }

    function test_only_the_ratio_of_prices_counts() public {
        _locked();
        uint128[] memory prices = scarcePrices();
        for (uint256 t = 0; t < 3; ++t) prices[t] += uint128(77) << 96;
        clear(prices, scarceMarginal());
        (uint256 executed, uint256 bought) = auction.outcome(W, 0);
        assertEq(executed, 100 * UNIT, "executed");
        assertEq(bought, 1300 * UNIT - 1, "bought");
    }

    function test_a_cancelled_order_is_skipped() public {
        place(carol, sell(tokenB, 9000 * UNIT, tokenA, MINIMUM));
        vm.prank(carol.account);
        auction.cancel(W, listOf(0));
        scarce();
        vm.warp(LOCK);
        clear(scarcePrices(), listOf(named(3, 400 * UNIT)));
        (uint256 executed, ) = auction.outcome(W, 1);
        assertEq(executed, 100 * UNIT, "executed");
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NoOrder.selector, W, 0));
        auction.outcome(W, 0);
    }

    function test_a_window_without_a_trade_clears_at_prices_between_the_limits() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 900 * UNIT, tokenA, 100 * UNIT));
        vm.warp(LOCK);
        clear(pricesOf(19, 2, 1), noIds());
        for (uint256 id = 0; id < 2; ++id) {
            (uint256 executed, uint256 bought) = auction.outcome(W, id);
            assertEq(executed + bought, 0, "nothing");
        }
    }

    function test_a_ring_of_three_trades_although_no_pair_does() public {
        place(alice, sell(tokenA, 10 * UNIT, tokenB, 9 * UNIT));
        place(bob, sell(tokenB, 10 * UNIT, tokenC, 9 * UNIT));
        place(carol, sell(tokenC, 10 * UNIT, tokenA, 9 * UNIT));
        vm.warp(LOCK);
        clear(pricesOf(1, 1, 1), noIds());
        for (uint256 id = 0; id < 3; ++id) {
            (uint256 executed, uint256 bought) = auction.outcome(W, id);
            assertEq(executed, 10 * UNIT, "all");
            assertGe(bought + 1, 10 * UNIT, "for as much");
        }
    }

    /// @dev The price may be up to MU below Carol's limit of 13; then she is in the band still. No other price clears.
    function test_fuzz_two_solutions_differ_by_no_more_than_the_tolerance(uint8 below) public {
        uint256 steps = bound(below, 0, 15);
        _locked();
        uint128[] memory prices = pricesOf(13, 1, 1);
        prices[0] = price(13 * ((1 << 20) - steps), -20);
        // What Alice has to get at this price, less what Bob pays.
        uint256 executed = ((100 * UNIT * 13 * ((1 << 20) - steps)) >> 20) + 1 - 900 * UNIT;
        clear(prices, listOf(named(2, executed)));

        uint256[3] memory exact = [uint256(1300 * UNIT), (900 * UNIT) / 13, (400 * UNIT) / 13];
        for (uint256 id = 0; id < 3; ++id) {
            (, uint256 bought) = auction.outcome(W, id);
            // MU, EPSILON and an atom; of Carol's, who takes what the others leave, as much of all that is traded.
            uint256 tolerance = ((id == 2 ? 100 * UNIT : exact[id]) * 17) / (1 << 20) + 1;
            assertLe(bought, exact[id] + tolerance, "no more");
            assertGe(bought + tolerance, exact[id], "no less");
        }
    }

    /* WRONG SOLUTIONS */

    function test_nobody_in_the_money_can_be_left_out() public {
        _locked();
        // At 15 Bob is in the band and could be left out; the seller then sells to nobody.
        refuseClear(
            pricesOf(15, 1, 1),
            noIds(),
            abi.encodeWithSelector(ICallAuctionErrors.SoldToNobody.selector, 0, 100 * UNIT)
        );
        // At 13 he is in the money and can be short of a thousandth of a minimum at most.
        uint256[] memory marginal = listOf(named(1, 500 * UNIT), named(2, 650 * UNIT));
        refuseClear(scarcePrices(), marginal, abi.encodeWithSelector(INVALID_MARGINAL, 1, 500 * UNIT));
        refuseClear(scarcePrices(), listOf(named(1, 0)), abi.encodeWithSelector(INVALID_MARGINAL, 1, 0));
    }

    function test_nobody_out_of_the_money_can_be_let_in() public {
        place(keeper, sell(tokenB, 480 * UNIT, tokenA, 40 * UNIT));
        scarce();
        vm.warp(LOCK);
        refuseClear(
            scarcePrices(),
            listOf(named(0, 1), named(3, 400 * UNIT)),
            abi.encodeWithSelector(INVALID_MARGINAL, 0, 1)
        );
        refuseClear(scarcePrices(), listOf(named(0, 0)), abi.encodeWithSelector(INVALID_MARGINAL, 0, 0));
    }

    function test_a_price_that_is_too_low_or_too_high_does_not_clear() public {
        _locked();
        // At 12 Bob and Carol are both in the money, and want more than there is.
        uint256 wanted = _atPrice(900 * UNIT, 1, 12) + _atPrice(650 * UNIT, 1, 12);
        refuseClear(
            pricesOf(12, 1, 1),
            noIds(),
            abi.encodeWithSelector(SOLD_TOO_LITTLE, 0, 100 * UNIT, wanted)
        );
        // At 14 Carol is out, and Bob does not pay for all that is sold.
        refuseClear(
            pricesOf(14, 1, 1),
            noIds(),
            abi.encodeWithSelector(SOLD_TOO_LITTLE, 1, 900 * UNIT, _atPrice(100 * UNIT, 14, 1))
        );
    }

    function test_a_seller_that_nobody_buys_from_cannot_be_made_to_sell() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 900 * UNIT, tokenC, 60 * UNIT));
        place(carol, sell(tokenC, 900 * UNIT, tokenB, 60 * UNIT));
        vm.warp(LOCK);
        uint256[] memory marginal = new uint256[](0);
        refuseClear(
            pricesOf(20, 1, 3),
            marginal,
            abi.encodeWithSelector(ICallAuctionErrors.SoldToNobody.selector, 0, 100 * UNIT)
        );
        clear(pricesOf(1, 1, 1), marginal);
    }

    /* MARGINAL ORDERS */

    function test_a_marginal_order_gets_at_most_its_amount_and_at_least_an_atom() public {
        _locked();
        refuseClear(
            scarcePrices(),
            listOf(named(2, 650 * UNIT + 1)),
            abi.encodeWithSelector(INVALID_MARGINAL, 2, 650 * UNIT + 1)
        );
        refuseClear(scarcePrices(), listOf(named(2, 0)), abi.encodeWithSelector(INVALID_MARGINAL, 2, 0));
    }

    function test_an_order_cannot_be_named_twice_nor_out_of_order() public {
        place(keeper, sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT));
        scarce();
        vm.warp(LOCK);
        refuseClear(
            scarcePrices(),
            listOf(named(3, 200 * UNIT), named(3, 200 * UNIT)),
            abi.encodeWithSelector(UNUSED_MARGINAL, 1)
        );
        refuseClear(
            scarcePrices(),
            listOf(named(3, 200 * UNIT), named(0, 200 * UNIT)),
            abi.encodeWithSelector(UNUSED_MARGINAL, 1)
        );
        clear(scarcePrices(), listOf(named(0, 200 * UNIT), named(3, 200 * UNIT)));
    }

    function test_an_order_that_is_not_there_cannot_be_named() public {
        place(keeper, sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT));
        vm.prank(keeper.account);
        auction.cancel(W, listOf(0));
        scarce();
        vm.warp(LOCK);
        refuseClear(
            scarcePrices(),
            listOf(named(0, 1), named(3, 400 * UNIT)),
            abi.encodeWithSelector(UNUSED_MARGINAL, 0)
        );
        refuseClear(
            scarcePrices(),
            listOf(named(3, 400 * UNIT), named(4, 1)),
            abi.encodeWithSelector(UNUSED_MARGINAL, 1)
        );
        refuseClear(
            scarcePrices(),
            listOf(named(3, 400 * UNIT), named(type(uint144).max, 1)),
            abi.encodeWithSelector(UNUSED_MARGINAL, 1)
        );
    }

    function test_an_order_in_the_money_may_be_short_of_a_thousandth_of_its_minimum() public {
        _locked();
        uint256 least = 900 * UNIT - (MINIMUM >> 10);
        uint256[] memory marginal = listOf(named(1, least - 1), named(2, 400 * UNIT));
        refuseClear(scarcePrices(), marginal, abi.encodeWithSelector(INVALID_MARGINAL, 1, least - 1));
        marginal[0] = named(1, 900 * UNIT);
        refuseClear(scarcePrices(), marginal, abi.encodeWithSelector(INVALID_MARGINAL, 1, 900 * UNIT));
        marginal[0] = named(1, least);
        clear(scarcePrices(), marginal);
        (uint256 executed, ) = auction.outcome(W, 1);
        assertEq(executed, least, "executed as named");
        (executed, ) = auction.outcome(W, 0);
        assertEq(executed, 100 * UNIT, "others in the money are executed whole");
    }

    function test_a_marginal_order_that_is_not_named_is_not_executed() public {
        place(keeper, sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT));
        scarce();
        vm.warp(LOCK);
        clear(scarcePrices(), listOf(named(3, 400 * UNIT)));
        (uint256 executed, uint256 bought) = auction.outcome(W, 0);
        assertEq(executed + bought, 0, "nothing");
    }

    /* THE EDGES OF THE BAND */

    function test_an_order_is_in_the_money_from_mu_above_its_limit() public {
        // have = 2^30 * (2^16 + 1), need = 2^46 at prices of 1: exactly MU.
        uint128 most = 1 << 46;
        uint128 edge = most + (1 << 30);
        place(alice, sell(tokenA, edge, tokenB, most));
        place(bob, sell(tokenB, edge, tokenA, most));
        place(carol, sell(tokenA, edge - 1, tokenB, most));
        vm.warp(LOCK);
        uint128[] memory prices = pricesOf(1, 1, 1);
        // Alice and Bob have to trade; Carol, an atom short of the edge, need not.
        clear(prices, noIds());
        (uint256 executed, ) = auction.outcome(W, 0);
        assertEq(executed, edge, "in the money");
        (executed, ) = auction.outcome(W, 2);
        assertEq(executed, 0, "in the band");
    }

    function test_an_order_is_out_of_the_money_below_delta_under_its_limit() public {
        // need = 2^50: have may be less by 2^20.
        uint128 asked = 1 << 50;
        uint128 edge = asked - (1 << 20);
        place(alice, sell(tokenA, edge, tokenB, asked));
        place(bob, sell(tokenA, edge - 1, tokenB, asked));
        place(carol, sell(tokenB, 1 << 51, tokenA, 1 << 50));
        vm.warp(LOCK);
        uint128[] memory prices = pricesOf(1, 1, 1);
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(INVALID_MARGINAL, 1, 1));
        auction.clear(W, prices, listOf(named(0, edge), named(1, 1)), noProgress(), 3, 0);
        // Alice may be named: she is in the band. Then Carol, in the money, wants more than there is.
        uint256 wanted = _atPrice(1 << 51, 1, 1);
        refuseClear(prices, listOf(named(0, edge)), abi.encodeWithSelector(SOLD_TOO_LITTLE, 0, edge, wanted));
    }

    /* PRICES */

    function test_there_is_one_price_for_every_token_of_the_market() public {
        _locked();
        uint128[] memory prices = new uint128[](2);
        refuseClear(
            prices,
            noIds(),
            abi.encodeWithSelector(ICallAuctionErrors.PricesLengthMismatch.selector, 3, 2)
        );
        prices = new uint128[](4);
        refuseClear(
            prices,
            noIds(),
            abi.encodeWithSelector(ICallAuctionErrors.PricesLengthMismatch.selector, 3, 4)
        );
    }

    function test_a_price_has_the_highest_bit_of_its_mantissa_set() public {
        _locked();
        for (uint256 t = 0; t < 3; ++t) {
            uint128[] memory prices = scarcePrices();
            prices[t] &= ~(uint128(1) << 95);
            refuseClear(
                prices,
                scarceMarginal(),
                abi.encodeWithSelector(ICallAuctionErrors.PriceNotNormalised.selector, t)
            );
        }
    }

    function test_prices_of_any_exponent_are_compared_and_never_wrap() public {
        _locked();
        uint128 lowest = uint128(1) << 95;
        uint128 highest = type(uint128).max;
        uint128[] memory prices = new uint128[](3);
        // A is worth nothing against B: Bob and Carol would get more of it than there can be.
        (prices[0], prices[1], prices[2]) = (lowest, highest, lowest);
        refuseClear(prices, noIds(), abi.encodeWithSelector(ICallAuctionErrors.BoughtOverflow.selector, 1));
        // B is worth nothing against A: so would Alice.
        (prices[0], prices[1]) = (highest, lowest);
        refuseClear(prices, noIds(), abi.encodeWithSelector(ICallAuctionErrors.BoughtOverflow.selector, 0));
    }

    /* TIME */

    function test_a_window_is_cleared_from_its_lock_until_the_timeout() public {
        scarce();
        uint128[] memory prices = scarcePrices();
        uint256[] memory marginal = scarceMarginal();
        vm.warp(LOCK - 1);
        refuseClear(prices, marginal, abi.encodeWithSelector(ICallAuctionErrors.NotLocked.selector, W, LOCK));
        vm.warp(LOCK + TIMEOUT + 1);
        refuseClear(
            prices,
            marginal,
            abi.encodeWithSelector(ICallAuctionErrors.Void.selector, W, LOCK + TIMEOUT)
        );
        vm.warp(LOCK + TIMEOUT);
        clear(prices, marginal);
    }

    function test_the_states_of_a_window_follow_the_clock() public {
        _assertState(W + 1, ICallAuction.State.Future);
        _assertState(W, ICallAuction.State.Open);
        assertEq(auction.lockOf(W), LOCK, "lock");
        vm.warp(LOCK - 1);
        assertEq(auction.currentWindow(), W, "current");
        _assertState(W, ICallAuction.State.Open);
        vm.warp(LOCK);
        assertEq(auction.currentWindow(), W + 1, "next");
        _assertState(W, ICallAuction.State.Locked);
        vm.warp(LOCK + TIMEOUT);
        _assertState(W, ICallAuction.State.Locked);
        vm.warp(LOCK + TIMEOUT + 1);
        _assertState(W, ICallAuction.State.Void);
    }

    function _assertState(uint256 window, ICallAuction.State state) private view {
        assertEq(uint256(auction.stateOf(window)), uint256(state), "state");
    }

    function test_a_window_is_cleared_once_whoever_comes_second() public {
        scarceCleared();
        uint128[] memory prices = scarcePrices();
        bytes memory reason = abi.encodeWithSelector(ICallAuctionErrors.AlreadyCleared.selector, W);
        refuseClear(prices, scarceMarginal(), reason);
        uint256[] memory marginal = scarceMarginal();
        vm.prank(alice.account);
        vm.expectRevert(reason);
        auction.clear(W, prices, marginal, noProgress(), 3, 0);
        vm.warp(LOCK + TIMEOUT + 1);
        refuseClear(prices, marginal, reason);
    }

    function test_an_empty_window_has_nothing_to_clear() public {
        vm.warp(LOCK);
        refuseClear(scarcePrices(), noIds(), abi.encodeWithSelector(ICallAuctionErrors.NoOrders.selector, W));
    }

    function test_a_window_has_no_outcome_before_it_is_cleared() public {
        _locked();
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NotCleared.selector, W));
        auction.outcome(W, 0);
    }
}
