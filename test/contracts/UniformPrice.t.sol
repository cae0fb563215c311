// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {FillSpec} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R2: one clearing price per token per batch; order inside a batch changes nothing.
contract UniformPriceTest is SettlementTest {
    uint256 internal constant MAX_SCALE = 1e30;

    function test_a_token_listed_twice_reverts() public {
        Draft memory draft = aliceSells();
        draft.tokens[2] = tokenB;

        refuse(draft, abi.encodeWithSelector(Errors.TokensNotAscending.selector, 2));
    }

    function test_tokens_that_do_not_ascend_revert() public {
        Draft memory draft = aliceSells();
        (draft.tokens[0], draft.tokens[1]) = (draft.tokens[1], draft.tokens[0]);
        (draft.prices[0], draft.prices[1]) = (draft.prices[1], draft.prices[0]);

        refuse(draft, abi.encodeWithSelector(Errors.TokensNotAscending.selector, 1));
    }

    function test_a_price_of_zero_reverts_wherever_it_stands() public {
        for (uint256 i = 0; i < 3; ++i) {
            Draft memory draft = aliceSells();
            draft.prices[i] = 0;
            refuse(draft, abi.encodeWithSelector(Errors.ZeroPrice.selector, i));
        }
    }

    function test_one_price_too_few_or_too_many_reverts() public {
        Draft memory draft = aliceSells();
        draft.prices = new uint128[](2);
        refuse(draft, abi.encodeWithSelector(Errors.PricesLengthMismatch.selector, 3, 2));

        draft.prices = new uint128[](4);
        refuse(draft, abi.encodeWithSelector(Errors.PricesLengthMismatch.selector, 3, 4));
    }

    function test_all_fills_of_a_pair_get_one_price_whatever_their_limits() public {
        Draft memory draft = emptyDraft(3, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenA, 600, tokenB, 1));
        draft.fills[1] = whole(bob, sellIntent(tokenA, 600, tokenB, 300));
        draft.fills[2] = whole(carol, sellIntent(tokenA, 600, tokenB, 150));

        settle(draft);

        assertChange(tokenB, alice, 300, "Alice got");
        assertChange(tokenB, bob, 300, "Bob got");
        assertChange(tokenB, carol, 300, "Carol got");
    }

    function test_the_price_of_a_token_is_the_same_for_its_buyers_and_its_sellers() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.buyAmount = 1;
        draft.fills[1].intent.buyAmount = 1;

        settle(draft);

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenA, bob, 1000, "Bob got");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenB, bob, -500, "Bob gave");
    }

    function test_each_side_of_a_fill_is_valued_at_its_own_tokens_price() public {
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = whole(alice, sellIntent(tokenB, 100, tokenC, 300));
        draft.fills[1] = whole(bob, sellIntent(tokenC, 300, tokenA, 200));

        settle(draft);

        assertChange(tokenC, alice, 300, "100 B at 6 for C at 2");
        assertChange(tokenA, bob, 200, "300 C at 2 for A at 3");
    }

    function test_the_order_of_fills_changes_nothing() public {
        uint8[3][6] memory orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        Draft memory ring = emptyDraft(3, 0);
        ring.fills[0] = whole(alice, sellIntent(tokenA, 200, tokenB, 100));
        ring.fills[1] = whole(bob, sellIntent(tokenB, 100, tokenC, 300));
        ring.fills[2] = whole(carol, sellIntent(tokenC, 300, tokenA, 200));

        for (uint256 i = 0; i < orders.length; ++i) {
            Draft memory draft = emptyDraft(3, 0);
            for (uint256 j = 0; j < 3; ++j) {
                FillSpec memory fill = ring.fills[orders[i][j]];
                fill.intent.nonce += 1000;
                fill.signature = "";
                draft.fills[j] = fill;
            }
            settle(draft);

            int256 times = int256(i + 1);
            assertChange(tokenA, alice, -200 * times, "Alice gave");
            assertChange(tokenB, alice, 100 * times, "Alice got");
            assertChange(tokenB, bob, -100 * times, "Bob gave");
            assertChange(tokenC, bob, 300 * times, "Bob got");
            assertChange(tokenC, carol, -300 * times, "Carol gave");
            assertChange(tokenA, carol, 200 * times, "Carol got");
            assertChange(tokenA, keeper, 0, "the keeper's A");
            assertChange(tokenB, keeper, 0, "the keeper's B");
            assertChange(tokenC, keeper, 0, "the keeper's C");
        }
    }

    function test_fuzz_only_the_ratio_of_prices_counts(uint128 sellAmount, uint256 scale) public {
        sellAmount = uint128(bound(sellAmount, 1, FUNDS / 2));
        scale = bound(scale, 1, MAX_SCALE);
        settle(single(whole(alice, sellIntent(tokenA, sellAmount, tokenB, 0))));

        Draft memory draft = single(whole(bob, sellIntent(tokenA, sellAmount, tokenB, 0)));
        for (uint256 i = 0; i < 3; ++i) draft.prices[i] = uint128(draft.prices[i] * scale);
        settle(draft);

        assertEq(balance(tokenB, bob), balance(tokenB, alice), "Bob got what Alice got");
    }

    function test_a_batch_of_nothing_settles_nothing() public {
        Batch memory batch;
        batch.fills = hex"0000";
        vm.recordLogs();
        settle(batch);
        assertEq(vm.getRecordedLogs().length, 1, "only the Settle event");
    }

    function test_tokens_that_no_fill_uses_are_never_called() public {
        Draft memory draft = aliceSells();
        draft.tokens[2] = address(type(uint160).max);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }
}
