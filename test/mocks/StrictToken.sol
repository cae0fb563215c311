// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that refuses calldata of any other length than the arguments have
contract StrictToken is TestToken {
    error WrongLength(uint256 length);

    constructor() TestToken("Strict", "STR", 18) {}

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (msg.data.length != 100) revert WrongLength(msg.data.length);
        return super.transferFrom(from, to, amount);
    }
}
