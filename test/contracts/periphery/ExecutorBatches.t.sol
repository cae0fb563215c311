// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IExecutor} from "../../../contracts/interfaces/IExecutor.sol";
import {ISettlementErrors as Errors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {ScriptedPool} from "../../mocks/ScriptedPool.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {ExecutorTest} from "./ExecutorTest.sol";

/// @dev The executor: what it does for its owner.
contract ExecutorBatchesTest is ExecutorTest {
    /* SETTLING */

    function test_an_intent_without_counterparty_settles_against_a_pool_and_the_rest_is_the_owners() public {
        Draft memory draft = aliceSells();
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (address(_pool), 990)));
        calls[1] = _swap(990, 503);
        draft.callbackData = abi.encode(calls);

        _settle(build(draft), _plan());

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, keeper, 10, "the owner's A");
        assertChange(tokenB, keeper, 3, "the owner's B");
        assertEq(IERC20(tokenA).balanceOf(address(_executor)), 0, "the executor's A");
        assertEq(IERC20(tokenB).balanceOf(address(_executor)), 0, "the executor's B");
    }

    function test_a_batch_without_callback_settles_and_pays_from_what_the_executor_has() public {
        TestToken(tokenB).mint(address(_executor), 700);
        _settle(build(aliceSells()), _plan());
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenA, keeper, 1000, "the owner's A");
        assertChange(tokenB, keeper, 200, "the owner's B");
    }

    function test_calls_are_made_before_in_and_after_the_settlement() public {
        Draft memory draft = crossing();
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(address(_v3), abi.encodeCall(ScriptedPool.pay, ()));
        calls[0].value = 2;
        draft.callbackData = abi.encode(calls);
        IExecutor.Plan memory plan = _plan();
        plan.beforehand = new IExecutor.Call[](1);
        plan.beforehand[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (address(1), 11)));
        plan.afterwards = new IExecutor.Call[](1);
        plan.afterwards[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (address(2), 12)));
        Batch memory batch = build(draft);
        send(keeper.account, 5);

        vm.prank(keeper.account);
        _executor.settle{value: 5}(batch, plan);

        assertEq(IERC20(tokenA).allowance(address(_executor), address(1)), 11, "made before");
        assertEq(address(_v3).balance, 2, "made in the callback");
        assertEq(IERC20(tokenA).allowance(address(_executor), address(2)), 12, "made after");
        assertEq(keeper.account.balance, 3, "what was left of the value");
    }

    function test_calls_before_count_for_the_verification_and_calls_after_see_the_settled_state() public {
        // The wallet's approval of its intent comes by a call before; the call after finds it filled.
        Draft memory draft = crossing();
        Wallet1271 wallet = new Wallet1271(address(_executor));
        equip(address(wallet), tokenA);
        draft.fills[0].owner = address(wallet);
        draft.fills[0].scheme = 3;
        IExecutor.Plan memory plan = _plan();
        plan.beforehand = new IExecutor.Call[](1);
        plan.beforehand[0] = _call(
            address(wallet),
            abi.encodeCall(
                Wallet1271.execute,
                (
                    address(settlement),
                    0,
                    abi.encodeCall(settlement.setApproval, (hashOf(draft.fills[0].intent), true))
                )
            )
        );
        plan.afterwards = new IExecutor.Call[](1);
        plan.afterwards[0] = _call(
            address(wallet),
            abi.encodeCall(
                Wallet1271.execute,
                (tokenB, 0, abi.encodeCall(IERC20.transfer, (carol.account, 500)))
            )
        );

        _settle(build(draft), plan);

        assertChange(tokenB, carol, 500, "Carol got what the wallet bought");
    }

    function test_the_settlement_is_allowed_each_token_once() public {
        IExecutor.Plan memory plan = _plan();
        _settle(build(crossing()), plan);
        assertEq(
            IERC20(tokenB).allowance(address(_executor), address(settlement)),
            type(uint256).max,
            "the allowance"
        );

        Batch memory batch = build(crossing());
        vm.expectCall(tokenB, abi.encodeCall(IERC20.approve, (address(settlement), type(uint256).max)), 0);
        _settle(batch, plan);
    }

    function test_an_allowance_that_could_run_out_is_renewed() public {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        uint256 short = type(uint128).max - 1;
        calls[0] = _call(tokenB, abi.encodeCall(IERC20.approve, (address(settlement), short)));
        _execute(calls);
        _settle(build(crossing()), _plan());
        assertEq(
            IERC20(tokenB).allowance(address(_executor), address(settlement)),
            type(uint256).max,
            "the allowance"
        );
    }

    function test_an_allowance_that_no_amount_exceeds_stays() public {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(tokenB, abi.encodeCall(IERC20.approve, (address(settlement), type(uint128).max)));
        _execute(calls);
        _settle(build(crossing()), _plan());
        assertEq(
            IERC20(tokenB).allowance(address(_executor), address(settlement)),
            type(uint128).max,
            "the allowance"
        );
    }

    function test_a_batch_that_is_short_after_the_calls_reverts_with_the_settlements_reason() public {
        Draft memory draft = aliceSells();
        draft.callbackData = abi.encode(new IExecutor.Call[](0));
        Batch memory batch = build(draft);
        vm.prank(keeper.account);
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                address(_executor),
                alice.account,
                500
            )
        );
        _executor.settle(batch, _plan());
    }

    /* CALLS THAT FAIL */

    function test_a_call_that_fails_stops_the_batch_and_names_itself_and_its_reason() public {
        Draft memory draft = aliceSells();
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (address(_pool), 1)));
        calls[1] = _call(address(new ScriptedAnswer("no swap today", true)), "anything");
        draft.callbackData = abi.encode(calls);
        Batch memory batch = build(draft);
        vm.prank(keeper.account);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutor.CallFailed.selector, 1, calls[1].target, bytes("no swap today"))
        );
        _executor.settle(batch, _plan());
    }

    function test_a_call_that_may_fail_is_skipped_and_said_to_be() public {
        IExecutor.Plan memory plan = _plan();
        plan.beforehand = new IExecutor.Call[](1);
        plan.beforehand[0] = _call(address(new ScriptedAnswer(new bytes(50_000), true)), "permit");
        plan.beforehand[0].allowFailure = true;
        Batch memory batch = build(crossing());

        vm.prank(keeper.account);
        vm.expectEmit(true, true, true, true, address(_executor));
        emit IExecutor.CallSkipped(plan.beforehand[0].target);
        _executor.settle(batch, plan);

        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_calldata_for_an_account_without_code_is_a_call_that_fails() public {
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (address(_pool), 1)));
        calls[1] = _call(carol.account, "swap");
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(IExecutor.CallFailed.selector, 1, carol.account, bytes("")));
        _executor.execute(calls);
    }

    function test_ether_can_be_sent_to_an_account_without_code() public {
        send(address(_executor), 7);
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(carol.account, "");
        calls[0].value = 7;
        _execute(calls);
        assertEq(carol.account.balance, 7, "Carol's ether");
    }

    /* SWEEPING */

    function test_the_owner_sweeps_tokens_and_ether() public {
        TestToken(tokenC).mint(address(_executor), 33);
        send(address(_executor), 44);
        address[] memory tokens = new address[](2);
        tokens[0] = tokenC;
        vm.prank(keeper.account);
        _executor.sweep(tokens);
        assertChange(tokenC, keeper, 33, "the owner's C");
        assertEq(keeper.account.balance, 44, "the owner's ether");
    }

    function test_an_owner_that_refuses_ether_is_told() public {
        IExecutor executor = IExecutor(
            deploy("Executor.sol:Executor", abi.encode(address(settlement), address(this)))
        );
        send(address(executor), 1);
        address[] memory tokens = new address[](1);
        vm.expectRevert(abi.encodeWithSelector(IExecutor.SweepFailed.selector, 1));
        executor.sweep(tokens);
    }
}
