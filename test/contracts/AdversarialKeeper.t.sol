// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {ForcedEther} from "../mocks/ForcedEther.sol";
import {ScriptedAnswer} from "../mocks/ScriptedAnswer.sol";
import {ScriptedKeeper} from "../mocks/ScriptedKeeper.sol";
import {Wallet1271} from "../mocks/Wallet1271.sol";
import {FillEncoder, FillSpec} from "../support/FillEncoder.sol";
import {Actor, Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev Attacks of a keeper, each of which fails. What has happened to others is named by its place and date; what the
/// other suites show already is listed in docs/SECURITY.md with them.
contract AdversarialKeeperTest is SettlementTest {
    Actor private _attacker;

    function setUp() public override {
        super.setUp();
        _attacker = makeActor("attacker");
    }

    /* ALLOWANCES AND BALANCES THAT ARE NOT THE KEEPER'S */

    /// @dev CoW Protocol, February 2023: what a settlement contract held could be moved by a call of a solver's choice.
    function test_tokens_that_lie_in_the_settlement_cannot_be_taken() public {
        equip(address(settlement), tokenA);
        for (uint256 scheme = FillEncoder.EIP1271; scheme <= FillEncoder.APPROVED; ++scheme) {
            Draft memory draft = aliceSells();
            draft.fills[0].owner = address(settlement);
            draft.fills[0].scheme = scheme;
            _refused(build(draft), keeper.account);
        }
        assertEq(IERC20(tokenA).balanceOf(address(settlement)), FUNDS, "the settlement's A");
    }

    /// @dev 0x Settler users, August 2025: allowances to a contract that makes calls of anybody's choice.
    function test_no_place_of_a_batch_makes_the_settlement_spend_an_allowance() public {
        // The token as a condition and as a wallet, with the bytes of a transfer as what they are asked about.
        bytes memory theft = abi.encodeCall(IERC20.transferFrom, (carol.account, _attacker.account, FUNDS));

        Draft memory draft = crossing();
        draft.fills[0].intent.condition = tokenA;
        draft.fills[0].intent.conditionData = theft;
        _refused(build(draft), keeper.account);

        draft = crossing();
        draft.fills[0].owner = tokenA;
        draft.fills[0].scheme = FillEncoder.EIP1271;
        draft.fills[0].signature = theft;
        _refused(build(draft), keeper.account);

        // As what the keeper is called back with, the keeper being nobody with code but the token itself.
        draft = crossing();
        draft.callbackData = theft;
        _refused(build(draft), tokenA);

        assertChange(tokenA, carol, 0, "Carol's A");
        assertEq(balance(tokenA, _attacker), 0, "the attacker's A");
    }

    function test_a_batch_cannot_spend_the_allowance_of_another_keeper() public {
        // The keeper's standing allowance pays only what the keeper itself submits.
        Batch memory batch = build(aliceSells());
        vm.prank(_attacker.account);
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                tokenB,
                _attacker.account,
                alice.account,
                500
            )
        );
        settlement.settle(batch);
        assertChange(tokenB, keeper, 0, "the keeper's B");
    }

    function test_an_owner_that_nobody_is_cannot_be_named() public {
        for (uint256 scheme = FillEncoder.EIP1271; scheme <= FillEncoder.APPROVED; ++scheme) {
            Draft memory draft = aliceSells();
            draft.fills[0].owner = address(0);
            draft.fills[0].scheme = scheme;
            _refused(build(draft), keeper.account);
        }
    }

    /* ANOTHER KEEPER'S CALLDATA */

    function test_no_fill_can_be_forged_in_the_memory_behind_the_fills() public {
        // What is left of a fill lies in memory, five words of it, and the data of conditions lies behind. So the keeper's
        // own intent carries a fill in its data in which Bob, who has signed nothing, sells to the keeper.
        bytes32[5] memory forged = [
            bytes32(uint256(uint160(bob.account))),
            bytes32(uint256(uint160(keeper.account))),
            bytes32(uint256(uint160(tokenA))),
            bytes32(uint256(uint160(tokenB))),
            bytes32((uint256(1000) << 128) | 500)
        ];
        address condition = address(new ScriptedAnswer(abi.encode(true), false));
        for (uint256 turn = 0; turn < 5; ++turn) {
            Draft memory draft = emptyDraft(1, 1);
            draft.fills[0] = whole(keeper, sellIntent(tokenB, 500, tokenA, 1000));
            draft.fills[0].intent.condition = condition;
            bytes memory data;
            for (uint256 word = 0; word < 30; ++word) data = bytes.concat(data, forged[(word + turn) % 5]);
            draft.fills[0].intent.conditionData = data;
            for (uint16 place = 1; place < 12; ++place) {
                draft.pairs[0] = [place, 0];
                refuse(
                    build(draft),
                    abi.encodeWithSelector(Errors.TransferFillOutOfRange.selector, 0, place)
                );
                draft.pairs[0] = [uint16(0), place];
                refuse(
                    build(draft),
                    abi.encodeWithSelector(Errors.TransferFillOutOfRange.selector, 0, place)
                );
            }
        }
        assertChange(tokenA, bob, 0, "Bob gave nothing");
    }

    function test_who_copies_a_batch_gives_its_owners_what_they_signed_and_takes_nothing_else() public {
        Draft memory draft = crossing();
        // Alice leaves 100 A for whoever settles.
        draft.fills[0].intent.maxFee = 100;
        draft.fills[0].fee = 100;
        draft.fills[0].intent.buyAmount = 450;
        draft.fills[1].intent.sellAmount = 450;
        draft.fills[1].executed = 450;
        draft.fills[1].intent.buyAmount = 900;
        Batch memory batch = build(draft);

        vm.prank(_attacker.account);
        settlement.settle(batch);
        assertEq(balance(tokenA, _attacker), 100, "the fee");
        assertChange(tokenA, alice, -1000, "Alice gave");
        assertChange(tokenB, alice, 450, "Alice got");

        // The first to have made it comes too late, and has lost nothing but gas.
        refuse(
            batch,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
        assertChange(tokenA, keeper, 0, "the keeper's A");
    }

    function test_who_copies_a_batch_pays_what_its_keeper_would_have_paid() public {
        // The keeper's own funds serve Alice; they are not there for the copy.
        Batch memory batch = build(aliceSells());
        _refused(batch, _attacker.account);
        settle(batch);
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_batch_of_exclusive_intents_cannot_be_copied() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.settler = keeper.account;
        Batch memory batch = build(draft);
        vm.prank(_attacker.account);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongSettler.selector, 0, keeper.account));
        settlement.settle(batch);
        settle(batch);
    }

    function test_who_takes_one_intent_out_of_a_batch_still_has_to_meet_its_limit() public {
        Draft memory draft = crossing();
        Batch memory batch = build(draft);
        settle(batch);

        Draft memory one = single(whole(alice, sellIntent(tokenA, 1000, tokenB, 500)));
        one.prices[0] = PRICE_A - 1;
        vm.prank(keeper.account);
        IERC20(tokenB).transfer(_attacker.account, 1000);
        vm.prank(_attacker.account);
        IERC20(tokenB).approve(address(settlement), 1000);
        batch = build(one);
        vm.prank(_attacker.account);
        vm.expectRevert(abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, 333, 500));
        settlement.settle(batch);
    }

    /* PRICES */

    /// @dev CoW Protocol prices by index: with tokens [A, B, A, B] two fills of one pair settle at two prices.
    function test_one_pair_cannot_get_two_prices_by_listing_its_tokens_twice() public {
        Draft memory draft = crossing();
        draft.tokens = new address[](4);
        draft.prices = new uint128[](4);
        (draft.tokens[0], draft.tokens[1]) = (tokenA, tokenB);
        (draft.tokens[2], draft.tokens[3]) = (tokenA, tokenB);
        (draft.prices[0], draft.prices[1]) = (PRICE_A, PRICE_B);
        (draft.prices[2], draft.prices[3]) = (PRICE_A, PRICE_B - 1);
        refuse(draft, abi.encodeWithSelector(Errors.TokensNotAscending.selector, 2));
    }

    function test_dust_that_would_round_to_nothing_does_not_settle() public {
        // An atom of A is worth half an atom of B: a part of one atom would buy nothing.
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
        intent.partiallyFillable = true;
        Draft memory draft = single(whole(alice, intent));
        draft.fills[0].executed = 1;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1, 0, 500));
    }

    function test_a_thousand_parts_of_a_buy_cost_no_more_than_its_cap() public {
        // Each part of one atom rounds up what it costs; a limit that leaves room for that in all does not leave it twice.
        Intent memory intent = sellIntent(tokenB, 500, tokenA, 1000);
        intent.kind = "buy";
        intent.partiallyFillable = true;
        Draft memory draft = single(whole(alice, intent));
        draft.fills[0].executed = 1;
        refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1, 1, 1000));

        draft.fills[0].executed = 2;
        for (uint256 i = 0; i < 500; ++i) settle(draft);
        assertChange(tokenB, alice, -500, "Alice gave");
        assertChange(tokenA, alice, 1000, "Alice got");
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_no_price_makes_an_owner_give_for_nothing() public {
        uint128[4] memory extremes = [uint128(1), 2, type(uint128).max - 1, type(uint128).max];
        for (uint256 i = 0; i < extremes.length; ++i) {
            for (uint256 j = 0; j < extremes.length; ++j) {
                Draft memory draft = aliceSells();
                (draft.prices[0], draft.prices[1]) = (extremes[i], extremes[j]);
                uint256 bought = (1000 * uint256(extremes[i])) / extremes[j];
                if (bought < 500) {
                    refuse(draft, abi.encodeWithSelector(Errors.LimitNotMet.selector, 0, 1000, bought, 500));
                }
            }
        }
        assertChange(tokenA, alice, 0, "Alice's A");
    }

    /* WHO IS WHO */

    function test_a_keeper_that_is_a_receiver_gets_what_was_bought_once() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.receiver = keeper.account;
        draft.pairs = new uint16[2][](0);
        settle(draft);
        assertChange(tokenB, keeper, 500, "the keeper's B");
        assertChange(tokenA, keeper, 0, "the keeper's A");
        assertChange(tokenA, bob, 1000, "Bob's A");
    }

    function test_a_keeper_that_is_owner_and_receiver_gains_what_it_gives() public {
        Draft memory draft = crossing();
        FillSpec memory fill = whole(keeper, sellIntent(tokenA, 1000, tokenB, 500));
        draft.fills[0] = fill;
        settle(draft);
        assertChange(tokenA, keeper, -1000, "the keeper's A");
        assertChange(tokenB, keeper, 500, "the keeper's B");
    }

    function test_what_is_bought_for_the_settlement_is_lost_and_nobody_elses() public {
        Draft memory draft = crossing();
        draft.fills[0].intent.receiver = address(settlement);
        settle(draft);
        assertEq(IERC20(tokenB).balanceOf(address(settlement)), 500, "the settlement's B");
        assertChange(tokenB, keeper, 0, "the keeper's B");
        // It serves nobody afterwards.
        _refused(build(aliceSells()), _attacker.account);
    }

    function test_the_settlement_is_no_token() public {
        Draft memory draft = _withToken(address(settlement));
        refuse(
            draft,
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                address(settlement),
                alice.account,
                keeper.account,
                1000
            )
        );
    }

    function test_the_keeper_is_no_token() public {
        // A keeper contract without `transferFrom`, named as what Alice sells.
        ScriptedKeeper contractKeeper = new ScriptedKeeper(settlement);
        Batch memory batch = build(_withToken(address(contractKeeper)));
        vm.expectRevert(
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                address(contractKeeper),
                alice.account,
                address(contractKeeper),
                1000
            )
        );
        contractKeeper.settle(batch);
    }

    function test_an_owner_with_delegated_code_stays_bound_by_its_key_alone() public {
        // EIP-7702: the account has code that accepts nothing, or anything; an ECDSA fill asks only the key.
        vm.etch(alice.account, address(new Wallet1271(bob.account)).code);
        settle(crossing());
        assertChange(tokenB, alice, 500, "Alice got");
    }

    /// @dev The digest has no owner in it, so a wallet that hands it to its key unchanged shares its key's signatures.
    /// Documented in docs/SECURITY.md; a wallet that binds signatures to itself, as most do, is not concerned.
    function test_a_signature_serves_a_wallet_only_if_the_wallet_says_so() public {
        Wallet1271 alices = new Wallet1271(alice.account);
        Wallet1271 bobs = new Wallet1271(bob.account);
        equip(address(alices), tokenA);
        equip(address(bobs), tokenA);
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);

        Draft memory draft = single(whole(alice, intent));
        draft.fills[0].scheme = FillEncoder.EIP1271;
        draft.fills[0].signature = sign(alice.key, hashOf(intent), FillEncoder.ECDSA);
        draft.fills[0].owner = address(bobs);
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));

        draft.fills[0].owner = address(alices);
        settle(draft);
        assertEq(IERC20(tokenB).balanceOf(address(alices)), 500, "what the wallet that accepts it got");

        // The same bytes serve the key's own account, whose nonces are others.
        draft.fills[0].owner = alice.account;
        draft.fills[0].scheme = FillEncoder.ECDSA;
        settle(draft);
        assertChange(tokenB, alice, 500, "what the key's own account got");
    }

    /* ETHER */

    function test_ether_that_is_forced_upon_the_settlement_changes_nothing() public {
        new ForcedEther{value: 1 ether}(payable(address(settlement)));
        assertEq(address(settlement).balance, 1 ether, "the settlement's ether");
        settle(crossing());
        assertChange(tokenB, alice, 500, "Alice got");
        assertEq(address(settlement).balance, 1 ether, "still there, and nobody's");
    }

    function test_a_batch_cannot_bring_ether() public {
        Batch memory batch = build(crossing());
        (bool success, ) = address(settlement).call{value: 1}(abi.encodeCall(settlement.settle, (batch)));
        assertFalse(success, "settled");
    }

    /* HELPERS */

    function _refused(Batch memory batch, address caller) private {
        vm.prank(caller);
        vm.expectRevert();
        settlement.settle(batch);
    }

    /// @dev Alice sells 1,000 of `token` for 500 B.
    function _withToken(address token) private returns (Draft memory draft) {
        draft = aliceSells();
        draft.fills[0].intent.sellToken = token;
        bool first = token < tokenB;
        draft.tokens = new address[](2);
        (draft.tokens[0], draft.tokens[1]) = first ? (token, tokenB) : (tokenB, token);
        draft.prices = new uint128[](2);
        (draft.prices[0], draft.prices[1]) = first ? (PRICE_A, PRICE_B) : (PRICE_B, PRICE_A);
    }
}
