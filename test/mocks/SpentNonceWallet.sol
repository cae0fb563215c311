// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";

/// @title A wallet that accepts everything while one of its nonces is not spent, and from then on nothing
contract SpentNonceWallet is IERC1271 {
    ISettlement private immutable _settlement;
    uint256 private immutable _nonce;

    constructor(ISettlement settlement, uint256 nonce) {
        _settlement = settlement;
        _nonce = nonce;
    }

    function isValidSignature(bytes32, bytes calldata) external view override returns (bytes4) {
        return
            _settlement.isNonceSpent(address(this), _nonce) ? bytes4(0) : IERC1271.isValidSignature.selector;
    }
}
