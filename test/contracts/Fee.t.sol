// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R6: the keeper's fee is at most the signed cap's share for what is sold.
contract FeeTest is SettlementTest {
    uint256 internal constant PARTS = 5;

    function test_the_keeper_gets_the_fee_and_nothing_else() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.sellAmount = 1010;
        draft.fills[0].intent.maxFee = 10;
        draft.fills[0].executed = 1010;
        draft.fills[0].fee = 10;

        settle(draft);

        assertChange(tokenA, alice, -1010, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, keeper, 10, "the keeper's fee");
        assertChange(tokenB, keeper, 0, "the keeper's B");
    }

    function test_the_whole_cap_may_be_taken_for_a_whole_fill_and_no_atom_more() public {
        Draft memory draft = _sellWithFee(100, 100);
        settle(draft);
        assertChange(tokenA, keeper, 1000, "the keeper took all of it, and pays for 900");
        assertChange(tokenB, keeper, -450, "the keeper paid");

        refuse(_sellWithFee(100, 101), abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 101, 1000));
    }

    function test_a_fee_without_a_signed_cap_reverts() public {
        refuse(_sellWithFee(0, 1), abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 1, 1000));

        Draft memory draft = aliceBuys();
        draft.fills[0].intent.sellAmount = 1001;
        draft.fills[0].fee = 1;
        refuse(draft, abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 1, 1001));
    }

    function test_the_fee_of_a_partial_fill_is_capped_in_proportion_rounded_down() public {
        // The share of 333 in 1,000 of a cap of 10 is 3.33.
        Draft memory draft = _sellWithFee(10, 4);
        draft.fills[0].intent.partiallyFillable = true;
        draft.fills[0].executed = 333;
        refuse(draft, abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 4, 333));

        draft.fills[0].fee = 3;
        settle(draft);
        assertChange(tokenB, alice, 165, "Alice got 330 A's worth");
    }

    function test_the_fee_of_a_buy_is_capped_in_proportion_to_what_is_sold() public {
        // 500 B cost 1,000 A; with the fee that is a tenth of the cap on what is sold.
        Draft memory draft = aliceBuys();
        draft.fills[0].intent.sellAmount = 10_200;
        draft.fills[0].intent.maxFee = 200;
        draft.fills[0].fee = 20;
        settle(draft);
        assertChange(tokenA, alice, -1020, "Alice gave, fee included");

        draft = aliceBuys();
        draft.fills[0].intent.sellAmount = 10_200;
        draft.fills[0].intent.maxFee = 200;
        draft.fills[0].fee = 21;
        refuse(draft, abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 21, 1021));
    }

    function test_a_fee_above_what_is_sold_reverts() public {
        Draft memory draft = _sellWithFee(type(uint128).max, 1001);
        refuse(draft, abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, 1001, 1000));
    }

    function test_a_fee_of_all_that_is_sold_buys_nothing() public {
        Draft memory draft = _sellWithFee(1000, 1000);
        draft.fills[0].intent.buyAmount = 0;
        settle(draft);
        assertChange(tokenA, keeper, 1000, "the keeper's fee");
        assertChange(tokenB, alice, 0, "Alice got");
    }

    function test_where_gas_costs_nothing_an_intent_that_sets_a_rate_is_charged_no_fee() public {
        Draft memory draft = _sellWithFee(100, 1);
        draft.fills[0].intent.feePerWei = 3;
        refuse(draft, abi.encodeWithSelector(Errors.FeeAboveCost.selector, 0, 1, uint256(1e18) / 3 + 1, 0));

        draft.fills[0].fee = 0;
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got the price without any fee");
    }

    function test_each_fee_of_a_batch_is_bound_by_the_same_cost() public {
        vm.fee(10 gwei);
        vm.txGasPrice(11 gwei);
        uint256 cost = settlement.fillCost(2, true);
        Draft memory draft = crossing();
        for (uint256 i = 0; i < 2; ++i) {
            draft.fills[i].intent.sellAmount += 1;
            draft.fills[i].executed += 1;
            draft.fills[i].intent.maxFee = 1;
            draft.fills[i].fee = 1;
            draft.fills[i].intent.feePerWei = 1e18;
        }
        // An atom for each part in so many of a wei: a claim of more than all the cost.
        draft.fills[1].intent.feePerWei = uint128(1e18 / (cost + 1));
        uint256 claimed = Math.ceilDiv(1e18, draft.fills[1].intent.feePerWei);
        refuse(draft, abi.encodeWithSelector(Errors.FeeAboveCost.selector, 1, 1, claimed, cost));

        draft.fills[1].intent.feePerWei = 1e18;
        draft.fills[1].signature = "";
        settle(draft);
        assertChange(tokenA, keeper, 1, "Alice's fee");
        assertChange(tokenB, keeper, 1, "Bob's fee");
    }

    function test_fuzz_the_fees_of_all_parts_together_stay_within_the_cap(
        uint128 maxFee,
        uint128 sellAmount,
        uint256[PARTS] memory cuts
    ) public {
        sellAmount = uint128(bound(sellAmount, PARTS, FUNDS / 2));
        maxFee = uint128(bound(maxFee, 0, sellAmount));
        Draft memory draft = single(whole(alice, sellIntent(tokenA, sellAmount, tokenB, 0)));
        draft.fills[0].intent.maxFee = maxFee;
        draft.fills[0].intent.partiallyFillable = true;

        uint256 fees = 0;
        uint256 left = sellAmount;
        for (uint256 i = 0; i < PARTS; ++i) {
            uint256 sold = i == PARTS - 1 ? left : bound(cuts[i], 1, left - (PARTS - 1 - i));
            uint256 most = Math.mulDiv(maxFee, sold, sellAmount);
            draft.fills[0].executed = sold;
            if (most < sold) {
                draft.fills[0].fee = most + 1;
                refuse(draft, abi.encodeWithSelector(Errors.FeeTooHigh.selector, 0, most + 1, sold));
            }
            draft.fills[0].fee = most;
            settle(draft);
            fees += most;
            left -= sold;
        }

        assertLe(fees, maxFee, "all fees");
        assertChange(tokenA, alice, -int256(uint256(sellAmount)), "Alice gave");
    }

    /// @dev Alice sells 1,000 A for whatever they fetch.
    function _sellWithFee(uint128 maxFee, uint256 fee) private returns (Draft memory draft) {
        draft = single(whole(alice, sellIntent(tokenA, 1000, tokenB, 1)));
        draft.fills[0].intent.maxFee = maxFee;
        draft.fills[0].fee = fee;
    }
}
