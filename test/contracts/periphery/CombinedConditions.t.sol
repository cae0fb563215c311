// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {AnswerBomb} from "../../mocks/AnswerBomb.sol";
import {GasEater} from "../../mocks/GasEater.sol";
import {ExactOutcome} from "../../mocks/Outcomes.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {ConditionTest} from "./ConditionTest.sol";

/// @dev All of several conditions, and any of them.
contract CombinedConditionsTest is ConditionTest {
    address private _all;
    address private _any;
    address private _yes;
    address private _no;
    address private _fails;

    function setUp() public override {
        super.setUp();
        _all = deploy("AllOfCondition.sol:AllOfCondition");
        _any = deploy("AnyOfCondition.sol:AnyOfCondition");
        _yes = address(new ScriptedAnswer(abi.encode(true), false));
        _no = address(new ScriptedAnswer(abi.encode(false), false));
        _fails = address(new ScriptedAnswer(abi.encode(true), true));
    }

    function test_all_must_hold() public {
        condition = IOutcome(_all);
        accepted(_of(_yes, _yes));
        refused(_of(_yes, _no));
        refused(_of(_no, _yes));
        refused(_of(_yes, _fails));
        refused(_of(_yes, carol.account));
    }

    function test_one_must_hold() public {
        condition = IOutcome(_any);
        accepted(_of(_yes, _no));
        accepted(_of(_no, _yes));
        accepted(_of(_fails, _yes));
        accepted(_of(carol.account, _yes));
        refused(_of(_no, _no));
        assertFalse(condition.holds(0, bob.account, 0, 0, _of(_no, _no)), "an answer, no revert");
        refused(_of(_fails, _no));
        refused(_of(address(new ScriptedAnswer(abi.encode(2), false)), _no));
    }

    function test_of_none_none_holds_and_lists_must_match() public {
        for (uint256 i = 0; i < 2; ++i) {
            condition = IOutcome(i == 0 ? _all : _any);
            refused(abi.encode(new address[](0), new bytes[](0)));
            address[] memory one = new address[](1);
            one[0] = _yes;
            refused(abi.encode(one, new bytes[](0)));
            refused(abi.encode(one, new bytes[](2)));
            refused("");
        }
    }

    function test_a_list_of_one_is_that_one() public {
        for (uint256 i = 0; i < 2; ++i) {
            condition = IOutcome(i == 0 ? _all : _any);
            address[] memory one = new address[](1);
            one[0] = _yes;
            accepted(abi.encode(one, new bytes[](1)));
            one[0] = _no;
            refused(abi.encode(one, new bytes[](1)));
        }
    }

    function test_each_is_asked_about_the_same_fill_with_its_own_data() public {
        ExactOutcome first = new ExactOutcome();
        ExactOutcome second = new ExactOutcome();
        address[] memory conditions = new address[](2);
        (conditions[0], conditions[1]) = (address(first), address(second));
        bytes[] memory data = new bytes[](2);
        (data[0], data[1]) = ("first", "second data");
        condition = IOutcome(_all);
        Draft memory draft = conditioned(abi.encode(conditions, data));
        bytes32 intentHash = hashOf(draft.fills[1].intent);
        first.expect(intentHash, bob.account, 500, 1000, "first");
        second.expect(intentHash, bob.account, 500, 1000, "second data");
        settle(draft);

        condition = IOutcome(_any);
        draft = conditioned(abi.encode(conditions, data));
        second.expect(hashOf(draft.fills[1].intent), bob.account, 500, 1000, "second data");
        settle(draft);
    }

    function test_they_nest() public {
        condition = IOutcome(_all);
        address[] memory conditions = new address[](2);
        (conditions[0], conditions[1]) = (_any, _yes);
        bytes[] memory data = new bytes[](2);
        data[0] = _of(_no, _yes);
        accepted(abi.encode(conditions, data));
        data[0] = _of(_no, _no);
        refused(abi.encode(conditions, data));
    }

    function test_a_hostile_one_is_one_that_does_not_hold() public {
        condition = IOutcome(_any);
        accepted(_of(address(new AnswerBomb(true)), _yes));
        assertTrue(
            condition.holds{gas: 3_000_000}(0, bob.account, 0, 0, _of(address(new GasEater()), _yes)),
            "a 64th of the gas is left for the next"
        );
    }

    function _of(address first, address second) private pure returns (bytes memory) {
        address[] memory conditions = new address[](2);
        (conditions[0], conditions[1]) = (first, second);
        return abi.encode(conditions, new bytes[](2));
    }
}
