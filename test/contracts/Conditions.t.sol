// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {BalancesOutcome, ExactOutcome} from "../mocks/Outcomes.sol";
import {ScriptedAnswer} from "../mocks/ScriptedAnswer.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R1 for outcome conditions: they judge the state that the batch leaves, and anything but true refuses.
contract ConditionsTest is SettlementTest {
    bytes internal constant DATA = "condition data, of a length that is no multiple of 32";

    function test_a_condition_is_asked_about_exactly_this_fill() public {
        ExactOutcome condition = new ExactOutcome();
        Draft memory draft = _conditioned(address(condition), DATA);
        draft.fills[1].intent.maxFee = 500;
        draft.fills[1].intent.buyAmount = 900;
        draft.fills[1].fee = 10;
        bytes32 intentHash = hashOf(draft.fills[1].intent);

        condition.expect(intentHash, bob.account, 500, 980, DATA);
        settle(draft);

        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function test_a_condition_that_is_asked_about_anything_else_refuses() public {
        ExactOutcome condition = new ExactOutcome();
        Draft memory draft = _conditioned(address(condition), DATA);
        bytes32 intentHash = hashOf(draft.fills[1].intent);
        bytes memory reason = _notMet(address(condition));

        condition.expect(bytes32(uint256(intentHash) ^ 1), bob.account, 500, 1000, DATA);
        refuse(draft, reason);
        condition.expect(intentHash, alice.account, 500, 1000, DATA);
        refuse(draft, reason);
        condition.expect(intentHash, bob.account, 501, 1000, DATA);
        refuse(draft, reason);
        condition.expect(intentHash, bob.account, 500, 1001, DATA);
        refuse(draft, reason);
        condition.expect(intentHash, bob.account, 500, 1000, bytes.concat(DATA, hex"00"));
        refuse(draft, reason);
    }

    function test_a_condition_without_data_is_asked_with_none() public {
        ExactOutcome condition = new ExactOutcome();
        Draft memory draft = _conditioned(address(condition), "");
        condition.expect(hashOf(draft.fills[1].intent), bob.account, 500, 1000, "");
        settle(draft);
        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function test_data_without_a_condition_is_a_tag() public {
        settle(_conditioned(address(0), DATA));
        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function test_conditions_see_the_state_after_all_tokens_have_moved() public {
        // Fill 1 is conditioned on what fill 0 gets from the keeper, and on what the keeper has left.
        BalancesOutcome.Balance[] memory balances = new BalancesOutcome.Balance[](4);
        balances[0] = BalancesOutcome.Balance(tokenA, alice.account, FUNDS - 1000);
        balances[1] = BalancesOutcome.Balance(tokenB, alice.account, FUNDS + 500);
        balances[2] = BalancesOutcome.Balance(tokenA, keeper.account, FUNDS);
        balances[3] = BalancesOutcome.Balance(tokenB, keeper.account, FUNDS);
        Draft memory draft = _conditioned(address(new BalancesOutcome()), abi.encode(balances));
        draft.pairs = new uint16[2][](0);

        settle(draft);

        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function test_each_condition_is_asked_with_its_own_data() public {
        ExactOutcome first = new ExactOutcome();
        ExactOutcome second = new ExactOutcome();
        Draft memory draft = _conditioned(address(second), DATA);
        draft.fills[0].intent.condition = address(first);
        draft.fills[0].intent.conditionData = "other data";
        first.expect(hashOf(draft.fills[0].intent), alice.account, 1000, 500, "other data");
        second.expect(hashOf(draft.fills[1].intent), bob.account, 500, 1000, DATA);

        settle(draft);

        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_condition_that_answers_false_refuses_and_nothing_has_moved() public {
        _refused(address(new ScriptedAnswer(abi.encode(false), false)));
        assertChange(tokenA, alice, 0, "Alice's A");
        assertChange(tokenB, bob, 0, "Bob's B");
    }

    function test_a_condition_that_reverts_refuses_even_with_true_as_its_reason() public {
        _refused(address(new ScriptedAnswer(abi.encode(true), true)));
    }

    function test_a_condition_without_code_refuses() public {
        _refused(carol.account);
        _refused(address(4));
    }

    function test_an_answer_that_is_not_true_refuses() public {
        _refused(address(new ScriptedAnswer(abi.encode(uint256(2)), false)));
        _refused(address(new ScriptedAnswer(abi.encode(type(uint256).max), false)));
        _refused(address(new ScriptedAnswer(abi.encode(uint256(1) << 255), false)));
    }

    function test_an_answer_shorter_than_a_word_refuses() public {
        _refused(address(new ScriptedAnswer("", false)));
        _refused(address(new ScriptedAnswer(hex"01", false)));
        _refused(address(new ScriptedAnswer(abi.encodePacked(bytes30(0), uint8(1)), false)));
    }

    function test_of_an_answer_longer_than_a_word_the_first_word_counts() public {
        _refused(address(new ScriptedAnswer(bytes.concat(abi.encode(false), abi.encode(true)), false)));
        _refused(address(new ScriptedAnswer(new bytes(10_000), false)));
        bytes memory long = bytes.concat(abi.encode(true), new bytes(10_000));
        settle(_conditioned(address(new ScriptedAnswer(long, false)), DATA));
        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function _refused(address condition) private {
        refuse(_conditioned(condition, DATA), _notMet(condition));
    }

    /// @dev The crossing pair, Bob's part of it under a condition.
    function _conditioned(address condition, bytes memory data) private returns (Draft memory draft) {
        draft = crossing();
        draft.fills[1].intent.condition = condition;
        draft.fills[1].intent.conditionData = data;
    }

    function _notMet(address condition) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.OutcomeNotMet.selector, 1, condition);
    }
}
