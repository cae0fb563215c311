// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {BlockingToken} from "../mocks/BlockingToken.sol";
import {CancellingToken} from "../mocks/CancellingToken.sol";
import {GasEater} from "../mocks/GasEater.sol";
import {ReentrantToken} from "../mocks/ReentrantToken.sol";
import {ReturnBomb} from "../mocks/ReturnBomb.sol";
import {ScriptedKeeper} from "../mocks/ScriptedKeeper.sol";
import {SpentNonceWallet} from "../mocks/SpentNonceWallet.sol";
import {Wallet1271} from "../mocks/Wallet1271.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev Tokens, wallets, conditions and callbacks that act against the batch in which they stand.
contract HostileContractsTest is SettlementTest {
    uint256 internal constant GAS = 3_000_000;

    /* GAS AND ANSWERS */

    function test_a_wallet_that_eats_all_gas_harms_only_its_own_batch() public {
        Draft memory draft = crossing();
        draft.fills[1].owner = address(new GasEater());
        draft.fills[1].scheme = FillEncoder.EIP1271;
        assertFalse(_submit(build(draft)), "settled");
        _noncesAreUnspent(draft);
        settle(crossing());
    }

    function test_a_condition_that_eats_all_gas_harms_only_its_own_batch() public {
        Draft memory draft = crossing();
        draft.fills[1].intent.condition = address(new GasEater());
        assertFalse(_submit(build(draft)), "settled");
        _noncesAreUnspent(draft);
        assertChange(tokenA, alice, 0, "Alice's A");
        settle(crossing());
    }

    function test_a_token_that_eats_all_gas_harms_only_its_own_batch() public {
        Draft memory draft = _aliceSells(address(new GasEater()));
        assertFalse(_submit(build(draft)), "settled");
        _noncesAreUnspent(draft);
        settle(crossing());
    }

    function test_a_wallet_that_answers_with_a_flood_says_yes_or_no_by_its_first_word() public {
        ReturnBomb wallet = new ReturnBomb(uint256(bytes32(IERC1271.isValidSignature.selector)), 100_000);
        equip(address(wallet), tokenA);
        Draft memory draft = crossing();
        draft.fills[0].owner = address(wallet);
        draft.fills[0].scheme = FillEncoder.EIP1271;
        assertTrue(_submit(build(draft)), "settled");
        assertEq(IERC20(tokenB).balanceOf(address(wallet)), 500, "what the wallet got");
    }

    function test_a_condition_that_answers_with_a_flood_says_yes_or_no_by_its_first_word() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.condition = address(new ReturnBomb(1, 10_000));
        assertTrue(_submit(build(draft)), "true");
        draft = crossing();
        address refuses = address(new ReturnBomb(2, 10_000));
        draft.fills[0].intent.condition = refuses;
        refuse(draft, abi.encodeWithSelector(Errors.OutcomeNotMet.selector, 0, refuses));
    }

    function test_a_token_that_answers_with_a_flood_says_yes_or_no_by_its_first_word() public {
        assertTrue(_submit(build(_aliceSells(address(new ReturnBomb(1, 100_000))))), "true");
        assertFalse(_submit(build(_aliceSells(address(new ReturnBomb(2, 100_000))))), "neither");
    }

    /* CODE THAT IS GONE */

    function test_a_token_that_was_destroyed_moves_nothing() public {
        Draft memory draft = crossing();
        Batch memory batch = build(draft);
        vm.etch(tokenA, "");
        refuse(
            batch,
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenA,
                alice.account,
                bob.account,
                1000
            )
        );
    }

    function test_a_wallet_that_was_destroyed_signs_nothing() public {
        Wallet1271 wallet = new Wallet1271(alice.account);
        equip(address(wallet), tokenA);
        Draft memory draft = crossing();
        draft.fills[0].scheme = FillEncoder.EIP1271;
        draft.fills[0].owner = address(wallet);
        draft.fills[0].signature = sign(alice.key, hashOf(draft.fills[0].intent), FillEncoder.ECDSA);
        vm.etch(address(wallet), "");
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));
    }

    function test_a_condition_that_was_destroyed_holds_for_nobody() public {
        Draft memory draft = crossing();
        address condition = address(new ReturnBomb(1, 32));
        draft.fills[0].intent.condition = condition;
        vm.etch(condition, "");
        refuse(draft, abi.encodeWithSelector(Errors.OutcomeNotMet.selector, 0, condition));
    }

    /* TOKENS */

    function test_a_token_that_blocks_a_receiver_is_named_with_its_fill() public {
        BlockingToken token = new BlockingToken();
        equip(alice.account, address(token));
        Draft memory draft = _aliceSells(address(token));
        token.blockAccount(bob.account);
        refuse(
            draft,
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                address(token),
                alice.account,
                bob.account,
                1000
            )
        );
    }

    function test_a_sell_token_that_cancels_its_own_intent_comes_too_late() public {
        CancellingToken token = new CancellingToken(settlement, 77);
        token.mint(address(token), 1000);
        Draft memory draft = _aliceSells(address(token));
        draft.fills[0].intent.nonce = 77;
        draft.fills[0].owner = address(token);
        draft.fills[0].scheme = FillEncoder.APPROVED;
        token.approveIntent(hashOf(draft.fills[0].intent));

        settle(draft);

        assertEq(IERC20(tokenB).balanceOf(address(token)), 500, "what the token bought");
        assertEq(token.balanceOf(bob.account), 1000, "what Bob bought");
    }

    function test_a_token_that_approves_an_intent_in_between_comes_too_late() public {
        // The second intent is the token's own, and would be valid if it were looked at after the first had moved.
        ReentrantToken token = new ReentrantToken();
        equip(alice.account, address(token));
        Draft memory draft = _aliceSells(address(token));
        draft.fills[1].owner = address(token);
        draft.fills[1].scheme = FillEncoder.APPROVED;
        bytes32 intentHash = hashOf(draft.fills[1].intent);
        token.arm(address(settlement), abi.encodeCall(settlement.setApproval, (intentHash, true)));
        refuse(draft, abi.encodeWithSelector(Errors.NotApproved.selector, 1, address(token), intentHash));
    }

    function test_a_token_that_says_yes_and_moves_nothing_takes_nothing_else_along() public {
        // Who signs for it gets nothing of it; whoever gives it away gets the limit all the same.
        Draft memory draft = _aliceSells(address(new ReturnBomb(1, 32)));
        settle(draft);
        assertChange(tokenB, alice, 500, "Alice got");
        assertChange(tokenB, bob, -500, "Bob gave");
        assertChange(tokenA, bob, 0, "Bob's A");
    }

    /* WALLETS */

    function test_a_wallet_that_answers_by_state_is_asked_before_each_of_its_fills() public {
        Draft memory draft = crossing();
        SpentNonceWallet wallet = new SpentNonceWallet(settlement, nonceOf(draft, 0));
        equip(address(wallet), tokenA);
        equip(address(wallet), tokenB);
        for (uint256 i = 0; i < 2; ++i) {
            draft.fills[i].owner = address(wallet);
            draft.fills[i].scheme = FillEncoder.EIP1271;
        }
        // The first fill spends the nonce at which the wallet looks.
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 1));
    }

    /* CALLBACKS */

    function test_a_keeper_that_takes_its_allowance_back_in_the_callback_pays_or_reverts() public {
        ScriptedKeeper contractKeeper = new ScriptedKeeper(settlement);
        equip(address(contractKeeper), tokenB);
        Draft memory draft = aliceSells();
        draft.callbackData = "take it back";
        contractKeeper.onCallback(tokenB, abi.encodeCall(IERC20.approve, (address(settlement), 499)));
        Batch memory batch = build(draft);
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                address(contractKeeper),
                alice.account,
                500
            )
        );
        contractKeeper.settle(batch);
        assertChange(tokenA, alice, 0, "Alice's A");
    }

    function test_a_callback_that_approves_an_intent_of_the_batch_comes_too_late() public {
        ScriptedKeeper contractKeeper = new ScriptedKeeper(settlement);
        equip(address(contractKeeper), tokenB);
        Draft memory draft = crossing();
        draft.callbackData = "approve";
        draft.fills[1].owner = address(contractKeeper);
        draft.fills[1].scheme = FillEncoder.APPROVED;
        bytes32 intentHash = hashOf(draft.fills[1].intent);
        contractKeeper.onCallback(
            address(settlement),
            abi.encodeCall(settlement.setApproval, (intentHash, true))
        );
        Batch memory batch = build(draft);
        vm.expectRevert(
            abi.encodeWithSelector(Errors.NotApproved.selector, 1, address(contractKeeper), intentHash)
        );
        contractKeeper.settle(batch);
    }

    function test_what_the_callback_pays_a_receiver_directly_does_not_count_as_the_batchs() public {
        // ERC-7521's reference: a difference of balances counts one payment twice. Here the payment is the transfer.
        ScriptedKeeper contractKeeper = new ScriptedKeeper(settlement);
        equip(address(contractKeeper), tokenB);
        Draft memory draft = aliceSells();
        draft.callbackData = "pay directly";
        contractKeeper.onCallback(tokenB, abi.encodeCall(IERC20.transfer, (alice.account, 500)));
        contractKeeper.settle(build(draft));
        assertChange(tokenB, alice, 1000, "Alice got both");
    }

    /* HELPERS */

    function _submit(Batch memory batch) private returns (bool success) {
        vm.prank(keeper.account);
        (success, ) = address(settlement).call{gas: GAS}(abi.encodeCall(settlement.settle, (batch)));
    }

    function _noncesAreUnspent(Draft memory draft) private view {
        assertFalse(settlement.isNonceSpent(alice.account, nonceOf(draft, 0)), "Alice's nonce");
        assertFalse(settlement.isNonceSpent(draft.fills[1].owner, nonceOf(draft, 1)), "the other nonce");
    }

    /// @dev Alice sells 1,000 of `token` for 500 B, directly to Bob.
    function _aliceSells(address token) private returns (Draft memory draft) {
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
