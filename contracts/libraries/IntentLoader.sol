// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors} from "../interfaces/ISettlementErrors.sol";
import {Intent} from "../types/Intent.sol";
import {IntentHash, IntentPreimage} from "./IntentHash.sol";

/// @title Intents from calldata into memory that is used again and again
/// @notice An intent is encoded in calldata as it is hashed, word by word, but for its type hash and its two dynamic fields.
library IntentLoader {
    uint256 private constant WORDS_SIZE = 17 * 32;

    /// @notice The memory that intents are loaded into.
    function prepare() internal pure returns (IntentPreimage memory preimage) {
        preimage.typeHash = IntentHash.INTENT_TYPEHASH;
    }

    /// @notice Loads an intent. Reverts if it is of an unknown kind, or not encoded as the ABI says.
    /// @dev Equivalent to `preimage.sellToken = intent.sellToken; ...; preimage.kind = keccak256(bytes(intent.kind)); ...;
    /// preimage.conditionData = keccak256(intent.conditionData)`, at a third of the gas.
    function load(IntentPreimage memory preimage, Intent calldata intent) internal pure {
        bytes32 kind = keccak256(bytes(intent.kind));
        require(
            kind == IntentHash.SELL || kind == IntentHash.BUY,
            ISettlementErrors.UnknownKind(intent.kind)
        );
        bytes32 conditionData =
            intent.conditionData.length == 0 ? IntentHash.NO_DATA : keccak256(intent.conditionData);
        assembly ("memory-safe") {
            let at := add(preimage, 0x20)
            calldatacopy(at, intent, WORDS_SIZE)
            // sellToken, buyToken, receiver, settler, condition
            let surplus := or(or(mload(at), mload(add(at, 0x20))), mload(add(at, 0x40)))
            surplus := or(or(surplus, mload(add(at, 0x1c0))), mload(add(at, 0x1e0)))
            surplus := shr(160, surplus)
            // sellAmount, buyAmount, startBuyAmount, maxFee, feePerWei
            let amounts := or(or(mload(add(at, 0x60)), mload(add(at, 0x80))), mload(add(at, 0xa0)))
            amounts := or(or(amounts, mload(add(at, 0xc0))), mload(add(at, 0xe0)))
            surplus := or(surplus, shr(128, amounts))
            // validFrom, decayEnd, validTo, partiallyFillable
            let times := or(or(mload(add(at, 0x100)), mload(add(at, 0x120))), mload(add(at, 0x140)))
            surplus := or(surplus, shr(32, times))
            surplus := or(surplus, shr(1, mload(add(at, 0x1a0))))
            if surplus {
                revert(0, 0)
            }
        }
        preimage.kind = kind;
        preimage.conditionData = conditionData;
    }
}
