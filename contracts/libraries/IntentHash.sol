// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Intent} from "../types/Intent.sol";
import {ISettlementErrors} from "../interfaces/ISettlementErrors.sol";

/// @dev The preimage of an intent's EIP-712 struct hash: one memory word for each value that is hashed, in order. It is
/// filled once and hashed as it lies in memory; the checks of the settlement then read the very words that were signed.
/// The numbers are as wide as their words, whose upper bits the decoder leaves clear, so that no read has to clear them.
struct IntentPreimage {
    bytes32 typeHash;
    address sellToken;
    address buyToken;
    address receiver;
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
    bool partiallyFillable;
    address settler;
    address condition;
    bytes32 conditionData;
}

/// @title EIP-712 struct hash of an intent
library IntentHash {
    bytes32 internal constant INTENT_TYPEHASH = keccak256(
        "Intent(address sellToken,address buyToken,address receiver,uint128 sellAmount,uint128 buyAmount,"
        "uint128 startBuyAmount,uint128 maxFee,uint128 feePerWei,uint32 validFrom,uint32 decayEnd,uint32 validTo,"
        "uint256 nonce,string kind,bool partiallyFillable,address settler,address condition,bytes conditionData)"
    );

    bytes32 internal constant SELL = keccak256("sell");
    bytes32 internal constant BUY = keccak256("buy");
    bytes32 internal constant NO_DATA = keccak256("");

    uint256 private constant PREIMAGE_SIZE = 18 * 32;

    /// @dev Equivalent to `keccak256(abi.encode(preimage))`: a struct of value types lies in memory as it is encoded.
    function structHash(IntentPreimage memory preimage) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(preimage, PREIMAGE_SIZE)
        }
    }

    function structHash(Intent calldata intent) internal pure returns (bytes32) {
        bytes32 kind = keccak256(bytes(intent.kind));
        require(kind == SELL || kind == BUY, ISettlementErrors.UnknownKind(intent.kind));

        return
            structHash(
                IntentPreimage({
                    typeHash: INTENT_TYPEHASH,
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
                    kind: kind,
                    partiallyFillable: intent.partiallyFillable,
                    settler: intent.settler,
                    condition: intent.condition,
                    conditionData: keccak256(intent.conditionData)
                })
            );
    }
}
