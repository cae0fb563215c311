// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutcome} from "../../contracts/interfaces/IOutcome.sol";

/// @title A condition whose answer hangs on every bit of what it is asked
/// @notice Refuses one question in eight.
contract HashOutcome is IOutcome {
    function holds(
        bytes32 intentHash,
        address owner,
        uint256 sold,
        uint256 bought,
        bytes calldata conditionData
    ) external pure override returns (bool) {
        return uint256(keccak256(abi.encode(intentHash, owner, sold, bought, conditionData))) % 8 != 0;
    }
}
