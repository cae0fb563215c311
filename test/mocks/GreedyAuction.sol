// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Placement} from "../../contracts/types/Placement.sol";

/// @title An auction that takes what it wants of whoever places, if it is let, and tries a call of its own
contract GreedyAuction {
    uint256 public wanted;
    address public target;
    bytes public data;
    bool public succeeded;

    function want(uint256 amount) external {
        wanted = amount;
    }

    function arm(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function place(Placement[] calldata placements) external returns (uint256, uint256) {
        take(IERC20(placements[0].intent.sellToken), msg.sender);
        // solhint-disable-next-line avoid-low-level-calls
        if (target != address(0)) (succeeded, ) = target.call(data);
        return (7, 8);
    }

    function take(IERC20 token, address from) public {
        token.transferFrom(from, address(this), wanted);
    }
}
