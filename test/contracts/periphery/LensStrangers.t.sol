// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ISettlementLens} from "../../../contracts/interfaces/ISettlementLens.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {AnswerBomb} from "../../mocks/AnswerBomb.sol";
import {GasEater} from "../../mocks/GasEater.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {LensTest} from "./LensTest.sol";

/// @dev The lens asks whom nobody vouches for: each has its share of the gas, and spoils no answer but its own.
contract LensStrangersTest is LensTest {
    function test_hostile_tokens_signers_and_conditions_spoil_their_own_answers_only() public {
        address[4] memory hostile = [
            address(new GasEater()),
            address(new AnswerBomb(true)),
            address(new AnswerBomb(false)),
            carol.account
        ];
        ISettlementLens.Query[] memory queries = new ISettlementLens.Query[](60);
        for (uint256 i = 0; i < 60; ++i) {
            Intent memory intent = _intent();
            address stranger = hostile[(i / 4) % 4];
            if (i % 4 == 0) intent.sellToken = stranger;
            if (i % 4 == 1) intent.condition = stranger;
            queries[i] = _signed(alice, intent);
            if (i % 4 == 2) {
                queries[i].scheme = ISettlementLens.Scheme.Eip1271;
                queries[i].owner = stranger;
            }
        }

        ISettlementLens.State[] memory states = _lens.read{gas: 30_000_000}(queries, keeper.account);

        for (uint256 i = 0; i < 60; ++i) {
            bool answersOne = (i / 4) % 4 == 2;
            ISettlementLens.Obstacle expected = ISettlementLens.Obstacle.None;
            // The bomb that does not revert answers 1: a balance and an allowance of one atom, and true.
            if (i % 4 == 0) {
                expected =
                    answersOne
                        ? ISettlementLens.Obstacle.InsufficientBalance
                        : ISettlementLens.Obstacle.TokenUnreadable;
            }
            if (i % 4 == 1 && !answersOne) expected = ISettlementLens.Obstacle.ConditionFails;
            if (i % 4 == 2) expected = ISettlementLens.Obstacle.InvalidSignature;
            assertEq(uint256(states[i].obstacle), uint256(expected), vm.toString(i));
        }
    }

    function test_a_token_that_answers_too_little_is_unreadable() public {
        Intent memory intent = _intent();
        intent.sellToken = address(new ScriptedAnswer(new bytes(31), false));
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.TokenUnreadable);
        // One of the two answers is not enough.
        intent.sellToken = address(new BalanceOnly());
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.TokenUnreadable);
    }

    function test_an_intents_signer_has_half_of_its_gas_and_whom_it_asks_else_an_eighth() public {
        ISettlementLens.Query[] memory queries = new ISettlementLens.Query[](2);
        for (uint256 i = 0; i < 2; ++i) {
            // Of 16 million, half for the first; what that leaves, nearly all, for the second.
            uint256 eighth = (i + 1) * 1_000_000;
            Intent memory intent = _intent();
            intent.sellToken = address(new GasGauge(eighth, abi.encode(1000)));
            intent.condition = address(new GasGauge(eighth, abi.encode(true)));
            queries[i] = _with(intent);
            queries[i].scheme = ISettlementLens.Scheme.Eip1271;
            queries[i].owner = address(
                new GasGauge(4 * eighth, abi.encode(IERC1271.isValidSignature.selector))
            );
        }

        ISettlementLens.State[] memory states = _lens.read{gas: 16_000_000}(queries, keeper.account);

        _expect(states[0], ISettlementLens.Obstacle.None);
        _expect(states[1], ISettlementLens.Obstacle.None);
    }
}

/// @dev Tells balances, but no allowances.
contract BalanceOnly {
    function balanceOf(address) external pure returns (uint256) {
        return 1;
    }
}

/// @dev Answers if it has an amount of gas, or a twentieth less at most.
contract GasGauge {
    uint256 private immutable _GAS;
    bytes private _answer;

    constructor(uint256 amount, bytes memory answer) {
        _GAS = amount;
        _answer = answer;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        uint256 amount = gasleft();
        require(amount <= _GAS && amount >= _GAS - _GAS / 20);
        return _answer;
    }
}
