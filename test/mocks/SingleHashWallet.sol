// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet that accepts one hash with one signature, and nothing else
contract SingleHashWallet is IERC1271 {
    bytes32 private immutable _hash;
    bytes32 private immutable _signatureHash;

    constructor(bytes32 hash, bytes memory signature) {
        _hash = hash;
        _signatureHash = keccak256(signature);
    }

    function isValidSignature(
        bytes32 hash,
        bytes calldata signature
    ) external view override returns (bytes4) {
        bool valid = hash == _hash && keccak256(signature) == _signatureHash;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
