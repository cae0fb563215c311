// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOutcome} from "../../contracts/interfaces/IOutcome.sol";

/// @title Holds if it is asked with exactly the arguments that it expects
contract ExactOutcome is IOutcome {
    bytes32 private _expected;

    function expect(
        bytes32 intentHash,
        address owner,
        uint256 sold,
        uint256 bought,
        bytes calldata conditionData
    ) external {
        _expected = keccak256(abi.encode(intentHash, owner, sold, bought, conditionData));
    }

    function holds(
        bytes32 intentHash,
        address owner,
        uint256 sold,
        uint256 bought,
        bytes calldata conditionData
    ) external view override returns (bool) {
        return keccak256(abi.encode(intentHash, owner, sold, bought, conditionData)) == _expected;
    }
}

/// @title Holds if accounts have exactly the balances that the condition data lists
contract BalancesOutcome is IOutcome {
    struct Balance {
        address token;
        address holder;
        uint256 amount;
    }

    function holds(
        bytes32,
        address,
        uint256,
        uint256,
        bytes calldata conditionData
    ) external view override returns (bool) {
        Balance[] memory balances = abi.decode(conditionData, (Balance[]));
        for (uint256 i = 0; i < balances.length; ++i) {
            uint256 amount = IERC20(balances[i].token).balanceOf(balances[i].holder);
            if (amount != balances[i].amount) return false;
        }
        return true;
    }
}
