// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Placement} from "../../contracts/types/Placement.sol";

/// @title An auction that takes what it wants of whoever places, if it is let, and tries a call of its own
contract GreedyAuction {
    uint256 private _wanted;
    address private _target;
    bytes private _data;

    bool public succeeded;

    function want(uint256 amount) external {
        _wanted = amount;
    }

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function place(Placement[] calldata placements) external returns (uint256, uint256) {
        take(IERC20(placements[0].intent.sellToken), msg.sender);
        // solhint-disable-next-line avoid-low-level-calls
        if (_target != address(0)) (succeeded, ) = _target.call(_data);
        return (7, 8);
    }

    function take(IERC20 token, address from) public {
        token.transferFrom(from, address(this), _wanted);
    }
}
