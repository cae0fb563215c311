// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IOutcome} from "../../contracts/interfaces/IOutcome.sol";

/// @title A wallet and a condition that make a call of their deployer's choice when they are asked
/// @notice Accepts everything if the call failed with exactly the expected error, and nothing otherwise.
contract ReentrantWallet is IERC1271, IOutcome {
    address private _target;
    bytes private _data;
    bytes32 private _expectedError;

    function arm(address target, bytes calldata data, bytes calldata expectedError) external {
        _target = target;
        _data = data;
        _expectedError = keccak256(expectedError);
    }

    function isValidSignature(bytes32, bytes calldata) external view override returns (bytes4) {
        return _failsAsExpected() ? IERC1271.isValidSignature.selector : bytes4(0);
    }

    function holds(bytes32, address, uint256, uint256, bytes calldata) external view override returns (bool) {
        return _failsAsExpected();
    }

    function _failsAsExpected() private view returns (bool) {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = _target.staticcall(_data);
        return !success && keccak256(answer) == _expectedError;
    }
}
