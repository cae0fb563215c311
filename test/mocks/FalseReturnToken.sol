// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that answers false, instead of reverting, when it does not move anything
contract FalseReturnToken is TestToken {
    bool public frozen;

    constructor() TestToken("False Return", "FRT", 18) {}

    function freeze() external {
        frozen = true;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (frozen || balanceOf(from) < amount || allowance(from, msg.sender) < amount) return false;
        return super.transferFrom(from, to, amount);
    }
}
