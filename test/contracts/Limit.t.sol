// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R1: nobody gives more or gets less than signed, fees included.
contract LimitTest is SettlementTest {
    uint128 internal constant MAX = type(uint128).max;

    /* KIND "SELL" */

    function test_a_sell_at_the_limit_settles() public {
        settle(aliceSells());

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_sell_one_atom_below_the_limit_reverts() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.buyAmount = 501;

        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 500, 501));
    }

    function test_a_sell_gets_the_whole_surplus_of_the_clearing_price() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.buyAmount = 1;

        settle(draft);

        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_what_a_sell_buys_rounds_down() public {
        // 7 A at 3 are worth 21, that is 3.5 B at 6.
        Draft memory draft = single(whole(alice, sellIntent(tokenA, 7, tokenB, 3)));
        settle(draft);
        assertChange(tokenA, alice, -7, "Alice gave");
        assertChange(tokenB, alice, 3, "Alice got");

        draft = single(whole(alice, sellIntent(tokenA, 7, tokenB, 4)));
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 7, 3, 4));
    }

    function test_the_limit_of_a_partial_sell_is_its_share_rounded_up() public {
        // 501 B for 1,001 A: 3 A need 1.501... B, and fetch 1.5, rounded down to 1.
        Draft memory draft = aliceSells();
        draft.fills[0].intent.sellAmount = 1001;
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = 3;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 3, 1, 500));

        // Two in 1,001 need 0.999... B, and fetch 1.
        draft.fills[0].executed = 2;
        settle(draft);
        assertChange(tokenB, alice, 1, "Alice got");
    }

    function test_the_fee_counts_against_the_limit_of_a_sell() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.maxFee = 1000;
        draft.fills[0].fee = 1;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 499, 500));

        draft = aliceSells();
        draft.fills[0].intent.maxFee = 1000;
        draft.fills[0].intent.buyAmount = 499;
        draft.fills[0].fee = 1;
        settle(draft);
        assertChange(tokenA, alice, -1000, "Alice gave, fee included");
        assertChange(tokenB, alice, 499, "Alice got");
    }

    function test_an_intent_for_nothing_may_get_nothing() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, 1, tokenB, 0)));
        settle(draft);
        assertChange(tokenA, alice, -1, "Alice gave");
        assertChange(tokenB, alice, 0, "Alice got");
    }

    /* KIND "BUY" */

    function test_a_buy_at_the_limit_settles() public {
        settle(aliceBuys());

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_buy_that_costs_one_atom_more_than_the_cap_reverts() public {
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.sellAmount = 999;

        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 500, 500));
    }

    function test_a_buy_pays_only_the_clearing_price() public {
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.sellAmount = 5000;

        settle(draft);

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_what_a_buy_sells_rounds_up() public {
        // 10 C at 2 are worth 20, that is 6.67 A at 3.
        Intent memory intent = sellIntent(tokenA, 7, tokenC, 10);
        intent.kind = "buy";
        settle(single(whole(alice, intent)));
        assertChange(tokenA, alice, -7, "Alice gave");
        assertChange(tokenC, alice, 10, "Alice got");

        intent = sellIntent(tokenA, 6, tokenC, 10);
        intent.kind = "buy";
        refuse(
            single(whole(alice, intent)),
            abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 7, 10, 10)
        );
    }

    function test_the_fee_counts_against_the_limit_of_a_buy() public {
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.maxFee = 1000;
        draft.fills[0].fee = 1;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1001, 500, 500));

        draft = aliceBuys();
        draft.fills[0].intent.maxFee = 1001;
        draft.fills[0].intent.sellAmount = 1001;
        draft.fills[0].fee = 1;
        settle(draft);
        assertChange(tokenA, alice, -1001, "Alice gave, fee included");
        assertChange(tokenA, keeper, 1001, "the keeper took the fee and what it pays for");
    }

    /* AMOUNTS OF ALL 128 BITS */

    function test_the_largest_amounts_settle() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, MAX)));
        draft.prices[0] = MAX;
        draft.prices[1] = MAX;
        TestToken(tokenA).mint(alice.account, MAX);
        TestToken(tokenB).mint(keeper.account, MAX);

        settle(draft);

        assertChange(tokenA, alice, 0, "Alice gave what was minted");
        assertChange(tokenB, alice, int256(uint256(MAX)), "Alice got");
    }

    function test_the_largest_amounts_of_a_buy_settle() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, MAX)));
        draft.fills[0].intent.kind = "buy";
        draft.prices[0] = MAX;
        draft.prices[1] = MAX;
        TestToken(tokenA).mint(alice.account, MAX);
        TestToken(tokenB).mint(keeper.account, MAX);

        settle(draft);

        assertChange(tokenA, alice, 0, "Alice gave what was minted");
        assertChange(tokenB, alice, int256(uint256(MAX)), "Alice got");
    }

    function test_a_sell_that_buys_more_than_128_bits_reverts() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, 2, tokenB, 1)));
        draft.prices[0] = 1 << 127;
        draft.prices[1] = 1;

        refuse(draft, abi.encodeWithSelector(Errors.AmountOverflow.selector, 0, uint256(1) << 128));
    }

    function test_a_buy_that_sells_more_than_128_bits_reverts() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, 2)));
        draft.fills[0].intent.kind = "buy";
        draft.fills[0].executed = 2;
        draft.prices[0] = 1;
        draft.prices[1] = 1 << 127;

        refuse(draft, abi.encodeWithSelector(Errors.AmountOverflow.selector, 0, uint256(1) << 128));
    }

    function test_a_buy_that_overflows_only_by_its_fee_reverts() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, 1)));
        draft.fills[0].intent.kind = "buy";
        draft.fills[0].intent.maxFee = MAX;
        draft.fills[0].executed = 1;
        draft.fills[0].fee = MAX;
        draft.prices[0] = 1;
        draft.prices[1] = 1;

        refuse(draft, abi.encodeWithSelector(Errors.AmountOverflow.selector, 0, uint256(1) << 128));
    }

    function test_the_largest_sum_of_price_and_fee_does_not_wrap() public {
        Draft memory draft = single(whole(alice, sellIntent(tokenA, MAX, tokenB, MAX)));
        draft.fills[0].intent.kind = "buy";
        draft.fills[0].intent.maxFee = MAX;
        draft.fills[0].fee = MAX;
        draft.prices[0] = 1;
        draft.prices[1] = MAX;

        uint256 sold = uint256(MAX) * MAX + MAX;
        refuse(draft, abi.encodeWithSelector(Errors.AmountOverflow.selector, 0, sold));
    }

    /* ANY AMOUNTS */

    function test_fuzz_a_sell_settles_exactly_when_its_limit_is_met(
        uint128 sellAmount,
        uint128 buyAmount,
        uint128 executed,
        uint128 sellPrice,
        uint128 buyPrice
    ) public {
        vm.assume(sellAmount != 0 && sellPrice != 0 && buyPrice != 0);
        Draft memory draft = single(whole(alice, sellIntent(tokenA, sellAmount, tokenB, buyAmount)));
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = bound(executed, 1, sellAmount);
        draft.prices[0] = sellPrice;
        draft.prices[1] = buyPrice;
        uint256 bought = Math.mulDiv(draft.fills[0].executed, sellPrice, buyPrice);

        _settlesExactlyIfTheLimitIsMet(draft, draft.fills[0].executed, bought);
    }

    function test_fuzz_a_buy_settles_exactly_when_its_limit_is_met(
        uint128 sellAmount,
        uint128 buyAmount,
        uint128 executed,
        uint128 sellPrice,
        uint128 buyPrice
    ) public {
        vm.assume(sellAmount != 0 && buyAmount != 0 && sellPrice != 0 && buyPrice != 0);
        Draft memory draft = single(whole(alice, sellIntent(tokenA, sellAmount, tokenB, buyAmount)));
        draft.fills[0].intent.kind = "buy";
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = bound(executed, 1, buyAmount);
        draft.prices[0] = sellPrice;
        draft.prices[1] = buyPrice;
        uint256 sold = Math.mulDiv(draft.fills[0].executed, buyPrice, sellPrice, Math.Rounding.Ceil);

        bool settled = _settlesExactlyIfTheLimitIsMet(draft, sold, draft.fills[0].executed);
        if (settled) assertLe(sold, sellAmount, "never more than the cap");
    }

    function _settlesExactlyIfTheLimitIsMet(
        Draft memory draft,
        uint256 sold,
        uint256 bought
    ) private returns (bool settled) {
        TestToken(tokenA).mint(alice.account, MAX);
        TestToken(tokenB).mint(keeper.account, MAX);
        Intent memory intent = draft.fills[0].intent;
        uint256 least = Math.mulDiv(
            sold > MAX ? MAX : sold,
            intent.buyAmount,
            intent.sellAmount,
            Math.Rounding.Ceil
        );

        if (sold > MAX || bought > MAX) {
            uint256 large = sold > MAX ? sold : bought;
            refuse(draft, abi.encodeWithSelector(Errors.AmountOverflow.selector, 0, large));
        } else if (bought < least) {
            refuse(
                draft,
                abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, sold, bought, intent.buyAmount)
            );
        } else {
            settle(draft);
            assertChange(tokenA, alice, int256(uint256(MAX)) - int256(sold), "Alice gave");
            assertChange(tokenB, alice, int256(bought), "Alice got");
            settled = true;
        }
    }
}
