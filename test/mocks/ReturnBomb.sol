// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Answers everything with a word of its deployer's choice and a great many zeros behind it
contract ReturnBomb {
    uint256 private immutable _word;
    uint256 private immutable _size;

    constructor(uint256 word, uint256 size) {
        _word = word;
        _size = size;
    }

    fallback() external {
        uint256 word = _word;
        uint256 size = _size;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, word)
            return(start, size)
        }
    }
}
