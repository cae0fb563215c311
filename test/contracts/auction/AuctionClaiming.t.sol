// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev The scarce outcome, paid out: order 0 is executed whole, 1 too, 2 for 400 of its 650 B.
contract AuctionClaimingTest is AuctionTest {
    uint256 private constant REST = 250 * UNIT;

    bytes4 private constant NO_ORDER = ICallAuctionErrors.NoOrder.selector;
    bytes4 private constant NOT_CLEARED = ICallAuctionErrors.NotCleared.selector;

    /// @dev When none of the orders can take part in a window any more.
    function _later() private {
        vm.warp(LOCK + 4 * LENGTH);
    }

    function _bought(uint256 id) private view returns (uint256 bought) {
        (, bought) = auction.outcome(W, id);
    }

    /* CLAIMING */

    function test_a_claim_pays_what_was_bought_and_what_was_not_sold() public {
        scarceCleared();
        _later();
        uint256 alices = _bought(0);
        uint256 bobs = _bought(1);
        uint256 carols = _bought(2);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Claim(W, 2, 400 * UNIT, carols, 0, REST);
        claim(listOf(2));
        claim(listOf(0, 1));
        assertChange(tokenA, alice, -int256(uint256(100 * UNIT)), "Alice sold");
        assertChange(tokenB, alice, int256(alices), "and bought");
        assertChange(tokenB, bob, -int256(uint256(900 * UNIT)), "Bob sold");
        assertChange(tokenA, bob, int256(bobs), "and bought");
        assertChange(tokenB, carol, -int256(uint256(400 * UNIT)), "Carol sold a part");
        assertChange(tokenA, carol, int256(carols), "and bought");
        assertLe(balance(tokenA, address(auction)), 2, "less than an atom of dust for each buyer of A");
        assertLe(balance(tokenB, address(auction)), 1, "and of B");
        assertChange(tokenA, keeper, 0, "nothing for the keeper");
        assertChange(tokenB, keeper, 0, "in either token");
    }

    function test_what_was_bought_goes_to_the_receiver_and_what_was_not_sold_to_the_owner() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 900 * UNIT, tokenA, 60 * UNIT));
        Intent memory intent = sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT);
        intent.receiver = keeper.account;
        place(carol, intent);
        vm.warp(LOCK);
        clear(scarcePrices(), scarceMarginal());
        _later();
        uint256 bought = _bought(2);
        claim(listOf(2));
        assertChange(tokenA, keeper, int256(bought), "the receiver");
        assertChange(tokenB, keeper, 0, "gets nothing else");
        assertChange(tokenA, carol, 0, "the owner");
        assertChange(tokenB, carol, -int256(uint256(400 * UNIT)), "gets the rest");
    }

    function test_an_order_is_claimed_once() public {
        scarceCleared();
        _later();
        refuseClaim(listOf(0, 0), abi.encodeWithSelector(NO_ORDER, W, 0));
        claim(listOf(0));
        refuseClaim(listOf(0), abi.encodeWithSelector(NO_ORDER, W, 0));
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(NO_ORDER, W, 0));
        auction.claimTo(W, 0, alice.account);
        vm.expectRevert(abi.encodeWithSelector(NO_ORDER, W, 0));
        auction.roll(W, listOf(0));
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NotVoid.selector, W));
        auction.refund(W, listOf(0));
        refuseClaim(listOf(3), abi.encodeWithSelector(NO_ORDER, W, 3));
    }

    function test_nothing_is_claimed_or_rolled_before_the_clearing() public {
        scarce();
        uint256[] memory ids = listOf(0);
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp([LOCK - 1, LOCK + TIMEOUT, LOCK + TIMEOUT + 1][i]);
            bytes memory reason = abi.encodeWithSelector(NOT_CLEARED, W);
            refuseClaim(ids, reason);
            vm.expectRevert(reason);
            auction.roll(W, ids);
            if (i == 2) break;
            vm.prank(alice.account);
            vm.expectRevert(reason);
            auction.claimTo(W, 0, alice.account);
        }
    }

    function test_while_the_rest_can_take_part_only_the_owner_claims() public {
        scarceCleared();
        vm.warp(LOCK + 3 * LENGTH - 1);
        bytes memory reason = abi.encodeWithSelector(ICallAuctionErrors.StillValid.selector, W, 2);
        refuseClaim(listOf(2), reason);
        // Nothing is left of the others.
        claim(listOf(0, 1));
        vm.prank(carol.account);
        auction.claim(W, listOf(2));
        assertChange(tokenB, carol, -int256(uint256(400 * UNIT)), "Carol");
    }

    function test_when_the_rest_can_no_longer_take_part_anybody_claims() public {
        scarceCleared();
        // The window that is open now locks after validTo.
        vm.warp(LOCK + 3 * LENGTH);
        claim(listOf(2));
        assertChange(tokenB, carol, -int256(uint256(400 * UNIT)), "Carol");
    }

    function test_a_rest_below_the_minimum_is_claimed_by_anybody() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 1300 * UNIT + MINIMUM, tokenA, 100 * UNIT + MINIMUM / 13));
        vm.warp(LOCK);
        clear(scarcePrices(), listOf(named(1, 1300 * UNIT + 1)));
        claim(listOf(1));
        assertChange(tokenB, bob, -int256(uint256(1300 * UNIT + 1)), "Bob");
    }

    function test_a_rest_that_asks_for_less_than_the_minimum_is_claimed_by_anybody() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        // The rest is 13 minimums, for just under one.
        place(bob, sell(tokenB, 1300 * UNIT + 13 * MINIMUM - 13, tokenA, 100 * UNIT + MINIMUM - 1));
        vm.warp(LOCK);
        clear(scarcePrices(), listOf(named(1, 1300 * UNIT)));
        claim(listOf(1));
        assertChange(tokenB, bob, -int256(uint256(1300 * UNIT)), "Bob");
    }

    function test_a_rest_of_a_minimum_that_asks_for_a_minimum_can_take_part_still() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 100 * UNIT));
        place(bob, sell(tokenB, 100 * UNIT + MINIMUM, tokenA, 100 * UNIT + MINIMUM));
        vm.warp(LOCK);
        clear(pricesOf(1, 1, 1), listOf(named(0, 100 * UNIT), named(1, 100 * UNIT)));
        refuseClaim(listOf(1), abi.encodeWithSelector(ICallAuctionErrors.StillValid.selector, W, 1));
        auction.roll(W, listOf(1));
        assertEq(auction.orders(W + 1, 0, 1)[0].amount, MINIMUM, "amount");
        assertEq(auction.orders(W + 1, 0, 1)[0].asked, MINIMUM, "asked");
    }

    /* TO ANOTHER ADDRESS */

    function test_an_owner_claims_everything_to_another_address() public {
        scarceCleared();
        uint256 bought = _bought(2);
        vm.prank(carol.account);
        auction.claimTo(W, 2, keeper.account);
        assertChange(tokenA, keeper, int256(bought), "bought");
        assertChange(tokenB, keeper, int256(uint256(REST)), "and not sold");
    }

    function test_nobody_claims_somebody_elses_order_to_another_address() public {
        scarceCleared();
        _later();
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NotOwner.selector, W, 2, carol.account));
        auction.claimTo(W, 2, keeper.account);
    }

    /* ROLLING */

    function test_rolling_pays_what_was_bought_and_moves_the_rest_at_the_same_limit() public {
        scarceCleared();
        uint256 bought = _bought(2);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Claim(W, 2, 400 * UNIT, bought, 0, 0);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Roll(W, 2, W + 1, 0);
        vm.prank(keeper.account);
        (uint256 window, uint256 id) = auction.roll(W, listOf(2));
        assertEq(window, W + 1, "window");
        assertEq(id, 0, "id");
        ICallAuction.Order memory order = auction.orders(W + 1, 0, 1)[0];
        assertEq(order.owner, carol.account, "owner");
        assertEq(order.amount, REST, "amount");
        assertEq(order.asked, (uint256(REST) * 50 + 649) / 650, "asked, rounded up");
        assertEq(order.sellToken, 1, "sell token");
        assertEq(order.buyToken, 0, "buy token");
        assertEq(order.validTo, LOCK + 3 * LENGTH, "validTo");
        assertChange(tokenA, carol, int256(bought), "paid");
        assertChange(tokenB, carol, -int256(uint256(650 * UNIT)), "the rest stays here");
        assertEq(auction.orders(W, 2, 1)[0].owner, address(0), "gone");
    }

    function test_a_rolled_order_trades_in_its_new_window() public {
        scarceCleared();
        auction.roll(W, listOf(2));
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        vm.warp(LOCK + LENGTH);
        vm.prank(keeper.account);
        auction.clear(W + 1, pricesOf(10, 1, 1), listOf(named(1, REST / 10)), noProgress(), 2, 0);
        (uint256 executed, uint256 bought) = auction.outcome(W + 1, 0);
        assertEq(executed, REST, "executed");
        assertGe(bought + 1, REST / 10, "at the price of its new window");
    }

    function test_rolling_keeps_the_receiver() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        place(bob, sell(tokenB, 900 * UNIT, tokenA, 60 * UNIT));
        Intent memory intent = sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT);
        intent.receiver = keeper.account;
        place(carol, intent);
        vm.warp(LOCK);
        clear(scarcePrices(), scarceMarginal());
        uint256 bought = _bought(2);
        auction.roll(W, listOf(2));
        assertEq(auction.orders(W + 1, 0, 1)[0].receiver, keeper.account, "receiver");
        assertChange(tokenA, keeper, int256(bought), "paid");
    }

    function test_rolling_claims_what_cannot_take_part_any_more() public {
        scarceCleared();
        auction.roll(W, listOf(0, 1));
        assertEq(auction.orderCount(W + 1), 0, "nothing is left of them");
        assertChange(tokenA, alice, -int256(uint256(100 * UNIT)), "Alice");
        vm.warp(LOCK + 3 * LENGTH);
        auction.roll(W, listOf(2));
        assertEq(auction.orderCount(W + 4), 0, "no longer valid");
        assertChange(tokenB, carol, -int256(uint256(400 * UNIT)), "Carol");
    }

    function test_an_order_rolls_into_the_last_window_that_locks_while_it_is_valid() public {
        scarceCleared();
        vm.warp(LOCK + 3 * LENGTH - 1);
        auction.roll(W, listOf(2));
        assertEq(auction.orderCount(W + 3), 1, "orders");
    }

    function test_an_order_of_nothing_executed_rolls_whole() public {
        place(alice, sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        vm.warp(LOCK);
        clear(pricesOf(1, 1, 1), noIds());
        auction.roll(W, listOf(0));
        ICallAuction.Order memory order = auction.orders(W + 1, 0, 1)[0];
        assertEq(order.amount, 100 * UNIT, "amount");
        assertEq(order.asked, 1000 * UNIT, "asked");
        assertHeld(tokenA, 100 * UNIT, "held");
        vm.prank(alice.account);
        auction.cancel(W + 1, listOf(0));
        assertChange(tokenA, alice, 0, "and can be cancelled there");
    }

    /* VOID WINDOWS */

    function test_a_void_window_gives_everything_back() public {
        Intent memory intent = sell(tokenC, 70 * UNIT, tokenB, 1000 * UNIT);
        (intent.maxFee, intent.feePerWei) = (7 * UNIT, 1e18);
        place(alice, intent);
        scarce();
        vm.warp(LOCK + TIMEOUT);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NotVoid.selector, W));
        auction.refund(W, firstIds(4));
        vm.warp(LOCK + TIMEOUT + 1);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Refund(W, 0);
        auction.refund(W, firstIds(4));
        assertChange(tokenC, alice, 0, "with the budget");
        assertChange(tokenA, alice, 0, "Alice");
        assertChange(tokenB, bob, 0, "Bob");
        assertChange(tokenB, carol, 0, "Carol");
        vm.expectRevert(abi.encodeWithSelector(NO_ORDER, W, 0));
        auction.refund(W, listOf(0));
    }

    function test_an_open_window_and_a_cleared_one_are_not_refunded() public {
        scarce();
        bytes memory reason = abi.encodeWithSelector(ICallAuctionErrors.NotVoid.selector, W);
        vm.expectRevert(reason);
        auction.refund(W, listOf(0));
        vm.warp(LOCK);
        clear(scarcePrices(), scarceMarginal());
        vm.warp(LOCK + TIMEOUT + 1);
        vm.expectRevert(reason);
        auction.refund(W, listOf(0));
    }

    function test_an_owner_takes_an_order_of_a_void_window_to_another_address() public {
        scarce();
        vm.warp(LOCK + TIMEOUT + 1);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Refund(W, 0);
        vm.prank(alice.account);
        auction.claimTo(W, 0, keeper.account);
        assertChange(tokenA, keeper, int256(uint256(100 * UNIT)), "all of it");
    }

    function test_a_cancelled_order_is_never_paid_out() public {
        scarce();
        place(keeper, sell(tokenA, 100 * UNIT, tokenB, 9000 * UNIT));
        vm.prank(keeper.account);
        auction.cancel(W, listOf(3));
        vm.warp(LOCK);
        clear(scarcePrices(), scarceMarginal());
        _later();
        refuseClaim(listOf(3), abi.encodeWithSelector(NO_ORDER, W, 3));
    }
}
