// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementCallback} from "../../contracts/interfaces/ISettlementCallback.sol";
import {TestToken} from "./TestToken.sol";

/// @title A keeper contract whose callback mints to itself what the callback data lists
contract MintingKeeper is ISettlementCallback {
    /// @notice Calls with any bytes whatever, and reverts as the callee reverts.
    function execute(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = target.call(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    function walrasCallback(bytes calldata data) external override {
        (address[] memory tokens, uint256[] memory amounts) = abi.decode(data, (address[], uint256[]));
        for (uint256 i = 0; i < tokens.length; ++i) TestToken(tokens[i]).mint(address(this), amounts[i]);
    }
}
