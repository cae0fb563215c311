// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Answers every call with the bytes it was made with, or reverts with them
/// @notice Stands for a wallet or a condition that answers wrongly.
contract ScriptedAnswer {
    bytes private _answer;
    bool private _reverts;

    constructor(bytes memory answer, bool reverts) {
        _answer = answer;
        _reverts = reverts;
    }

    fallback() external payable {
        bytes memory answer = _answer;
        bool reverts = _reverts;
        assembly ("memory-safe") {
            if reverts {
                revert(add(answer, 0x20), mload(answer))
            }
            return(add(answer, 0x20), mload(answer))
        }
    }
}
