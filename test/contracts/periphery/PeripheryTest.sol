// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SettlementTest} from "../../support/SettlementTest.sol";

/// @title What the periphery's tests stand on: the settlement's world, and ether
abstract contract PeripheryTest is SettlementTest {
    /// @notice Gives an account that may hold code exactly `amount` wei, from this test's own.
    function send(address to, uint256 amount) internal {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = to.call{value: amount}("");
        assertTrue(success, "ether sent");
    }
}
