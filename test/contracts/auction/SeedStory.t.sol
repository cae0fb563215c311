// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Intent} from "../../../contracts/types/Intent.sol";
import {Placement} from "../../../contracts/types/Placement.sol";
import {Actor} from "../../support/SettlementTest.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev The scarce outcome: 100 A at 10 or more; 60 wanted at 15, 50 at 13, 40 at 12, 30 at 10, for so much of B as that is
/// at the limit. At 13, the first takes 900/13 of A and the second what is left.
contract SeedStoryTest is AuctionTest {
    uint256 private constant TRADERS = 5;

    Actor[] private _traders;
    Intent[] private _intents;

    function setUp() public override {
        super.setUp();
        _add("seller", sell(tokenA, 100 * UNIT, tokenB, 1000 * UNIT));
        _add("first", sell(tokenB, 900 * UNIT, tokenA, 60 * UNIT));
        _add("second", sell(tokenB, 650 * UNIT, tokenA, 50 * UNIT));
        _add("third", sell(tokenB, 480 * UNIT, tokenA, 40 * UNIT));
        _add("fourth", sell(tokenB, 300 * UNIT, tokenA, 30 * UNIT));
    }

    function test_whoever_comes_first_everybody_gets_the_same() public {
        uint256 window = W;
        uint256[TRADERS] memory order = [uint256(0), 1, 2, 3, 4];
        _permute(order, 0, window);
    }

    function test_a_tip_buys_nothing() public {
        for (uint256 tipper = 1; tipper < TRADERS; ++tipper) {
            // All that an owner can offer to who brings or orders transactions is the fee.
            Intent memory intent = _intents[tipper];
            intent.sellAmount += 50 * UNIT;
            intent.maxFee = 50 * UNIT;
            intent.feePerWei = type(uint128).max;
            intent.nonce = 1000 + tipper;
            _intents[tipper] = intent;
            uint256[TRADERS] memory order = [uint256(0), 1, 2, 3, 4];
            (order[0], order[tipper]) = (order[tipper], order[0]);
            _run(order, W + tipper);
        }
    }

    /// @dev Every permutation of order[from..], each in a window of its own.
    function _permute(
        uint256[TRADERS] memory order,
        uint256 from,
        uint256 window
    ) private returns (uint256 next) {
        if (from == TRADERS) {
            _run(order, window);
            return window + 1;
        }
        next = window;
        for (uint256 i = from; i < TRADERS; ++i) {
            (order[from], order[i]) = (order[i], order[from]);
            next = _permute(order, from + 1, next);
            (order[from], order[i]) = (order[i], order[from]);
        }
    }

    function _run(uint256[TRADERS] memory order, uint256 window) private {
        vm.warp(window * LENGTH);
        uint256[TRADERS] memory idOf;
        Placement[] memory placements = new Placement[](TRADERS);
        for (uint256 i = 0; i < TRADERS; ++i) {
            uint256 trader = order[i];
            Intent memory intent = _intents[trader];
            intent.validTo = uint32((window + 1) * LENGTH);
            intent.nonce = window * 256 + trader;
            placements[i] = signed(_traders[trader], intent);
            idOf[trader] = i;
        }
        uint256 keeperHad = balance(tokenA, keeper.account) + balance(tokenB, keeper.account);
        vm.prank(keeper.account);
        auction.place(placements);

        vm.warp((window + 1) * LENGTH);
        uint256[] memory marginal = listOf(named(idOf[2], 400 * UNIT));
        vm.prank(keeper.account);
        auction.clear(window, scarcePrices(), marginal, noProgress(), TRADERS, 0);

        (uint256 executed, uint256 bought) = auction.outcome(window, idOf[0]);
        assertEq(executed, 100 * UNIT, "the seller sells all of it");
        _assertClose(bought, 1300 * UNIT, "the seller gets the market's price, not its limit");
        (executed, bought) = auction.outcome(window, idOf[1]);
        assertEq(executed, 900 * UNIT, "who pays most is served");
        _assertClose(bought, (uint256(900) * UNIT) / 13, "at the same price");
        (executed, bought) = auction.outcome(window, idOf[2]);
        assertEq(executed, 400 * UNIT, "who sets the price gets the rest");
        _assertClose(bought, (uint256(400) * UNIT) / 13, "at the same price, too");
        for (uint256 trader = 3; trader < TRADERS; ++trader) {
            (executed, bought) = auction.outcome(window, idOf[trader]);
            assertEq(executed + bought, 0, "who pays less than the price gets nothing");
        }

        vm.warp((window + 2) * LENGTH);
        vm.prank(keeper.account);
        auction.claim(window, firstIds(TRADERS));
        uint256 keeperHas = balance(tokenA, keeper.account) + balance(tokenB, keeper.account);
        assertEq(keeperHas, keeperHad, "the keeper gets nothing");
        assertLe(balance(tokenA, address(auction)), 2 * (window + 1 - W), "dust of A");
        assertLe(balance(tokenB, address(auction)), (window + 1 - W), "dust of B");
    }

    /// @dev Within EPSILON of the exact amount, and an atom.
    function _assertClose(uint256 actual, uint256 exact, string memory name) private pure {
        uint256 most = (exact >> 20) + 1;
        assertLe(actual, exact + most, name);
        assertGe(actual + most, exact, name);
    }

    function _add(string memory name, Intent memory intent) private {
        _traders.push(makeTrader(name));
        _intents.push(intent);
    }
}
