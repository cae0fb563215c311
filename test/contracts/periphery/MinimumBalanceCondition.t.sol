// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {FeeOnTransferToken} from "../../mocks/FeeOnTransferToken.sol";
import {ConditionTest} from "./ConditionTest.sol";

/// @dev A balance after the batch, of a token or of the chain's own coin.
contract MinimumBalanceConditionTest is ConditionTest {
    function setUp() public override {
        super.setUp();
        condition = IOutcome(deploy("MinimumBalanceCondition.sol:MinimumBalanceCondition"));
    }

    function test_the_balance_after_the_batch_counts() public {
        accepted(abi.encode(tokenA, bob.account, FUNDS + 1000));
        refused(abi.encode(tokenA, bob.account, FUNDS + 2001));
    }

    function test_account_zero_is_the_owner() public {
        accepted(abi.encode(tokenA, address(0), FUNDS + 1000));
        refused(abi.encode(tokenA, address(0), FUNDS + 2001));
    }

    function test_any_account_can_be_watched() public {
        accepted(abi.encode(tokenB, alice.account, FUNDS + 500));
        refused(abi.encode(tokenB, alice.account, FUNDS + 1001));
    }

    function test_token_zero_is_the_chains_own_coin() public {
        send(carol.account, 7);
        accepted(abi.encode(address(0), carol.account, 7));
        refused(abi.encode(address(0), carol.account, 8));
    }

    function test_a_token_that_does_not_answer_and_data_that_does_not_decode_are_refused() public {
        refused(abi.encode(carol.account, bob.account, 0));
        refused(abi.encode(address(condition), bob.account, 0));
        refused("");
        refused(abi.encode(tokenA, bob.account));
    }

    function test_it_guards_a_buyer_of_a_token_that_takes_a_fee() public {
        FeeOnTransferToken token = new FeeOnTransferToken();
        token.mint(bob.account, 1000);
        assertFalse(
            condition.holds(0, bob.account, 0, 0, abi.encode(address(token), address(0), 1001)),
            "one atom short"
        );
        assertTrue(
            condition.holds(0, bob.account, 0, 0, abi.encode(address(token), address(0), 1000)),
            "enough"
        );
    }

    function testFuzz_it_holds_from_the_minimum_on(uint256 minimum) public view {
        minimum = bound(minimum, 0, 2 * uint256(FUNDS));
        assertEq(
            condition.holds(0, alice.account, 0, 0, abi.encode(tokenC, address(0), minimum)),
            minimum <= FUNDS,
            "holds"
        );
    }
}
