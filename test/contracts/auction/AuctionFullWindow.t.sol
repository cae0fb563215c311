// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Placement} from "../../../contracts/types/Placement.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev A window that counts almost 2^32 orders. Nobody could pay for so many: the count is written to its place in storage.
contract AuctionFullWindowTest is AuctionTest {
    /// @dev Of the windows: behind 256 tokens and the listings.
    uint256 private constant WINDOWS_SLOT = 257;
    uint256 private constant MOST = type(uint32).max;

    bytes4 private constant TOO_MANY = ICallAuctionErrors.TooManyOrders.selector;

    /// @dev Leaves room for one order.
    function _fill(uint256 window) private {
        bytes32 slot = keccak256(abi.encode(window, WINDOWS_SLOT));
        vm.store(address(auction), slot, bytes32(MOST - 1));
        assertEq(auction.orderCount(window), MOST - 1, "the count lies there");
    }

    function test_the_last_place_of_a_window_is_given_and_nobody_comes_after() public {
        _fill(W);
        Placement[] memory two = new Placement[](2);
        (two[0], two[1]) = (signed(alice, plain()), signed(bob, plain()));
        vm.expectRevert(abi.encodeWithSelector(TOO_MANY, 1));
        auction.place(two);
        assertEq(place(alice, plain()), MOST - 1, "id");
        assertEq(auction.orderCount(W), MOST, "count");
        refuse(plain(), abi.encodeWithSelector(TOO_MANY, 0));
        assertEq(auction.orders(W, MOST - 1, 2).length, 1, "one order");
        vm.prank(alice.account);
        auction.cancel(W, listOf(MOST - 1));
        assertChange(tokenA, alice, 0, "and can be taken back");
    }

    function test_an_order_rolls_into_the_last_place_and_none_into_a_full_window() public {
        place(alice, plain());
        place(bob, plain());
        vm.warp(LOCK);
        clear(pricesOf(1, 1, 1), noIds());
        _fill(W + 1);
        uint256[] memory ids = listOf(0, 1);
        vm.expectRevert(abi.encodeWithSelector(TOO_MANY, 1));
        auction.roll(W, ids);
        auction.roll(W, listOf(1));
        assertEq(auction.orders(W + 1, MOST - 1, 1)[0].owner, bob.account, "owner");
        ids = listOf(0);
        vm.expectRevert(abi.encodeWithSelector(TOO_MANY, 0));
        auction.roll(W, ids);
    }
}
