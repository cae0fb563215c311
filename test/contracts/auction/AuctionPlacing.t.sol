// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {ISettlementErrors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {Placement} from "../../../contracts/types/Placement.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

contract AuctionPlacingTest is AuctionTest {
    /* WHAT AN ORDER IS */

    function test_a_placed_intent_is_an_order_and_its_tokens_are_held() public {
        uint256 id = place(alice, plain());

        ICallAuction.Order memory order = auction.orders(W, id, 1)[0];
        assertEq(order.owner, alice.account, "owner");
        assertEq(order.receiver, alice.account, "receiver");
        assertEq(order.sellToken, 0, "sell token");
        assertEq(order.buyToken, 1, "buy token");
        assertEq(order.amount, 100 * UNIT, "amount");
        assertEq(order.asked, 1000 * UNIT, "asked");
        assertEq(order.budget, 0, "budget");
        assertEq(order.feePerWei, 0, "rate");
        assertEq(order.validTo, LOCK + 3 * LENGTH, "validTo");
        assertChange(tokenA, alice, -int256(uint256(100 * UNIT)), "given");
        assertHeld(tokenA, 100 * UNIT, "held");
    }

    function test_ids_count_up_in_the_window_whoever_brings_them() public {
        assertEq(place(alice, plain()), 0, "first");
        assertEq(place(bob, plain()), 1, "second");
        Placement[] memory two = new Placement[](2);
        (two[0], two[1]) = (signed(carol, plain()), signed(alice, plain()));
        (uint256 window, uint256 firstId) = auction.place(two);
        assertEq(window, W, "window");
        assertEq(firstId, 2, "third");
        assertEq(auction.orderCount(W), 4, "count");
        assertEq(auction.orders(W, 3, 1)[0].owner, alice.account, "fourth");
        vm.warp(LOCK);
        assertEq(place(alice, plain()), 0, "the next window begins anew");
    }

    function test_a_fee_makes_the_order_smaller_and_not_its_limit_worse() public {
        Intent memory intent = plain();
        (intent.maxFee, intent.feePerWei) = (7 * UNIT, 3e18);
        uint256 id = place(alice, intent);
        ICallAuction.Order memory order = auction.orders(W, id, 1)[0];
        assertEq(order.amount, 93 * UNIT, "amount");
        assertEq(order.asked, 1000 * UNIT, "asked");
        assertLe(order.budget, 7 * UNIT, "budget, rounded down");
        assertGe(order.budget, 7 * UNIT - ((7 * UNIT) >> 24), "to 25 bits");
        assertLe(order.feePerWei, 3e18, "rate, rounded down");
        assertGe(order.feePerWei, 3e18 - (uint256(3e18) >> 16), "to 17 bits");
        assertHeld(tokenA, uint256(order.amount) + order.budget, "what rounding leaves stays with the owner");
    }

    function test_another_receiver_is_kept_and_the_owner_as_receiver_is_not() public {
        Intent memory intent = plain();
        intent.receiver = bob.account;
        assertEq(auction.orders(W, place(alice, intent), 1)[0].receiver, bob.account, "another");
        intent = plain();
        intent.receiver = alice.account;
        assertEq(auction.orders(W, place(alice, intent), 1)[0].receiver, alice.account, "the owner");
    }

    function test_an_intent_may_name_the_auction_as_settler_and_carry_a_tag() public {
        Intent memory intent = plain();
        intent.settler = address(auction);
        intent.conditionData = "by a dapp";
        place(alice, intent);
        assertEq(auction.orderCount(W), 1, "orders");
    }

    function test_the_event_names_the_intents_hash_its_owner_and_its_order() public {
        Intent memory intent = plain();
        Placement memory placement = signed(alice, intent);
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Place(hashOf(intent), alice.account, W, 0, 0);
        place(placement);
    }

    function test_the_hash_is_the_one_of_the_eip_in_the_auctions_own_domain() public {
        Intent memory intent = plain();
        intent.conditionData = "tag";
        assertEq(auction.hashIntent(intent), hashOf(intent), "hash");
    }

    /* WHAT IS REFUSED */

    function test_a_buy_is_refused() public {
        Intent memory intent = plain();
        intent.kind = "buy";
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.NotASell.selector, 0));
    }

    function test_a_kind_that_nobody_knows_is_refused() public {
        Placement memory placement = signed(alice, plain());
        placement.intent.kind = "sells";
        refuse(placement, abi.encodeWithSelector(ISettlementErrors.UnknownKind.selector, "sells"));
    }

    function test_fill_or_kill_is_refused() public {
        Intent memory intent = plain();
        intent.partiallyFillable = false;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.NotPartiallyFillable.selector, 0));
    }

    function test_a_decaying_limit_is_refused() public {
        Intent memory intent = plain();
        intent.startBuyAmount = 1;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.DecayingLimit.selector, 0));
    }

    function test_a_condition_is_refused() public {
        Intent memory intent = plain();
        intent.condition = address(1);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.HasCondition.selector, 0));
    }

    function test_another_settler_is_refused() public {
        Intent memory intent = plain();
        intent.settler = keeper.account;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.WrongSettler.selector, 0, keeper.account));
    }

    function test_a_token_for_itself_is_refused() public {
        Intent memory intent = plain();
        intent.buyToken = tokenA;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.SameToken.selector, 0, tokenA));
    }

    function test_a_token_that_is_not_listed_is_refused_on_both_sides() public {
        address stranger = address(new TestToken("Stranger", "S", 18));
        Intent memory intent = plain();
        intent.buyToken = stranger;
        bytes memory reason = abi.encodeWithSelector(ICallAuctionErrors.UnknownToken.selector, 0, stranger);
        refuse(intent, reason);
        (intent.sellToken, intent.buyToken) = (stranger, tokenA);
        refuse(intent, reason);
        // Not even a contract, which has no balances to look at.
        intent.sellToken = bob.account;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.UnknownToken.selector, 0, bob.account));
    }

    function test_a_cap_without_a_rate_and_a_rate_without_a_cap_are_refused() public {
        Intent memory intent = plain();
        intent.maxFee = 1;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.InvalidFee.selector, 0, 1, 0));
        (intent.maxFee, intent.feePerWei) = (0, 1);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.InvalidFee.selector, 0, 0, 1));
    }

    function test_a_cap_above_what_is_sold_is_refused() public {
        Intent memory intent = plain();
        (intent.maxFee, intent.feePerWei) = (intent.sellAmount + 1, 1);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.InvalidFee.selector, 0, intent.maxFee, 1));
    }

    function test_a_cap_of_all_that_is_sold_leaves_no_amount() public {
        Intent memory intent = plain();
        (intent.maxFee, intent.feePerWei) = (intent.sellAmount, 1);
        _refuseAmount(intent, tokenA, 0);
    }

    function test_amounts_keep_the_minimums_net_of_the_fee() public {
        Intent memory intent = sell(tokenA, MINIMUM, tokenB, MINIMUM);
        place(alice, intent);
        intent = sell(tokenA, MINIMUM - 1, tokenB, MINIMUM);
        _refuseAmount(intent, tokenA, MINIMUM - 1);
        intent = sell(tokenA, MINIMUM, tokenB, MINIMUM - 1);
        _refuseAmount(intent, tokenB, MINIMUM - 1);
        intent = sell(tokenA, MINIMUM + 4, tokenB, MINIMUM);
        (intent.maxFee, intent.feePerWei) = (5, 1);
        _refuseAmount(intent, tokenA, MINIMUM - 1);
    }

    function test_amounts_of_more_than_112_bits_are_refused() public {
        uint128 most = type(uint112).max;
        place(alice, sell(tokenA, most, tokenB, most));
        _refuseAmount(sell(tokenA, most + 1, tokenB, most), tokenA, most + 1);
        _refuseAmount(sell(tokenA, most, tokenB, most + 1), tokenB, most + 1);
    }

    function _refuseAmount(Intent memory intent, address token, uint256 amount) private {
        refuse(
            intent,
            abi.encodeWithSelector(ICallAuctionErrors.AmountOutOfRange.selector, 0, token, amount)
        );
    }

    function test_an_intent_has_to_be_valid_when_the_window_locks() public {
        Intent memory intent = plain();
        intent.validFrom = uint32(LOCK);
        intent.validTo = uint32(LOCK);
        place(alice, intent);

        intent = plain();
        intent.validFrom = uint32(LOCK + 1);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.NotYetValid.selector, 0, LOCK + 1));
        intent = plain();
        intent.validTo = uint32(LOCK - 1);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.Expired.selector, 0, LOCK - 1));
    }

    function test_an_intent_for_later_windows_waits_and_one_for_several_is_not_bound_to_the_first() public {
        Intent memory intent = plain();
        intent.validFrom = uint32(LOCK + 1);
        Placement memory placement = signed(alice, intent);
        vm.warp(LOCK - 1);
        refuse(placement, abi.encodeWithSelector(ICallAuctionErrors.NotYetValid.selector, 0, LOCK + 1));
        vm.warp(LOCK);
        place(placement);
        assertEq(auction.orderCount(W + 1), 1, "orders");
    }

    function test_an_error_names_the_placement() public {
        Placement[] memory two = new Placement[](2);
        Intent memory intent = plain();
        intent.validTo = 0;
        (two[0], two[1]) = (signed(alice, plain()), signed(bob, intent));
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.Expired.selector, 1, 0));
        auction.place(two);
    }

    /// @dev As the ABI's own decoder would have it: no data, as no one who encodes by the rules gets here.
    function test_a_field_that_is_wider_than_its_type_is_refused() public {
        bytes memory data = abi.encodeCall(auction.place, (listOf(signed(alice, plain()))));
        // Selector, offset and length of the list, offset of the placement, its four words; then the intent's 17.
        uint256 first = 4 + 3 * 32 + 4 * 32;
        for (uint256 word = 0; word < 16; ++word) {
            // The nonce has all its bits, the kind is an offset.
            if (word == 11 || word == 12) continue;
            bytes memory wide = bytes.concat(data);
            wide[first + word * 32] = 0x01;
            vm.prank(keeper.account);
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory answer) = address(auction).call(wide);
            assertFalse(success, "refused");
            assertEq(answer.length, 0, "without a word");
        }
        vm.prank(keeper.account);
        // solhint-disable-next-line avoid-low-level-calls
        (bool isPlaced, ) = address(auction).call(data);
        assertTrue(isPlaced, "as it was");
    }

    /* NONCES */

    function test_a_nonce_is_placed_once() public {
        Intent memory intent = plain();
        assertFalse(auction.isNonceSpent(alice.account, intent.nonce), "not yet");
        place(alice, intent);
        assertTrue(auction.isNonceSpent(alice.account, intent.nonce), "spent");
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.NonceSpent.selector,
            0,
            alice.account,
            intent.nonce
        );
        refuse(intent, reason);
        intent.buyAmount += 1;
        refuse(intent, reason);
    }

    function test_the_same_intent_twice_in_one_call_is_refused() public {
        Intent memory intent = plain();
        Placement[] memory two = new Placement[](2);
        (two[0], two[1]) = (signed(alice, intent), signed(alice, intent));
        vm.expectRevert(
            abi.encodeWithSelector(ICallAuctionErrors.NonceSpent.selector, 1, alice.account, intent.nonce)
        );
        auction.place(two);
    }

    function test_neither_cancelling_nor_a_later_window_gives_a_nonce_back() public {
        Intent memory intent = plain();
        uint256 id = place(alice, intent);
        vm.prank(alice.account);
        auction.cancel(W, listOf(id));
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.NonceSpent.selector,
            0,
            alice.account,
            intent.nonce
        );
        refuse(intent, reason);
        vm.warp(LOCK);
        refuse(intent, reason);
    }

    function test_a_cancelled_nonce_is_refused_and_others_are_not() public {
        Intent memory intent = plain();
        intent.nonce = 256 * 7 + 3;
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.CancelNonces(alice.account, 7, 9);
        vm.prank(alice.account);
        auction.cancelNonces(7, 9);
        assertEq(auction.nonceBitmap(alice.account, 7), 9, "bits");
        refuse(
            intent,
            abi.encodeWithSelector(ICallAuctionErrors.NonceSpent.selector, 0, alice.account, intent.nonce)
        );
        intent.nonce += 1;
        place(alice, intent);
        assertEq(auction.nonceBitmap(alice.account, 7), 9 + 16, "a placed one beside them");
        vm.prank(alice.account);
        auction.cancelNonces(7, 2);
        assertEq(auction.nonceBitmap(alice.account, 7), 9 + 16 + 2, "cancelling clears nothing");
    }

    function test_nonces_are_the_owners_own() public {
        Intent memory intent = plain();
        place(alice, intent);
        place(bob, intent);
        assertEq(auction.orderCount(W), 2, "orders");
    }

    /* THE TOKENS */

    function test_an_owner_without_allowance_or_funds_is_refused_by_name() public {
        vm.prank(alice.account);
        TestToken(tokenA).approve(address(auction), 100 * UNIT - 1);
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.PullFailed.selector,
            0,
            tokenA,
            alice.account,
            100 * UNIT
        );
        refuse(plain(), reason);
        vm.prank(alice.account);
        TestToken(tokenA).approve(address(auction), type(uint256).max);
        vm.prank(alice.account);
        TestToken(tokenA).transfer(bob.account, FUNDS);
        refuse(plain(), reason);
    }

    /* CANCELLING */

    function test_an_owner_takes_an_order_back_with_its_budget() public {
        Intent memory intent = plain();
        (intent.maxFee, intent.feePerWei) = (7 * UNIT, 1e18);
        uint256 id = place(alice, intent);
        place(bob, plain());
        vm.expectEmit(true, true, true, true, address(auction));
        emit ICallAuction.Cancel(W, id);
        vm.prank(alice.account);
        auction.cancel(W, listOf(id));
        assertChange(tokenA, alice, 0, "all came back");
        assertHeld(tokenA, 100 * UNIT, "the other order's");
        assertEq(auction.orders(W, id, 1)[0].owner, address(0), "gone");
        assertEq(auction.orderCount(W), 2, "ids stay as they are");
    }

    function test_nobody_cancels_for_somebody_else() public {
        uint256 id = place(alice, plain());
        vm.prank(bob.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NotOwner.selector, W, id, alice.account));
        auction.cancel(W, listOf(id));
    }

    function test_an_order_is_cancelled_once_and_one_that_is_not_there_never() public {
        uint256 id = place(alice, plain());
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NoOrder.selector, W, id));
        auction.cancel(W, listOf(id, id));
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NoOrder.selector, W, id + 1));
        auction.cancel(W, listOf(id + 1));
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.NoOrder.selector, W, 1 << 32));
        auction.cancel(W, listOf(1 << 32));
    }

    function test_an_order_is_cancelled_in_the_last_second_before_the_lock_and_not_at_it() public {
        uint256 first = place(alice, plain());
        uint256 second = place(alice, plain());
        vm.warp(LOCK - 1);
        vm.prank(alice.account);
        auction.cancel(W, listOf(first));
        vm.warp(LOCK);
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.Locked.selector, W, LOCK));
        auction.cancel(W, listOf(second));
    }
}
