// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Market} from "../../../contracts/types/Market.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev What an auction can be made of.
contract AuctionMarketTest is AuctionTest {
    function _list(uint256 count) private pure returns (address[] memory tokens, uint112[] memory minimums) {
        tokens = new address[](count);
        minimums = new uint112[](count);
        for (uint256 i = 0; i < count; ++i) (tokens[i], minimums[i]) = (address(uint160(i + 1)), 1 << 16);
    }

    function _refuseMarket(
        address[] memory tokens,
        uint112[] memory minimums,
        uint32 length,
        bytes memory reason
    ) private {
        bytes memory arguments = abi.encode(
            Market(tokens, minimums),
            length,
            TIMEOUT,
            TIP_CAP,
            address(0),
            address(0)
        );
        bytes memory code = bytes.concat(vm.getCode("CallAuction.sol:CallAuction"), arguments);
        address deployed;
        bytes memory answer;
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
            answer := mload(0x40)
            mstore(answer, returndatasize())
            returndatacopy(add(answer, 0x20), 0, returndatasize())
            mstore(0x40, and(add(add(answer, 0x3f), returndatasize()), not(0x1f)))
        }
        assertEq(deployed, address(0), "deployed");
        assertEq(answer, reason, "reason");
    }

    function test_a_market_is_what_it_was_made_of() public view {
        Market memory market = auction.market();
        assertEq(market.tokens.length, 3, "tokens");
        assertEq(market.tokens[0], tokenA, "A");
        assertEq(market.tokens[2], tokenC, "C");
        assertEq(market.minimums[1], MINIMUM, "minimum");
        assertEq(auction.WINDOW_LENGTH(), LENGTH, "length");
        assertEq(auction.TIMEOUT(), TIMEOUT, "timeout");
        assertEq(auction.TIP_CAP(), TIP_CAP, "tip cap");
        assertEq(address(auction.DATA_FEE()), address(0), "data fee");
        assertEq(address(auction.PERMIT2()), address(0), "Permit2");
    }

    function test_a_market_has_two_tokens_at_least_and_a_minimum_for_each() public {
        (address[] memory tokens, uint112[] memory minimums) = _list(1);
        bytes4 selector = ICallAuctionErrors.InvalidMarket.selector;
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 1, 1));
        (tokens, ) = _list(2);
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 2, 1));
        (tokens, minimums) = _list(257);
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 257, 257));
    }

    function test_tokens_ascend_from_above_zero() public {
        (address[] memory tokens, uint112[] memory minimums) = _list(3);
        bytes4 selector = ICallAuctionErrors.TokensNotAscending.selector;
        tokens[2] = tokens[1];
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 2));
        tokens[0] = address(0);
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 0));
    }

    function test_a_minimum_is_65536_atoms_at_least() public {
        (address[] memory tokens, uint112[] memory minimums) = _list(2);
        minimums[1] -= 1;
        bytes4 selector = ICallAuctionErrors.MinimumTooLow.selector;
        _refuseMarket(tokens, minimums, LENGTH, abi.encodeWithSelector(selector, 1, 65535));
    }

    function test_a_window_lasts_for_a_while() public {
        (address[] memory tokens, uint112[] memory minimums) = _list(2);
        bytes4 selector = ICallAuctionErrors.InvalidWindowLength.selector;
        _refuseMarket(tokens, minimums, 0, abi.encodeWithSelector(selector));
    }

    function test_a_market_of_256_tokens_can_be_made() public {
        (address[] memory tokens, uint112[] memory minimums) = _list(256);
        bytes memory arguments = abi.encode(
            Market(tokens, minimums),
            LENGTH,
            TIMEOUT,
            TIP_CAP,
            address(0),
            address(0)
        );
        deploy("CallAuction.sol:CallAuction", arguments);
    }

    function test_orders_beyond_the_end_are_no_orders() public {
        scarce();
        assertEq(auction.orders(W, 1, 5).length, 2, "to the end");
        assertEq(auction.orders(W, 1, 1).length, 1, "one");
        assertEq(auction.orders(W, 3, 1).length, 0, "none");
        assertEq(auction.orders(W, 7, type(uint256).max).length, 0, "beyond");
        assertEq(auction.orders(W, 1, 1)[0].owner, bob.account, "Bob's");
    }
}
