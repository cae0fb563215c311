// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IntentHash} from "./IntentHash.sol";
import {ISettlementErrors} from "../interfaces/ISettlementErrors.sol";
// The linter does not look into assembly.
// solhint-disable-next-line no-unused-import
import {FILL_AT} from "./WorkingMemory.sol";

/// @dev A fill as it is worked on. First come the words that are hashed, in their order, so that they are hashed as they
/// lie: `prefix` to `structHash` make the digest, `typeHash` to `conditionData` the struct hash. Then comes what the fill
/// says beside its intent: the prices of its tokens, `executed` in atoms of the intent's exact side, `fee` in sell-token
/// atoms, `signatory` for the schemes that do not recover who signed, and places in calldata. Every value, addresses too,
/// is as wide as its word, whose upper bits the decoder leaves clear, so that no read has to clear them.
struct DecodedFill {
    uint256 prefix;
    bytes32 domainSeparator;
    bytes32 structHash;
    bytes32 typeHash;
    uint256 sellToken;
    uint256 buyToken;
    uint256 receiver;
    uint256 sellAmount;
    uint256 buyAmount;
    uint256 startBuyAmount;
    uint256 maxFee;
    uint256 feePerWei;
    uint256 validFrom;
    uint256 decayEnd;
    uint256 validTo;
    uint256 nonce;
    bytes32 kind;
    uint256 partiallyFillable;
    uint256 settler;
    uint256 condition;
    bytes32 conditionData;
    uint256 flags;
    uint256 sellPrice;
    uint256 buyPrice;
    uint256 executed;
    uint256 fee;
    uint256 signatory;
    uint256 signatureLength;
    uint256 conditionDataAt;
    uint256 conditionDataLength;
}

