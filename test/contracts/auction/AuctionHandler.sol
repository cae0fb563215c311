// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {Progress} from "../../../contracts/types/Clearing.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {AuctionHarness} from "../../mocks/AuctionHarness.sol";
import {Actor} from "../../support/SettlementTest.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @title Random traders, keepers and clocks
/// @notice Five traders place orders of all sizes in tokens A and B, with and without budgets for fees, and take them back;
/// time passes; windows are cleared in one call or two if a price is found among the limits, and else become void; orders are
/// claimed, rolled and refunded in any order. Calls that cannot succeed are not made, so every revert is a fault.
contract AuctionHandler is AuctionTest {
    uint256 private constant TRADERS = 5;
    uint256 private constant IN = 2;
    uint256 private constant OUT = 0;

    /// @dev What the orders in the money come to at a candidate price, by token.
    struct Flows {
        uint256[2] sold;
        uint256[2] bought;
    }

    AuctionHarness private _math;
    Actor[] private _traders;
    uint256 private _lastWindow = W;

    /// @notice How often each thing has happened.
    mapping(string what => uint256) public count;
    /// @notice Orders that have been executed, at all or in part: each leaves less than an atom of what it buys.
    uint256 public executions;

    constructor() {
        setUp();
        vm.fee(1 gwei);
        vm.txGasPrice(2 gwei);
        _math = AuctionHarness(deploy("AuctionHarness.sol:AuctionHarness"));
        for (uint256 i = 0; i < TRADERS; ++i) {
            _traders.push(makeTrader(string(abi.encodePacked("trader ", bytes1(uint8(65 + i))))));
        }
    }

    function theAuction() external view returns (ICallAuction) {
        return auction;
    }

    function tokensTraded() external view returns (address[2] memory) {
        return [tokenA, tokenB];
    }

    function clearer() external view returns (address) {
        return keeper.account;
    }

    function lastWindow() external view returns (uint256) {
        return _lastWindow;
    }

    /* ACTIONS */

    /// @notice A sells for about 10 B, up to 12.5 percent apart, so that many limits cross.
    function placeOrder(uint256 trader, bool sellsA, uint128 size, uint8 limit, uint64 budget) external {
        uint128 amount = uint128(bound(size, 1 << 24, 1 << 60));
        uint256 asked =
            sellsA
                ? (uint256(amount) * 10 * (112 + (limit % 32))) / 128
                : (uint256(amount) * (112 + (limit % 32))) / 1280;
        Intent memory intent =
            sellsA
                ? sell(tokenA, amount, tokenB, uint128(asked))
                : sell(tokenB, amount, tokenA, uint128(asked));
        intent.validTo = uint32(auction.lockOf(auction.currentWindow()) + (uint256(limit) % 3) * LENGTH);
        if (budget % 3 != 0) {
            (intent.maxFee, intent.feePerWei) = (budget, uint128(1 + (uint256(budget) << 30)));
            intent.sellAmount += budget;
        }
        place(_traders[trader % TRADERS], intent);
        ++count["place"];
    }

    function cancelOrder(uint256 seed) external {
        uint256 window = auction.currentWindow();
        (bool isFound, uint256 id) = _pick(window, seed);
        if (!isFound) return;
        vm.prank(auction.orders(window, id, 1)[0].owner);
        auction.cancel(window, listOf(id));
        ++count["cancel"];
    }

    /// @notice To a moment in the next window, which is cleared or not.
    function passTime(uint256 seed) external {
        uint256 window = auction.currentWindow();
        vm.warp((window + 1) * LENGTH + (seed % LENGTH));
        _lastWindow = window + 1;
        if (seed % 7 != 0) _tryToClear(window, seed % 2 == 0);
    }

    function closeOrder(uint256 windowSeed, uint256 seed, uint8 how) external {
        uint256 window = bound(windowSeed, W, _lastWindow);
        (bool isFound, uint256 id) = _pick(window, seed);
        if (!isFound) return;
        ICallAuction.State state = auction.stateOf(window);
        address owner = auction.orders(window, id, 1)[0].owner;
        if (state == ICallAuction.State.Void) {
            if (how % 2 == 0) {
                auction.refund(window, listOf(id));
            } else {
                vm.prank(owner);
                auction.claimTo(window, id, keeper.account);
            }
            ++count["refund"];
        } else if (state == ICallAuction.State.Cleared) {
            _checkLimit(window, id);
            vm.prank(how % 3 == 0 ? keeper.account : owner);
            if (how % 3 == 0) auction.roll(window, listOf(id));
            else if (how % 3 == 1) auction.claim(window, listOf(id));
            else auction.claimTo(window, id, carol.account);
            ++count[how % 3 == 0 ? "roll" : "claim"];
        }
    }

    function collectFees() external {
        address[] memory tokens = new address[](2);
        (tokens[0], tokens[1]) = (tokenA, tokenB);
        vm.prank(keeper.account);
        auction.collect(tokens, keeper.account);
    }

    /// @dev R1.
    function _checkLimit(uint256 window, uint256 id) private view {
        ICallAuction.Order memory order = auction.orders(window, id, 1)[0];
        (uint256 executed, uint256 bought) = auction.outcome(window, id);
        assertLe(executed, order.amount, "sold no more than signed");
        assertTrue(bought * order.amount >= executed * order.asked, "bought no less than signed");
    }

    /// @dev An order that is there.
    function _pick(uint256 window, uint256 seed) private view returns (bool isFound, uint256 id) {
        uint256 total = auction.orderCount(window);
        for (uint256 i = 0; i < total; ++i) {
            id = ((seed % total) + i) % total;
            if (auction.orders(window, id, 1)[0].owner != address(0)) return (true, id);
        }
    }

    /* CLEARING */

    /// @dev Tries the limit of every order as the price, at which that order is marginal.
    function _tryToClear(uint256 window, bool isInPages) private {
        ICallAuction.Order[] memory orders = auction.orders(window, 0, type(uint256).max);
        for (uint256 i = 0; i < orders.length; ++i) {
            if (orders[i].owner == address(0)) continue;
            uint128[] memory prices = _pricesAt(orders[i]);
            Flows memory flows = _flowsAt(orders, prices, i);
            uint256 executed = _marginalAt(orders[i], prices, flows);
            if (executed > orders[i].amount) continue;
            _clear(window, prices, i, executed, isInPages);
            for (uint256 id = 0; id < orders.length; ++id) {
                if (orders[id].owner == address(0)) continue;
                (uint256 sold, ) = auction.outcome(window, id);
                if (sold != 0) ++executions;
            }
            ++count["clear"];
            return;
        }
        ++count["not cleared"];
    }

    function _pricesAt(ICallAuction.Order memory order) private pure returns (uint128[] memory prices) {
        prices = pricesOf(1, 1, 1);
        // In the units of the order: it gives amount for asked.
        prices[order.sellToken] = price(uint256(order.asked) << 40, -40);
        prices[order.buyToken] = price(uint256(order.amount) << 40, -40);
    }

    function _flowsAt(
        ICallAuction.Order[] memory orders,
        uint128[] memory prices,
        uint256 marginal
    ) private view returns (Flows memory flows) {
        for (uint256 i = 0; i < orders.length; ++i) {
            ICallAuction.Order memory order = orders[i];
            if (order.owner == address(0) || i == marginal) continue;
            (uint256 sells, uint256 buys) = (prices[order.sellToken], prices[order.buyToken]);
            if (_math.standing(order.amount, order.asked, sells, buys) != IN) continue;
            flows.sold[order.sellToken] += order.amount;
            flows.bought[order.buyToken] += _math.bought(
                order.amount,
                order.amount,
                order.asked,
                sells,
                buys
            );
        }
    }

    /// @return executed More than all if this is no equilibrium.
    function _marginalAt(
        ICallAuction.Order memory order,
        uint128[] memory prices,
        Flows memory flows
    ) private view returns (uint256 executed) {
        (uint256 sells, uint256 buys) = (order.sellToken, order.buyToken);
        if (flows.bought[sells] > flows.sold[sells]) executed = flows.bought[sells] - flows.sold[sells];
        if (executed > order.amount) return type(uint256).max;
        uint256 bought = _math.bought(executed, order.amount, order.asked, prices[sells], prices[buys]);
        (uint256 sold, uint256 wanted) = (flows.sold[buys], flows.bought[buys] + bought);
        bool isBalanced = sold >= wanted && (wanted != 0 || sold == 0);
        bool isWanted = flows.bought[sells] != 0 || flows.sold[sells] + executed == 0;
        return isBalanced && isWanted ? executed : type(uint256).max;
    }

    function _clear(
        uint256 window,
        uint128[] memory prices,
        uint256 id,
        uint256 executed,
        bool isInPages
    ) private {
        uint256[] memory marginal = executed == 0 ? noIds() : listOf(named(id, executed));
        Progress memory progress;
        if (isInPages && id != 0) {
            vm.prank(keeper.account);
            progress = auction.clear(window, prices, noIds(), progress, id, 0);
        }
        vm.prank(keeper.account);
        auction.clear(window, prices, marginal, progress, type(uint256).max, 0);
    }
}
