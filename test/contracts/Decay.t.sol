// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R1 for limits that fall with time.
contract DecayTest is SettlementTest {
    uint32 internal constant FROM = uint32(START_TIME);
    uint32 internal constant END = FROM + 100;

    function test_the_whole_start_amount_is_asked_at_valid_from() public {
        _limitIs(FROM, 500);
    }

    function test_the_limit_falls_on_a_line_and_rounds_up() public {
        // From 500 to 300 in 100 seconds: 2 a second.
        _limitIs(FROM + 1, 498);
        _limitIs(FROM + 50, 400);
        _limitIs(END - 1, 302);
        // From 500 to 499: any part of an atom counts as one until the end.
        _limitIs(END - 1, 500, 500, 499);
    }

    function test_the_limit_is_the_buy_amount_from_decay_end_on() public {
        _limitIs(END, 300);
        _limitIs(END + 1, 300);
    }

    function test_without_a_start_amount_there_is_no_decay() public {
        Draft memory draft = _decaying(0, 500);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_decay_that_ends_when_it_begins_is_over() public {
        Draft memory draft = _decaying(type(uint128).max, 500);
        draft.fills[0].intent.decayEnd = FROM;
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_start_amount_equal_to_the_buy_amount_is_a_level_limit() public {
        settle(_decaying(500, 500));
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_limit_that_would_rise_reverts_until_decay_end() public {
        Draft memory draft = _decaying(499, 500);
        refuse(draft, abi.encodeWithSelector(Errors.InvalidDecay.selector, 0, 499, 500));

        vm.warp(END - 1);
        refuse(draft, abi.encodeWithSelector(Errors.InvalidDecay.selector, 0, 499, 500));

        vm.warp(END);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_buy_that_decays_pays_more_as_time_passes() public {
        // 500 B cost 1,000 A: the cap of 1,250 A counts for 625 B at the start, for 500 B in the end.
        Draft memory draft = single(whole(alice, sellIntent(tokenA, 1250, tokenB, 500)));
        Intent memory intent = draft.fills[0].intent;
        intent.kind = "buy";
        intent.startBuyAmount = 700;
        intent.validFrom = FROM;
        intent.decayEnd = END;
        draft.fills[0].executed = 500;

        vm.warp(FROM + 37);
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 500, 626));

        vm.warp(FROM + 38);
        settle(draft);
        assertChange(tokenA, alice, -1000, "Alice gave");
    }

    function test_the_steepest_decay_does_not_overflow() public {
        Draft memory draft = _decaying(type(uint128).max, 0);
        draft.fills[0].intent.validFrom = 0;
        draft.fills[0].intent.decayEnd = type(uint32).max;
        draft.fills[0].intent.validTo = type(uint32).max;

        uint256 left = type(uint32).max - START_TIME;
        uint256 limit = (uint256(type(uint128).max) * left + type(uint32).max - 1) / type(uint32).max;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 500, limit));

        vm.warp(type(uint32).max);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    /// @dev Alice sells 1,000 A, which fetch 500 B, with a limit that falls from FROM to END.
    function _decaying(uint128 startBuyAmount, uint128 buyAmount) private returns (Draft memory draft) {
        draft = single(whole(alice, sellIntent(tokenA, 1000, tokenB, buyAmount)));
        draft.fills[0].intent.startBuyAmount = startBuyAmount;
        draft.fills[0].intent.validFrom = FROM;
        draft.fills[0].intent.decayEnd = END;
    }

    function _limitIs(uint256 time, uint128 limit) private {
        _limitIs(time, limit, 500, 300);
    }

    /// @dev At that time, an intent for 1,000 A settles for `limit` B, and not for one less.
    function _limitIs(uint256 time, uint128 limit, uint128 start, uint128 end) private {
        vm.warp(time);
        Draft memory draft = _decaying(start, end);
        draft.prices[0] = limit - 1;
        draft.prices[1] = 1000;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, limit - 1, limit));

        uint256 before = balance(tokenB, alice);
        draft.prices[0] = limit;
        settle(draft);
        assertEq(balance(tokenB, alice) - before, limit, "Alice got");
    }
}
