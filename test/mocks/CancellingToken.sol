// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {TestToken} from "./TestToken.sol";

/// @title A token that owns an intent itself, and cancels it whenever it is transferred
contract CancellingToken is TestToken {
    ISettlement private immutable _settlement;
    uint256 private immutable _nonce;

    constructor(ISettlement settlement, uint256 nonce) TestToken("Cancelling", "CAN", 18) {
        _settlement = settlement;
        _nonce = nonce;
        _approve(address(this), address(settlement), type(uint256).max);
    }

    function approveIntent(bytes32 intentHash) external {
        _settlement.setApproval(intentHash, true);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _settlement.cancel(_nonce);
        return super.transferFrom(from, to, amount);
    }
}
