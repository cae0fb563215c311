// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICallAuctionErrors} from "../../../contracts/interfaces/ICallAuctionErrors.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {AuctionTest} from "../../support/AuctionTest.sol";

/// @dev Every bit that a field has is taken, and not one more.
contract AuctionEncodingTest is AuctionTest {
    /// @dev Where the intent begins: selector, offset and length of the list, offset of the placement, its four words.
    uint256 private constant INTENT_AT = 4 + 3 * 32 + 4 * 32;

    /// @dev Bits of each of the intent's words but the last; 0 for the nonce, which has all, and for the kind, an offset.
    function _widths() private pure returns (uint8[16] memory) {
        return [160, 160, 160, 128, 128, 128, 128, 128, 32, 32, 32, 0, 0, 1, 160, 160];
    }

    function test_the_first_bit_beyond_a_fields_type_is_refused_without_a_word() public {
        bytes memory data = abi.encodeCall(auction.place, (listOf(signed(alice, plain()))));
        uint8[16] memory widths = _widths();
        for (uint256 word = 0; word < 16; ++word) {
            if (widths[word] == 0) continue;
            bytes memory wide = bytes.concat(data);
            uint256 position = INTENT_AT + word * 32 + 31 - widths[word] / 8;
            wide[position] |= bytes1(uint8(1 << (widths[word] % 8)));
            // solhint-disable-next-line avoid-low-level-calls
            (bool isPlaced, bytes memory answer) = address(auction).call(wide);
            assertFalse(isPlaced, "refused");
            assertEq(answer.length, 0, "without a word");
        }
    }

    function test_the_last_bit_of_an_amount_is_read() public {
        uint128 most = type(uint128).max;
        bytes4 selector = ICallAuctionErrors.AmountOutOfRange.selector;
        Intent memory intent = plain();
        intent.sellAmount = most;
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenA, most));
        intent = plain();
        intent.buyAmount = most;
        refuse(intent, abi.encodeWithSelector(selector, 0, tokenB, most));
        intent = plain();
        intent.startBuyAmount = most;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.DecayingLimit.selector, 0));
        intent = plain();
        (intent.maxFee, intent.feePerWei) = (most, most);
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.InvalidFee.selector, 0, most, most));
    }

    function test_the_last_second_of_all_is_kept() public {
        Intent memory intent = plain();
        (intent.decayEnd, intent.validTo) = (type(uint32).max, type(uint32).max);
        place(alice, intent);
        assertEq(auction.orders(W, 0, 1)[0].validTo, type(uint32).max, "validTo");
        intent = plain();
        intent.validFrom = type(uint32).max;
        refuse(intent, abi.encodeWithSelector(ICallAuctionErrors.NotYetValid.selector, 0, type(uint32).max));
    }

    function test_a_tag_of_any_length_is_signed_with_the_intent() public {
        for (uint256 length = 0; length < 34; ++length) {
            Intent memory intent = plain();
            intent.conditionData = new bytes(length);
            uint256 id = place(alice, intent);
            assertEq(auction.orders(W, id, 1)[0].owner, alice.account, "owner");
        }
    }
}
