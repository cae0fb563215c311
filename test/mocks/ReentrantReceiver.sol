// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title An account that makes one call of its choice when ether arrives, or refuses it
contract ReentrantReceiver {
    address private _target;
    bytes private _data;

    bool public refuses;
    bool public called;
    bool public succeeded;
    bytes public answer;

    error Refused();

    receive() external payable {
        require(!refuses, Refused());
        if (_target == address(0)) return;
        called = true;
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, answer) = _target.call(_data);
    }

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function refuse(bool refuses_) external {
        refuses = refuses_;
    }

    function execute(address target, uint256 value, bytes calldata data) external payable {
        Address.functionCallWithValue(target, data, value);
    }
}
