// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {ISettlementErrors as Errors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {PeripheryTest} from "./PeripheryTest.sol";

/// @title What the tests of ready-made conditions stand on
/// @notice Each condition is asked by the settlement: of a crossing pair, Bob's intent is under the condition.
abstract contract ConditionTest is PeripheryTest {
    IOutcome internal condition;

    /// @notice The crossing pair; Bob gets 1,000 A under the condition.
    function conditioned(bytes memory data) internal returns (Draft memory draft) {
        draft = crossing();
        draft.fills[1].intent.condition = address(condition);
        draft.fills[1].intent.conditionData = data;
    }

    function accepted(bytes memory data) internal {
        settle(conditioned(data));
    }

    function refused(bytes memory data) internal {
        refuseByCondition(conditioned(data), 1);
    }

    function refuseByCondition(Draft memory draft, uint256 fill) internal {
        refuse(draft, abi.encodeWithSelector(Errors.OutcomeNotMet.selector, fill, address(condition)));
    }
}