/// @title The packed form of a batch's fills
/// @notice Big-endian. `uint16` count of fills, then each fill:
///
///   head            flags uint16, sellTokenIndex uint8, buyTokenIndex uint8, validTo uint32, nonce (low) uint64,
///                   sellAmount uint128
///   buyAmount       uint128
///   LONG_NONCE      nonce (high) uint192
///   RECEIVER        address
///   VALID_FROM      uint32
///   DECAY           startBuyAmount uint128, decayEnd uint32
///   FEE             maxFee uint128, feePerWei uint128, fee uint128
///   SETTLER         address
///   CONDITION       address
///   CONDITION_DATA  length uint16, bytes
///   EXECUTED        uint128; without it the exact side's whole amount
///   signature       COMPACT: r, vs (EIP-2098); ECDSA: r, s, v; EIP1271: owner, length uint16, bytes; APPROVED: owner
///
/// The parts in capitals are there if their flag is set and stand for zero if it is not. Nothing in the encoding carries
/// authority: whatever the bytes are, what counts is the intent that they spell and who signed that.
/// @dev Places are absolute, in calldata. Reads past the end yield zeros or bytes of other arguments, never a revert;
/// `decode` compares where the fill ends with where the bytes end before it returns. No length that it reads exceeds 16
/// bits, so no place can overflow.
library FillDecoder {
    uint256 internal constant BUY = 1 << 0;
    uint256 internal constant PARTIALLY_FILLABLE = 1 << 1;
    uint256 internal constant LONG_NONCE = 1 << 2;
    uint256 internal constant RECEIVER = 1 << 3;
    uint256 internal constant VALID_FROM = 1 << 4;
    uint256 internal constant DECAY = 1 << 5;
    uint256 internal constant FEE = 1 << 6;
    uint256 internal constant SETTLER = 1 << 7;
    uint256 internal constant CONDITION = 1 << 8;
    uint256 internal constant CONDITION_DATA = 1 << 9;
    uint256 internal constant EXECUTED = 1 << 10;

    uint256 internal constant SCHEME = 3 << 11;
    uint256 internal constant SCHEME_COMPACT = 0 << 11;
    uint256 internal constant SCHEME_ECDSA = 1 << 11;
    uint256 internal constant SCHEME_EIP1271 = 2 << 11;
    uint256 internal constant SCHEME_APPROVED = 3 << 11;

    uint256 internal constant KNOWN_FLAGS = 0x1fff;

    /// @dev The parts that a fill may have or not. One look at the flags tells that it has none, as most do.
    uint256 internal constant OPTIONS = 0x07fc;

    uint256 internal constant COUNT_SIZE = 2;

    /// @dev The parts that every fill has: head and buyAmount.
    uint256 internal constant HEAD_SIZE = 48;

    /// @notice How many fills the bytes claim to hold, where the first one begins and where the bytes end.
    function open(bytes calldata fills) internal pure returns (uint256 count, uint256 place, uint256 end) {
        if (fills.length < COUNT_SIZE) revert ISettlementErrors.FillTruncated(0);
        assembly ("memory-safe") {
            place := add(fills.offset, COUNT_SIZE)
            end := add(fills.offset, fills.length)
        }
        count = _word(place - COUNT_SIZE) >> 240;
    }

    /// @notice The memory that each fill of a batch is decoded into, at `FILL_AT`.
    function prepare(bytes32 domainSeparator) internal pure returns (DecodedFill memory fill) {
        assembly ("memory-safe") {
            // It lies there; now the compiler knows it, too.
            if xor(fill, FILL_AT) {
                invalid()
            }
            fill := FILL_AT
        }
        fill.prefix = 0x1901;
        fill.domainSeparator = domainSeparator;
        fill.typeHash = IntentHash.INTENT_TYPEHASH;
        fill.conditionData = IntentHash.NO_DATA;
    }

    /// @notice Reads fill `index`, which begins at `place`, into `fill`.
    /// @param end Where the bytes end.
    /// @param tokens The batch's tokens, by which the intent's tokens are named; known to be addresses.
    /// @param prices As many as there are tokens; known to fit 128 bits.
    /// @param fill As `prepare` or the last call left it: parts that neither this fill nor the last one has are zero.
    /// @return next Where the next fill begins.
    function decode(
        uint256 place,
        uint256 end,
        uint256 index,
        address[] calldata tokens,
        uint128[] calldata prices,
        DecodedFill memory fill
    ) internal pure returns (uint256 next) {
        unchecked {
            uint256 head = _word(place);
            uint256 flags = head >> 240;
            if (_isFaulty(head, tokens.length)) _refuse(place, end, index, head, tokens);
            _readToken(fill, uint8(head >> 232), uint8(head >> 224), tokens, prices);
            fill.validTo = uint32(head >> 192);
            fill.nonce = uint64(head >> 128);
            uint256 exact = uint128(head);
            fill.sellAmount = exact;
            uint256 buyAmount = _word(place + 32) >> 128;
            fill.buyAmount = buyAmount;
            fill.kind = IntentHash.SELL;
            if (flags & BUY != 0) {
                fill.kind = IntentHash.BUY;
                exact = buyAmount;
            }
            fill.executed = exact;
            fill.partiallyFillable = (flags >> 1) & 1;

            place += HEAD_SIZE;
            if ((flags | fill.flags) & OPTIONS != 0) place = _decodeOptions(place, end, index, flags, fill);
            fill.flags = flags;

            next = place + 64;
            if (flags & SCHEME != SCHEME_COMPACT) next = _locateSignature(place, flags, fill);
            if (next > end) revert ISettlementErrors.FillTruncated(index);
        }
    }

    /// @notice The EIP-712 digest of the intent.
    /// @dev Equivalent to `keccak256(abi.encodePacked(hex"1901", fill.domainSeparator, keccak256(abi.encode(fill.typeHash,
    /// fill.sellToken, ..., fill.conditionData))))`: the values lie in memory as they are encoded.
    function digest(DecodedFill memory fill) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            mstore(add(fill, 0x40), keccak256(add(fill, 0x60), 576))
            result := keccak256(add(fill, 30), 66)
        }
    }

    /// @notice The ECDSA signature (v, r, s) of a fill whose scheme is COMPACT or ECDSA.
    /// @param next Where the fill ends: with its signature.
    function signature(
        DecodedFill memory fill,
        uint256 next
    ) internal pure returns (uint256 v, uint256 r, uint256 s) {
        unchecked {
            r = _word(next - 64);
            uint256 vs = _word(next - 32);
            v = 27 + (vs >> 255);
            s = vs & (type(uint256).max >> 1);
            if (fill.flags & SCHEME != SCHEME_COMPACT) {
                r = _word(next - 65);
                s = _word(next - 33);
                v = _word(next - 1) >> 248;
            }
        }
    }

    /// @notice The signature of a fill whose scheme is EIP1271.
    /// @param next Where the fill ends: with its signature.
    function longSignature(DecodedFill memory fill, uint256 next) internal pure returns (bytes calldata) {
        unchecked {
            return _slice(next - fill.signatureLength, fill.signatureLength);
        }
    }

    /// @notice What is handed to the condition.
    function dataForCondition(DecodedFill memory fill) internal pure returns (bytes calldata) {
        return _slice(fill.conditionDataAt, fill.conditionDataLength);
    }

    /* PARTS */

    /// @dev Equivalent to `flags > KNOWN_FLAGS || sell >= tokenCount || buy >= tokenCount || sell == buy`, in one branch.
    function _isFaulty(uint256 head, uint256 tokenCount) private pure returns (bool result) {
        assembly ("memory-safe") {
            let sell := and(shr(232, head), 0xff)
            let buy := and(shr(224, head), 0xff)
            result := or(
                or(gt(shr(240, head), KNOWN_FLAGS), eq(sell, buy)),
                iszero(and(lt(sell, tokenCount), lt(buy, tokenCount)))
            )
        }
    }

    /// @dev Says what `_isFaulty` has found.
    function _refuse(
        uint256 place,
        uint256 end,
        uint256 index,
        uint256 head,
        address[] calldata tokens
    ) private pure {
        if (place + HEAD_SIZE > end) revert ISettlementErrors.FillTruncated(index);
        uint256 flags = head >> 240;
        if (flags > KNOWN_FLAGS) revert ISettlementErrors.UnknownFlags(index, flags);
        uint256 sell = uint8(head >> 232);
        if (sell >= tokens.length) revert ISettlementErrors.TokenIndexOutOfRange(index, sell);
        uint256 buy = uint8(head >> 224);
        if (buy >= tokens.length) revert ISettlementErrors.TokenIndexOutOfRange(index, buy);
        revert ISettlementErrors.SameToken(index, tokens[sell]);
    }

    /// @dev Equivalent to `tokens[sell]`, `tokens[buy]`, `prices[sell]` and `prices[buy]`, but for the checks, which have
    /// been made.
    function _readToken(
        DecodedFill memory fill,
        uint256 sell,
        uint256 buy,
        address[] calldata tokens,
        uint128[] calldata prices
    ) private pure {
        uint256 tokensAt;
        uint256 pricesAt;
        assembly ("memory-safe") {
            tokensAt := tokens.offset
            pricesAt := prices.offset
        }
        unchecked {
            fill.sellToken = _word(tokensAt + 32 * sell);
            fill.sellPrice = _word(pricesAt + 32 * sell);
            fill.buyToken = _word(tokensAt + 32 * buy);
            fill.buyPrice = _word(pricesAt + 32 * buy);
        }
    }

    function _decodeOptions(
        uint256 place,
        uint256 end,
        uint256 index,
        uint256 flags,
        DecodedFill memory fill
    ) private pure returns (uint256) {
        unchecked {
            if (flags & LONG_NONCE != 0) {
                fill.nonce |= _read(place, 24) << 64;
                place += 24;
            }

            fill.receiver = 0;
            if (flags & RECEIVER != 0) {
                fill.receiver = _read(place, 20);
                place += 20;
            }

            fill.validFrom = 0;
            if (flags & VALID_FROM != 0) {
                fill.validFrom = _read(place, 4);
                place += 4;
            }

            fill.startBuyAmount = 0;
            fill.decayEnd = 0;
            if (flags & DECAY != 0) {
                fill.startBuyAmount = _read(place, 16);
                fill.decayEnd = _read(place + 16, 4);
                place += 20;
            }

            fill.maxFee = 0;
            fill.feePerWei = 0;
            fill.fee = 0;
            if (flags & FEE != 0) {
                fill.maxFee = _read(place, 16);
                fill.feePerWei = _read(place + 16, 16);
                fill.fee = _read(place + 32, 16);
                place += 48;
            }

            fill.settler = 0;
            if (flags & SETTLER != 0) {
                fill.settler = _read(place, 20);
                place += 20;
            }

            fill.condition = 0;
            if (flags & CONDITION != 0) {
                fill.condition = _read(place, 20);
                place += 20;
            }

            fill.conditionData = IntentHash.NO_DATA;
            fill.conditionDataAt = 0;
            fill.conditionDataLength = 0;
            if (flags & CONDITION_DATA != 0) {
                uint256 length = _read(place, 2);
                place += 2;
                if (place + length > end) revert ISettlementErrors.FillTruncated(index);
                fill.conditionDataAt = place;
                fill.conditionDataLength = length;
                fill.conditionData = keccak256(dataForCondition(fill));
                place += length;
            }

            if (flags & EXECUTED != 0) {
                fill.executed = _read(place, 16);
                place += 16;
            }
            return place;
        }
    }

    /// @dev For the schemes other than COMPACT.
    /// @return next Where the signature, and with it the fill, ends.
    function _locateSignature(
        uint256 place,
        uint256 flags,
        DecodedFill memory fill
    ) private pure returns (uint256 next) {
        unchecked {
            uint256 scheme = flags & SCHEME;
            if (scheme == SCHEME_ECDSA) return place + 65;
            fill.signatory = _read(place, 20);
            if (scheme == SCHEME_APPROVED) return place + 20;
            uint256 length = _read(place + 20, 2);
            fill.signatureLength = length;
            return place + 22 + length;
        }
    }

    /// @dev The `size` bytes at `at` as a number, 1 <= size <= 32.
    function _read(uint256 place, uint256 size) private pure returns (uint256) {
        unchecked {
            return _word(place) >> (256 - 8 * size);
        }
    }

    /// @dev Equivalent to `uint256(bytes32(msg.data[place:place + 32]))`, but with no check that the bytes are there.
    function _word(uint256 place) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := calldataload(place)
        }
    }

    /// @dev Equivalent to `msg.data[place:place + length]`, but with no check that the bytes are there.
    function _slice(uint256 place, uint256 length) private pure returns (bytes calldata result) {
        assembly ("memory-safe") {
            result.offset := place
            result.length := length
        }
    }
}
