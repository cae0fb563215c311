// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {IntentDigest} from "../support/IntentDigest.sol";
import {Actor, Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R4: only what the owner signed settles; ECDSA signatures of 65 and of 64 bytes.
contract SignaturesTest is SettlementTest {
    uint256 internal constant CURVE_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 internal constant MAX_KEY = CURVE_ORDER - 1;

    function test_a_signature_of_64_bytes_settles() public {
        Draft memory draft = aliceSells();
        settle(draft);
        assertEq(draft.fills[0].signature.length, 64, "signature length");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_signature_of_65_bytes_settles() public {
        Draft memory draft = aliceSells();
        draft.fills[0].scheme = FillEncoder.ECDSA;
        settle(draft);
        assertEq(draft.fills[0].signature.length, 65, "signature length");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_fuzz_both_forms_of_anybodys_signature_settle(uint256 key, bool is65Bytes) public {
        Actor memory signer;
        signer.key = bound(key, 1, MAX_KEY);
        signer.account = vm.addr(signer.key);
        // It may be one of the traders, but for the keeper, who pays what the signer gets.
        vm.assume(signer.account != keeper.account);
        equip(signer.account, tokenA);
        uint256 before = balance(tokenB, signer);
        Draft memory draft = single(whole(signer, sellIntent(tokenA, 1000, tokenB, 500)));
        if (is65Bytes) draft.fills[0].scheme = FillEncoder.ECDSA;

        settle(draft);

        assertEq(balance(tokenB, signer) - before, 500, "the signer got");
    }

    function test_a_high_s_reverts_in_65_bytes() public {
        Draft memory draft = aliceSells();
        draft.fills[0].scheme = FillEncoder.ECDSA;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.key, hashOf(draft.fills[0].intent));
        // The other signature of the same point: valid for ecrecover, and refused.
        draft.fills[0].signature = abi.encodePacked(
            r,
            CURVE_ORDER - uint256(s),
            v == 27 ? uint8(28) : uint8(27)
        );

        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));
    }

    function test_a_settled_intent_cannot_settle_again_by_its_other_signature() public {
        Draft memory draft = aliceSells();
        settle(draft);
        draft.fills[0].scheme = FillEncoder.ECDSA;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(alice.key, hashOf(draft.fills[0].intent));

        draft.fills[0].signature = abi.encodePacked(
            r,
            CURVE_ORDER - uint256(s),
            v == 27 ? uint8(28) : uint8(27)
        );
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));

        draft.fills[0].signature = abi.encodePacked(r, s, v);
        refuse(
            draft,
            abi.encodeWithSelector(Errors.NonceSpent.selector, 0, alice.account, nonceOf(draft, 0))
        );
    }

    function test_a_v_other_than_27_or_28_reverts() public {
        uint8[5] memory wrong = [0, 1, 26, 29, 255];
        for (uint256 i = 0; i < wrong.length; ++i) {
            Draft memory draft = aliceSells();
            draft.fills[0].scheme = FillEncoder.ECDSA;
            (, bytes32 r, bytes32 s) = vm.sign(alice.key, hashOf(draft.fills[0].intent));
            draft.fills[0].signature = abi.encodePacked(r, s, wrong[i]);
            refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));
        }
    }

    function test_a_signature_that_recovers_nobody_reverts() public {
        Draft memory draft = aliceSells();
        draft.fills[0].signature = new bytes(64);
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));

        draft.fills[0].scheme = FillEncoder.ECDSA;
        draft.fills[0].signature = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));

        draft.fills[0].signature = abi.encodePacked(CURVE_ORDER, uint256(1), uint8(27));
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 0));
    }

    function test_the_error_names_the_fill_with_the_invalid_signature() public {
        Draft memory draft = crossing();
        draft.fills[1].signature = new bytes(64);
        refuse(draft, abi.encodeWithSelector(Errors.InvalidSignature.selector, 1));
    }

    function test_an_intent_signed_by_somebody_else_moves_the_signers_tokens_only() public {
        Draft memory draft = aliceSells();
        draft.fills[0].key = bob.key;

        settle(draft);

        assertChange(tokenA, alice, 0, "Alice gave nothing");
        assertChange(tokenA, bob, -1000, "the signer gave");
        assertChange(tokenB, bob, 500, "the signer got");
    }

    function test_fuzz_an_intent_with_one_changed_amount_moves_nothing_of_anybody(uint128 sellAmount) public {
        Draft memory draft = aliceSells();
        sellAmount = uint128(bound(sellAmount, 1, FUNDS));
        vm.assume(sellAmount != 1000);
        bytes32 signed = hashOf(draft.fills[0].intent);
        draft.fills[0].signature = sign(alice.key, signed, FillEncoder.COMPACT);
        draft.fills[0].intent.sellAmount = sellAmount;
        draft.fills[0].intent.buyAmount = 0;
        draft.fills[0].executed = sellAmount;

        // It recovers to an account that nobody holds, so its transfer fails.
        vm.prank(keeper.account);
        (bool success, ) = address(settlement).call(abi.encodeCall(settlement.settle, (build(draft))));

        assertFalse(success, "settled");
        assertChange(tokenA, alice, 0, "Alice's A");
        assertFalse(settlement.isNonceSpent(alice.account, nonceOf(draft, 0)), "Alice's nonce");
    }

    function test_a_signature_for_another_chain_does_not_bind_its_signer_here() public {
        Draft memory draft = aliceSells();
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        draft.fills[0].signature = sign(alice.key, hashOf(draft.fills[0].intent), FillEncoder.COMPACT);
        vm.chainId(chainId);

        _doesNotBind(draft);
    }

    function test_a_signature_for_another_settlement_does_not_bind_its_signer_here() public {
        Draft memory draft = aliceSells();
        bytes32 digest = IntentDigest.digest(
            draft.fills[0].intent,
            block.chainid,
            address(deploySettlement())
        );
        draft.fills[0].signature = sign(alice.key, digest, FillEncoder.COMPACT);

        _doesNotBind(draft);
    }

    function _doesNotBind(Draft memory draft) private {
        vm.prank(keeper.account);
        (bool success, ) = address(settlement).call(abi.encodeCall(settlement.settle, (build(draft))));
        assertFalse(success, "settled");
        assertChange(tokenA, alice, 0, "Alice's A");
    }
}
