// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {FillEncoder} from "../../support/FillEncoder.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {ConditionTest} from "./ConditionTest.sol";

/// @dev Bundles: all legs or none; and what a cancellation can do to them.
contract NonceFilledConditionTest is ConditionTest {
    function setUp() public override {
        super.setUp();
        condition = IOutcome(
            deploy("NonceFilledCondition.sol:NonceFilledCondition", abi.encode(address(settlement)))
        );
    }

    function test_both_legs_of_a_bundle_settle_in_one_batch() public {
        settle(_bundle());
        assertChange(tokenA, alice, -1000, "Alice's A");
        assertChange(tokenB, alice, -100, "Alice's B");
        assertChange(tokenC, alice, 1800, "Alice's C");
    }

    function test_no_leg_of_a_bundle_settles_alone() public {
        for (uint256 i = 0; i < 2; ++i) {
            Draft memory draft = _bundle();
            Draft memory alone = emptyDraft(1, 0);
            alone.fills[0] = draft.fills[i];
            refuseByCondition(alone, 0);
        }
    }

    function test_a_ring_of_three_settles_whole_or_not_at_all() public {
        Draft memory draft = emptyDraft(3, 0);
        for (uint256 i = 0; i < 3; ++i) {
            draft.fills[i] = whole(alice, sellIntent(tokenA, 1000, tokenC, 1500));
            draft.fills[i].intent.condition = address(condition);
        }
        for (uint256 i = 0; i < 3; ++i) {
            draft.fills[i].intent.conditionData = abi.encode(address(0), nonceOf(draft, (i + 1) % 3), 0);
        }
        for (uint256 i = 0; i < 3; ++i) {
            Draft memory two = emptyDraft(2, 0);
            two.fills[0] = draft.fills[i];
            two.fills[1] = draft.fills[(i + 1) % 3];
            // The first of the two names the second; the second names the one that is missing.
            refuseByCondition(two, 1);
        }
        settle(draft);
        assertChange(tokenC, alice, 4500, "Alice's C");
    }

    function test_a_leg_that_its_owner_cancels_lets_the_other_settle_alone_unless_both_are_cancelled()
        public
    {
        Draft memory draft = _bundle();
        uint256 nonce = nonceOf(draft, 0);
        assertEq(nonceOf(draft, 1), nonce + 1, "in one word");
        vm.prank(alice.account);
        settlement.cancelMany(nonce >> 8, 3 << (nonce & 0xff));
        for (uint256 i = 0; i < 2; ++i) {
            assertTrue(settlement.isNonceSpent(alice.account, nonce + i), "both are spent");
        }

        draft = _bundle();
        vm.prank(alice.account);
        settlement.cancel(nonceOf(draft, 1));
        Draft memory alone = emptyDraft(1, 0);
        alone.fills[0] = draft.fills[0];
        settle(alone);
        assertChange(tokenC, alice, 1500, "the leg that was left");
    }

    function test_the_spent_nonce_of_somebody_else_proves_nothing_since_he_could_have_cancelled() public {
        vm.prank(carol.account);
        settlement.cancel(99);
        refused(abi.encode(carol.account, 99, 0));
        // Nor does one that was filled: it cannot be told apart.
        refused(abi.encode(alice.account, 0, 0));
        vm.prank(bob.account);
        settlement.cancel(99);
        accepted(abi.encode(bob.account, 99, 0));
        // Even while the owner's own nonce of that number is spent.
        refused(abi.encode(carol.account, 99, 0));
    }

    function test_executed_amounts_count_for_anybody_and_no_cancellation_makes_them() public {
        Draft memory draft = single(whole(carol, sellIntent(tokenA, 1001, tokenB, 500)));
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = 1000;
        bytes memory data = abi.encode(carol.account, nonceOf(draft, 0), 1000);
        refused(data);

        // In the same batch.
        Draft memory both = emptyDraft(3, 0);
        Draft memory pair = conditioned(data);
        (both.fills[0], both.fills[1], both.fills[2]) = (pair.fills[0], pair.fills[1], draft.fills[0]);
        settle(both);
        // And after it; of an amount that has not been reached, not.
        accepted(data);
        refused(abi.encode(carol.account, nonceOf(draft, 0), 1001));
        vm.prank(carol.account);
        settlement.cancel(nonceOf(draft, 0));
        refused(abi.encode(carol.account, nonceOf(draft, 0), 1001));
        accepted(data);
    }

    function test_owner_zero_is_the_intents_own() public {
        vm.prank(bob.account);
        settlement.cancel(77);
        accepted(abi.encode(address(0), 77, 0));
        refused(abi.encode(address(0), 78, 0));
        refused(abi.encode(address(0), 77, 1));
    }

    function test_data_that_does_not_decode_is_refused() public {
        refused("");
        refused(abi.encode(bob.account, 1));
    }

    /// @dev Alice sells 1,000 A and 100 B, both for C, both or none.
    function _bundle() private returns (Draft memory draft) {
        draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenC, 1500));
        draft.fills[1] = whole(alice, sellIntent(tokenB, 100, tokenC, 300));
        draft.fills[0].scheme = FillEncoder.ECDSA;
        for (uint256 i = 0; i < 2; ++i) {
            draft.fills[i].intent.condition = address(condition);
            draft.fills[i].intent.conditionData = abi.encode(alice.account, nonceOf(draft, 1 - i), 0);
        }
    }
}
