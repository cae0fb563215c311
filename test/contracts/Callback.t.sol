// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementCallback} from "../../contracts/interfaces/ISettlementCallback.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {FixedPricePool} from "../mocks/FixedPricePool.sol";
import {ScriptedKeeper} from "../mocks/ScriptedKeeper.sol";
import {TestToken} from "../mocks/TestToken.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev The keeper's callback: when it comes, to whom, and what can be done in it.
contract CallbackTest is SettlementTest {
    ScriptedKeeper private _keeper;
    FixedPricePool private _pool;

    function setUp() public override {
        super.setUp();
        _keeper = new ScriptedKeeper(settlement);
        _pool = new FixedPricePool();
        TestToken(tokenB).mint(address(_pool), FUNDS);
        _keeper.execute(tokenA, abi.encodeCall(IERC20.approve, (address(_pool), type(uint256).max)));
        _keeper.execute(tokenB, abi.encodeCall(IERC20.approve, (address(settlement), type(uint256).max)));
    }

    function test_outside_liquidity_pays_for_a_batch_of_a_keeper_that_owns_nothing() public {
        Draft memory draft = aliceSells();
        draft.callbackData = "swap";
        _swapInCallback(1000, 500);

        _keeper.settle(build(draft));

        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 500, "Alice got");
        assertEq(IERC20(tokenA).balanceOf(address(_pool)), 1000, "the pool got");
        assertEq(IERC20(tokenB).balanceOf(address(_pool)), FUNDS - 500, "the pool gave");
        assertEq(IERC20(tokenA).balanceOf(address(settlement)), 0, "the settlement's A");
        assertEq(IERC20(tokenB).balanceOf(address(settlement)), 0, "the settlement's B");
    }

    function test_what_outside_liquidity_pays_beyond_the_price_is_the_keepers() public {
        Draft memory draft = aliceSells();
        draft.callbackData = "swap";
        _swapInCallback(900, 510);

        _keeper.settle(build(draft));

        assertChange(tokenB, alice, 500, "Alice got the price");
        assertEq(IERC20(tokenA).balanceOf(address(_keeper)), 100, "the keeper's A");
        assertEq(IERC20(tokenB).balanceOf(address(_keeper)), 10, "the keeper's B");
    }

    function test_the_keeper_is_called_back_once_with_its_own_bytes() public {
        Draft memory draft = crossing();
        draft.callbackData = "any bytes, of a length that is no multiple of 32";
        _keeper.settle(build(draft));
        assertEq(_keeper.callbacks(), 1, "callbacks");
        assertEq(_keeper.callbackData(), draft.callbackData, "data");
    }

    function test_without_data_there_is_no_callback() public {
        _keeper.settle(build(crossing()));
        assertEq(_keeper.callbacks(), 0, "callbacks");
    }

    function test_a_batch_that_is_short_after_the_callback_reverts() public {
        Draft memory draft = aliceSells();
        draft.callbackData = "swap";
        _swapInCallback(1000, 499);
        Batch memory batch = build(draft);

        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                address(_keeper),
                alice.account,
                500
            )
        );
        _keeper.settle(batch);
    }

    function test_a_callback_that_reverts_reverts_the_batch_with_its_reason() public {
        Draft memory draft = crossing();
        draft.callbackData = "revert";
        _keeper.onCallback(address(_keeper), abi.encodeCall(ISettlementCallback.walrasCallback, ("")));
        Batch memory batch = build(draft);

        vm.expectRevert(abi.encodeWithSelector(ScriptedKeeper.NotSettlement.selector, address(_keeper)));
        _keeper.settle(batch);
    }

    function test_an_account_without_code_cannot_be_called_back() public {
        Draft memory draft = crossing();
        draft.callbackData = "nobody home";
        Batch memory batch = build(draft);
        vm.prank(keeper.account);
        vm.expectRevert();
        settlement.settle(batch);
    }

    function test_nobody_but_the_caller_is_called_back() public {
        // Bob's contract settles; the other keeper, whose allowance stands, is not called and gives nothing.
        ScriptedKeeper other = new ScriptedKeeper(settlement);
        Draft memory draft = crossing();
        draft.callbackData = "callback";
        other.settle(build(draft));
        assertEq(other.callbacks(), 1, "the caller's callbacks");
        assertEq(_keeper.callbacks(), 0, "somebody else's callbacks");
    }

    function test_nothing_that_the_callback_says_reaches_an_allowance() public {
        // The callback data spells a transferFrom; it arrives as data, behind the callback's own selector.
        Draft memory draft = crossing();
        draft.callbackData = abi.encodeCall(IERC20.transferFrom, (carol.account, keeper.account, FUNDS));
        _keeper.settle(build(draft));
        assertChange(tokenA, carol, 0, "Carol's A");
        assertEq(_keeper.callbackData(), draft.callbackData, "data");
    }

    function _swapInCallback(uint256 amountIn, uint256 amountOut) private {
        _keeper.onCallback(
            address(_pool),
            abi.encodeCall(FixedPricePool.swap, (IERC20(tokenA), amountIn, IERC20(tokenB), amountOut))
        );
    }
}
