// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R4: partial fills never exceed the signed amount.
contract PartialFillsTest is SettlementTest {
    uint128 internal constant MAX = type(uint128).max;
    uint256 internal constant PARTS = 6;

    /* FILL-OR-KILL */

    function test_a_fill_or_kill_intent_executes_its_whole_amount_and_nothing_else() public {
        uint256[3] memory wrong = [uint256(1), 999, 1001];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = aliceSells();
            draft.fills[0].intent.buyAmount = 0;
            draft.fills[0].executed = wrong[i];
            refuse(draft, abi.encodeWithSelector(Errors.NotPartiallyFillable.selector, 0, wrong[i], 1000));
        }
    }

    function test_a_fill_or_kill_buy_executes_its_whole_buy_amount_and_nothing_else() public {
        uint256[3] memory wrong = [uint256(1), 499, 501];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = aliceBuys();
            draft.fills[0].intent.sellAmount = 5000;
            draft.fills[0].executed = wrong[i];
            refuse(draft, abi.encodeWithSelector(Errors.NotPartiallyFillable.selector, 0, wrong[i], 500));
        }
    }

    function test_a_fill_or_kill_intent_may_be_said_to_execute_its_whole_amount() public {
        Draft memory draft = aliceSells();
        draft.fills[0].spelledOut = FillEncoder.EXECUTED;
        settle(draft);
        _isFilled(draft, 0, true);
        assertChange(tokenA, alice, -1000, "Alice gave");
    }

    function test_a_fill_of_nothing_reverts() public {
        Draft memory draft = aliceSells();
        draft.fills[0].executed = 0;
        refuse(draft, abi.encodeWithSelector(Errors.ZeroFill.selector, 0));

        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].signature = "";
        refuse(draft, abi.encodeWithSelector(Errors.ZeroFill.selector, 0));

        refuse(
            single(whole(alice, sellIntent(tokenA, 0, tokenB, 0))),
            abi.encodeWithSelector(Errors.ZeroFill.selector, 0)
        );
    }

    function test_a_fee_is_no_fill() public {
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.maxFee = 1000;
        draft.fills[0].intent.buyAmount = 0;
        draft.fills[0].executed = 0;
        draft.fills[0].fee = 10;
        refuse(draft, abi.encodeWithSelector(Errors.ZeroFill.selector, 0));
    }

    /* PARTS */

    function test_parts_settle_to_the_exact_end_and_not_one_atom_further() public {
        Draft memory draft = _partly(400);
        settle(draft);
        _isFilled(draft, 400, false);

        draft.fills[0].executed = 599;
        settle(draft);
        _isFilled(draft, 999, false);

        draft.fills[0].executed = 2;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 2, 1));

        draft.fills[0].executed = 1;
        settle(draft);
        _isFilled(draft, 999, true);
        assertChange(tokenA, alice, -1000, "Alice gave");

        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_parts_of_a_buy_count_what_is_bought() public {
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = 200;
        settle(draft);
        _isFilled(draft, 200, false);

        draft.fills[0].executed = 301;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 301, 300));

        draft.fills[0].executed = 300;
        settle(draft);
        _isFilled(draft, 200, true);
        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_two_parts_in_one_batch_count_both() public {
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = _partly(600).fills[0];
        draft.fills[1] = whole(alice, draft.fills[0].intent);
        draft.fills[1].executed = 600;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 1, 600, 400));

        draft.fills[1].executed = 400;
        settle(draft);
        _isFilled(draft, 600, true);
    }

    function test_a_partially_fillable_intent_may_be_filled_whole_at_once() public {
        Draft memory draft = _partly(1000);
        settle(draft);
        _isFilled(draft, 0, true);
    }

    function test_more_than_the_whole_at_once_reverts() public {
        refuse(_partly(1001), abi.encodeWithSelector(Errors.Overfilled.selector, 0, 1001, 1000));
    }

    function test_the_whole_after_a_part_reverts_whether_or_not_it_is_spelled_out() public {
        Draft memory draft = _partly(1);
        settle(draft);
        draft.fills[0].executed = 1000;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 1000, 999));
        draft.fills[0].spelledOut = FillEncoder.EXECUTED;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 1000, 999));
    }

    function test_neighbouring_nonces_do_not_share_what_is_filled() public {
        Draft memory even = _partly(999);
        Draft memory odd = _partly(2);
        even.fills[0].intent.nonce = 10;
        odd.fills[0].intent.nonce = 11;

        settle(even);
        settle(odd);
        assertEq(settlement.filledAmount(alice.account, 10), 999, "the even nonce");
        assertEq(settlement.filledAmount(alice.account, 11), 2, "the odd nonce");
        assertEq(settlement.filledAmount(alice.account, 9), 0, "the nonce before");
        assertEq(settlement.filledAmount(alice.account, 12), 0, "the nonce after");
        assertEq(settlement.filledAmount(bob.account, 10), 0, "somebody else's");

        odd.fills[0].executed = 998;
        settle(odd);
        assertTrue(settlement.isNonceSpent(alice.account, 11), "the odd nonce is spent");
        assertFalse(settlement.isNonceSpent(alice.account, 10), "the even nonce is not");
        assertEq(settlement.filledAmount(alice.account, 10), 999, "the even nonce");
    }

    function test_the_largest_amounts_of_neighbouring_nonces_do_not_carry_over() public {
        TestToken(tokenA).mint(alice.account, uint256(MAX) * 2);
        TestToken(tokenB).mint(keeper.account, uint256(MAX) * 2);
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, MAX)));
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = MAX - 1;
        draft.prices[0] = 1;
        draft.prices[1] = 1;

        for (uint256 nonce = 20; nonce < 22; ++nonce) {
            draft.fills[0].intent.nonce = nonce;
            draft.fills[0].signature = "";
            settle(draft);
        }
        assertEq(settlement.filledAmount(alice.account, 20), MAX - 1, "the even nonce");
        assertEq(settlement.filledAmount(alice.account, 21), MAX - 1, "the odd nonce");

        draft.fills[0].executed = 2;
        refuse(draft, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 2, 1));
        draft.fills[0].executed = 1;
        settle(draft);
        assertEq(settlement.filledAmount(alice.account, 20), MAX - 1, "the even nonce");
        assertTrue(settlement.isNonceSpent(alice.account, 21), "the odd nonce is spent");
    }

    /* TWO INTENTS, ONE NONCE */

    function test_partial_intents_of_one_nonce_count_together() public {
        Draft memory first = _partly(400);
        settle(first);
        Draft memory other = _partly(601);
        other.fills[0].intent.nonce = nonceOf(first, 0);
        other.fills[0].intent.buyAmount = 1;
        refuse(other, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 601, 600));
    }

    function test_an_intent_smaller_than_what_its_nonce_has_filled_has_nothing_left() public {
        Draft memory first = _partly(400);
        settle(first);
        Draft memory small = single(whole(alice, sellIntent(tokenA, 300, tokenB, 150)));
        small.fills[0].intent.partiallyFillable = true;
        small.fills[0].intent.nonce = nonceOf(first, 0);
        small.fills[0].executed = 2;
        refuse(small, abi.encodeWithSelector(Errors.Overfilled.selector, 0, 2, 0));
    }

    function test_a_fill_or_kill_intent_rules_out_the_rest_of_a_partial_one() public {
        Draft memory first = _partly(400);
        settle(first);
        Draft memory other = aliceSells();
        other.fills[0].intent.nonce = nonceOf(first, 0);
        settle(other);
        first.fills[0].executed = 100;
        refuse(
            first,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(first, 0))
        );
    }

    /* ANY PARTS */

    function test_fuzz_parts_never_exceed_the_signed_amount(
        uint128 sellAmount,
        uint256 nonce,
        uint256[PARTS] memory parts
    ) public {
        sellAmount = uint128(bound(sellAmount, 1, FUNDS));
        Draft memory draft = single(whole(alice, sellIntent(tokenA, sellAmount, tokenB, 0)));
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].intent.nonce = nonce;

        uint256 filled = 0;
        for (uint256 i = 0; i < PARTS; ++i) {
            uint256 part = bound(parts[i], 1, uint256(sellAmount) / 2 + 1);
            draft.fills[0].executed = part;
            if (filled == sellAmount) {
                refuse(draft, abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonce));
            } else if (part > sellAmount - filled) {
                refuse(
                    draft,
                    abi.encodeWithSelector(Errors.Overfilled.selector, 0, part, sellAmount - filled)
                );
            } else {
                settle(draft);
                filled += part;
            }
            assertChange(tokenA, alice, -int256(filled), "Alice gave");
            assertEq(settlement.isNonceSpent(alice.account, nonce), filled == sellAmount, "spent at the end");
            if (filled < sellAmount) {
                assertEq(settlement.filledAmount(alice.account, nonce), filled, "filled so far");
            }
        }
    }

    /// @dev Alice sells up to 1,000 A for 500 B, `executed` of them now, at a price that pays one B for each.
    function _partly(uint256 executed) private returns (Draft memory draft) {
        draft = aliceSells();
        draft.prices[0] = PRICE_B;
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = executed;
    }

    /// @dev The fill that spends the nonce leaves the counted amount as it is.
    function _isFilled(Draft memory draft, uint256 amount, bool spent) private view {
        assertEq(settlement.filledAmount(alice.account, nonceOf(draft, 0)), amount, "filled so far");
        assertEq(settlement.isNonceSpent(alice.account, nonceOf(draft, 0)), spent, "spent");
    }
}
