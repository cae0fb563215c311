// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Intent} from "../../contracts/types/Intent.sol";

/// @dev A fill before it is packed. `owner` is written for the schemes that name one. `spelledOut` holds flags of parts
/// to write although what they say is the default.
struct FillSpec {
    Intent intent;
    uint256 key;
    address owner;
    uint256 scheme;
    bytes signature;
    uint256 executed;
    uint256 fee;
    uint256 spelledOut;
}

/// @title Packs fills as docs/SPEC.md describes
/// @notice Piece by piece with `abi.encodePacked`, with flag values of its own; shares no code with the decoder.
library FillEncoder {
    uint256 internal constant COMPACT = 0;
    uint256 internal constant ECDSA = 1;
    uint256 internal constant EIP1271 = 2;
    uint256 internal constant APPROVED = 3;

    uint256 internal constant BUY = 0x001;
    uint256 internal constant PARTIALLY_FILLABLE = 0x002;
    uint256 internal constant LONG_NONCE = 0x004;
    uint256 internal constant RECEIVER = 0x008;
    uint256 internal constant VALID_FROM = 0x010;
    uint256 internal constant DECAY = 0x020;
    uint256 internal constant FEE = 0x040;
    uint256 internal constant SETTLER = 0x080;
    uint256 internal constant CONDITION = 0x100;
    uint256 internal constant CONDITION_DATA = 0x200;
    uint256 internal constant EXECUTED = 0x400;
    uint256 internal constant SCHEME_UNIT = 0x800;

    /// @dev The parts that may be there or not; the other flags belong to the intent or the signature.
    uint256 internal constant OPTIONAL_PARTS = 0x7fc;

    error TokenNotInBatch(address token);

    function encode(
        FillSpec[] memory fills,
        address[] memory tokens
    ) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(uint16(fills.length));
        for (uint256 i = 0; i < fills.length; ++i) {
            packed = bytes.concat(packed, encode(fills[i], tokens));
        }
    }

    function encode(FillSpec memory fill, address[] memory tokens) internal pure returns (bytes memory) {
        return bytes.concat(encodeIntent(fill, tokens), encodeSignature(fill));
    }

    /// @notice The flags that the fill needs, and those that it asks for.
    function flagsOf(FillSpec memory fill) internal pure returns (uint256 flags) {
        Intent memory intent = fill.intent;
        flags = fill.spelledOut | (fill.scheme * SCHEME_UNIT);
        if (isBuy(intent)) flags |= BUY;
        if (intent.partiallyFillable) flags |= PARTIALLY_FILLABLE;
        if (intent.nonce > type(uint64).max) flags |= LONG_NONCE;
        if (intent.receiver != address(0)) flags |= RECEIVER;
        if (intent.validFrom != 0) flags |= VALID_FROM;
        if (intent.startBuyAmount != 0 || intent.decayEnd != 0) flags |= DECAY;
        if (intent.maxFee != 0 || intent.feePerWei != 0 || fill.fee != 0) flags |= FEE;
        if (intent.settler != address(0)) flags |= SETTLER;
        if (intent.condition != address(0)) flags |= CONDITION;
        if (intent.conditionData.length != 0) flags |= CONDITION_DATA;
        if (fill.executed != (isBuy(intent) ? intent.buyAmount : intent.sellAmount)) flags |= EXECUTED;
    }

    /// @notice All of a fill but its signature.
    function encodeIntent(
        FillSpec memory fill,
        address[] memory tokens
    ) internal pure returns (bytes memory packed) {
        Intent memory intent = fill.intent;
        uint256 flags = flagsOf(fill);
        packed = abi.encodePacked(
            uint16(flags),
            indexOf(tokens, intent.sellToken),
            indexOf(tokens, intent.buyToken),
            intent.validTo,
            uint64(intent.nonce),
            intent.sellAmount,
            intent.buyAmount
        );
        if (flags & LONG_NONCE != 0) packed = abi.encodePacked(packed, uint192(intent.nonce >> 64));
        if (flags & RECEIVER != 0) packed = abi.encodePacked(packed, intent.receiver);
        if (flags & VALID_FROM != 0) packed = abi.encodePacked(packed, intent.validFrom);
        if (flags & DECAY != 0) packed = abi.encodePacked(packed, intent.startBuyAmount, intent.decayEnd);
        if (flags & FEE != 0) {
            packed = abi.encodePacked(packed, intent.maxFee, intent.feePerWei, uint128(fill.fee));
        }
        if (flags & SETTLER != 0) packed = abi.encodePacked(packed, intent.settler);
        if (flags & CONDITION != 0) packed = abi.encodePacked(packed, intent.condition);
        if (flags & CONDITION_DATA != 0) {
            packed = abi.encodePacked(packed, uint16(intent.conditionData.length), intent.conditionData);
        }
        if (flags & EXECUTED != 0) packed = abi.encodePacked(packed, uint128(fill.executed));
    }

    function encodeSignature(FillSpec memory fill) internal pure returns (bytes memory) {
        if (fill.scheme == APPROVED) return abi.encodePacked(fill.owner);
        if (fill.scheme == EIP1271) {
            return abi.encodePacked(fill.owner, uint16(fill.signature.length), fill.signature);
        }
        return fill.signature;
    }

    function encodeTransfers(uint16[2][] memory pairs) internal pure returns (bytes memory packed) {
        for (uint256 i = 0; i < pairs.length; ++i) {
            packed = abi.encodePacked(packed, pairs[i][0], pairs[i][1]);
        }
    }

    function isBuy(Intent memory intent) internal pure returns (bool) {
        return keccak256(bytes(intent.kind)) == keccak256("buy");
    }

    function indexOf(address[] memory tokens, address token) internal pure returns (uint8) {
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (tokens[i] == token) return uint8(i);
        }
        revert TokenNotInBatch(token);
    }
}
