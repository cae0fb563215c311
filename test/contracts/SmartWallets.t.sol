// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {ScriptedAnswer} from "../mocks/ScriptedAnswer.sol";
import {SingleHashWallet} from "../mocks/SingleHashWallet.sol";
import {Wallet1271} from "../mocks/Wallet1271.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R4 for owners that are contracts (ERC-1271).
contract SmartWalletsTest is SettlementTest {
    bytes4 internal constant MAGIC = IERC1271.isValidSignature.selector;

    function test_a_wallet_settles_what_it_accepts() public {
        Wallet1271 wallet = new Wallet1271(alice.account);
        Draft memory draft = _walletSells(address(wallet));

        settle(draft);

        assertEq(IERC20(tokenB).balanceOf(address(wallet)), FUNDS + 500, "the wallet got");
        assertEq(IERC20(tokenA).balanceOf(address(wallet)), FUNDS - 1000, "the wallet gave");
        assertChange(tokenA, alice, 0, "its key gave nothing");
        assertTrue(settlement.isNonceSpent(address(wallet), nonceOf(draft, 0)), "the wallet's nonce");
        assertFalse(settlement.isNonceSpent(alice.account, nonceOf(draft, 0)), "its key's nonce");
    }

    function test_a_wallet_that_refuses_reverts() public {
        Wallet1271 wallet = new Wallet1271(alice.account);
        Draft memory draft = _walletSells(address(wallet));
        draft.fills[0].key = bob.key;

        refuse(draft, _invalid());
    }

    function test_a_wallet_is_asked_about_exactly_this_intent_with_exactly_this_signature() public {
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
        bytes memory signature = "any bytes, of a length that is no multiple of 32";
        SingleHashWallet wallet = new SingleHashWallet(hashOf(intent), signature);
        Draft memory draft = _walletSells(address(wallet));
        draft.fills[0].signature = signature;
        refuse(draft, _invalid());

        draft.fills[0].intent = intent;
        draft.fills[0].signature = bytes.concat(signature, hex"00");
        refuse(draft, _invalid());

        draft.fills[0].signature = signature;
        settle(draft);
        assertEq(IERC20(tokenB).balanceOf(address(wallet)), FUNDS + 500, "the wallet got");
    }

    function test_a_wallet_may_take_a_signature_of_no_bytes() public {
        Intent memory intent = sellIntent(tokenA, 1000, tokenB, 500);
        SingleHashWallet wallet = new SingleHashWallet(hashOf(intent), "");
        Draft memory draft = _walletSells(address(wallet));
        draft.fills[0].intent = intent;
        Batch memory batch = build(draft);
        // `build` signs what has no signature; take it out again.
        batch.fills = bytes.concat(
            hex"0001",
            FillEncoder.encodeIntent(draft.fills[0], draft.tokens),
            abi.encodePacked(address(wallet), uint16(0))
        );

        settle(batch);

        assertEq(IERC20(tokenB).balanceOf(address(wallet)), FUNDS + 500, "the wallet got");
    }

    function test_an_account_without_code_is_no_wallet() public {
        // Neither with the signature of its key, nor with any other.
        refuse(_walletSells(alice.account), _invalid());
    }

    function test_a_precompile_that_echoes_is_no_wallet() public {
        refuse(_walletSells(address(4)), _invalid());
    }

    function test_a_wallet_that_reverts_is_refused_even_if_it_reverts_with_the_magic_value() public {
        refuse(_walletSells(address(new ScriptedAnswer(abi.encode(MAGIC), true))), _invalid());
    }

    function test_an_answer_that_is_not_the_magic_value_is_refused() public {
        bytes4[4] memory wrong = [
            bytes4(0),
            bytes4(0xffffffff),
            MAGIC ^ bytes4(uint32(1)),
            bytes4(uint32(1))
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            refuse(_walletSells(address(new ScriptedAnswer(abi.encode(wrong[i]), false))), _invalid());
        }
    }

    function test_an_answer_shorter_than_a_word_is_refused() public {
        refuse(_walletSells(address(new ScriptedAnswer("", false))), _invalid());
        refuse(_walletSells(address(new ScriptedAnswer(abi.encodePacked(MAGIC), false))), _invalid());
        refuse(
            _walletSells(address(new ScriptedAnswer(abi.encodePacked(MAGIC, bytes27(0)), false))),
            _invalid()
        );
    }

    function test_an_answer_with_more_than_the_magic_value_in_its_word_is_refused() public {
        bytes memory dirty = abi.encodePacked(MAGIC, bytes27(0), uint8(1));
        refuse(_walletSells(address(new ScriptedAnswer(dirty, false))), _invalid());
    }

    function test_the_settlement_itself_is_no_wallet() public {
        refuse(_walletSells(address(settlement)), _invalid());
    }

    function test_a_wallet_that_accepts_everything_gives_only_its_own() public {
        ScriptedAnswer careless = new ScriptedAnswer(abi.encode(MAGIC), false);
        Draft memory draft = _walletSells(address(careless));
        draft.fills[0].signature = hex"00";

        settle(draft);

        assertEq(IERC20(tokenA).balanceOf(address(careless)), FUNDS - 1000, "the wallet gave");
        assertChange(tokenA, alice, 0, "Alice gave nothing");
    }

    /// @dev The wallet, owned by Alice, sells 1,000 A for 500 B.
    function _walletSells(address wallet) private returns (Draft memory draft) {
        equip(wallet, tokenA);
        equip(wallet, tokenB);
        draft = aliceSells();
        draft.fills[0].owner = wallet;
        draft.fills[0].scheme = FillEncoder.EIP1271;
    }

    function _invalid() private pure returns (bytes memory) {
        return abi.encodeWithSelector(Errors.InvalidSignature.selector, 0);
    }
}
