// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {FillEncoder} from "../support/FillEncoder.sol";
import {SettlementHandler} from "./SettlementHandler.sol";
import {Test} from "../support/Test.sol";

/// @dev R1 to R5 as sentences that hold after any sequence of what owners and keepers can do.
contract InvariantsTest is Test {
    /// @dev Of the batches that nobody tampers with, so many in a hundred have to settle, else a campaign proves nothing.
    /// Those that draw a nonce that is spent or cancelled do not.
    uint256 internal constant LEAST_SETTLED_PERCENT = 75;

    string internal constant FIGURES = "cache/deep/invariants.txt";

    SettlementHandler private _handler;
    ISettlement private _settlement;
    address[] private _tokens;
    address[] private _holders;

    function setUp() public {
        _handler = new SettlementHandler();
        _settlement = _handler.settlement();
        _tokens = _handler.allTokens();
        _holders = _handler.holders();

        // The more often a function is listed, the more often it is called.
        bytes4[] memory selectors = new bytes4[](13);
        for (uint256 i = 0; i < 4; ++i) selectors[i] = SettlementHandler.settleNewIntents.selector;
        selectors[4] = SettlementHandler.settleMoreParts.selector;
        selectors[5] = SettlementHandler.settleMoreParts.selector;
        selectors[6] = SettlementHandler.replay.selector;
        selectors[7] = SettlementHandler.settleForged.selector;
        selectors[8] = SettlementHandler.settleUnsigned.selector;
        selectors[9] = SettlementHandler.cancel.selector;
        selectors[10] = SettlementHandler.cancelMany.selector;
        selectors[11] = SettlementHandler.takeApprovalBack.selector;
        selectors[12] = SettlementHandler.passTime.selector;
        target(address(_handler), selectors);
    }

    function invariant_nobody_gives_more_or_gets_less_than_signed() public view {
        assertEq(_handler.fillsNotSigned(), 0, "fills that nobody signed");
        assertEq(_handler.fillsBelowTheLimit(), 0, "fills below the limit");
        assertEq(_handler.fillsOutOfTime(), 0, "fills out of time");
        assertEq(_handler.fillsByAnotherSettler(), 0, "fills by another settler");
        for (uint256 i = 0; i < _handler.signedCount(); ++i) {
            SettlementHandler.Signed memory signed = _handler.signedAt(i);
            assertLe(signed.sold, signed.intent.sellAmount, "sold in all");
        }
    }

    function invariant_everybody_has_what_the_fills_say() public view {
        for (uint256 i = 0; i < _tokens.length; ++i) {
            for (uint256 j = 0; j < _holders.length; ++j) {
                int256 balance = int256(IERC20(_tokens[i]).balanceOf(_holders[j]));
                int256 expected = int256(_handler.startFunds()) + _handler.change(_tokens[i], _holders[j]);
                assertEq(balance, expected, "balance");
            }
        }
    }

    function invariant_filled_never_exceeds_signed() public view {
        for (uint256 i = 0; i < _handler.signedCount(); ++i) {
            SettlementHandler.Signed memory signed = _handler.signedAt(i);
            bool isBuy = FillEncoder.isBuy(signed.intent);
            uint256 amount = isBuy ? signed.intent.buyAmount : signed.intent.sellAmount;
            assertLe(isBuy ? signed.bought : signed.sold, amount, "executed in all");
            // The ghost counts the fill that spends a nonce, too; the contract need not.
            uint256 counted = _settlement.filledAmount(signed.owner, signed.intent.nonce);
            assertLe(counted, _handler.filled(signed.owner, signed.intent.nonce), "counted");
        }
    }

    function invariant_a_spent_nonce_never_settles_again() public view {
        assertEq(_handler.fillsOfSpentNonces(), 0, "fills of spent nonces");
        for (uint256 i = 0; i < _handler.signedCount(); ++i) {
            SettlementHandler.Signed memory signed = _handler.signedAt(i);
            bool spent = _settlement.isNonceSpent(signed.owner, signed.intent.nonce);
            assertEq(spent, _handler.isSpent(signed.owner, signed.intent.nonce), "spent");
        }
    }

    function invariant_the_settlement_holds_nothing() public view {
        for (uint256 i = 0; i < _tokens.length; ++i) {
            assertEq(IERC20(_tokens[i]).balanceOf(address(_settlement)), 0, "the settlement's balance");
        }
        assertEq(address(_settlement).balance, 0, "the settlement's ether");
    }

    function invariant_what_payers_lose_is_what_payees_gain() public view {
        for (uint256 i = 0; i < _tokens.length; ++i) {
            uint256 sum = 0;
            for (uint256 j = 0; j < _holders.length; ++j) sum += IERC20(_tokens[i]).balanceOf(_holders[j]);
            assertEq(sum, IERC20(_tokens[i]).totalSupply(), "all balances together");
        }
    }

    function invariant_an_allowance_moves_only_for_a_signed_intent() public view {
        for (uint256 i = 0; i < _tokens.length; ++i) {
            for (uint256 j = 0; j < _handler.ownerCount(); ++j) {
                uint256 left = IERC20(_tokens[i]).allowance(_holders[j], address(_settlement));
                uint256 used = _handler.allowanceUsed(_tokens[i], _holders[j]);
                assertEq(left, _handler.startAllowance() - used, "allowance");
            }
        }
    }

    /// @dev Run at the end of each sequence of calls. A deep run leaves a line of figures for `npm run test:deep` to add up.
    function afterInvariant() public {
        if (vm.envOr("WALRAS_DEEP", false)) {
            string memory submitted = vm.toString(_handler.submissions());
            string memory settled = vm.toString(_handler.settledSubmissions());
            vm.writeLine(FIGURES, string.concat(submitted, " ", settled));
        }
        assertGe(_handler.settlements(), 1, "batches that settled at all");
        uint256 least = (_handler.attempts() * LEAST_SETTLED_PERCENT) / 100;
        assertGe(_handler.settlements(), least, "batches that settled");
    }
}
