// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R4 for intents that their owner approves on chain.
contract ApprovalsTest is SettlementTest {
    function test_an_approved_intent_settles() public {
        Draft memory draft = _approvable();
        _approve(alice.account, draft, true);

        settle(draft);

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_approved_intent_settles_once() public {
        Draft memory draft = _approvable();
        _approve(alice.account, draft, true);
        settle(draft);

        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_an_intent_that_is_not_approved_reverts() public {
        Draft memory draft = _approvable();
        refuse(draft, _notApproved(draft));
    }

    function test_an_approval_that_was_taken_back_reverts() public {
        Draft memory draft = _approvable();
        _approve(alice.account, draft, true);
        _approve(alice.account, draft, false);
        refuse(draft, _notApproved(draft));
    }

    function test_an_approval_by_somebody_else_reverts() public {
        Draft memory draft = _approvable();
        _approve(bob.account, draft, true);
        refuse(draft, _notApproved(draft));
    }

    function test_an_approval_is_for_one_intent() public {
        Draft memory draft = _approvable();
        _approve(alice.account, draft, true);
        draft.fills[0].intent.buyAmount -= 1;
        refuse(draft, _notApproved(draft));
    }

    function test_an_approval_that_was_given_again_settles() public {
        Draft memory draft = _approvable();
        _approve(alice.account, draft, true);
        _approve(alice.account, draft, false);
        _approve(alice.account, draft, true);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_approving_emits_who_and_what() public {
        bytes32 intentHash = keccak256("an intent");

        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Approval(alice.account, intentHash, true);
        vm.prank(alice.account);
        settlement.setApproval(intentHash, true);
        assertTrue(settlement.isApproved(alice.account, intentHash), "approved");
        assertFalse(settlement.isApproved(bob.account, intentHash), "approved by Bob");

        vm.expectEmit(true, true, true, true, address(settlement));
        emit ISettlement.Approval(alice.account, intentHash, false);
        vm.prank(alice.account);
        settlement.setApproval(intentHash, false);
        assertFalse(settlement.isApproved(alice.account, intentHash), "approved");
    }

    function _approvable() private returns (Draft memory draft) {
        draft = aliceSells();
        draft.fills[0].scheme = FillEncoder.APPROVED;
    }

    function _approve(address owner, Draft memory draft, bool approved) private {
        bytes32 intentHash = hashOf(draft.fills[0].intent);
        vm.prank(owner);
        settlement.setApproval(intentHash, approved);
    }

    function _notApproved(Draft memory draft) private view returns (bytes memory) {
        bytes32 intentHash = hashOf(draft.fills[0].intent);
        return abi.encodeWithSelector(Errors.NotApproved.selector, 0, alice.account, intentHash);
    }
}
