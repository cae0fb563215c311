// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R1: an intent settles only in [validFrom, validTo].
contract TimesTest is SettlementTest {
    uint32 internal constant FROM = uint32(START_TIME + 10);
    uint32 internal constant TO = uint32(START_TIME + 20);

    function test_an_intent_settles_in_its_first_second_and_not_before() public {
        Draft memory draft = _timed();
        vm.warp(FROM - 1);
        refuse(draft, abi.encodeWithSelector(Errors.NotYetValid.selector, 0, FROM));

        vm.warp(FROM);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_intent_settles_in_its_last_second_and_not_after() public {
        Draft memory draft = _timed();
        vm.warp(TO + 1);
        refuse(draft, abi.encodeWithSelector(Errors.Expired.selector, 0, TO));

        vm.warp(TO);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_intent_of_one_second_settles_in_it() public {
        Draft memory draft = _timed();
        draft.fills[0].intent.validTo = FROM;
        vm.warp(FROM);
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_intent_without_validTo_never_settles() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.validTo = 0;
        refuse(draft, abi.encodeWithSelector(Errors.Expired.selector, 0, 0));
    }

    function test_a_time_after_the_year_2106_is_after_every_intent() public {
        Draft memory draft = aliceSells();
        draft.fills[0].intent.validTo = type(uint32).max;
        vm.warp(uint256(type(uint32).max) + 1);
        refuse(draft, abi.encodeWithSelector(Errors.Expired.selector, 0, type(uint32).max));
    }

    function test_the_error_names_the_fill_that_is_out_of_time() public {
        Draft memory draft = crossing();
        draft.fills[1].intent.validTo = uint32(START_TIME - 1);
        refuse(draft, abi.encodeWithSelector(Errors.Expired.selector, 1, START_TIME - 1));
    }

    function _timed() private returns (Draft memory draft) {
        draft = aliceSells();
        draft.fills[0].intent.validFrom = FROM;
        draft.fills[0].intent.validTo = TO;
    }
}
