// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R1: nobody gives more or gets less than signed, fees included.
contract LimitTest is SettlementTest {
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
}
