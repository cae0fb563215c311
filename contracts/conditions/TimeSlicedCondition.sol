// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IOutcome} from "../interfaces/IOutcome.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";

/// @title TimeSlicedCondition
/// @author The Walras developers
/// @notice Spreads one partially fillable intent over time, with one signature (a TWAP): of `total`, at most the first part
/// may have executed from `start` on, at most two parts an interval later, and so on, in as many fills as keepers like.
/// @dev Data: `abi.encode(Schedule)`. A part that is missed is not lost, it may execute later together with the next. The
/// price of each fill is bound by the intent's limit alone; to follow the market, put a price feed beside (AllOf).
///
/// What has executed is read from the settlement after the batch, so several fills in one batch count together. The fill
/// that completes the intent spends the nonce and leaves `filledAmount` as it was; hence a spent nonce counts as all of
/// `total`, and is accepted only when the last part is due. A nonce that its owner cancels in the midst of the batch is
/// counted so too, which refuses the batch. Warning: other intents of the nonce count along (R4.4).
contract TimeSlicedCondition is IOutcome {
    struct Schedule {
        /// The intent's nonce.
        uint256 nonce;
        /// The intent's exact amount: `sellAmount` of a "sell", `buyAmount` of a "buy".
        uint128 total;
        /// Into how many parts.
        uint32 parts;
        /// When the first part is due, in seconds.
        uint32 start;
        /// Seconds from one part to the next.
        uint32 interval;
    }

    ISettlement private immutable _SETTLEMENT;

    constructor(ISettlement settlement) {
        _SETTLEMENT = settlement;
    }

    /// @inheritdoc IOutcome
    function holds(
        bytes32,
        address owner,
        uint256,
        uint256,
        bytes calldata conditionData
    ) external view override returns (bool) {
        Schedule memory schedule = abi.decode(conditionData, (Schedule));
        uint256 executed =
            _SETTLEMENT.isNonceSpent(owner, schedule.nonce)
                ? schedule.total
                : _SETTLEMENT.filledAmount(owner, schedule.nonce);
        return executed <= dueAmount(schedule, block.timestamp);
    }

    /// @notice How much of a schedule may have executed at a time, rounded down; the last part brings it to `total`.
    /// @dev No parts divide by zero and no interval too, so such a schedule refuses.
    function dueAmount(Schedule memory schedule, uint256 time) public pure returns (uint256) {
        if (time < schedule.start) return 0;
        uint256 due = (time - schedule.start) / schedule.interval + 1;
        if (due > schedule.parts) due = schedule.parts;
        return (uint256(schedule.total) * due) / schedule.parts;
    }
}
