// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IntentHash, IntentPreimage} from "./IntentHash.sol";
import {ISettlementErrors} from "../interfaces/ISettlementErrors.sol";

/// @dev What a packed fill says beside its intent. `executed` is in atoms of the intent's exact side, `fee` in
/// sell-token atoms; the data and the signature are given as places in the packed bytes. `signatory` is who is said to
/// have signed, for the schemes that do not recover it.
struct FillTerms {
    uint256 sellTokenIndex;
    uint256 buyTokenIndex;
    uint256 scheme;
    uint256 executed;
    uint256 fee;
    uint256 conditionDataAt;
    uint256 conditionDataLength;
    uint256 signatureAt;
    uint256 signatureLength;
    address signatory;
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
/// @dev Reads past the end yield zeros or bytes of other arguments, never a revert; `decode` compares where the fill
/// ends with where the bytes end before it returns. No length that it reads exceeds 16 bits, so no offset can overflow.
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

    uint256 internal constant SCHEME_SHIFT = 11;
    uint256 internal constant SCHEME_MASK = 3;
    uint256 internal constant SCHEME_COMPACT = 0;
    uint256 internal constant SCHEME_ECDSA = 1;
    uint256 internal constant SCHEME_EIP1271 = 2;
    uint256 internal constant SCHEME_APPROVED = 3;

    uint256 internal constant KNOWN_FLAGS = (1 << 13) - 1;

    uint256 internal constant COUNT_SIZE = 2;

    /// @dev The parts that every fill has: head and buyAmount.
    uint256 internal constant HEAD_SIZE = 48;

    /// @notice How many fills the bytes claim to hold.
    function count(bytes calldata fills) internal pure returns (uint256) {
        require(fills.length >= COUNT_SIZE, ISettlementErrors.FillTruncated(0));
        return _read(fills, 0, 2);
    }

    /// @notice Reads fill `index`, which begins at `offset`, into `intent` and `terms`; both are overwritten whole.
    /// @param tokens The batch's tokens, by which the intent's tokens are named.
    /// @return end Where the next fill begins.
    function decode(
        bytes calldata fills,
        uint256 index,
        uint256 offset,
        address[] calldata tokens,
        IntentPreimage memory intent,
        FillTerms memory terms
    ) internal pure returns (uint256 end) {
        unchecked {
            require(offset + HEAD_SIZE <= fills.length, ISettlementErrors.FillTruncated(index));
            uint256 head = _word(fills, offset);
            uint256 flags = head >> 240;
            require(flags <= KNOWN_FLAGS, ISettlementErrors.UnknownFlags(index, flags));

            terms.sellTokenIndex = uint8(head >> 232);
            terms.buyTokenIndex = uint8(head >> 224);
            intent.sellToken = _token(tokens, index, terms.sellTokenIndex);
            intent.buyToken = _token(tokens, index, terms.buyTokenIndex);
            intent.validTo = uint32(head >> 192);
            intent.nonce = uint64(head >> 128);
            intent.sellAmount = uint128(head);
            intent.buyAmount = _read(fills, offset + 32, 16);
            intent.kind = flags & BUY != 0 ? IntentHash.BUY : IntentHash.SELL;
            intent.partiallyFillable = flags & PARTIALLY_FILLABLE != 0;
            offset += HEAD_SIZE;

            // Most fills have none of the parts of a group, and one look at the flags then passes it over.
            if (flags & (LONG_NONCE | RECEIVER | VALID_FROM | DECAY) != 0) {
                offset = _decodeReceiverAndTimes(fills, offset, flags, intent);
            } else {
                intent.receiver = address(0);
                intent.validFrom = 0;
                intent.startBuyAmount = 0;
                intent.decayEnd = 0;
            }

            if (flags & FEE != 0) {
                intent.maxFee = _read(fills, offset, 16);
                intent.feePerWei = _read(fills, offset + 16, 16);
                terms.fee = _read(fills, offset + 32, 16);
                offset += 48;
            } else {
                intent.maxFee = 0;
                intent.feePerWei = 0;
                terms.fee = 0;
            }

            if (flags & (SETTLER | CONDITION | CONDITION_DATA) != 0) {
                offset = _decodeSettlerAndCondition(fills, index, offset, flags, intent, terms);
            } else {
                intent.settler = address(0);
                intent.condition = address(0);
                intent.conditionData = IntentHash.NO_DATA;
                terms.conditionDataAt = 0;
                terms.conditionDataLength = 0;
            }

            if (flags & EXECUTED != 0) {
                terms.executed = _read(fills, offset, 16);
                offset += 16;
            } else {
                terms.executed = flags & BUY != 0 ? intent.buyAmount : intent.sellAmount;
            }

            terms.scheme = (flags >> SCHEME_SHIFT) & SCHEME_MASK;
            end = _locateSignature(fills, offset, terms);
            require(end <= fills.length, ISettlementErrors.FillTruncated(index));
        }
    }

