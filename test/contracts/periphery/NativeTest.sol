// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {INativeIntents} from "../../../contracts/interfaces/INativeIntents.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {WrappedEther} from "../../mocks/WrappedEther.sol";
import {FillEncoder, FillSpec} from "../../support/FillEncoder.sol";
import {Actor, Draft} from "../../support/SettlementTest.sol";
import {PeripheryTest} from "./PeripheryTest.sol";

/// @title What the tests of intents in the chain's own coin stand on
/// @notice Wrapped ether at the price of token B's, 6, so that 1 wei is 2 A.
abstract contract NativeTest is PeripheryTest {
    INativeIntents internal native;
    address internal weth;

    function setUp() public virtual override {
        super.setUp();
        weth = address(new WrappedEther());
        native = INativeIntents(
            deploy("NativeIntents.sol:NativeIntents", abi.encode(address(settlement), weth))
        );
        send(alice.account, 1_000_000);
        send(bob.account, 1_000_000);
    }

    /// @notice A nonce of a depositor's.
    function nonceOf(address depositor, uint96 number) internal pure returns (uint256) {
        return (uint256(uint160(depositor)) << 96) | number;
    }

    /// @notice `depositor` sells `amount` wei for twice as many A, to itself.
    function saleOf(address depositor, uint128 amount) internal returns (Intent memory intent) {
        intent = sellIntent(weth, amount, tokenA, 2 * amount);
        intent.receiver = depositor;
        intent.nonce = nonceOf(depositor, uint96(intent.nonce));
        intent.partiallyFillable = true;
    }

    function deposit(Actor memory depositor, Intent memory intent) internal {
        vm.prank(depositor.account);
        native.deposit{value: intent.sellAmount}(intent);
    }

    /// @notice A fill of a deposit, as a keeper makes it from the event alone.
    function fillOf(Intent memory intent, uint256 executed) internal view returns (FillSpec memory fill) {
        fill.intent = intent;
        fill.owner = address(native);
        fill.scheme = FillEncoder.EIP1271;
        fill.signature = abi.encode(intent.nonce);
        fill.executed = executed;
    }

    /// @notice A fill for which the keeper takes and pays.
    function nativeDraft(FillSpec memory fill) internal view returns (Draft memory draft) {
        draft = single(fill);
        draft.tokens = new address[](2);
        draft.prices = new uint128[](2);
        (draft.tokens[0], draft.tokens[1]) = weth < tokenA ? (weth, tokenA) : (tokenA, weth);
        (draft.prices[0], draft.prices[1]) =
            weth < tokenA ? (uint128(6), uint128(3)) : (uint128(3), uint128(6));
    }

    function sell(Intent memory intent, uint256 executed) internal {
        settle(nativeDraft(fillOf(intent, executed)));
    }

    /// @notice The keeper gets wrapped ether to pay with.
    function fundKeeper(uint256 amount) internal {
        WrappedEther(payable(weth)).deposit{value: amount}();
        IERC20(weth).transfer(keeper.account, amount);
        vm.prank(keeper.account);
        IERC20(weth).approve(address(settlement), type(uint256).max);
    }

    function held() internal view returns (uint256) {
        return IERC20(weth).balanceOf(address(native));
    }

    function mintA(address account, uint256 amount) internal {
        TestToken(tokenA).mint(account, amount);
    }
}
