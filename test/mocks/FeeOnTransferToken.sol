// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that burns one hundredth of what is transferred
contract FeeOnTransferToken is TestToken {
    constructor() TestToken("Fee on Transfer", "FOT", 18) {}

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) _burn(to, amount / 100);
    }
}
