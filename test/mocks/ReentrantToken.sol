// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that makes one call of its deployer's choice in the midst of the next transfer
contract ReentrantToken is TestToken {
    address private _target;
    bytes private _data;

    /// @notice Whether the call succeeded, and what it returned.
    bool public succeeded;
    bytes public answer;

    constructor() TestToken("Reentrant", "REE", 18) {}

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        address target = _target;
        if (target != address(0)) {
            _target = address(0);
            // solhint-disable-next-line avoid-low-level-calls
            (succeeded, answer) = target.call(_data);
        }
        return super.transferFrom(from, to, amount);
    }
}
