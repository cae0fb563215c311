// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FillDecoder, FillTerms} from "../../contracts/libraries/FillDecoder.sol";
import {FillMath} from "../../contracts/libraries/FillMath.sol";
import {IntentHash, IntentPreimage} from "../../contracts/libraries/IntentHash.sol";

/// @title The settlement's libraries, callable one by one and built as the settlement is built
contract LibraryHarness {
    /// @notice Decodes all fills into the same memory, as the settlement does; returns the last one and where it ends.
    function decodeLast(
        bytes calldata fills,
        address[] calldata tokens
    ) external pure returns (IntentPreimage memory intent, FillTerms memory terms, uint256 end) {
        end = FillDecoder.COUNT_SIZE;
        uint256 count = FillDecoder.count(fills);
        for (uint256 i = 0; i < count; ++i) end = FillDecoder.decode(fills, i, end, tokens, intent, terms);
    }

    function compactSignature(
        bytes calldata fills,
        uint256 offset
    ) external pure returns (bytes32 r, bytes32 vs) {
        FillTerms memory terms;
        terms.signatureAt = offset;
        return FillDecoder.compactSignature(fills, terms);
    }

    function signature(
        bytes calldata fills,
        uint256 offset
    ) external pure returns (uint8 v, bytes32 r, bytes32 s) {
        FillTerms memory terms;
        terms.signatureAt = offset;
        return FillDecoder.signature(fills, terms);
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
