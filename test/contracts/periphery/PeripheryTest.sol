// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SettlementTest} from "../../support/SettlementTest.sol";

/// @title What the periphery's tests stand on: the settlement's world, and contracts with arguments
abstract contract PeripheryTest is SettlementTest {
    /// @notice As `deploy`, with ABI-encoded constructor arguments.
    function deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(deployed != address(0), artifact);
    }

    /// @notice Gives an account that may hold code exactly `amount` wei, from this test's own.
    function send(address to, uint256 amount) internal {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, ) = to.call{value: amount}("");
        assertTrue(success, "ether sent");
    }
}
