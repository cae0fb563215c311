// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INativeIntents} from "../../../contracts/interfaces/INativeIntents.sol";
import {NativeReceiver} from "../../../contracts/periphery/NativeReceiver.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {ReentrantReceiver} from "../../mocks/ReentrantReceiver.sol";
import {TestToken} from "../../mocks/TestToken.sol";
import {WrappedEther} from "../../mocks/WrappedEther.sol";
import {Actor, Draft} from "../../support/SettlementTest.sol";
import {NativeTest} from "./NativeTest.sol";

/// @dev Buying the chain's own coin: what arrives for a user is that user's alone.
contract NativeReceiversTest is NativeTest {
    function setUp() public override {
        super.setUp();
        fundKeeper(1_000_000);
    }

    function test_an_intent_that_buys_the_wrapped_coin_ends_as_the_coin() public {
        settle(_purchase(alice, 2000, 2000));
        assertEq(IERC20(weth).balanceOf(native.receiverOf(alice.account)), 1000, "received");
        vm.prank(keeper.account);
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_001_000, "Alice's ether");
        assertEq(IERC20(weth).balanceOf(native.receiverOf(alice.account)), 0, "nothing is left");
        assertChange(tokenA, alice, -2000, "Alice gave");
    }

    function test_fills_in_parts_and_gifts_add_up_and_the_receiver_serves_again() public {
        settle(_purchase(alice, 2000, 200));
        settle(_purchase(alice, 2000, 2000));
        send(native.receiverOf(alice.account), 5);
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_001_105, "Alice's ether");
        settle(_purchase(alice, 20, 20));
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_001_115, "Alice's ether, again");
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_001_115, "of nothing comes nothing");
    }

    function test_everybody_has_a_receiver_of_his_own() public {
        settle(_purchase(alice, 2000, 2000));
        settle(_purchase(bob, 200, 200));
        assertTrue(native.receiverOf(alice.account) != native.receiverOf(bob.account), "two");
        native.unwrap(bob.account);
        assertEq(bob.account.balance, 1_000_100, "Bob's ether");
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_001_000, "Alice's ether");
    }

    function test_nobody_else_can_take_what_arrives() public {
        settle(_purchase(alice, 2000, 2000));
        vm.prank(bob.account);
        native.claim(address(0), bob.account);
        vm.prank(bob.account);
        native.claim(weth, bob.account);
        assertEq(bob.account.balance, 1_000_000, "Bob's ether");
        assertEq(IERC20(weth).balanceOf(bob.account), 0, "Bob's wrapped ether");

        native.unwrap(alice.account);
        NativeReceiver receiver = NativeReceiver(payable(native.receiverOf(alice.account)));
        vm.prank(alice.account);
        vm.expectRevert(abi.encodeWithSelector(NativeReceiver.NotNativeIntents.selector, alice.account));
        receiver.pay(address(0), alice.account);
    }

    function test_a_user_that_refuses_ether_names_another_account_and_delays_nobody() public {
        ReentrantReceiver account = new ReentrantReceiver();
        account.refuse(true);
        _give(address(account), 1000);
        _give(alice.account, 10);
        vm.expectRevert(abi.encodeWithSelector(INativeIntents.CoinRefused.selector, address(account), 1000));
        native.unwrap(address(account));
        native.unwrap(alice.account);
        assertEq(alice.account.balance, 1_000_010, "Alice's ether");
        account.execute(address(native), 0, abi.encodeCall(native.claim, (address(0), carol.account)));
        assertEq(carol.account.balance, 1000, "Carol's ether");
    }

    function test_other_tokens_and_the_wrapped_coin_itself_can_be_claimed() public {
        _give(alice.account, 1000);
        TestToken(tokenC).mint(native.receiverOf(alice.account), 33);
        vm.prank(alice.account);
        native.claim(tokenC, alice.account);
        vm.prank(alice.account);
        native.claim(weth, carol.account);
        assertChange(tokenC, alice, 33, "Alice's C");
        assertEq(IERC20(weth).balanceOf(carol.account), 1000, "Carol's wrapped ether");
    }

    function test_a_user_that_comes_back_in_the_midst_of_it_is_refused() public {
        ReentrantReceiver account = new ReentrantReceiver();
        _give(address(account), 1000);
        account.arm(address(native), abi.encodeCall(native.unwrap, (address(account))));
        native.unwrap(address(account));
        assertTrue(account.called(), "called");
        assertFalse(account.succeeded(), "came back");
        assertEq(
            account.answer(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
            "reason"
        );
        assertEq(address(account).balance, 1000, "once");
    }

    function testFuzz_what_arrives_for_a_user_goes_to_the_user(uint256 seed) public {
        Actor[4] memory actors = [alice, bob, carol, keeper];
        uint256[4] memory due;
        uint256[4] memory before;
        for (uint256 i = 0; i < 4; ++i) before[i] = actors[i].account.balance;
        for (uint256 i = 0; i < 20; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 k = dice % 4;
            if ((dice >> 8) % 3 == 0) {
                vm.prank(actors[(dice >> 16) % 4].account);
                native.unwrap(actors[k].account);
                assertEq(actors[k].account.balance - before[k], due[k], "all of it");
            } else {
                _give(actors[k].account, (dice >> 32) % 1000);
                due[k] += (dice >> 32) % 1000;
            }
        }
    }

    /// @dev Of an intent to sell `amount` A for half as many wei, `executed` A.
    function _purchase(
        Actor memory buyer,
        uint128 amount,
        uint256 executed
    ) private returns (Draft memory draft) {
        Intent memory intent = sellIntent(tokenA, amount, weth, amount / 2);
        intent.receiver = native.receiverOf(buyer.account);
        intent.partiallyFillable = true;
        draft = nativeDraft(whole(buyer, intent));
        draft.fills[0].executed = executed;
    }

    function _give(address user, uint256 amount) private {
        WrappedEther(payable(weth)).deposit{value: amount}();
        IERC20(weth).transfer(native.receiverOf(user), amount);
    }
}
