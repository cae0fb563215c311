// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Vm} from "./Vm.sol";

/// @title What every Solidity test inherits
/// @notice Assertions that name what they compare and show both values, and the fuzzer's helpers.
abstract contract Test {
    /// @dev The most of a gas price above the base fee that the settlement counts as cost, in wei per gas.
    uint256 internal constant TIP_CAP = 2 gwei;

    /// @dev Which functions of a handler an invariant campaign calls; the shape is the runner's.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address[] private _targetedContracts;
    FuzzSelector[] private _targetedSelectors;

    /* INVARIANTS */

    /// @notice Asked by the runner: the contracts that an invariant campaign calls.
    function targetContracts() external view returns (address[] memory) {
        return _targetedContracts;
    }

    /// @notice Asked by the runner: the functions that an invariant campaign calls.
    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _targetedSelectors;
    }

    function target(address handler, bytes4[] memory selectors) internal {
        _targetedContracts.push(handler);
        _targetedSelectors.push(FuzzSelector(handler, selectors));
    }

    /* ARTIFACTS */

    /// @notice Deploys an artifact as it is built for production, whatever the settings that build the test.
    function deploy(string memory artifact) internal returns (address) {
        return deploy(artifact, "");
    }

    /// @param arguments Of its constructor, ABI-encoded.
    function deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(deployed != address(0), artifact);
    }

    function deploySettlement() internal returns (ISettlement) {
        return deploySettlement(TIP_CAP, address(0));
    }

    function deploySettlement(uint256 tipCap, address dataFee) internal returns (ISettlement) {
        return ISettlement(deploy("Settlement.sol:Settlement", abi.encode(tipCap, dataFee)));
    }

    /* FUZZING */

    /// @notice `value` itself if it lies in [low, high], else a value in that range that depends on it.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (value >= low && value <= high) return value;
        uint256 size = high - low + 1;
        return size == 0 ? value : low + (value % size);
    }

    /* ASSERTIONS */

    function assertEq(uint256 actual, uint256 expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertEq(int256 actual, int256 expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertEq(address actual, address expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertEq(bool actual, bool expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertEq(bytes memory actual, bytes memory expected, string memory name) internal pure {
        vm.assertEq(actual, expected, name);
    }

    function assertLe(uint256 actual, uint256 most, string memory name) internal pure {
        vm.assertLe(actual, most, name);
    }

    function assertGe(uint256 actual, uint256 least, string memory name) internal pure {
        vm.assertGe(actual, least, name);
    }

    function assertTrue(bool condition, string memory name) internal pure {
        vm.assertTrue(condition, name);
    }

    function assertFalse(bool condition, string memory name) internal pure {
        vm.assertFalse(condition, name);
    }
}
