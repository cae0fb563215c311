// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IExecutor} from "../../../contracts/interfaces/IExecutor.sol";
import {ISettlementCallback} from "../../../contracts/interfaces/ISettlementCallback.sol";
import {ISettlementErrors as Errors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {ReentrantToken} from "../../mocks/ReentrantToken.sol";
import {ScriptedKeeper} from "../../mocks/ScriptedKeeper.sol";
import {ScriptedPool} from "../../mocks/ScriptedPool.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {ExecutorTest} from "./ExecutorTest.sol";

/// @dev The executor: it does nothing for anybody else, and pays a pool no more than its call allows.
contract ExecutorStrangersTest is ExecutorTest {
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

    function test_the_owner_cannot_act_in_the_midst_of_a_list() public {
        // The owner is a wallet, and the one who commands the wallet is called in the midst of the list.
        Relay relay = new Relay();
        Wallet1271 wallet = new Wallet1271(address(relay));
        IExecutor executor = IExecutor(
            deploy("Executor.sol:Executor", abi.encode(address(settlement), address(wallet)))
        );
        bytes[3] memory acts = [
            abi.encodeCall(IExecutor.settle, (build(crossing()), _plan())),
            abi.encodeCall(IExecutor.execute, (new IExecutor.Call[](0))),
            abi.encodeCall(IExecutor.sweep, (new address[](0)))
        ];
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        bytes memory guard = abi.encodeWithSelector(
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
        );
        for (uint256 i = 0; i < acts.length; ++i) {
            calls[0] = _call(
                address(relay),
                abi.encodeCall(Relay.command, (wallet, address(executor), acts[i]))
            );
            bytes memory list = abi.encodeCall(IExecutor.execute, (calls));
            vm.expectRevert(abi.encodeWithSelector(IExecutor.CallFailed.selector, 0, address(relay), guard));
            relay.command(wallet, address(executor), list);
        }
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

    function test_a_payment_of_one_atom_is_made() public {
        TestToken(tokenA).mint(address(_executor), 2);
        IExecutor.Call[] memory calls = new IExecutor.Call[](2);
        calls[0] = _v3Swap(0, 1, 0, 1);
        calls[1] = _v3Swap(0, 0, 1, 1);
        _execute(calls);
        assertEq(IERC20(tokenA).balanceOf(address(_v3)), 2, "the pool got");
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

    function test_after_the_call_nobody_can_ask_any_more() public {
        TestToken(tokenA).mint(address(_executor), FUNDS);
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _v3Swap(0, 1, 0, 1);
        _execute(calls);
        // In the same transaction, in which what the call allows is not used up; nor an address that has no key.
        address[2] memory strangers = [address(_v3), address(1)];
        for (uint256 i = 0; i < strangers.length; ++i) {
            vm.prank(strangers[i]);
            vm.expectRevert(abi.encodeWithSelector(IExecutor.UnexpectedCallback.selector, strangers[i]));
            _executor.uniswapV3SwapCallback(1, 0, "");
        }
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
}

/// @dev Commands a wallet to call the executor that the wallet owns.
contract Relay {
    function command(Wallet1271 wallet, address executor, bytes calldata data) external {
        wallet.execute(executor, 0, data);
    }
}
