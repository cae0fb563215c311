// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {INativeIntents} from "../../../contracts/interfaces/INativeIntents.sol";
import {NativeReceiver} from "../../../contracts/periphery/NativeReceiver.sol";
import {Progress} from "../../../contracts/types/Clearing.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {Market} from "../../../contracts/types/Market.sol";
import {Placement, Scheme} from "../../../contracts/types/Placement.sol";
import {GreedyAuction} from "../../mocks/GreedyAuction.sol";
import {ReentrantReceiver} from "../../mocks/ReentrantReceiver.sol";
import {WrappedEther} from "../../mocks/WrappedEther.sol";
import {Actor} from "../../support/SettlementTest.sol";
import {NativeTest} from "./NativeTest.sol";

/// @dev Selling the chain's own coin in a sealed window: the user's receiver owns the order, and all that comes back from
/// the auction is the user's.
contract NativeSealedTest is NativeTest {
    uint32 private constant LENGTH = 300;
    uint32 private constant TIMEOUT = 900;
    uint112 private constant MINIMUM = 1 << 16;
    uint128 private constant SALE = 800_000;
    uint128 private constant ONE = 1 << 95;
    uint256 private constant W = START_TIME / LENGTH;
    uint256 private constant LOCK = (W + 1) * LENGTH;

    ICallAuction private _auction;

    function setUp() public override {
        super.setUp();
        Market memory market = Market(new address[](2), new uint112[](2));
        (market.tokens[0], market.tokens[1]) = tokenA < weth ? (tokenA, weth) : (weth, tokenA);
        (market.minimums[0], market.minimums[1]) = (MINIMUM, MINIMUM);
        bytes memory arguments = abi.encode(market, LENGTH, TIMEOUT, 0, address(0), address(0));
        _auction = ICallAuction(deploy("CallAuction.sol:CallAuction", arguments));
        vm.prank(bob.account);
        IERC20(tokenA).approve(address(_auction), type(uint256).max);
    }

    /* PLACING */

    function test_what_is_sent_becomes_an_order_of_the_users_receiver() public {
        address receiver = native.receiverOf(alice.account);
        vm.expectEmit(true, true, true, true, address(native));
        emit INativeIntents.PlaceSealed(alice.account, address(_auction), W, 0);
        (uint256 window, uint256 id) = _place(alice, _sale(alice));

        assertEq(window, W, "window");
        assertEq(id, 0, "id");
        ICallAuction.Order memory order = _orderOf(W, 0);
        assertEq(order.owner, receiver, "owner");
        assertEq(order.receiver, alice.account, "receiver");
        assertEq(order.amount, SALE, "amount");
        assertEq(IERC20(weth).balanceOf(address(_auction)), SALE, "escrow");
        assertEq(alice.account.balance, 1_000_000 - SALE, "Alice's ether");
        assertEq(IERC20(weth).balanceOf(receiver), 0, "nothing stays behind");
        assertEq(IERC20(weth).allowance(receiver, address(_auction)), 0, "no allowance stays behind");
        assertEq(held(), 0, "the deposits have nothing to do with it");
    }

    function test_what_of_the_fee_budget_is_not_taken_is_the_users() public {
        Intent memory intent = _sale(alice);
        // A budget of 100,001 is kept whole in 25 bits, so all of it is escrow.
        (intent.maxFee, intent.feePerWei) = (100_001, 1e18);
        _place(alice, intent);
        assertEq(_orderOf(W, 0).amount, SALE - 100_001, "amount");
        assertEq(_orderOf(W, 0).budget, 100_001, "budget");
        _cancel(alice, 0, alice.account);
        assertEq(alice.account.balance, 1_000_000, "Alice's ether");
    }

    function test_what_cannot_be_a_sale_of_what_is_sent_is_refused() public {
        Intent memory intent = _sale(alice);
        intent.sellToken = tokenA;
        _refuse(intent, SALE, abi.encodeWithSelector(INativeIntents.NotNativeSale.selector, tokenA, "sell"));
        intent = _sale(alice);
        intent.kind = "buy";
        _refuse(intent, SALE, abi.encodeWithSelector(INativeIntents.NotNativeSale.selector, weth, "buy"));
        intent = _sale(alice);
        _refuse(intent, 1, abi.encodeWithSelector(INativeIntents.ValueMismatch.selector, 1, SALE));
        intent.sellAmount = 0;
        _refuse(intent, 0, abi.encodeWithSelector(INativeIntents.ValueMismatch.selector, 0, 0));
        intent = _sale(alice);
        intent.receiver = address(0);
        _refuse(intent, SALE, abi.encodeWithSelector(INativeIntents.InvalidReceiver.selector, address(0)));
        intent.receiver = address(native);
        _refuse(intent, SALE, abi.encodeWithSelector(INativeIntents.InvalidReceiver.selector, native));
    }

    function test_what_the_auction_refuses_costs_the_user_nothing() public {
        Intent memory intent = _sale(alice);
        _place(alice, intent);
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.NonceSpent.selector,
            0,
            native.receiverOf(alice.account),
            intent.nonce
        );
        intent.sellAmount = 100_000;
        _refuse(intent, 100_000, reason);
        assertEq(alice.account.balance, 1_000_000 - SALE, "Alice's ether");
    }

    /* TAKING BACK */

    function test_a_user_takes_the_own_order_back_and_nobody_else_does() public {
        _place(alice, _sale(alice));
        bytes memory reason = abi.encodeWithSelector(
            ICallAuctionErrors.NotOwner.selector,
            W,
            0,
            native.receiverOf(alice.account)
        );
        vm.prank(bob.account);
        vm.expectRevert(reason);
        native.cancelSealed(_auction, W, _listOf(0), bob.account);

        _cancel(alice, 0, carol.account);
        assertEq(carol.account.balance, SALE, "Carol's ether");
        assertEq(_orderOf(W, 0).amount, 0, "gone");
    }

    function test_the_receiver_obeys_nobody_but_its_contract() public {
        _place(alice, _sale(alice));
        NativeReceiver receiver = NativeReceiver(payable(native.receiverOf(alice.account)));
        Intent memory intent = _sale(alice);
        bytes memory reason = abi.encodeWithSelector(NativeReceiver.NotNativeIntents.selector, alice.account);
        vm.prank(alice.account);
        vm.expectRevert(reason);
        receiver.place(_auction, intent);
        vm.prank(alice.account);
        vm.expectRevert(reason);
        receiver.cancel(_auction, W, _listOf(0));
        vm.prank(alice.account);
        vm.expectRevert(reason);
        receiver.claim(_auction, W, 0);
    }

    /* AFTER THE WINDOW */

    function test_what_is_sold_is_paid_to_the_receiver_named_and_the_rest_ends_as_the_coin() public {
        _sellFiveEighths();
        vm.warp(LOCK + LENGTH);
        vm.prank(keeper.account);
        _auction.claim(W, _listOf(0));
        assertChange(tokenA, alice, 500_000, "Alice got");
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_000_000 - 500_000, "Alice's ether");
    }

    function test_a_user_who_does_not_want_to_be_rolled_takes_all_of_it() public {
        _sellFiveEighths();
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.StillValid.selector, W, 0));
        _auction.claim(W, _listOf(0));

        vm.prank(alice.account);
        native.claimSealed(_auction, W, 0, tokenA, carol.account);
        assertEq(carol.account.balance, 300_000, "Carol's ether");
        assertChange(tokenA, carol, 500_000, "Carol got");
    }

    function test_a_rolled_rest_still_belongs_to_the_user() public {
        _sellFiveEighths();
        vm.prank(keeper.account);
        _auction.roll(W, _listOf(0));
        assertEq(_orderOf(W + 1, 0).amount, 300_000, "rolled");
        vm.prank(alice.account);
        native.cancelSealed(_auction, W + 1, _listOf(0), alice.account);
        assertEq(alice.account.balance, 500_000, "Alice's ether");
    }

    function test_a_window_that_is_not_cleared_gives_the_coin_back() public {
        _place(alice, _sale(alice));
        Intent memory second = _sale(alice);
        second.sellAmount = second.buyAmount = 100_000;
        _place(alice, second);
        vm.warp(LOCK + TIMEOUT + 1);
        vm.prank(keeper.account);
        _auction.refund(W, _listOf(0));
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 900_000, "by anybody");
        vm.prank(alice.account);
        native.claimSealed(_auction, W, 1, tokenA, alice.account);
        assertEq(alice.account.balance, 1_000_000, "by herself");
    }

    /* HARM */

    function test_an_auction_that_means_harm_takes_what_was_sent_to_it_and_no_more() public {
        GreedyAuction greedy = new GreedyAuction();
        address receiver = native.receiverOf(alice.account);
        WrappedEther(payable(weth)).deposit{value: 1000}();
        IERC20(weth).transfer(receiver, 1000);

        greedy.want(SALE + 1);
        Intent memory intent = _sale(alice);
        vm.prank(alice.account);
        vm.expectRevert();
        native.placeSealed{value: SALE}(ICallAuction(address(greedy)), intent);

        greedy.want(SALE - 1);
        vm.prank(alice.account);
        native.placeSealed{value: SALE}(ICallAuction(address(greedy)), intent);
        greedy.want(1);
        vm.expectRevert();
        greedy.take(IERC20(weth), receiver);
        assertEq(IERC20(weth).balanceOf(receiver), 1001, "what was there, and what was left");
    }

    function test_nobody_comes_back_in_the_midst_of_it() public {
        GreedyAuction greedy = new GreedyAuction();
        greedy.arm(address(native), abi.encodeCall(native.unwrap, (alice.account)));
        Intent memory intent = _sale(alice);
        vm.prank(alice.account);
        native.placeSealed{value: SALE}(ICallAuction(address(greedy)), intent);
        assertFalse(greedy.succeeded(), "came back");

        ReentrantReceiver account = new ReentrantReceiver();
        account.arm(address(native), abi.encodeCall(native.unwrap, (alice.account)));
        _place(alice, _saleOf(100_000));
        _cancel(alice, 0, address(account));
        assertTrue(account.called(), "called");
        assertFalse(account.succeeded(), "came back, too");

        ReentrantReceiver late = new ReentrantReceiver();
        late.arm(address(native), abi.encodeCall(native.unwrap, (alice.account)));
        _place(alice, _saleOf(100_000));
        vm.warp(LOCK + TIMEOUT + 1);
        vm.prank(alice.account);
        native.claimSealed(_auction, W, 1, tokenA, address(late));
        assertTrue(late.called(), "called");
        assertFalse(late.succeeded(), "came back late");
    }

    /* WINDOWS */

    /// @dev Of Alice's order 0, the 500,000 that Bob buys; the window after is the current one, in which the rest is valid.
    function _sellFiveEighths() private {
        _place(alice, _sale(alice));
        Placement[] memory placements = new Placement[](1);
        placements[0].intent = sellIntent(tokenA, 500_000, weth, 500_000);
        placements[0].intent.partiallyFillable = true;
        placements[0].intent.validTo = uint32(LOCK);
        placements[0].scheme = Scheme.Caller;
        vm.prank(bob.account);
        _auction.place(placements);

        vm.warp(LOCK);
        uint128[] memory prices = new uint128[](2);
        (prices[0], prices[1]) = (ONE, ONE);
        uint256[] memory marginal = new uint256[](2);
        (marginal[0], marginal[1]) = (500_000, (1 << 112) | 500_000);
        Progress memory none;
        vm.prank(keeper.account);
        _auction.clear(W, prices, marginal, none, type(uint256).max, 0);
    }

    /// @dev At least one A for a wei, in this window or the next.
    function _sale(Actor memory user) private returns (Intent memory intent) {
        intent = _saleOf(SALE);
        intent.receiver = user.account;
    }

    function _saleOf(uint128 amount) private returns (Intent memory intent) {
        intent = sellIntent(weth, amount, tokenA, amount);
        intent.receiver = alice.account;
        intent.partiallyFillable = true;
        intent.validTo = uint32(LOCK + LENGTH);
    }

    function _place(Actor memory user, Intent memory intent) private returns (uint256 window, uint256 id) {
        vm.prank(user.account);
        return native.placeSealed{value: intent.sellAmount}(_auction, intent);
    }

    function _refuse(Intent memory intent, uint256 value, bytes memory reason) private {
        vm.prank(alice.account);
        vm.expectRevert(reason);
        native.placeSealed{value: value}(_auction, intent);
    }

    function _cancel(Actor memory user, uint256 id, address to) private {
        vm.prank(user.account);
        native.cancelSealed(_auction, W, _listOf(id), to);
    }

    function _orderOf(uint256 window, uint256 id) private view returns (ICallAuction.Order memory) {
        return _auction.orders(window, id, 1)[0];
    }

    function _listOf(uint256 id) private pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = id;
    }
}
