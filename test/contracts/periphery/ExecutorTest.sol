// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IExecutor} from "../../../contracts/interfaces/IExecutor.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {FixedPricePool} from "../../mocks/FixedPricePool.sol";
import {ReentrantToken} from "../../mocks/ReentrantToken.sol";
import {ScriptedPool} from "../../mocks/ScriptedPool.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {PeripheryTest} from "./PeripheryTest.sol";

/// @title What the executor's tests stand on: an executor that the keeper owns, pools, and calls of them
abstract contract ExecutorTest is PeripheryTest {
    IExecutor internal _executor;
    FixedPricePool internal _pool;
    ScriptedPool internal _v3;

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

    function _settle(Batch memory batch, IExecutor.Plan memory plan) internal {
        vm.prank(keeper.account);
        _executor.settle(batch, plan);
    }

    function _execute(IExecutor.Call[] memory calls) internal {
        vm.prank(keeper.account);
        _executor.execute(calls);
    }

    function _refuseCall(IExecutor.Call[] memory calls, bytes memory reason) internal {
        vm.prank(keeper.account);
        vm.expectRevert(abi.encodeWithSelector(IExecutor.CallFailed.selector, 0, calls[0].target, reason));
        _executor.execute(calls);
    }

    /// @dev Pays in B, sweeps A, B and ether.
    function _plan() internal view returns (IExecutor.Plan memory plan) {
        plan.payTokens = new address[](1);
        plan.payTokens[0] = tokenB;
        plan.sweepTokens = new address[](3);
        plan.sweepTokens[0] = tokenA;
        plan.sweepTokens[1] = tokenB;
    }

    function _call(address target, bytes memory data) internal pure returns (IExecutor.Call memory call) {
        call.target = target;
        call.data = data;
    }

    function _swap(uint256 amountIn, uint256 amountOut) internal view returns (IExecutor.Call memory) {
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
    ) internal view returns (IExecutor.Call memory call) {
        call = _call(
            address(_v3),
            abi.encodeCall(ScriptedPool.swap, (IERC20(tokenB), amountOut, amount0Delta, amount1Delta, times))
        );
        call.payToken = tokenA;
        call.payMost = 600;
    }

    function _stealing() internal view returns (bytes memory) {
        IExecutor.Call[] memory calls = new IExecutor.Call[](1);
        calls[0] = _call(tokenA, abi.encodeCall(IERC20.approve, (carol.account, type(uint256).max)));
        return abi.encode(calls);
    }

    /// @dev Alice sells a token that makes a call in the midst of its transfer.
    function _reentrantBatch() internal returns (ReentrantToken token, Draft memory draft) {
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
