// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ICostMeter} from "../../contracts/interfaces/ICostMeter.sol";

/// @title Notes what a fill would cost in a transaction, where gas has its real price
contract CostProbe {
    uint256 public cost;

    function read(ICostMeter meter, uint256 count, bool isFresh) external {
        cost = meter.fillCost(count, isFresh);
    }
}
