// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Answers 1, or reverts, in 100,000 bytes
contract AnswerBomb {
    bool private immutable _reverts;

    constructor(bool reverts) {
        _reverts = reverts;
    }

    fallback() external payable {
        bool reverts = _reverts;
        assembly {
            mstore(0, 1)
            if reverts {
                revert(0, 100000)
            }
            return(0, 100000)
        }
    }
}
