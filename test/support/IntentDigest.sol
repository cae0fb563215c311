// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Intent} from "../../contracts/types/Intent.sol";

/// @title The EIP-712 digest of an intent, spelled out
/// @notice Written from the EIP and the intent's type alone; shares no code with the settlement, which it checks.
library IntentDigest {
    function domainSeparator(uint256 chainId, address settlement) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                    ),
                    keccak256("Walras"),
                    keccak256("1"),
                    chainId,
                    settlement
                )
            );
    }

    function structHash(Intent memory intent) internal pure returns (bytes32) {
        bytes memory amounts = abi.encode(
            intent.sellAmount,
            intent.buyAmount,
            intent.startBuyAmount,
            intent.maxFee,
            intent.feePerWei
        );
        bytes memory times = abi.encode(intent.validFrom, intent.decayEnd, intent.validTo);
        return
            keccak256(
                bytes.concat(
                    keccak256(
                        "Intent(address sellToken,address buyToken,address receiver,uint128 sellAmount,uint128 buyAmount,uint128 startBuyAmount,uint128 maxFee,uint128 feePerWei,uint32 validFrom,uint32 decayEnd,uint32 validTo,uint256 nonce,string kind,bool partiallyFillable,address settler,address condition,bytes conditionData)"
                    ),
                    abi.encode(intent.sellToken, intent.buyToken, intent.receiver),
                    amounts,
                    times,
                    abi.encode(intent.nonce, keccak256(bytes(intent.kind)), intent.partiallyFillable),
                    abi.encode(intent.settler, intent.condition, keccak256(intent.conditionData))
                )
            );
    }

    function digest(
        Intent memory intent,
        uint256 chainId,
        address settlement
    ) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", domainSeparator(chainId, settlement), structHash(intent)));
    }
}
