// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DecodedFill, FillDecoder} from "../../contracts/libraries/FillDecoder.sol";
import {FillMath} from "../../contracts/libraries/FillMath.sol";
import {IntentHash, IntentPreimage} from "../../contracts/libraries/IntentHash.sol";
import {SignerRecovery} from "../../contracts/libraries/SignerRecovery.sol";
import {EXTRAS_AT, FILL_AT, beginWorkingMemory} from "../../contracts/libraries/WorkingMemory.sol";

/// @dev What a packed fill says beside its intent, places counted from the first byte of the packed fills.
struct FillTerms {
    uint256 scheme;
    uint256 executed;
    uint256 fee;
    uint256 conditionDataAt;
    uint256 conditionDataLength;
    uint256 signatureLength;
    address signatory;
}

/// @title The settlement's libraries, callable one by one and built as the settlement is built
contract LibraryHarness {
    /// @notice Decodes all fills into the same memory, as the settlement does; returns the last one and where it ends.
    function decodeLast(
        bytes calldata fills,
        address[] calldata tokens
    ) external view returns (IntentPreimage memory intent, FillTerms memory terms, uint256 end) {
        DecodedFill memory fill;
        bytes32 digest;
        (fill, end, digest) = abi.decode(
            _call(abi.encodeCall(this.decodeWords, (fills, tokens))),
            (DecodedFill, uint256, bytes32)
        );
        intent = IntentPreimage({
            typeHash: fill.typeHash,
            sellToken: address(uint160(fill.sellToken)),
            buyToken: address(uint160(fill.buyToken)),
            receiver: address(uint160(fill.receiver)),
            sellAmount: fill.sellAmount,
            buyAmount: fill.buyAmount,
            startBuyAmount: fill.startBuyAmount,
            maxFee: fill.maxFee,
            feePerWei: fill.feePerWei,
            validFrom: fill.validFrom,
            decayEnd: fill.decayEnd,
            validTo: fill.validTo,
            nonce: fill.nonce,
            kind: fill.kind,
            partiallyFillable: fill.partiallyFillable == 1,
            settler: address(uint160(fill.settler)),
            condition: address(uint160(fill.condition)),
            conditionData: fill.conditionData
        });
        uint256 scheme = fill.flags & FillDecoder.SCHEME;
        terms = FillTerms({
            scheme: scheme >> 11,
            executed: fill.executed,
            fee: fill.fee,
            conditionDataAt: fill.conditionDataAt,
            conditionDataLength: fill.conditionDataLength,
            signatureLength: scheme == FillDecoder.SCHEME_EIP1271 ? fill.signatureLength : 0,
            signatory: address(uint160(fill.signatory))
        });
    }

    /// @dev Answers (DecodedFill, uint256 end, bytes32 digest) from the very memory that was decoded into. Nothing may be
    /// allocated before, so no answer is declared.
    function decodeWords(bytes calldata fills, address[] calldata tokens) external pure {
        beginWorkingMemory();
        bytes memory extras = new bytes(FILL_AT - EXTRAS_AT - 32);
        // The prices are not looked at: any bytes will do.
        uint128[] calldata prices;
        uint256 begin;
        assembly ("memory-safe") {
            prices.offset := 0
            prices.length := 0
            begin := fills.offset
        }
        DecodedFill memory fill = FillDecoder.prepare(bytes32(extras.length));
        (uint256 count, uint256 place, uint256 end) = FillDecoder.open(fills);
        for (uint256 i = 0; i < count; ++i) place = FillDecoder.decode(place, end, i, tokens, prices, fill);
        bytes32 digest = FillDecoder.digest(fill);
        if (fill.conditionDataAt != 0) fill.conditionDataAt -= begin;
        bytes memory answer = abi.encode(fill, place - begin, digest);
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }

    /// @notice The ECDSA signature that ends at `end`.
    function signature(
        bytes calldata fills,
        uint256 end,
        bool isCompact
    ) external pure returns (uint256 v, uint256 r, uint256 s) {
        DecodedFill memory fill;
        fill.flags = isCompact ? FillDecoder.SCHEME_COMPACT : FillDecoder.SCHEME_ECDSA;
        assembly ("memory-safe") {
            end := add(end, fills.offset)
        }
        return FillDecoder.signature(fill, end);
    }

    function recover(bytes32 hash, uint256 v, uint256 r, uint256 s) external view returns (address) {
        return SignerRecovery.recover(hash, v, r, s);
    }

    /// @notice Where free memory begins before and after a recovery, and how long an empty array is afterwards.
    function memoryAroundRecovery(
        bytes32 hash,
        uint256 v,
        uint256 r,
        uint256 s
    ) external view returns (uint256 freeBefore, uint256 freeAfter, uint256 emptyLength) {
        assembly ("memory-safe") {
            freeBefore := mload(0x40)
        }
        SignerRecovery.recover(hash, v, r, s);
        assembly ("memory-safe") {
            freeAfter := mload(0x40)
        }
        bytes memory empty;
        emptyLength = empty.length;
    }

    function _call(bytes memory data) private view returns (bytes memory) {
        (bool success, bytes memory answer) = address(this).staticcall(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(answer, 0x20), mload(answer))
            }
        }
        return answer;
    }

    function structHash(IntentPreimage memory preimage) external pure returns (bytes32) {
        return IntentHash.structHash(preimage);
    }

    function boughtFor(uint256 amount, uint256 sellPrice, uint256 buyPrice) external pure returns (uint256) {
        return FillMath.boughtFor(amount, sellPrice, buyPrice);
    }

    function soldFor(uint256 amount, uint256 sellPrice, uint256 buyPrice) external pure returns (uint256) {
        return FillMath.soldFor(amount, sellPrice, buyPrice);
    }

    function decayedBuyAmount(
        uint256 startBuyAmount,
        uint256 buyAmount,
        uint256 validFrom,
        uint256 decayEnd,
        uint256 time
    ) external pure returns (uint256) {
        return FillMath.decayedBuyAmount(startBuyAmount, buyAmount, validFrom, decayEnd, time);
    }

    function meetsLimit(
        uint256 sold,
        uint256 bought,
        uint256 sellAmount,
        uint256 limitBuyAmount
    ) external pure returns (bool) {
        return FillMath.meetsLimit(sold, bought, sellAmount, limitBuyAmount);
    }

    function withinFeeCap(
        uint256 fee,
        uint256 maxFee,
        uint256 sold,
        uint256 sellAmount
    ) external pure returns (bool) {
        return FillMath.withinFeeCap(fee, maxFee, sold, sellAmount);
    }
}
