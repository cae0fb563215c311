// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {FalseReturnToken} from "../mocks/FalseReturnToken.sol";
import {FeeOnTransferToken} from "../mocks/FeeOnTransferToken.sol";
import {NoReturnToken} from "../mocks/NoReturnToken.sol";
import {BalancesOutcome} from "../mocks/Outcomes.sol";
import {StrictToken} from "../mocks/StrictToken.sol";
import {ScriptedAnswer} from "../mocks/ScriptedAnswer.sol";
import {Draft, SettlementTest} from "../support/SettlementTest.sol";

/// @dev R3 for tokens that are not as the standard has them.
contract TokensTest is SettlementTest {
    function test_a_token_that_returns_nothing_settles() public {
        address token = address(new NoReturnToken());
        Draft memory draft = _aliceSellsToBob(token);

        settle(draft);

        assertEq(IERC20(token).balanceOf(alice.account), FUNDS - 1000, "Alice gave");
        assertEq(IERC20(token).balanceOf(bob.account), FUNDS + 1000, "Bob got");
        assertChange(tokenB, alice, 500, "Alice got");
    }

    function test_a_token_that_takes_a_call_of_no_other_size_settles() public {
        address token = address(new StrictToken());
        settle(_aliceSellsToBob(token));
        assertEq(IERC20(token).balanceOf(bob.account), FUNDS + 1000, "Bob got");
    }

    function test_a_token_that_returns_nothing_and_reverts_reverts_the_batch() public {
        address token = address(new NoReturnToken());
        Draft memory draft = _aliceSellsToBob(token);
        vm.prank(alice.account);
        NoReturnToken(token).approve(address(settlement), 999);
        refuse(draft, _failed(token, 1000));
    }

    function test_a_token_that_returns_false_reverts_the_batch_and_names_the_fill() public {
        FalseReturnToken token = new FalseReturnToken();
        Draft memory draft = _aliceSellsToBob(address(token));
        token.freeze();
        refuse(draft, _failed(address(token), 1000));
        assertChange(tokenB, bob, 0, "Bob gave nothing");
    }

    function test_a_token_without_code_reverts_the_batch_and_names_the_fill() public {
        // Above every other token, so that the batch stays in order.
        address token = address(type(uint160).max);
        Draft memory draft = _aliceSellsAt(token);
        refuse(draft, _failed(token, 1000));
    }

    function test_the_answer_of_the_token_before_does_not_stand_for_one_that_is_not_there() public {
        // Bob's token moves and says so; Alice's, above every other token, has no code, so its call succeeds and says nothing.
        address token = address(type(uint160).max);
        Draft memory draft = _aliceSellsAt(token);
        draft.pairs = new uint16[2][](2);
        draft.pairs[0] = [uint16(1), 0];
        draft.pairs[1] = [uint16(0), 1];
        refuse(draft, _failed(token, 1000));
        assertChange(tokenB, bob, 0, "Bob gave nothing");
    }

    function test_a_token_that_answers_neither_true_nor_nothing_reverts_the_batch() public {
        bytes[5] memory answers = [
            abi.encode(uint256(0)),
            abi.encode(uint256(2)),
            abi.encode(type(uint256).max),
            bytes(hex"01"),
            bytes(hex"00")
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            address token = address(new ScriptedAnswer(answers[i], false));
            Draft memory draft = _aliceSellsAt(token);
            refuse(draft, _failed(token, 1000));
        }
    }

    function test_a_token_that_takes_a_fee_delivers_less_than_was_bought() public {
        address token = address(new FeeOnTransferToken());
        Draft memory draft = _aliceSellsToBob(token);

        settle(draft);

        assertEq(IERC20(token).balanceOf(alice.account), FUNDS - 1000, "Alice gave what she signed");
        assertEq(
            IERC20(token).balanceOf(bob.account),
            FUNDS + 990,
            "Bob got a hundredth less than he signed"
        );
        assertEq(IERC20(token).balanceOf(address(settlement)), 0, "the settlement lost and holds nothing");
    }

    function test_a_condition_on_the_balance_guards_the_buyer_of_a_token_that_takes_a_fee() public {
        address token = address(new FeeOnTransferToken());
        Draft memory draft = _aliceSellsToBob(token);
        address condition = address(new BalancesOutcome());
        BalancesOutcome.Balance[] memory balances = new BalancesOutcome.Balance[](1);
        balances[0] = BalancesOutcome.Balance(token, bob.account, FUNDS + 1000);
        draft.fills[1].intent.condition = condition;
        draft.fills[1].intent.conditionData = abi.encode(balances);

        refuse(draft, abi.encodeWithSelector(Errors.OutcomeNotMet.selector, 1, condition));
    }

    /// @dev Alice sells 1,000 of `token` for 500 B, directly to Bob.
    function _aliceSellsToBob(address token) private returns (Draft memory draft) {
        _equip(alice.account, token);
        _equip(bob.account, token);
        draft = _aliceSellsAt(token);
    }

    function _aliceSellsAt(address token) private returns (Draft memory draft) {
        draft = crossing();
        _replaceByToken(draft, token);
        draft.fills[0].intent.sellToken = token;
        draft.fills[1].intent.buyToken = token;
    }

    function _replaceByToken(Draft memory draft, address token) private view {
        bool first = token < tokenB;
        draft.tokens = new address[](2);
        (draft.tokens[0], draft.tokens[1]) = first ? (token, tokenB) : (tokenB, token);
        draft.prices = new uint128[](2);
        (draft.prices[0], draft.prices[1]) = first ? (PRICE_A, PRICE_B) : (PRICE_B, PRICE_A);
    }

    /// @dev As `equip`, for tokens whose `approve` returns nothing.
    function _equip(address account, address token) private {
        NoReturnToken(token).mint(account, FUNDS);
        vm.prank(account);
        NoReturnToken(token).approve(address(settlement), type(uint256).max);
    }

    function _failed(address token, uint256 amount) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                Errors.TransferFailed.selector,
                0,
                token,
                alice.account,
                bob.account,
                amount
            );
    }
}
