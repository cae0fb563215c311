// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IExecutor} from "../../../contracts/interfaces/IExecutor.sol";
import {ISettlementCallback} from "../../../contracts/interfaces/ISettlementCallback.sol";
import {ISettlementErrors as Errors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {FixedPricePool} from "../../mocks/FixedPricePool.sol";
import {ReentrantToken} from "../../mocks/ReentrantToken.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {ScriptedKeeper} from "../../mocks/ScriptedKeeper.sol";
import {ScriptedPool} from "../../mocks/ScriptedPool.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {PeripheryTest} from "./PeripheryTest.sol";

/// @dev The executor: what it does for its owner, and that it does nothing for anybody else.
contract ExecutorTest is PeripheryTest {
    IExecutor private _executor;
    FixedPricePool private _pool;
    ScriptedPool private _v3;

    function setUp() public override {
        super.setUp();
        _executor = IExecutor(
            deploy("Executor.sol:Executor", abi.encode(address(settlement), keeper.account))
        );
        _pool = new FixedPricePool();
        _v3 = new ScriptedPool();
        TestToken(tokenB).mint(address(_pool), FUNDS);
        TestToken(tokenB).mint(address(_v3), FUNDS);
    }

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

    /* STRANGERS */

    function test_nobody_but_the_owner_can_make_it_act() public {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (carol.account, 1)));
        Batch memory batch = build(crossing());
        IExecutor.Plan memory plan = _plan();
        bytes memory reason = abi.encodeWithSelector(IExecutor.NotOwner.selector, carol.account);

        vm.prank(carol.account);
        vm.expectRevert(reason);
        _executor.settle(batch, plan);
        vm.prank(carol.account);
        vm.expectRevert(reason);
        _executor.execute(calls);
        vm.prank(carol.account);
        vm.expectRevert(reason);
        _executor.sweep(plan.sweepTokens);
    }

    function test_the_owner_is_fixed() public view {
        assertEq(_executor.owner(), keeper.account, "the owner");
    }

    function test_nobody_but_the_settlement_can_call_it_back() public {
        bytes memory data = _stealing();
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, keeper.account));
        _executor.walrasCallback(data);
    }

    function test_the_settlement_can_call_it_back_only_while_it_settles_the_executors_batch() public {
        bytes memory data = _stealing();
        vm.prank(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(settlement)));
        _executor.walrasCallback(data);

        // Nor after one of its batches, in the same transaction.
        _settle(build(crossing()), _plan());
        vm.prank(address(settlement));
        vm.expectRevert(abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(settlement)));
        _executor.walrasCallback(data);
    }

    function test_a_token_that_calls_back_in_the_midst_of_its_batch_is_refused() public {
        (ReentrantToken token, Draft memory draft) = _reentrantBatch();
        token.arm(address(_executor), abi.encodeCall(ISettlementCallback.walrasCallback, (_stealing())));
        _settle(build(draft), _plan());
        assertFalse(token.succeeded(), "the token's call");
        assertEq(
            token.answer(),
            abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(token)),
            "its answer"
        );
    }

    function test_a_token_that_asks_for_a_payment_in_the_midst_of_its_batch_is_refused() public {
        (ReentrantToken token, Draft memory draft) = _reentrantBatch();
        token.arm(address(_executor), abi.encodeCall(IExecutor.uniswapV3SwapCallback, (1, 0, "")));
        _settle(build(draft), _plan());
        assertFalse(token.succeeded(), "the token's call");
        assertEq(
            token.answer(),
            abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(token)),
            "its answer"
        );
    }

    function test_a_batch_of_somebody_else_never_reaches_it() public {
        // Its standing allowance to the settlement pays for nobody else's batch.
        _settle(build(crossing()), _plan());
        TestToken(tokenB).mint(address(_executor), FUNDS);
        ScriptedKeeper other = new ScriptedKeeper(settlement);
        Draft memory draft = aliceSells();
        draft.callbackData = _stealing();
        Batch memory batch = build(draft);
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                address(other),
                alice.account,
                500
            )
        );
        other.settle(batch);
        assertEq(IERC20(tokenB).balanceOf(address(_executor)), FUNDS, "the executor's B");
    }

    function test_the_owner_cannot_settle_in_the_midst_of_a_list() public {
        // The owner is a wallet, and the one who commands the wallet is called in the midst of the list.
        Relay relay = new Relay();
        Wallet1271 wallet = new Wallet1271(address(relay));
        IExecutor executor = IExecutor(
            deploy("Executor.sol:Executor", abi.encode(address(settlement), address(wallet)))
        );
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(
            address(relay),
            abi.encodeCall(Relay.command, (wallet, address(executor), new IExecutor.Call[](0)))
        );
        bytes memory guard = abi.encodeWithSelector(
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
        );
        vm.expectRevert(abi.encodeWithSelector(IExecutor.CallFailed.selector, 0, address(relay), guard));
        relay.command(wallet, address(executor), calls);
    }

    /* PAYMENTS TO POOLS */

    function test_a_pool_is_paid_the_positive_delta_in_the_token_of_its_call() public {
        Draft memory draft = aliceSells();
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _v3Swap(400, 600, -400, 1);
        calls[1] = _v3Swap(100, -100, 400, 1);
        calls[1].payMost = 400;
        draft.callbackData = abi.encode(calls);

        _settle(build(draft), _plan());

        assertEq(IERC20(tokenA).balanceOf(address(_v3)), 1000, "the pool got");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_pool_cannot_ask_for_more_than_its_call_allows() public {
        TestToken(tokenA).mint(address(_executor), FUNDS);
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _v3Swap(0, 601, 0, 1);
        _refuseCall(calls, abi.encodeWithSelector(IExecutor.PaymentTooHigh.selector, 601, 600));
        // Nor by asking twice.
        calls[0] = _v3Swap(0, 301, 0, 2);
        _refuseCall(calls, abi.encodeWithSelector(IExecutor.PaymentTooHigh.selector, 301, 299));
        // Nor by deltas that ask for nothing.
        calls[0] = _v3Swap(0, 0, -1, 1);
        _refuseCall(calls, abi.encodeWithSelector(IExecutor.PaymentTooHigh.selector, type(uint256).max, 600));
    }

    function test_a_payment_of_nothing_is_made() public {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _v3Swap(0, 0, 0, 1);
        _execute(calls);
        assertEq(IERC20(tokenA).balanceOf(address(_v3)), 0, "the pool got");
    }

    function test_nobody_but_the_pool_of_the_call_can_ask() public {
        TestToken(tokenA).mint(address(_executor), FUNDS);
        ScriptedPool other = new ScriptedPool();
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _v3Swap(0, 0, 0, 1);
        calls[0].data = abi.encodeCall(ScriptedPool.delegateAsk, (other, 1));
        _refuseCall(calls, abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(other)));

        vm.expectRevert(abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(other)));
        other.ask(address(_executor), 1, 0);
    }

    function test_a_call_without_a_pay_token_lets_its_target_ask_for_nothing() public {
        TestToken(tokenA).mint(address(_executor), FUNDS);
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _v3Swap(0, 1, 0, 1);
        calls[1] = _v3Swap(0, 1, 0, 1);
        calls[1].payToken = address(0);
        vm.prank(keeper.account);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutor.CallFailed.selector,
                1,
                address(_v3),
                abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, address(_v3))
            )
        );
        _executor.execute(calls);
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

    /* FUZZ */

    function testFuzz_a_pool_gets_at_most_what_its_call_allows(
        int256 amount0Delta,
        int256 amount1Delta,
        uint256 payMost,
        uint256 times
    ) public {
        TestToken(tokenA).mint(address(_executor), FUNDS);
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _v3Swap(0, amount0Delta % 1000, amount1Delta % 1000, bound(times, 0, 3));
        calls[0].payMost = bound(payMost, 0, 2000);
        calls[0].allowFailure = true;
        _execute(calls);
        assertLe(IERC20(tokenA).balanceOf(address(_v3)), calls[0].payMost, "the pool got");
        assertEq(
            IERC20(tokenA).balanceOf(address(_v3)) + IERC20(tokenA).balanceOf(address(_executor)),
            FUNDS,
            "nothing is lost"
        );
    }

    /* HELPERS */

    function _settle(Batch memory batch, IExecutor.Plan memory plan) private {
        vm.prank(keeper.account);
        _executor.settle(batch, plan);
    }

    function _execute(IExecutor.Call[] memory calls) private {
        vm.prank(keeper.account);
        _executor.execute(calls);
    }

    function _refuseCall(IExecutor.Call[] memory calls, bytes memory reason) private {
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(IExecutor.CallFailed.selector, 0, calls[0].target, reason));
        _executor.execute(calls);
    }

    /// @dev Pays in B, sweeps A, B and ether.
    function _plan() private view returns (IExecutor.Plan memory plan) {
        plan.payTokens = new address[](1);
        plan.payTokens[0] = tokenB;
        plan.sweepTokens = new address[](3);
        plan.sweepTokens[0] = tokenA;
        plan.sweepTokens[1] = tokenB;
    }

    function _call(address target, bytes memory data) private pure returns (IExecutor.Call memory call) {
        call.target = target;
        call.data = data;
    }

    function _swap(uint256 amountIn, uint256 amountOut) private view returns (IExecutor.Call memory) {
        return
            _call(
                address(_pool),
                abi.encodeCall(FixedPricePool.swap, (IERC20(tokenA), amountIn, IERC20(tokenB), amountOut))
            );
    }

    /// @dev A swap that may cost up to 600 A.
    function _v3Swap(
        uint256 amountOut,
        int256 amount0Delta,
        int256 amount1Delta,
        uint256 times
    ) private view returns (IExecutor.Call memory call) {
        call = _call(
            address(_v3),
            abi.encodeCall(ScriptedPool.swap, (IERC20(tokenB), amountOut, amount0Delta, amount1Delta, times))
        );
        call.payToken = tokenA;
        call.payMost = 600;
    }

    function _stealing() private view returns (bytes memory) {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (carol.account, type(uint256).max)));
        return abi.encode(calls);
    }

    /// @dev Alice sells a token that makes a call in the midst of its transfer.
    function _reentrantBatch() private returns (ReentrantToken token, Draft memory draft) {
        token = new ReentrantToken();
        equip(alice.account, address(token));
        TestToken(tokenB).mint(address(_executor), 500);
        draft = single(whole(alice, sellIntent(address(token), 1000, tokenB, 500)));
        draft.tokens = new address[](2);
        draft.prices = new uint128[](2);
        (draft.tokens[0], draft.tokens[1]) = (address(token), tokenB);
        (draft.prices[0], draft.prices[1]) = (1, 2);
        if (address(token) > tokenB) {
            (draft.tokens[0], draft.tokens[1]) = (tokenB, address(token));
            (draft.prices[0], draft.prices[1]) = (2, 1);
        }
    }
}

/// @dev Commands a wallet to call the executor that the wallet owns.
contract Relay {
    function command(Wallet1271 wallet, address executor, IExecutor.Call[] memory calls) external {
        wallet.execute(executor, 0, abi.encodeCall(IExecutor.execute, (calls)));
    }
}
