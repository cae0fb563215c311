// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that lets nothing reach the accounts on its list
contract BlockingToken is TestToken {
    mapping(address account => bool) public isBlocked;

    error Blocked(address account);

    constructor() TestToken("Blocking", "BLK", 6) {}

    function blockAccount(address account) external {
        isBlocked[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!isBlocked[to], Blocked(to));
        super._update(from, to, amount);
    }
}
