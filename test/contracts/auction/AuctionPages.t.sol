// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Progress} from "../../../contracts/types/Clearing.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev The scarce outcome, cleared page by page.
contract AuctionPagesTest is AuctionTest {
    bytes4 private constant WRONG_PROGRESS = ICallAuctionErrors.WrongProgress.selector;

    function setUp() public override {
        super.setUp();
        scarce();
        vm.warp(LOCK);
    }

    function _page(
        address clearer,
        uint256[] memory marginal,
        Progress memory progress,
        uint256 count,
        bytes32 salt
    ) private returns (Progress memory) {
        uint128[] memory prices = scarcePrices();
        vm.prank(clearer);
        return auction.clear(W, prices, marginal, progress, count, salt);
    }

    function _refusePage(Progress memory progress, uint256[] memory marginal, bytes memory reason) private {
        uint128[] memory prices = scarcePrices();
        vm.prank(keeper.account);
        vm.expectRevert(reason);
        auction.clear(W, prices, marginal, progress, 3, 0);
    }

    function _key(address clearer, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(W, clearer, scarcePrices(), salt));
    }

    function test_pages_of_any_size_come_to_the_same() public {
        for (uint256 size = 1; size <= 3; ++size) {
            Progress memory progress;
            while (progress.next < 3) {
                uint256 end = progress.next + size;
                uint256[] memory marginal = end > 2 ? scarceMarginal() : noIds();
                if (progress.next == 0 && size < 3) {
                    vm.expectEmit(true, true, true, true, address(auction));
                    emit ICallAuction.ClearPage(W, _key(keeper.account, 0), size);
                }
                progress = _page(keeper.account, marginal, progress, size, 0);
            }
            assertEq(progress.sold[0], 100 * UNIT, "sold of A");
            assertEq(progress.sold[1], 1300 * UNIT, "sold of B");
            assertFalse(progress.hasShort, "nobody in the money is short");
            (uint256 executed, uint256 bought) = auction.outcome(W, 0);
            assertEq(executed, 100 * UNIT, "executed");
            assertEq(bought, 1300 * UNIT - 1, "bought");
            // The same in a window of its own.
            if (size < 3) _again();
        }
    }

    function _again() private {
        super.setUp();
        scarce();
        vm.warp(LOCK);
    }

    function test_a_page_goes_on_where_the_one_before_has_ended_and_nowhere_else() public {
        Progress memory first = _page(keeper.account, noIds(), noProgress(), 1, 0);
        bytes memory reason = abi.encodeWithSelector(WRONG_PROGRESS, _key(keeper.account, 0));
        uint256[] memory marginal = scarceMarginal();
        _refusePage(noProgress(), marginal, reason);

        Progress memory bent = _page(alice.account, noIds(), noProgress(), 1, 0);
        bent.next = 2;
        _refusePage(bent, marginal, reason);
        bent.next = 0;
        _refusePage(bent, marginal, reason);
        bent.next = 1;
        bent.sold[1] += 1;
        _refusePage(bent, marginal, reason);
        bent.sold[1] -= 1;
        bent.bought[0] -= bent.bought[0];
        bent.bought[1] -= 1;
        _refusePage(bent, marginal, reason);
        bent.bought[1] += 1;
        bent.hasShort = true;
        _refusePage(bent, marginal, reason);
        bent.hasShort = false;
        bent.sold = new uint256[](4);
        _refusePage(bent, marginal, reason);

        _page(keeper.account, marginal, first, 3, 0);
    }

    function test_a_page_that_has_been_verified_is_not_verified_again() public {
        Progress memory first = _page(keeper.account, noIds(), noProgress(), 1, 0);
        Progress memory second = _page(keeper.account, noIds(), first, 1, 0);
        _refusePage(first, scarceMarginal(), abi.encodeWithSelector(WRONG_PROGRESS, _key(keeper.account, 0)));
        _page(keeper.account, scarceMarginal(), second, 1, 0);
    }

    function test_a_clearing_begins_with_nothing() public {
        bytes memory reason = abi.encodeWithSelector(WRONG_PROGRESS, _key(keeper.account, 0));
        Progress memory progress;
        progress.next = 1;
        _refusePage(progress, scarceMarginal(), reason);
        progress.next = 0;
        progress.hasShort = true;
        _refusePage(progress, scarceMarginal(), reason);
        progress.hasShort = false;
        progress.sold = new uint256[](3);
        _refusePage(progress, scarceMarginal(), reason);
        progress.sold = new uint256[](0);
        progress.bought = new uint256[](3);
        _refusePage(progress, scarceMarginal(), reason);
    }

    function test_a_page_takes_only_the_marginal_orders_that_are_its_own() public {
        uint128[] memory prices = scarcePrices();
        uint256[] memory marginal = scarceMarginal();
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.UnusedMarginal.selector, 0));
        auction.clear(W, prices, marginal, noProgress(), 2, 0);

        Progress memory progress = _page(keeper.account, noIds(), noProgress(), 2, 0);
        // An order of the page before: Bob's.
        marginal = listOf(named(1, 1), named(2, 400 * UNIT));
        _refusePage(
            progress,
            marginal,
            abi.encodeWithSelector(ICallAuctionErrors.UnusedMarginal.selector, 0)
        );
    }

    function test_two_clearers_do_not_disturb_each_other_and_the_first_to_end_wins() public {
        Progress memory keepers = _page(keeper.account, noIds(), noProgress(), 2, 0);
        Progress memory alices = _page(alice.account, noIds(), noProgress(), 1, 0);
        alices = _page(alice.account, noIds(), alices, 1, 0);
        _page(keeper.account, scarceMarginal(), keepers, 1, 0);

        uint128[] memory prices = scarcePrices();
        uint256[] memory marginal = scarceMarginal();
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(ICallAuctionErrors.AlreadyCleared.selector, W));
        auction.clear(W, prices, marginal, alices, 1, 0);
        (address clearer, , ) = auction.clearingOf(W);
        assertEq(clearer, keeper.account, "clearer");
    }

    function test_progress_of_one_clearer_salt_or_window_is_nobody_elses() public {
        Progress memory progress = _page(keeper.account, noIds(), noProgress(), 2, 0);
        uint128[] memory prices = scarcePrices();
        uint256[] memory marginal = scarceMarginal();
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(WRONG_PROGRESS, _key(alice.account, 0)));
        auction.clear(W, prices, marginal, progress, 1, 0);
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(WRONG_PROGRESS, _key(keeper.account, bytes32(uint256(1)))));
        auction.clear(W, prices, marginal, progress, 1, bytes32(uint256(1)));
        prices[2] += 1;
        bytes32 key = keccak256(abi.encode(W, keeper.account, prices, bytes32(0)));
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(WRONG_PROGRESS, key));
        auction.clear(W, prices, marginal, progress, 1, 0);
    }

    function test_wrong_amounts_of_a_page_stay_with_their_salt() public {
        // Names Carol with too much in the last page: never ends.
        Progress memory progress = _page(keeper.account, noIds(), noProgress(), 2, 0);
        uint256[] memory wrong = listOf(named(2, 300 * UNIT));
        uint128[] memory prices = scarcePrices();
        vm.prank(keeper.account);
        vm.expectRevert();
        auction.clear(W, prices, wrong, progress, 1, 0);
        // Begun anew, with a salt or without: a page that reverts has left nothing.
        _page(keeper.account, scarceMarginal(), noProgress(), 3, bytes32(uint256(1)));
        (uint256 executed, ) = auction.outcome(W, 2);
        assertEq(executed, 400 * UNIT, "of the solution that has cleared");
    }

    function test_progress_is_kept_as_one_hash() public {
        bytes32 key = _key(keeper.account, 0);
        assertEq(auction.progressOf(key), bytes32(0), "not begun");
        Progress memory progress = _page(keeper.account, noIds(), noProgress(), 2, 0);
        assertEq(auction.progressOf(key), keccak256(abi.encode(progress)), "of what was returned");
    }

    function test_a_page_of_nothing_changes_nothing() public {
        Progress memory progress = _page(keeper.account, noIds(), noProgress(), 0, 0);
        assertEq(progress.next, 0, "next");
        _page(keeper.account, scarceMarginal(), progress, type(uint256).max, 0);
    }
}
