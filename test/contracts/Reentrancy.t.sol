// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ReentrantWallet} from "../mocks/ReentrantWallet.sol";
import {ScriptedKeeper} from "../mocks/ScriptedKeeper.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev Whoever is called during a settlement, none of them can settle in the midst of it.
contract ReentrancyTest is SettlementTest {
    bytes internal constant GUARD = abi.encodeWithSelector(
        ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
    );

    ScriptedKeeper private _keeper;

    function setUp() public override {
        super.setUp();
        _keeper = new ScriptedKeeper(settlement);
    }

    function test_the_callback_cannot_settle() public {
        Draft memory draft = crossing();
        draft.callbackData = "settle";
        _keeper.onCallback(address(settlement), _settleSomethingElse());
        Batch memory batch = build(draft);

        vm.expectRevert(GUARD);
        _keeper.settle(batch);
    }

    function test_the_callback_can_cancel_only_what_is_the_keepers() public {
        Draft memory draft = crossing();
        draft.callbackData = "cancel";
        _keeper.onCallback(address(settlement), abi.encodeCall(settlement.cancel, (77)));

        _keeper.settle(build(draft));

        assertTrue(settlement.isNonceSpent(address(_keeper), 77), "the keeper's nonce");
        assertFalse(settlement.isNonceSpent(alice.account, 77), "Alice's nonce");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_an_owner_that_cancels_in_the_callback_comes_too_late() public {
        // The keeper is an owner too, by an approved intent; its nonce is spent before it is called.
        Draft memory draft = crossing();
        draft.fills[0].owner = address(_keeper);
        draft.fills[0].scheme = FillEncoder.APPROVED;
        equip(address(_keeper), tokenA);
        _keeper.execute(
            address(settlement),
            abi.encodeCall(settlement.setApproval, (hashOf(draft.fills[0].intent), true))
        );
        draft.callbackData = "cancel";
        _keeper.onCallback(address(settlement), abi.encodeCall(settlement.cancel, (nonceOf(draft, 0))));

        _keeper.settle(build(draft));

        assertChange(tokenB, bob, -500, "Bob gave");
        assertChange(tokenA, bob, 1000, "Bob got");
    }

    function test_a_token_cannot_settle() public {
        ReentrantToken token = new ReentrantToken();
        Draft memory draft = _aliceSells(address(token));
        token.arm(address(settlement), _settleSomethingElse());

        settle(draft);

        assertFalse(token.succeeded(), "the token's call");
        assertEq(token.answer(), GUARD, "the token's answer");
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenC, carol, 0, "Carol's C");
    }

    function test_a_token_cannot_settle_the_batch_that_moves_it_once_more() public {
        ReentrantToken token = new ReentrantToken();
        Draft memory draft = _aliceSells(address(token));
        token.arm(address(settlement), abi.encodeCall(settlement.settle, (build(draft))));

        settle(draft);

        assertEq(token.answer(), GUARD, "the token's answer");
        assertChange(tokenB, alice, 500, "Alice got once");
    }

    function test_a_token_sees_the_nonces_spent_before_it_is_moved() public {
        ReentrantToken token = new ReentrantToken();
        Draft memory draft = _aliceSells(address(token));
        token.arm(
            address(settlement),
            abi.encodeCall(settlement.isNonceSpent, (alice.account, nonceOf(draft, 0)))
        );

        settle(draft);

        assertTrue(abi.decode(token.answer(), (bool)), "Alice's nonce is spent");
    }

    function test_a_smart_wallet_cannot_settle() public {
        ReentrantWallet wallet = new ReentrantWallet();
        equip(address(wallet), tokenA);
        wallet.arm(address(settlement), _settleSomethingElse(), GUARD);
        Draft memory draft = crossing();
        draft.fills[0].owner = address(wallet);
        draft.fills[0].scheme = FillEncoder.EIP1271;

        // The wallet accepts because the guard has refused it.
        settle(draft);

        assertChange(tokenC, carol, 0, "Carol's C");
        assertChange(tokenA, bob, 1000, "Bob got");
    }

    function test_a_smart_wallet_cannot_change_anything() public {
        ReentrantWallet wallet = new ReentrantWallet();
        equip(address(wallet), tokenA);
        // A static call that writes fails without an answer.
        wallet.arm(address(settlement), abi.encodeCall(settlement.cancel, (77)), "");
        Draft memory draft = crossing();
        draft.fills[0].owner = address(wallet);
        draft.fills[0].scheme = FillEncoder.EIP1271;

        settle(draft);

        assertFalse(settlement.isNonceSpent(address(wallet), 77), "the wallet's nonce");
    }

    function test_a_condition_cannot_settle() public {
        ReentrantWallet condition = new ReentrantWallet();
        condition.arm(address(settlement), _settleSomethingElse(), GUARD);
        Draft memory draft = crossing();
        draft.fills[0].intent.condition = address(condition);

        settle(draft);

        assertChange(tokenC, carol, 0, "Carol's C");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_condition_cannot_change_anything() public {
        ReentrantWallet condition = new ReentrantWallet();
        condition.arm(address(settlement), abi.encodeCall(settlement.cancel, (77)), "");
        Draft memory draft = crossing();
        draft.fills[0].intent.condition = address(condition);

        settle(draft);

        assertFalse(settlement.isNonceSpent(address(condition), 77), "the condition's nonce");
    }

    function test_the_guard_is_open_again_after_a_batch_and_after_a_refusal() public {
        Draft memory draft = crossing();
        draft.prices[0] = 0;
        refuse(draft, abi.encodeWithSelector(Errors.ZeroPrice.selector, 0));
        settle(crossing());
        settle(crossing());
        assertChange(tokenB, alice, 1000, "Alice got twice");
    }

    /// @dev A batch that would settle by itself: Carol's C for the keeper's B.
    function _settleSomethingElse() private returns (bytes memory) {
        Draft memory draft = single(whole(carol, sellIntent(tokenC, 30, tokenB, 10)));
        return abi.encodeCall(settlement.settle, (build(draft)));
    }

    /// @dev Alice sells 1,000 of `token` for 500 B, directly to Bob.
    function _aliceSells(address token) private returns (Draft memory draft) {
        equip(alice.account, token);
        draft = crossing();
        draft.fills[0].intent.sellToken = token;
        draft.fills[1].intent.buyToken = token;
        bool first = token < tokenB;
        draft.tokens = new address[](2);
        (draft.tokens[0], draft.tokens[1]) = first ? (token, tokenB) : (tokenB, token);
        draft.prices = new uint128[](2);
        (draft.prices[0], draft.prices[1]) = first ? (PRICE_A, PRICE_B) : (PRICE_B, PRICE_A);
    }
}
