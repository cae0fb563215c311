// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {IntentPreimage} from "../../contracts/libraries/IntentHash.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillTerms, LibraryHarness} from "../mocks/LibraryHarness.sol";
import {FillEncoder, FillSpec} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev The packed form of fills: what is packed is what is read, and nothing else can be read.
contract DecodingTest is SettlementTest {
    uint256 internal constant COUNT_SIZE = 2;
    uint256 internal constant HEAD_SIZE = 48;
    uint256 internal constant FLAG_COMBINATIONS = 1 << 13;
    uint256 internal constant MAX_DATA = 80;
    uint256 internal constant MAX_GARBAGE = 400;

    LibraryHarness private _harness;
    address[] private _tokens;

    function setUp() public override {
        super.setUp();
        _harness = LibraryHarness(deploy("LibraryHarness.sol:LibraryHarness"));
        _tokens.push(tokenA);
        _tokens.push(tokenB);
        _tokens.push(tokenC);
    }

    /* ROUND TRIP */

    function test_fuzz_any_fill_is_read_as_it_was_packed(FillSpec memory fill, uint256 seed) public view {
        fill.scheme = fill.scheme % 4;
        fill.spelledOut &= FillEncoder.OPTIONAL_PARTS;
        _fit(fill, seed);
        _isReadAsPacked(fill);
    }

    function test_every_combination_of_flags_is_read_as_it_was_packed() public view {
        // One call each, so that the memory of one does not stay for the next.
        for (uint256 flags = 0; flags < FLAG_COMBINATIONS; ++flags) this.checkFlags(flags);
    }

    function checkFlags(uint256 flags) external view {
        FillSpec memory fill = _fillWith(flags);
        assertEq(FillEncoder.flagsOf(fill), flags, "flags");
        _isReadAsPacked(fill);
    }

    function test_parts_that_are_missing_are_not_left_from_the_fill_before() public view {
        FillSpec[] memory fills = new FillSpec[](2);
        fills[0] = _fillWith(FillEncoder.OPTIONAL_PARTS | FillEncoder.BUY | FillEncoder.PARTIALLY_FILLABLE);
        fills[1] = _fillWith(0);
        bytes memory packed = FillEncoder.encode(fills, _tokens);
        (IntentPreimage memory intent, FillTerms memory terms, uint256 end) = _harness.decodeLast(
            packed,
            _tokens
        );
        _isIntent(intent, fills[1].intent);
        _areTerms(terms, fills[1], packed);
        assertEq(terms.conditionDataAt, 0, "the place of the condition data of the fill before");
        assertEq(end, packed.length, "end");
    }

    function test_fuzz_the_signature_is_read_from_where_it_is_said_to_be(
        bytes32 r,
        bytes32 s,
        uint8 v,
        uint256 offset
    ) public view {
        offset = bound(offset, 0, MAX_DATA);
        bytes memory packed = bytes.concat(new bytes(offset), r, s, bytes1(v));

        (uint256 readV, uint256 readR, uint256 readS) = _harness.signature(packed, offset + 65, false);
        assertEq(readR, uint256(r), "r of 65 bytes");
        assertEq(readS, uint256(s), "s of 65 bytes");
        assertEq(readV, v, "v of 65 bytes");

        (readV, readR, readS) = _harness.signature(packed, offset + 64, true);
        assertEq(readR, uint256(r), "r of 64 bytes");
        assertEq(readS, (uint256(s) << 1) >> 1, "s of 64 bytes");
        assertEq(readV, 27 + (uint256(s) >> 255), "v of 64 bytes");
    }

    function test_the_longest_condition_data_and_signature_are_read_whole() public view {
        FillSpec memory fill = _fillWith(
            FillEncoder.CONDITION_DATA | (FillEncoder.EIP1271 * FillEncoder.SCHEME_UNIT)
        );
        fill.intent.conditionData = new bytes(type(uint16).max);
        fill.signature = new bytes(type(uint16).max);
        _isReadAsPacked(fill);
    }

    function test_the_last_of_256_tokens_can_be_named() public view {
        address[] memory tokens = new address[](256);
        for (uint256 i = 0; i < 256; ++i) tokens[i] = address(uint160(1000 + i));
        FillSpec memory fill = _fillWith(0);
        fill.intent.sellToken = tokens[255];
        fill.intent.buyToken = tokens[254];
        bytes memory packed = bytes.concat(hex"0001", FillEncoder.encode(fill, tokens));
        (IntentPreimage memory intent, , ) = _harness.decodeLast(packed, tokens);
        assertEq(intent.sellToken, tokens[255], "sell token");
        assertEq(intent.buyToken, tokens[254], "buy token");
    }

    /* TOO SHORT, TOO LONG */

    function test_a_fill_that_is_cut_at_any_byte_is_refused() public {
        for (uint256 scheme = 0; scheme < 4; ++scheme) {
            FillSpec[] memory fills = new FillSpec[](1);
            fills[0] = _fillWith(FillEncoder.OPTIONAL_PARTS | (scheme * FillEncoder.SCHEME_UNIT));
            bytes memory packed = FillEncoder.encode(fills, _tokens);
            for (uint256 length = 0; length < packed.length; ++length) {
                bytes memory cut = _head(packed, length);
                vm.expectRevert(abi.encodeWithSelector(Errors.FillTruncated.selector, 0));
                _harness.decodeLast(cut, _tokens);
            }
        }
    }

    function test_a_fill_that_is_cut_in_its_head_is_refused_whatever_bytes_follow() public {
        bytes memory packed = hex"0001";
        bytes memory data = abi.encodeCall(_harness.decodeWords, (packed, _tokens));
        // Selector, two offsets, length, the count of fills: what comes next is padding, here of ones.
        for (uint256 i = 4 + 3 * 32 + packed.length; i < 4 + 4 * 32; ++i) data[i] = 0xff;
        (bool success, bytes memory answer) = address(_harness).call(data);
        assertFalse(success, "decoded");
        assertEq(answer, abi.encodeWithSelector(Errors.FillTruncated.selector, 0), "refusal");
    }

    function test_a_batch_that_is_cut_at_any_byte_reverts_and_names_the_fill() public {
        Batch memory batch = build(crossing());
        bytes memory packed = batch.fills;
        uint256 second = COUNT_SIZE + (packed.length - COUNT_SIZE) / 2;
        for (uint256 length = 0; length < packed.length; ++length) {
            batch.fills = _head(packed, length);
            refuse(batch, abi.encodeWithSelector(Errors.FillTruncated.selector, length < second ? 0 : 1));
        }
    }

    function test_bytes_after_the_last_fill_revert() public {
        Batch memory batch = build(crossing());
        batch.fills = bytes.concat(batch.fills, hex"00");
        refuse(batch, abi.encodeWithSelector(Errors.TrailingFillBytes.selector, 1));
    }

    function test_a_count_that_is_too_low_or_too_high_reverts() public {
        Batch memory batch = build(crossing());
        uint256 size = (batch.fills.length - COUNT_SIZE) / 2;
        batch.fills[1] = 0x01;
        refuse(batch, abi.encodeWithSelector(Errors.TrailingFillBytes.selector, size));
        batch.fills[1] = 0x03;
        refuse(batch, abi.encodeWithSelector(Errors.FillTruncated.selector, 2));
    }

    function test_condition_data_that_claims_more_than_there_is_reverts() public {
        FillSpec memory fill = _fillWith(FillEncoder.CONDITION_DATA);
        bytes memory packed = bytes.concat(hex"0001", FillEncoder.encodeIntent(fill, _tokens));
        uint256 lengthOffset = packed.length - fill.intent.conditionData.length - 2;
        packed[lengthOffset] = 0xff;
        vm.expectRevert(abi.encodeWithSelector(Errors.FillTruncated.selector, 0));
        _harness.decodeLast(packed, _tokens);
    }

    function test_a_smart_wallets_signature_that_claims_more_than_there_is_reverts() public {
        FillSpec memory fill = _fillWith(FillEncoder.EIP1271 * FillEncoder.SCHEME_UNIT);
        bytes memory packed = bytes.concat(hex"0001", FillEncoder.encode(fill, _tokens));
        uint256 lengthOffset = packed.length - fill.signature.length - 1;
        packed[lengthOffset] = bytes1(uint8(fill.signature.length + 1));
        vm.expectRevert(abi.encodeWithSelector(Errors.FillTruncated.selector, 0));
        _harness.decodeLast(packed, _tokens);
    }

    /* WHAT MEANS NOTHING */

    function test_flags_without_a_meaning_revert() public {
        for (uint256 bit = 13; bit < 16; ++bit) {
            Batch memory batch = build(crossing());
            batch.fills[COUNT_SIZE] = bytes1(uint8(1 << (bit - 8)));
            refuse(batch, abi.encodeWithSelector(Errors.UnknownFlags.selector, 0, 1 << bit));
        }
    }

    function test_flags_without_a_meaning_are_named_even_where_the_bytes_end_with_the_head() public {
        Batch memory batch = build(aliceSells());
        bytes memory head = new bytes(COUNT_SIZE + HEAD_SIZE);
        for (uint256 i = 0; i < head.length; ++i) head[i] = batch.fills[i];
        head[COUNT_SIZE] = 0x20;
        batch.fills = head;
        refuse(batch, abi.encodeWithSelector(Errors.UnknownFlags.selector, 0, 0x2000));
    }

    function test_all_flags_that_have_a_meaning_together_are_none_without() public {
        Batch memory batch = build(crossing());
        (batch.fills[COUNT_SIZE], batch.fills[COUNT_SIZE + 1]) = (0x1f, 0xff);
        batch.fills[COUNT_SIZE + 2] = 0x03;
        refuse(batch, abi.encodeWithSelector(Errors.TokenIndexOutOfRange.selector, 0, 3));
    }

    function test_a_token_index_beyond_the_list_reverts() public {
        for (uint256 field = 2; field < 4; ++field) {
            Batch memory batch = build(crossing());
            batch.fills[COUNT_SIZE + field] = 0x03;
            refuse(batch, abi.encodeWithSelector(Errors.TokenIndexOutOfRange.selector, 0, 3));
        }
        Batch memory empty;
        empty.fills = build(crossing()).fills;
        refuse(empty, abi.encodeWithSelector(Errors.TokenIndexOutOfRange.selector, 0, 0));
    }

    function test_a_token_for_itself_reverts() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.buyToken = tokenA;
        refuse(draft, abi.encodeWithSelector(Errors.SameToken.selector, 0, tokenA));
    }

    function test_fuzz_garbage_never_settles(bytes memory garbage) public {
        vm.assume(garbage.length <= MAX_GARBAGE && garbage.length > COUNT_SIZE);
        Batch memory batch = build(crossing());
        batch.fills = garbage;
        vm.prank(keeper.account);
        vm.expectRevert();
        settlement.settle(batch);
    }

    function test_fuzz_a_batch_with_one_changed_byte_moves_nothing_that_was_not_signed(
        uint256 position,
        uint8 change
    ) public {
        vm.assume(change != 0);
        Batch memory batch = build(crossing());
        position = bound(position, 0, batch.fills.length - 1);
        batch.fills[position] ^= bytes1(change);
        vm.prank(keeper.account);
        vm.expectRevert();
        settlement.settle(batch);
    }

    /* HELPERS */

    function _isReadAsPacked(FillSpec memory fill) private view {
        bytes memory packed = bytes.concat(hex"0001", FillEncoder.encode(fill, _tokens));
        (IntentPreimage memory intent, FillTerms memory terms, uint256 end) = _harness.decodeLast(
            packed,
            _tokens
        );
        assertEq(end, packed.length, "end");
        _isIntent(intent, fill.intent);
        _areTerms(terms, fill, packed);
    }

    /// @dev Compares as bytes; the spec's preimage is written from the intent's type, the type hash left to Hashing.
    function _isIntent(IntentPreimage memory actual, Intent memory intent) private pure {
        IntentPreimage memory expected = IntentPreimage({
            typeHash: actual.typeHash,
            sellToken: intent.sellToken,
            buyToken: intent.buyToken,
            receiver: intent.receiver,
            sellAmount: intent.sellAmount,
            buyAmount: intent.buyAmount,
            startBuyAmount: intent.startBuyAmount,
            maxFee: intent.maxFee,
            feePerWei: intent.feePerWei,
            validFrom: intent.validFrom,
            decayEnd: intent.decayEnd,
            validTo: intent.validTo,
            nonce: intent.nonce,
            kind: keccak256(bytes(intent.kind)),
            partiallyFillable: intent.partiallyFillable,
            settler: intent.settler,
            condition: intent.condition,
            conditionData: keccak256(intent.conditionData)
        });
        assertEq(abi.encode(actual), abi.encode(expected), "intent");
    }

    function _areTerms(FillTerms memory actual, FillSpec memory fill, bytes memory packed) private view {
        assertEq(actual.scheme, fill.scheme, "scheme");
        assertEq(actual.executed, fill.executed, "executed");
        assertEq(actual.fee, fill.fee, "fee");
        assertEq(actual.conditionDataLength, fill.intent.conditionData.length, "condition data length");
        assertEq(
            _slice(packed, actual.conditionDataAt, actual.conditionDataLength),
            fill.intent.conditionData,
            "condition data"
        );
        if (fill.scheme >= FillEncoder.EIP1271) assertEq(actual.signatory, fill.owner, "signatory");
        uint256 length = fill.scheme == FillEncoder.EIP1271 ? fill.signature.length : 0;
        assertEq(actual.signatureLength, length, "signature length");
    }

    /// @dev A fill in which exactly the parts of `flags` say something.
    function _fillWith(uint256 flags) private view returns (FillSpec memory fill) {
        fill.scheme = flags / FillEncoder.SCHEME_UNIT;
        _fit(fill, uint256(keccak256(abi.encode("flags", flags))));
        Intent memory intent = fill.intent;
        uint256 random = uint256(keccak256(abi.encode("parts", flags)));
        intent.kind = flags & FillEncoder.BUY != 0 ? "buy" : "sell";
        intent.partiallyFillable = flags & FillEncoder.PARTIALLY_FILLABLE != 0;
        intent.sellAmount = uint128(random);
        intent.buyAmount = uint128(random >> 128);
        intent.validTo = uint32(random >> 5);
        intent.nonce = flags & FillEncoder.LONG_NONCE != 0 ? random : uint64(random);
        if (flags & FillEncoder.RECEIVER != 0) intent.receiver = address(uint160(random >> 1));
        if (flags & FillEncoder.VALID_FROM != 0) intent.validFrom = uint32(random >> 2) | 1;
        if (flags & FillEncoder.DECAY != 0) {
            intent.startBuyAmount = uint128(random >> 3) | 1;
            intent.decayEnd = uint32(random >> 4);
        }
        if (flags & FillEncoder.FEE != 0) {
            intent.maxFee = uint128(random >> 6) | 1;
            intent.feePerWei = uint128(random >> 7);
            fill.fee = uint128(random >> 8);
        }
        if (flags & FillEncoder.SETTLER != 0) intent.settler = address(uint160(random >> 9));
        if (flags & FillEncoder.CONDITION != 0) intent.condition = address(uint160(random >> 10));
        if (flags & FillEncoder.CONDITION_DATA != 0)
            intent.conditionData = abi.encodePacked(random, uint8(1));
        fill.executed = FillEncoder.isBuy(intent) ? intent.buyAmount : intent.sellAmount;
        if (flags & FillEncoder.EXECUTED != 0) fill.executed = uint128(fill.executed) ^ 1;
    }

    /// @dev Bends what the encoding cannot say: other tokens, other kinds, wrong lengths, amounts beyond 128 bits.
    function _fit(FillSpec memory fill, uint256 seed) private view {
        fill.intent.sellToken = _tokens[seed % 3];
        fill.intent.buyToken = _tokens[((seed % 3) + 1 + ((seed >> 8) % 2)) % 3];
        fill.intent.kind = (seed >> 16) % 2 == 0 ? "sell" : "buy";
        fill.executed = uint128(fill.executed);
        fill.fee = uint128(fill.fee);
        if (fill.intent.conditionData.length > MAX_DATA) fill.intent.conditionData = new bytes(MAX_DATA);
        if (fill.scheme == FillEncoder.COMPACT) fill.signature = abi.encodePacked(seed, ~seed);
        if (fill.scheme == FillEncoder.ECDSA) fill.signature = abi.encodePacked(seed, ~seed, uint8(27));
        if (fill.scheme == FillEncoder.EIP1271) fill.signature = abi.encodePacked(seed, "wallet");
        if (fill.owner == address(0)) fill.owner = address(uint160(seed));
    }

    function _head(bytes memory data, uint256 length) private pure returns (bytes memory) {
        return _slice(data, 0, length);
    }

    function _slice(
        bytes memory data,
        uint256 offset,
        uint256 length
    ) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = data[offset + i];
    }
}
