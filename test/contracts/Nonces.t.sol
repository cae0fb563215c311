// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R4: a nonce that is spent or cancelled never settles again.
contract NoncesTest is SettlementTest {
    /* SPENT BY A FILL */

    function test_the_same_batch_cannot_settle_twice() public {
        Batch memory batch = build(crossing());
        settle(batch);
        refuse(batch, abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, 0));
    }

    function test_the_same_intent_twice_in_one_batch_reverts() public {
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = draft.fills[0];
        refuse(draft, abi.encodeWithSelector(Errors.NonceSpent.selector, 1, alice.account, 0));
    }

    function test_of_two_intents_with_one_nonce_the_first_to_settle_rules_the_other_out() public {
        Draft memory first = aliceSells();
        Draft memory other = single(whole(alice, sellIntent(tokenC, 30, tokenB, 10)));
        other.fills[0].intent.nonce = nonceOf(first, 0);
        settle(first);
        refuse(
            other,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(first, 0))
        );
    }

    function test_two_intents_with_one_nonce_in_one_batch_revert() public {
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(alice, sellIntent(tokenC, 30, tokenB, 10));
        draft.fills[1].intent.nonce = nonceOf(draft, 0);
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 1, alice.account, nonceOf(draft, 0))
        );
    }

    function test_a_nonce_belongs_to_its_owner() public {
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1] = whole(bob, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[1].intent.nonce = nonceOf(draft, 0);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenB, bob, 500, "Bob got");
    }

    function test_fuzz_a_fill_spends_its_nonce_and_no_other(uint256 nonce, uint256 other) public {
        vm.assume(nonce != other);
        Draft memory draft = aliceSells();
        draft.fills[0].intent.nonce = nonce;

        settle(draft);

        assertTrue(settlement.isNonceSpent(alice.account, nonce), "the nonce");
        assertFalse(settlement.isNonceSpent(alice.account, other), "another nonce");
        assertFalse(settlement.isNonceSpent(bob.account, nonce), "somebody else's");
        assertEq(settlement.nonceBitmap(alice.account, nonce / 256), 1 << (nonce % 256), "the word");
    }

    function test_nonces_of_one_word_are_spent_one_by_one() public {
        uint256[5] memory nonces = [uint256(0), 1, 127, 254, 255];
        uint256 word = 0;
        for (uint256 i = 0; i < nonces.length; ++i) {
            Draft memory draft = aliceSells();
            draft.fills[0].intent.nonce = nonces[i];
            settle(draft);
            word |= 1 << nonces[i];
            assertEq(settlement.nonceBitmap(alice.account, 0), word, "the word");
        }
    }

    /* CANCELLED */

    function test_a_cancelled_nonce_never_settles() public {
        Draft memory draft = aliceSells();
        vm.prank(alice.account);
        settlement.cancel(nonceOf(draft, 0));
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_an_approved_intent_with_a_cancelled_nonce_never_settles() public {
        Draft memory draft = aliceSells();
        draft.fills[0].scheme = FillEncoder.APPROVED;
        bytes32 intentHash = hashOf(draft.fills[0].intent);
        vm.prank(alice.account);
        settlement.setApproval(intentHash, true);
        vm.prank(alice.account);
        settlement.cancel(nonceOf(draft, 0));
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_nobody_cancels_for_somebody_else() public {
        Draft memory draft = aliceSells();
        vm.prank(bob.account);
        settlement.cancel(nonceOf(draft, 0));
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_fuzz_cancel_spends_one_nonce_and_says_so(uint256 nonce) public {
        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Cancel(alice.account, nonce / 256, 1 << (nonce % 256));
        vm.prank(alice.account);
        settlement.cancel(nonce);

        assertTrue(settlement.isNonceSpent(alice.account, nonce), "the nonce");
        assertEq(settlement.nonceBitmap(alice.account, nonce / 256), 1 << (nonce % 256), "the word");
    }

    function test_fuzz_cancelMany_spends_what_the_mask_says_and_keeps_what_was_spent(
        uint256 word,
        uint256 first,
        uint256 second
    ) public {
        vm.prank(alice.account);
        settlement.cancelMany(word, first);

        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Cancel(alice.account, word, second);
        vm.prank(alice.account);
        settlement.cancelMany(word, second);

        assertEq(settlement.nonceBitmap(alice.account, word), first | second, "the word");
    }

    function test_cancelling_twice_changes_nothing() public {
        vm.prank(alice.account);
        settlement.cancel(7);
        vm.prank(alice.account);
        settlement.cancel(7);
        assertTrue(settlement.isNonceSpent(alice.account, 7), "the nonce");
    }

    function test_a_partly_filled_intent_can_be_cancelled() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = 400;
        settle(draft);

        vm.prank(alice.account);
        settlement.cancel(nonceOf(draft, 0));

        draft.fills[0].executed = 600;
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }
}
