// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IOutcome} from "../interfaces/IOutcome.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ISettlementLens} from "../interfaces/ISettlementLens.sol";
import {FillMath} from "../libraries/FillMath.sol";
import {IntentHash} from "../libraries/IntentHash.sol";
import {Intent} from "../types/Intent.sol";
import {BoundedCall} from "./BoundedCall.sol";

/// @title SettlementLens
/// @author The Walras developers
/// @notice Says for many intents at once what stands in their way. See `ISettlementLens`.
contract SettlementLens is ISettlementLens {
    using BoundedCall for address;

    ISettlement private immutable _SETTLEMENT;

    constructor(ISettlement settlement) {
        _SETTLEMENT = settlement;
    }

    /// @inheritdoc ISettlementLens
    function read(Query[] calldata queries, address keeper) external view returns (State[] memory states) {
        states = new State[](queries.length);
        for (uint256 i = 0; i < queries.length; ++i) {
            // Eighths of an intent's share of the gas: four for its signer, one each for balance, allowance and
            // condition, one for the lens. What is left falls to the intents that follow.
            uint256 eighth = gasleft() / (queries.length - i) / 8;
            _look(queries[i], keeper, eighth, states[i]);
        }
    }

    function _look(Query calldata query, address keeper, uint256 eighth, State memory state) private view {
        Intent calldata intent = query.intent;
        state.conditionHolds = true;
        bytes32 kind = keccak256(bytes(intent.kind));
        if (kind != IntentHash.SELL && kind != IntentHash.BUY) {
            state.obstacle = Obstacle.UnknownKind;
            return;
        }

        state.intentHash = _SETTLEMENT.hashIntent(intent);
        _lookAtTerms(intent, keeper, state);
        bool isValid = _lookAtSignature(query, eighth, state);
        _lookAtLimit(intent, state);
        if (!isValid) return;

        _lookAtNonce(intent, kind == IntentHash.SELL, state);
        uint256 most = _mostToSell(intent, kind == IntentHash.SELL, state);
        _lookAtToken(intent, eighth, most, state);
        if (intent.condition != address(0)) {
            _lookAtCondition(intent, kind == IntentHash.SELL, eighth, most, state);
        }
    }

    function _lookAtTerms(Intent calldata intent, address keeper, State memory state) private view {
        if (intent.sellToken == intent.buyToken) _note(state, Obstacle.SameToken);
        if (keeper != address(0) && intent.settler != address(0) && intent.settler != keeper) {
            _note(state, Obstacle.WrongSettler);
        }
        if (block.timestamp < intent.validFrom) _note(state, Obstacle.NotYetValid);
        if (block.timestamp > intent.validTo) _note(state, Obstacle.Expired);
    }

    /// @return isValid Whether there is an owner to go on with.
    function _lookAtSignature(
        Query calldata query,
        uint256 eighth,
        State memory state
    ) private view returns (bool isValid) {
        state.owner = query.owner;
        if (query.scheme == Scheme.Approval) {
            isValid = _SETTLEMENT.isApproved(query.owner, state.intentHash);
            if (!isValid) _note(state, Obstacle.NotApproved);
            return isValid;
        }
        if (query.scheme == Scheme.Ecdsa) {
            address signer = _recover(state.intentHash, query.signature);
            isValid = signer != address(0) && (query.owner == address(0) || query.owner == signer);
            if (isValid) state.owner = signer;
        } else {
            bytes memory question = abi.encodeCall(
                IERC1271.isValidSignature,
                (state.intentHash, query.signature)
            );
            (, uint256 answer) = query.owner.ask(4 * eighth, question);
            isValid = bytes32(answer) == bytes32(IERC1271.isValidSignature.selector);
        }
        if (!isValid) _note(state, Obstacle.InvalidSignature);
    }

    /// @dev 0 for a signature that recovers nobody.
    function _recover(bytes32 intentHash, bytes calldata signature) private pure returns (address signer) {
        if (signature.length == 64) {
            (signer, , ) = ECDSA.tryRecover(intentHash, bytes32(signature[:32]), bytes32(signature[32:]));
        } else {
            (signer, , ) = ECDSA.tryRecover(intentHash, signature);
        }
    }

    function _lookAtLimit(Intent calldata intent, State memory state) private view {
        state.limitBuyAmount = intent.buyAmount;
        uint256 time = block.timestamp < intent.validFrom ? intent.validFrom : block.timestamp;
        if (intent.startBuyAmount == 0 || time >= intent.decayEnd) return;
        if (intent.startBuyAmount < intent.buyAmount) {
            _note(state, Obstacle.InvalidDecay);
            return;
        }
        state.limitBuyAmount = FillMath.decayedBuyAmount(
            intent.startBuyAmount,
            intent.buyAmount,
            intent.validFrom,
            intent.decayEnd,
            time
        );
    }

    function _lookAtNonce(Intent calldata intent, bool isSell, State memory state) private view {
        if (_SETTLEMENT.isNonceSpent(state.owner, intent.nonce)) {
            _note(state, Obstacle.NonceSpent);
            return;
        }
        uint256 amount = isSell ? intent.sellAmount : intent.buyAmount;
        uint256 filled = intent.partiallyFillable ? _SETTLEMENT.filledAmount(state.owner, intent.nonce) : 0;
        if (filled >= amount) _note(state, Obstacle.Filled);
        else state.remaining = amount - filled;
    }

    /// @dev What the owner may have to give for what remains. For "buy" the most that the limit allows at this moment; its
    /// division is sound because nothing remains of an intent that buys 0, and a limit is at least `buyAmount`.
    function _mostToSell(
        Intent calldata intent,
        bool isSell,
        State memory state
    ) private pure returns (uint256) {
        if (isSell || state.remaining == 0) return state.remaining;
        return (state.remaining * intent.sellAmount) / state.limitBuyAmount;
    }

    function _lookAtToken(
        Intent calldata intent,
        uint256 eighth,
        uint256 most,
        State memory state
    ) private view {
        bool hasBalance;
        bool hasAllowance;
        (hasBalance, state.balance) = intent.sellToken.ask(
            eighth,
            abi.encodeCall(IERC20.balanceOf, (state.owner))
        );
        (hasAllowance, state.allowance) = intent.sellToken.ask(
            eighth,
            abi.encodeCall(IERC20.allowance, (state.owner, address(_SETTLEMENT)))
        );
        if (!hasBalance || !hasAllowance) {
            _note(state, Obstacle.TokenUnreadable);
            return;
        }
        uint256 needed = intent.partiallyFillable && most != 0 ? 1 : most;
        if (state.balance < needed) _note(state, Obstacle.InsufficientBalance);
        if (state.allowance < needed) _note(state, Obstacle.InsufficientAllowance);
    }

    function _lookAtCondition(
        Intent calldata intent,
        bool isSell,
        uint256 eighth,
        uint256 most,
        State memory state
    ) private view {
        uint256 bought = state.remaining;
        if (isSell && bought != 0) bought = (bought * state.limitBuyAmount) / intent.sellAmount;
        bytes memory question = abi.encodeCall(
            IOutcome.holds,
            (state.intentHash, state.owner, most, bought, intent.conditionData)
        );
        state.conditionHolds = intent.condition.isTrue(eighth, question);
        if (!state.conditionHolds) _note(state, Obstacle.ConditionFails);
    }

    /// @dev The first obstacle stays.
    function _note(State memory state, Obstacle obstacle) private pure {
        if (state.obstacle == Obstacle.None) state.obstacle = obstacle;
    }
}