    /// @notice The ECDSA signature of a fill whose scheme is COMPACT: (r, vs).
    function compactSignature(
        bytes calldata fills,
        FillTerms memory terms
    ) internal pure returns (bytes32 r, bytes32 vs) {
        unchecked {
            r = bytes32(_word(fills, terms.signatureAt));
            vs = bytes32(_word(fills, terms.signatureAt + 32));
        }
    }

    /// @notice The ECDSA signature of a fill whose scheme is ECDSA: (v, r, s).
    function signature(
        bytes calldata fills,
        FillTerms memory terms
    ) internal pure returns (uint8 v, bytes32 r, bytes32 s) {
        unchecked {
            r = bytes32(_word(fills, terms.signatureAt));
            s = bytes32(_word(fills, terms.signatureAt + 32));
            v = uint8(_read(fills, terms.signatureAt + 64, 1));
        }
    }

    function _decodeReceiverAndTimes(
        bytes calldata fills,
        uint256 offset,
        uint256 flags,
        IntentPreimage memory intent
    ) private pure returns (uint256 end) {
        unchecked {
            if (flags & LONG_NONCE != 0) {
                intent.nonce |= _read(fills, offset, 24) << 64;
                offset += 24;
            }

            if (flags & RECEIVER != 0) {
                intent.receiver = _address(fills, offset);
                offset += 20;
            } else {
                intent.receiver = address(0);
            }

            if (flags & VALID_FROM != 0) {
                intent.validFrom = _read(fills, offset, 4);
                offset += 4;
            } else {
                intent.validFrom = 0;
            }

            if (flags & DECAY != 0) {
                intent.startBuyAmount = _read(fills, offset, 16);
                intent.decayEnd = _read(fills, offset + 16, 4);
                offset += 20;
            } else {
                intent.startBuyAmount = 0;
                intent.decayEnd = 0;
            }
            end = offset;
        }
    }

    function _decodeSettlerAndCondition(
        bytes calldata fills,
        uint256 index,
        uint256 offset,
        uint256 flags,
        IntentPreimage memory intent,
        FillTerms memory terms
    ) private pure returns (uint256 end) {
        unchecked {
            if (flags & SETTLER != 0) {
                intent.settler = _address(fills, offset);
                offset += 20;
            } else {
                intent.settler = address(0);
            }

            if (flags & CONDITION != 0) {
                intent.condition = _address(fills, offset);
                offset += 20;
            } else {
                intent.condition = address(0);
            }

            if (flags & CONDITION_DATA != 0) {
                uint256 length = _read(fills, offset, 2);
                offset += 2;
                require(offset + length <= fills.length, ISettlementErrors.FillTruncated(index));
                intent.conditionData = keccak256(fills[offset:offset + length]);
                terms.conditionDataAt = offset;
                terms.conditionDataLength = length;
                offset += length;
            } else {
                intent.conditionData = IntentHash.NO_DATA;
                terms.conditionDataAt = 0;
                terms.conditionDataLength = 0;
            }
            end = offset;
        }
    }

    function _locateSignature(
        bytes calldata fills,
        uint256 offset,
        FillTerms memory terms
    ) private pure returns (uint256 end) {
        unchecked {
            uint256 length;
            if (terms.scheme == SCHEME_COMPACT) {
                length = 64;
            } else if (terms.scheme == SCHEME_ECDSA) {
                length = 65;
            } else {
                terms.signatory = _address(fills, offset);
                offset += 20;
                if (terms.scheme == SCHEME_EIP1271) {
                    length = _read(fills, offset, 2);
                    offset += 2;
                }
            }
            terms.signatureAt = offset;
            terms.signatureLength = length;
            end = offset + length;
        }
    }

    function _token(
        address[] calldata tokens,
        uint256 index,
        uint256 tokenIndex
    ) private pure returns (address) {
        require(tokenIndex < tokens.length, ISettlementErrors.TokenIndexOutOfRange(index, tokenIndex));
        return tokens[tokenIndex];
    }

    function _address(bytes calldata fills, uint256 offset) private pure returns (address) {
        return address(uint160(_read(fills, offset, 20)));
    }

    /// @dev The `size` bytes at `offset` as a number, 1 <= size <= 32.
    function _read(bytes calldata fills, uint256 offset, uint256 size) private pure returns (uint256) {
        unchecked {
            return _word(fills, offset) >> (256 - 8 * size);
        }
    }

    /// @dev Equivalent to `uint256(bytes32(fills[offset:offset + 32]))`, but with no check that the bytes are there.
    function _word(bytes calldata fills, uint256 offset) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := calldataload(add(fills.offset, offset))
        }
    }
}
