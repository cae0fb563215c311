// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuction} from "../../../contracts/interfaces/ICallAuction.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Test} from "../../support/Test.sol";
import {AuctionHandler} from "./AuctionHandler.sol";

/// @dev What holds after any sequence of calls.
contract AuctionInvariantsTest is Test {
    AuctionHandler private _handler;
    ICallAuction private _auction;

    function setUp() public {
        _handler = new AuctionHandler();
        _auction = _handler.theAuction();
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = AuctionHandler.placeOrder.selector;
        selectors[1] = AuctionHandler.placeOrder.selector;
        selectors[2] = AuctionHandler.placeOrder.selector;
        selectors[3] = AuctionHandler.cancelOrder.selector;
        selectors[4] = AuctionHandler.passTime.selector;
        selectors[5] = AuctionHandler.closeOrder.selector;
        selectors[6] = AuctionHandler.collectFees.selector;
        target(address(_handler), selectors);
    }

    /// @dev Escrow in = paid out + still owed: what the auction holds of a token is what it owes of it, but for less than an
    /// atom for each order that was executed.
    function invariant_the_auction_holds_what_it_owes() public view {
        address[2] memory tokens = _handler.tokensTraded();
        uint256[2] memory owed;
        for (uint256 window = _firstWindow(); window <= _handler.lastWindow(); ++window) {
            bool isCleared = _auction.stateOf(window) == ICallAuction.State.Cleared;
            ICallAuction.Order[] memory orders = _auction.orders(window, 0, type(uint256).max);
            for (uint256 id = 0; id < orders.length; ++id) {
                ICallAuction.Order memory order = orders[id];
                if (order.owner == address(0)) continue;
                owed[order.sellToken] += uint256(order.amount) + order.budget;
                if (!isCleared) continue;
                (uint256 executed, uint256 bought) = _auction.outcome(window, id);
                owed[order.sellToken] -= executed;
                owed[order.buyToken] += bought;
            }
        }
        for (uint256 t = 0; t < 2; ++t) {
            owed[t] += _auction.feesOf(_handler.clearer(), tokens[t]);
            uint256 held = TestToken(tokens[t]).balanceOf(address(_auction));
            assertGe(held, owed[t], "holds what it owes");
            assertLe(held, owed[t] + _handler.executions(), "and no more than dust");
        }
    }

    function _firstWindow() private pure returns (uint256) {
        return 1_800_000_000 / uint256(300);
    }

    /// @dev A campaign in which nothing happens would prove nothing: one sequence by hand, through every action.
    function test_the_campaign_reaches_every_outcome() public {
        for (uint256 round = 0; round < 16; ++round) {
            for (uint256 i = 0; i < 6; ++i) {
                uint256 random = uint256(keccak256(abi.encode(round, i)));
                _handler.placeOrder(
                    random % 5,
                    random % 2 == 0,
                    uint128(random >> 64),
                    uint8(random >> 8),
                    uint64(random >> 192)
                );
            }
            if (round % 3 == 0) _handler.cancelOrder(round);
            _handler.passTime(round * 7 + (round % 4));
            for (uint256 i = 0; i < 8; ++i) {
                uint256 random = uint256(keccak256(abi.encode(i, round)));
                _handler.closeOrder(_handler.lastWindow() - (random % 5), random >> 8, uint8(random >> 16));
            }
            invariant_the_auction_holds_what_it_owes();
        }
        _handler.collectFees();
        invariant_the_auction_holds_what_it_owes();
        assertTrue(_handler.count("clear") > 3, "cleared");
        assertTrue(_handler.count("cancel") > 1, "cancelled");
        assertTrue(_handler.count("claim") > 3, "claimed");
        assertTrue(_handler.count("roll") > 3, "rolled");
        assertTrue(_handler.count("refund") > 0, "refunded");
        assertTrue(_handler.executions() > 3, "executed");
    }
}
