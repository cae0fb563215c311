// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlementErrors as Errors} from "../../contracts/interfaces/ISettlementErrors.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillEncoder, FillSpec} from "./FillEncoder.sol";
import {Draft} from "./SettlementTest.sol";

/// @title What `settle` must do, as docs/SPEC.md states it, slowly
/// @notice A ledger of its own, arithmetic of full width from OpenZeppelin, one mapping entry for each fact. It believes
/// that whoever is named as owner has signed, and knows nothing of encodings. It reverts with the settlement's errors.
contract ReferenceSettlement {
    uint256 private constant MAX = type(uint128).max;

    mapping(address token => mapping(address holder => uint256)) public balanceOf;
    mapping(address token => mapping(address holder => uint256)) public allowance;
    mapping(address owner => mapping(uint256 nonce => bool)) public isNonceSpent;
    mapping(address owner => mapping(uint256 nonce => uint256)) public filledAmount;

    /// @dev What is left of each fill; rebuilt by every batch.
    uint256[] private _owed;
    uint256[] private _due;

    function setBalance(address token, address holder, uint256 amount) external {
        balanceOf[token][holder] = amount;
    }

    function setAllowance(address token, address holder, uint256 amount) external {
        allowance[token][holder] = amount;
    }

    function cancel(address owner, uint256 nonce) external {
        isNonceSpent[owner][nonce] = true;
    }

    function settle(address keeper, uint256 time, Draft memory draft) external {
        delete _owed;
        delete _due;
        _checkPrices(draft);
        for (uint256 i = 0; i < draft.fills.length; ++i) _verify(keeper, time, draft, i);
        _move(keeper, draft);
    }

    /* R2 */

    function _checkPrices(Draft memory draft) private pure {
        uint256 count = draft.tokens.length;
        require(draft.prices.length == count, Errors.PricesLengthMismatch(count, draft.prices.length));
        for (uint256 i = 0; i < count; ++i) {
            if (i > 0 && uint160(draft.tokens[i]) <= uint160(draft.tokens[i - 1])) {
                revert Errors.TokensNotAscending(i);
            }
            if (draft.prices[i] == 0) revert Errors.ZeroPrice(i);
        }
    }

    /* R1, R4, R5, R6 */

    function _verify(address keeper, uint256 time, Draft memory draft, uint256 i) private {
        FillSpec memory fill = draft.fills[i];
        Intent memory intent = fill.intent;
        if (intent.sellToken == intent.buyToken) revert Errors.SameToken(i, intent.sellToken);
        if (time > intent.validTo) revert Errors.Expired(i, intent.validTo);
        if (intent.settler != address(0) && intent.settler != keeper) {
            revert Errors.WrongSettler(i, intent.settler);
        }
        if (time < intent.validFrom) revert Errors.NotYetValid(i, intent.validFrom);

        uint256 limit = _limitAt(time, intent, i);

        (uint256 sold, uint256 bought) = _amounts(draft, i);
        if (fill.fee > 0) {
            // The cap's share, rounded down. An intent of no amount has no share to give.
            uint256 share =
                intent.sellAmount == 0 ? MAX : Math.mulDiv(intent.maxFee, sold, intent.sellAmount);
            if (fill.fee > share) revert Errors.FeeTooHigh(i, fill.fee, sold);
        }

        // The limit's share, rounded up. An intent that gives nothing can ask for nothing.
        uint256 least =
            intent.sellAmount == 0
                ? (sold == 0 || limit == 0 ? 0 : type(uint256).max)
                : Math.mulDiv(sold, limit, intent.sellAmount, Math.Rounding.Ceil);
        if (bought < least) revert Errors.LimitNotMet(i, sold, bought, limit);

        _record(fill, i);
        // The model's gas costs nothing, so nothing can be charged for it.
        if (fill.fee > 0 && intent.feePerWei > 0) {
            revert Errors.FeeAboveCost(i, fill.fee, Math.ceilDiv(fill.fee * 1e18, intent.feePerWei), 0);
        }
        _owed.push(sold);
        _due.push(bought);
    }

    function _amounts(Draft memory draft, uint256 i) private pure returns (uint256 sold, uint256 bought) {
        FillSpec memory fill = draft.fills[i];
        uint256 sellPrice = draft.prices[FillEncoder.indexOf(draft.tokens, fill.intent.sellToken)];
        uint256 buyPrice = draft.prices[FillEncoder.indexOf(draft.tokens, fill.intent.buyToken)];
        if (FillEncoder.isBuy(fill.intent)) {
            bought = fill.executed;
            sold = Math.mulDiv(bought, buyPrice, sellPrice, Math.Rounding.Ceil) + fill.fee;
            if (sold > MAX) revert Errors.AmountOverflow(i, sold);
        } else {
            sold = fill.executed;
            if (fill.fee > sold) revert Errors.FeeTooHigh(i, fill.fee, sold);
            bought = Math.mulDiv(sold - fill.fee, sellPrice, buyPrice);
            if (bought > MAX) revert Errors.AmountOverflow(i, bought);
        }
    }

    function _limitAt(uint256 time, Intent memory intent, uint256 i) private pure returns (uint256) {
        if (intent.startBuyAmount == 0 || time >= intent.decayEnd) return intent.buyAmount;
        if (intent.startBuyAmount < intent.buyAmount) {
            revert Errors.InvalidDecay(i, intent.startBuyAmount, intent.buyAmount);
        }
        uint256 premium = Math.mulDiv(
            intent.startBuyAmount - intent.buyAmount,
            intent.decayEnd - time,
            intent.decayEnd - intent.validFrom,
            Math.Rounding.Ceil
        );
        return intent.buyAmount + premium;
    }

    function _record(FillSpec memory fill, uint256 i) private {
        Intent memory intent = fill.intent;
        uint256 amount = FillEncoder.isBuy(intent) ? intent.buyAmount : intent.sellAmount;
        uint256 filled = filledAmount[fill.owner][intent.nonce];
        uint256 remaining = filled > amount ? 0 : amount - filled;

        if (isNonceSpent[fill.owner][intent.nonce]) revert Errors.NonceSpent(i, fill.owner, intent.nonce);
        if (fill.executed == 0) revert Errors.ZeroFill(i);
        if (!intent.partiallyFillable && fill.executed != amount) {
            revert Errors.NotPartiallyFillable(i, fill.executed, amount);
        }
        if (intent.partiallyFillable && fill.executed > remaining) {
            revert Errors.Overfilled(i, fill.executed, remaining);
        }

        if (intent.partiallyFillable && fill.executed < remaining) {
            filledAmount[fill.owner][intent.nonce] = filled + fill.executed;
        } else {
            isNonceSpent[fill.owner][intent.nonce] = true;
        }
    }

    /* R3 */

    function _move(address keeper, Draft memory draft) private {
        for (uint256 i = 0; i < draft.pairs.length; ++i) {
            uint256 from = draft.pairs[i][0];
            uint256 to = draft.pairs[i][1];
            if (from >= draft.fills.length) revert Errors.TransferFillOutOfRange(i, from);
            if (to >= draft.fills.length) revert Errors.TransferFillOutOfRange(i, to);
            address token = draft.fills[from].intent.sellToken;
            if (token != draft.fills[to].intent.buyToken) revert Errors.TransferTokenMismatch(i, from, to);

            uint256 amount = Math.min(_owed[from], _due[to]);
            _owed[from] -= amount;
            _due[to] -= amount;
            _transfer(from, token, draft.fills[from].owner, _receiver(draft.fills[to]), amount);
        }
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            FillSpec memory fill = draft.fills[i];
            _transfer(i, fill.intent.sellToken, fill.owner, keeper, _owed[i]);
        }
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            FillSpec memory fill = draft.fills[i];
            _transfer(i, fill.intent.buyToken, keeper, _receiver(fill), _due[i]);
        }
    }

    function _receiver(FillSpec memory fill) private pure returns (address) {
        return fill.intent.receiver == address(0) ? fill.owner : fill.intent.receiver;
    }

    function _transfer(uint256 i, address token, address from, address to, uint256 amount) private {
        if (amount == 0) return;
        if (balanceOf[token][from] < amount || allowance[token][from] < amount) {
            revert Errors.TransferFailed(i, token, from, to, amount);
        }
        if (allowance[token][from] != type(uint256).max) allowance[token][from] -= amount;
        balanceOf[token][from] -= amount;
        balanceOf[token][to] += amount;
    }
}
