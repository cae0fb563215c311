// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestToken} from "./TestToken.sol";

/// @title A token that calls a contract of its deployer's choice in the midst of every transfer
contract CallingToken is TestToken {
    address private _target;
    bytes private _data;

    /// @notice What the last call answered, and how many have been made.
    bool public succeeded;
    bytes public answer;
    uint256 public calls;

    constructor() TestToken("Calling", "CAL", 18) {}

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (_target == address(0)) return;
        ++calls;
        // solhint-disable-next-line avoid-low-level-calls
        (succeeded, answer) = _target.call(_data);
    }
}

/// @title A token that can be made to give or to take a little of every transfer, or to freeze
contract SwitchingToken is TestToken {
    int256 private _surplus;
    bool private _isFrozen;

    constructor() TestToken("Switching", "SWI", 18) {}

    function setSurplus(int256 surplus) external {
        _surplus = surplus;
    }

    function freeze() external {
        _isFrozen = true;
    }

    /// @notice Answers false when frozen.
    function transfer(address to, uint256 amount) public override returns (bool) {
        return !_isFrozen && super.transfer(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0) || to == address(0)) return;
        if (_surplus > 0) _mint(to, uint256(_surplus));
        if (_surplus < 0) _burn(to, uint256(-_surplus));
    }
}
