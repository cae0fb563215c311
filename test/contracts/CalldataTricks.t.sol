// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev What a keeper can do to the ABI encoding around the packed fills: offsets that point into each other or wrap,
/// lengths beyond all bounds, bits above an address or a price. Each either reverts or settles what was signed.
contract CalldataTricksTest is SettlementTest {
    /// @dev Words of the calldata after the selector: the batch's offset, then the offsets of its five lists.
    uint256 internal constant BATCH_OFFSET = 0;
    uint256 internal constant TOKENS_OFFSET = 1;
    uint256 internal constant PRICES_OFFSET = 2;
    uint256 internal constant FILLS_OFFSET = 3;
    uint256 internal constant TRANSFERS_OFFSET = 4;
    uint256 internal constant CALLBACK_OFFSET = 5;
    uint256 internal constant HEAD_WORDS = 6;
    /// @dev Then the lists: the tokens' length and three tokens, the prices' length and three prices, the fills' length.
    uint256 internal constant TOKENS_LENGTH = 6;
    uint256 internal constant PRICES_LENGTH = 10;
    uint256 internal constant FILLS_LENGTH = 14;

    uint256 internal constant GAS = 10_000_000;

    function test_the_words_are_where_these_tests_believe_them_to_be() public {
        bytes memory data = _crossingData();
        assertEq(_word(data, BATCH_OFFSET), 32, "batch");
        assertEq(_word(data, TOKENS_LENGTH), 3, "tokens");
        assertEq(_word(data, TOKENS_LENGTH + 1), uint160(tokenA), "token A");
        assertEq(_word(data, PRICES_LENGTH), 3, "prices");
        assertEq(_word(data, PRICES_LENGTH + 1), PRICE_A, "price of A");
        assertEq(_word(data, FILLS_LENGTH), build(crossing()).fills.length, "fills");
        assertTrue(_submit(data), "untouched calldata settles");
        _crossed();
    }

    /* BITS ABOVE */

    function test_a_token_cannot_be_listed_twice_by_bits_above_its_address() public {
        // [A, B, B with a bit on top]: ascending as words, one token under two prices as addresses.
        for (uint256 bit = 160; bit < 256; ++bit) {
            bytes memory data = _crossingData();
            _patch(data, TOKENS_LENGTH + 3, uint160(tokenB) | (1 << bit));
            assertFalse(_submit(data), "settled");
        }
        _nothingMoved();
    }

    function test_a_token_with_bits_above_its_address_is_refused_though_no_fill_names_it() public {
        bytes memory data = _crossingData();
        _patch(data, TOKENS_LENGTH + 3, uint160(tokenC) | (1 << 160));
        assertFalse(_submit(data), "settled");
        _patch(data, TOKENS_LENGTH + 3, uint160(tokenC) | (1 << 255));
        assertFalse(_submit(data), "settled");
    }

    function test_a_price_of_more_than_128_bits_never_settles() public {
        // The price as it is with one bit above, and one so large that a product with it would wrap to nothing.
        for (uint256 i = 1; i <= 3; ++i) {
            for (uint256 bit = 128; bit < 256; ++bit) {
                bytes memory data = _crossingData();
                _patch(data, PRICES_LENGTH + i, _word(data, PRICES_LENGTH + i) | (1 << bit));
                assertFalse(_submit(data), "settled");
            }
        }
        _nothingMoved();
    }

    function test_a_price_of_zero_cannot_hide_behind_bits_above() public {
        bytes memory data = _crossingData();
        _patch(data, PRICES_LENGTH + 1, 1 << 128);
        assertFalse(_submit(data), "settled");
    }

    /* OFFSETS AND LENGTHS */

    function test_offsets_and_lengths_beyond_all_bounds_never_settle_anything_else() public {
        uint256[10] memory values = [
            uint256(0),
            1,
            31,
            type(uint256).max,
            type(uint256).max - 31,
            1 << 255,
            1 << 64,
            type(uint64).max,
            type(uint64).max - 31,
            type(uint32).max
        ];
        for (uint256 word = 0; word <= FILLS_LENGTH; ++word) {
            for (uint256 i = 0; i < values.length; ++i) {
                bytes memory data = _crossingData();
                _patch(data, word, values[i]);
                _submit(data);
                _crossedOrNothing();
            }
        }
    }

    /// hardhat-config: fuzz.runs = 512
    function test_fuzz_offsets_that_point_anywhere_settle_what_was_signed_or_nothing(
        uint256 first,
        uint256 second,
        uint256 value,
        uint256 other
    ) public {
        bytes memory data = _crossingData();
        _patch(data, first % HEAD_WORDS, value % (data.length + 32));
        _patch(data, second % HEAD_WORDS, (other % (data.length / 32)) * 32);
        _submit(data);
        _crossedOrNothing();
    }

    function test_lists_may_lie_upon_each_other_and_still_mean_only_what_they_say() public {
        // Transfers and callback data that point at the fills; prices that point at the tokens, and the reverse.
        bytes memory data = _crossingData();
        _patch(data, TRANSFERS_OFFSET, _word(data, FILLS_OFFSET));
        assertFalse(_submit(data), "fills as transfers");

        data = _crossingData();
        _patch(data, PRICES_OFFSET, _word(data, TOKENS_OFFSET));
        assertFalse(_submit(data), "tokens as prices");

        data = _crossingData();
        _patch(data, TOKENS_OFFSET, _word(data, PRICES_OFFSET));
        assertFalse(_submit(data), "prices as tokens");

        data = _crossingData();
        _patch(data, FILLS_OFFSET, _word(data, TRANSFERS_OFFSET));
        assertFalse(_submit(data), "transfers as fills");
        _nothingMoved();

        // Empty transfers where the empty callback data lie: a list of its own, and everything goes by the keeper.
        data = _crossingData();
        _patch(data, TRANSFERS_OFFSET, _word(data, CALLBACK_OFFSET));
        assertTrue(_submit(data), "callback data as transfers");
        _crossed();
    }

    function test_bytes_behind_the_arguments_change_nothing() public {
        bytes memory data = bytes.concat(_crossingData(), new bytes(100), abi.encode(type(uint256).max));
        assertTrue(_submit(data), "settles");
        _crossed();
    }

    function test_calldata_that_is_cut_anywhere_settles_nothing() public {
        bytes memory data = _crossingData();
        // The last word is the length of the callback data, which is 0 as are bytes that are not there.
        for (uint256 length = 4; length < data.length - 32; length += 7) {
            assertFalse(_submit(_head(data, length)), "settled");
        }
        _nothingMoved();
    }

    function test_fills_that_begin_outside_of_the_calldata_never_settle() public {
        bytes memory data = _crossingData();
        uint256 end = data.length - 4 - 32;
        for (uint256 offset = end - 64; offset < end + 64; ++offset) {
            _patch(data, FILLS_OFFSET, offset);
            _submit(data);
            _crossedOrNothing();
        }
    }

    /* LENGTHS WITHIN THE PACKED FILLS */

    /// @dev 1inch Fusion v1, March 2025: a length of the attacker's choice led a pointer below its beginning.
    function test_a_length_in_the_packed_fills_leads_nowhere_else() public {
        uint16[5] memory lengths = [uint16(0), 1, 0x7fff, 0x8000, type(uint16).max];
        for (uint256 i = 0; i < lengths.length; ++i) {
            Draft memory draft = crossing();
            draft.fills[0].intent.conditionData = "tag";
            Batch memory batch = build(draft);
            // Count 2, head 48: the data's length comes next.
            _setUint16(batch.fills, 50, lengths[i]);
            assertFalse(_submit(abi.encodeCall(settlement.settle, (batch))), "condition data");

            draft = crossing();
            draft.fills[0].scheme = FillEncoder.EIP1271;
            batch = build(draft);
            // Count 2, head 48, owner 20: the signature's length comes next.
            _setUint16(batch.fills, 70, lengths[i]);
            assertFalse(_submit(abi.encodeCall(settlement.settle, (batch))), "signature");
        }
        _nothingMoved();
    }

    function test_the_most_fills_that_can_be_claimed_are_refused() public {
        Batch memory batch = build(crossing());
        _setUint16(batch.fills, 0, type(uint16).max);
        assertFalse(_submit(abi.encodeCall(settlement.settle, (batch))), "settled");
    }

    function test_an_intent_that_is_spelled_in_two_ways_settles_once() public {
        Draft memory draft = crossing();
        settle(draft);
        // The same intents with every part spelled out that could be left out.
        for (uint256 i = 0; i < 2; ++i) draft.fills[i].spelledOut = FillEncoder.OPTIONAL_PARTS;
        assertFalse(_submit(abi.encodeCall(settlement.settle, (build(draft)))), "settled again");
        _crossed();
    }

    /* HELPERS */

    function _crossingData() private returns (bytes memory) {
        return abi.encodeCall(settlement.settle, (build(crossing())));
    }

    /// @dev The keeper's call, with whatever bytes.
    function _submit(bytes memory data) private returns (bool success) {
        vm.prank(keeper.account);
        (success, ) = address(settlement).call{gas: GAS}(data);
    }

    function _word(bytes memory data, uint256 index) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x24), shl(5, index)))
        }
    }

    function _patch(bytes memory data, uint256 index, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x24), shl(5, index)), value)
        }
    }

    function _setUint16(bytes memory data, uint256 place, uint16 value) private pure {
        data[place] = bytes1(uint8(value >> 8));
        data[place + 1] = bytes1(uint8(value));
    }

    function _head(bytes memory data, uint256 length) private pure returns (bytes memory head) {
        head = new bytes(length);
        for (uint256 i = 0; i < length; ++i) head[i] = data[i];
    }

    function _crossed() private view {
        assertChange(tokenA, alice, -1000, "Alice's A");
        assertChange(tokenB, alice, 500, "Alice's B");
        assertChange(tokenB, bob, -500, "Bob's B");
        assertChange(tokenA, bob, 1000, "Bob's A");
        _othersHaveWhatTheyHad();
    }

    function _nothingMoved() private view {
        assertChange(tokenA, alice, 0, "Alice's A");
        assertChange(tokenB, alice, 0, "Alice's B");
        assertChange(tokenB, bob, 0, "Bob's B");
        assertChange(tokenA, bob, 0, "Bob's A");
        _othersHaveWhatTheyHad();
    }

    /// @dev Signed for one crossing: so much has moved, any number of times, or nothing.
    function _crossedOrNothing() private view {
        uint256 gave = FUNDS - balance(tokenA, alice);
        assertEq(gave % 1000, 0, "what Alice gave");
        uint256 crossings = gave / 1000;
        assertEq(balance(tokenB, alice), FUNDS + 500 * crossings, "Alice's B");
        assertEq(balance(tokenB, bob), FUNDS - 500 * crossings, "Bob's B");
        assertEq(balance(tokenA, bob), FUNDS + gave, "Bob's A");
        _othersHaveWhatTheyHad();
    }

    function _othersHaveWhatTheyHad() private view {
        assertChange(tokenA, keeper, 0, "the keeper's A");
        assertChange(tokenB, keeper, 0, "the keeper's B");
        assertChange(tokenC, keeper, 0, "the keeper's C");
        assertChange(tokenC, carol, 0, "Carol's C");
        assertEq(IERC20(tokenA).balanceOf(address(settlement)), 0, "the settlement's A");
        assertEq(IERC20(tokenB).balanceOf(address(settlement)), 0, "the settlement's B");
    }
}
