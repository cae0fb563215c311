// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {INativeIntents} from "../../../contracts/interfaces/INativeIntents.sol";
import {ISettlementErrors as Errors} from "../../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {ReentrantReceiver} from "../../mocks/ReentrantReceiver.sol";
import {ReentrantToken} from "../../mocks/ReentrantToken.sol";
import {ScriptedKeeper} from "../../mocks/ScriptedKeeper.sol";
import {WrappedEther} from "../../mocks/WrappedEther.sol";
import {IntentDigest} from "../../support/IntentDigest.sol";
import {Actor, Draft} from "../../support/SettlementTest.sol";
import {NativeTest} from "./NativeTest.sol";

/// @dev Selling the chain's own coin: a deposit pays for its own intent and for nothing else, and comes back whole.
contract NativeSalesTest is NativeTest {
    /* SELLING */

    function test_a_deposit_is_wrapped_announced_and_sold_without_a_signature() public {
        Intent memory intent = saleOf(alice.account, 1000);
        vm.expectEmit(true, true, true, true, address(native));
        emit INativeIntents.Deposit(hashOf(intent), alice.account, intent);
        deposit(alice, intent);
        assertEq(held(), 1000, "held");
        assertEq(native.depositOf(intent.nonce), IntentDigest.structHash(intent), "recorded");

        sell(intent, 1000);

        assertEq(held(), 0, "held");
        assertChange(tokenA, alice, 2000, "Alice got");
        assertEq(IERC20(weth).balanceOf(keeper.account), 1000, "the keeper got");
        assertEq(alice.account.balance, 999_000, "Alice's ether");
    }

    function test_deposits_of_several_settle_in_one_batch() public {
        Intent memory first = saleOf(alice.account, 1000);
        Intent memory second = saleOf(bob.account, 500);
        Intent memory third = saleOf(alice.account, 7);
        deposit(alice, first);
        deposit(bob, second);
        deposit(alice, third);
        Draft memory draft = nativeDraft(fillOf(first, 1000));
        draft.fills = emptyDraft(3, 0).fills;
        draft.fills[0] = fillOf(first, 1000);
        draft.fills[1] = fillOf(second, 400);
        draft.fills[2] = fillOf(third, 7);
        settle(draft);
        assertEq(held(), 100, "what is left of the second");
        assertChange(tokenA, alice, 2014, "Alice got");
        assertChange(tokenA, bob, 800, "Bob got");
    }

    function test_what_cannot_be_a_sale_of_what_is_sent_is_refused() public {
        Intent memory intent = saleOf(alice.account, 1000);
        intent.sellToken = tokenB;
        _refuse(intent, 1000, abi.encodeWithSelector(INativeIntents.NotNativeSale.selector, tokenB, "sell"));
        intent = saleOf(alice.account, 1000);
        intent.kind = "buy";
        _refuse(intent, 1000, abi.encodeWithSelector(INativeIntents.NotNativeSale.selector, weth, "buy"));
        intent = saleOf(alice.account, 1000);
        _refuse(intent, 999, abi.encodeWithSelector(INativeIntents.ValueMismatch.selector, 999, 1000));
        _refuse(intent, 1001, abi.encodeWithSelector(INativeIntents.ValueMismatch.selector, 1001, 1000));
        intent.sellAmount = 0;
        _refuse(intent, 0, abi.encodeWithSelector(INativeIntents.ValueMismatch.selector, 0, 0));
        intent = saleOf(alice.account, 1000);
        intent.receiver = address(0);
        _refuse(intent, 1000, abi.encodeWithSelector(INativeIntents.InvalidReceiver.selector, address(0)));
        intent.receiver = address(native);
        _refuse(
            intent,
            1000,
            abi.encodeWithSelector(INativeIntents.InvalidReceiver.selector, address(native))
        );
        intent = saleOf(bob.account, 1000);
        _refuse(
            intent,
            1000,
            abi.encodeWithSelector(INativeIntents.NotDepositorsNonce.selector, intent.nonce, alice.account)
        );
    }

    function test_a_nonce_serves_one_deposit_for_ever() public {
        Intent memory intent = saleOf(alice.account, 1000);
        bytes memory reason = abi.encodeWithSelector(INativeIntents.NonceUsed.selector, intent.nonce);
        deposit(alice, intent);
        intent.buyAmount = 1;
        _refuse(intent, 1000, reason);
        intent.buyAmount = 2000;
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        _refuse(intent, 1000, reason);
    }

    function test_ether_that_is_no_deposit_is_refused() public {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory answer) = address(native).call{value: 1}("");
        assertFalse(success, "sent");
        assertEq(
            answer,
            abi.encodeWithSelector(INativeIntents.NotWrappedNative.selector, address(this)),
            "reason"
        );
    }

    /* SIGNATURES */

    function test_it_signs_what_is_deposited_and_nothing_else() public {
        Intent memory intent = saleOf(alice.account, 1000);
        bytes32 hash = hashOf(intent);
        _expectSigned(hash, abi.encode(intent.nonce), false);
        deposit(alice, intent);
        _expectSigned(hash, abi.encode(intent.nonce), true);
        _expectSigned(hash, abi.encode(intent.nonce + 1), false);
        _expectSigned(bytes32(uint256(hash) ^ 1), abi.encode(intent.nonce), false);
        _expectSigned(hash, abi.encode(intent.nonce, 0), false);
        _expectSigned(hash, "", false);
        _expectSigned(0, abi.encode(intent.nonce + 1), false);
        // Of a nonce without a record: the digest of an empty record.
        bytes32 ofNothing = keccak256(bytes.concat(hex"1901", settlement.domainSeparator(), bytes32(0)));
        _expectSigned(ofNothing, abi.encode(intent.nonce + 1), false);
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        _expectSigned(hash, abi.encode(intent.nonce), false);
    }

    function test_nobody_sells_the_deposits_by_an_intent_that_was_not_deposited() public {
        deposit(alice, saleOf(alice.account, 1000));
        Intent memory intent = saleOf(bob.account, 1000);
        refuse(
            nativeDraft(fillOf(intent, 1000)),
            abi.encodeWithSelector(Errors.InvalidSignature.selector, 0)
        );
    }

    /* REFUNDS */

    function test_the_depositor_takes_back_what_is_left_at_any_time_to_any_account() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        sell(intent, 300);
        vm.expectEmit(true, true, true, true, address(native));
        emit INativeIntents.Refund(hashOf(intent), carol.account, 700);
        vm.prank(alice.account);
        native.withdraw(intent, carol.account);
        assertEq(carol.account.balance, 700, "refunded");
        assertEq(held(), 0, "held");
        assertTrue(settlement.isNonceSpent(address(native), intent.nonce), "cancelled");
        refuse(nativeDraft(fillOf(intent, 1)), abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));
    }

    function test_anybody_sends_what_is_left_back_to_the_depositor_when_it_has_expired() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        sell(intent, 1);
        bytes memory reason = abi.encodeWithSelector(INativeIntents.NotExpired.selector, intent.validTo);
        vm.warp(intent.validTo);
        vm.expectRevert(reason);
        native.refund(intent);
        vm.warp(uint256(intent.validTo) + 1);
        vm.prank(carol.account);
        native.refund(intent);
        assertEq(alice.account.balance, 999_999, "Alice's ether");
        assertEq(carol.account.balance, 0, "Carol's ether");
    }

    function test_nobody_else_takes_it_back_before() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        vm.prank(bob.account);
        vm.expectRevert(
            abi.encodeWithSelector(INativeIntents.NotDepositor.selector, bob.account, alice.account)
        );
        native.withdraw(intent, bob.account);
    }

    function test_of_a_deposit_that_is_sold_whole_nothing_comes_back() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        deposit(bob, saleOf(bob.account, 1000));
        sell(intent, 400);
        sell(intent, 600);
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        assertEq(alice.account.balance, 999_000, "Alice's ether");
        assertEq(held(), 1000, "Bob's deposit");
        assertEq(native.depositOf(intent.nonce), bytes32(0), "no record");
    }

    function test_a_deposit_comes_back_on_both_sides_of_a_fork() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        bytes32 before = hashOf(intent);
        vm.chainId(block.chainid + 1);
        _expectSigned(before, abi.encode(intent.nonce), false);
        _expectSigned(hashOf(intent), abi.encode(intent.nonce), true);
        sell(intent, 100);
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        assertEq(alice.account.balance, 999_900, "Alice's ether");
    }

    function test_nothing_comes_back_twice_or_for_another_intent() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        deposit(bob, saleOf(bob.account, 1000));
        Intent memory bent = saleOf(alice.account, 1000);
        bent.nonce = intent.nonce;
        bent.sellAmount = 2000;
        bytes memory reason = abi.encodeWithSelector(INativeIntents.UnknownDeposit.selector, hashOf(bent));
        vm.prank(alice.account);
        vm.expectRevert(reason);
        native.withdraw(bent, alice.account);

        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        reason = abi.encodeWithSelector(INativeIntents.UnknownDeposit.selector, hashOf(intent));
        vm.prank(alice.account);
        vm.expectRevert(reason);
        native.withdraw(intent, alice.account);
        vm.warp(uint256(intent.validTo) + 1);
        vm.expectRevert(reason);
        native.refund(intent);
        assertEq(held(), 1000, "Bob's deposit");
    }

    function test_a_depositor_that_refuses_ether_can_name_another_account() public {
        (ReentrantReceiver account, Intent memory intent) = _contractDeposit(1000);
        account.refuse(true);
        vm.warp(uint256(intent.validTo) + 1);
        vm.expectRevert(abi.encodeWithSelector(INativeIntents.CoinRefused.selector, address(account), 1000));
        native.refund(intent);
        account.execute(address(native), 0, abi.encodeCall(native.withdraw, (intent, carol.account)));
        assertEq(carol.account.balance, 1000, "refunded");
    }

    /* REENTRANCY */

    function test_a_depositor_that_comes_back_in_its_refund_finds_the_guard_closed() public {
        deposit(alice, saleOf(alice.account, 5000));
        (ReentrantReceiver account, Intent memory intent) = _contractDeposit(1000);
        bytes memory call = abi.encodeCall(native.withdraw, (intent, address(account)));
        account.arm(address(native), call);
        account.execute(address(native), 0, call);
        assertTrue(account.called(), "called");
        assertFalse(account.succeeded(), "came back");
        assertEq(
            account.answer(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
            "reason"
        );
        assertEq(address(account).balance, 1000, "refunded once");
        assertEq(held(), 5000, "Alice's deposit");
    }

    function test_a_depositor_that_settles_in_its_refund_finds_the_nonce_spent() public {
        deposit(alice, saleOf(alice.account, 5000));
        (ReentrantReceiver account, Intent memory intent) = _contractDeposit(1000);
        account.arm(
            address(settlement),
            abi.encodeCall(settlement.settle, (build(nativeDraft(fillOf(intent, 1000)))))
        );
        account.execute(address(native), 0, abi.encodeCall(native.withdraw, (intent, address(account))));
        assertFalse(account.succeeded(), "settled");
        assertEq(account.answer(), abi.encodeWithSelector(Errors.InvalidSignature.selector, 0), "reason");
        assertEq(held(), 5000, "Alice's deposit");
    }

    function test_a_depositor_that_withdraws_in_the_midst_of_its_batch_gets_what_the_batch_leaves() public {
        // The depositor sells to a token's owner whose token calls back while the wrapped ether is still here.
        ReentrantToken token = new ReentrantToken();
        token.mint(bob.account, 10_000);
        vm.prank(bob.account);
        token.approve(address(settlement), type(uint256).max);
        deposit(alice, saleOf(alice.account, 5000));
        ReentrantReceiver account = new ReentrantReceiver();
        Intent memory intent = saleOf(address(account), 1000);
        intent.buyToken = address(token);
        intent.buyAmount = 1000;
        account.execute{value: 1000}(address(native), 1000, abi.encodeCall(native.deposit, (intent)));
        token.arm(
            address(account),
            abi.encodeCall(
                account.execute,
                (address(native), 0, abi.encodeCall(native.withdraw, (intent, address(account))))
            )
        );
        Draft memory draft = nativeDraft(fillOf(intent, 600));
        draft.fills = emptyDraft(2, 0).fills;
        draft.fills[0] = fillOf(intent, 600);
        draft.fills[1] = whole(bob, sellIntent(address(token), 600, weth, 600));
        draft.pairs = new uint16[2][](2);
        draft.pairs[0] = [uint16(1), 0];
        draft.pairs[1] = [uint16(0), 1];
        (draft.tokens[0], draft.tokens[1]) =
            weth < address(token) ? (weth, address(token)) : (address(token), weth);
        (draft.prices[0], draft.prices[1]) = (1, 1);

        settle(draft);

        assertTrue(token.succeeded(), "withdrawn in the midst");
        assertEq(address(account).balance, 400, "what the batch leaves");
        assertEq(IERC20(weth).balanceOf(bob.account), 600, "Bob got");
        assertEq(held(), 5000, "Alice's deposit");
    }

    /* GIFTS */

    function test_a_gift_changes_what_is_left_of_nobody() public {
        Intent memory intent = saleOf(alice.account, 1000);
        deposit(alice, intent);
        WrappedEther(payable(weth)).deposit{value: 77}();
        IERC20(weth).transfer(address(native), 77);
        vm.prank(alice.account);
        native.withdraw(intent, alice.account);
        assertEq(alice.account.balance, 1_000_000, "Alice's ether");
        assertEq(held(), 77, "the gift stays");
    }

    /* ANY SEQUENCE */

    /// @dev Invariant: what is held is exactly what is left of all deposits, and in the end everybody has everything back
    /// that was not sold.
    function testFuzz_what_is_held_is_what_is_left(uint256 seed) public {
        Intent[] memory intents = new Intent[](6);
        uint256[] memory left = new uint256[](6);
        uint256 sold = 0;
        for (uint256 i = 0; i < 24; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 k = dice % 6;
            Actor memory depositor = k % 2 == 0 ? alice : bob;
            if (intents[k].sellAmount == 0) {
                intents[k] = saleOf(depositor.account, uint128(1 + ((dice >> 8) % 10_000)));
                deposit(depositor, intents[k]);
                left[k] = intents[k].sellAmount;
            } else if ((dice >> 32) % 4 == 0) {
                vm.prank(depositor.account);
                // solhint-disable-next-line avoid-low-level-calls
                (bool success, ) = address(native).call(
                    abi.encodeCall(native.withdraw, (intents[k], depositor.account))
                );
                assertEq(
                    success,
                    native.depositOf(intents[k].nonce) == 0 && left[k] != type(uint256).max,
                    "withdrawn"
                );
                left[k] = type(uint256).max;
            } else if (left[k] != 0 && left[k] != type(uint256).max) {
                uint256 part = 1 + ((dice >> 64) % left[k]);
                sell(intents[k], part);
                left[k] -= part;
                sold += part;
            }
            uint256 total = 0;
            for (uint256 j = 0; j < 6; ++j) total += left[j] == type(uint256).max ? 0 : left[j];
            assertEq(held(), total, "held");
        }
        assertEq(
            alice.account.balance + bob.account.balance + held() + sold,
            2_000_000,
            "everything is somewhere"
        );
        assertEq(IERC20(weth).balanceOf(keeper.account), sold, "sold");
    }

    /* HELPERS */

    function _refuse(Intent memory intent, uint256 value, bytes memory reason) private {
        vm.prank(alice.account);
        vm.expectRevert(reason);
        native.deposit{value: value}(intent);
    }

    function _expectSigned(bytes32 hash, bytes memory signature, bool signed) private view {
        assertEq(
            bytes32(native.isValidSignature(hash, signature)),
            signed ? bytes32(IERC1271.isValidSignature.selector) : bytes32(bytes4(0xffffffff)),
            "signed"
        );
    }

    function _contractDeposit(
        uint128 amount
    ) private returns (ReentrantReceiver account, Intent memory intent) {
        account = new ReentrantReceiver();
        intent = saleOf(address(account), amount);
        account.execute{value: amount}(address(native), amount, abi.encodeCall(native.deposit, (intent)));
    }
}
