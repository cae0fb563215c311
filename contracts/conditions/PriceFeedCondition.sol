// SPDX-License-Identifier: MIT
pragma solidity 0.8.36;

import {IOutcome} from "../interfaces/IOutcome.sol";
import {IPriceFeed} from "../interfaces/IPriceFeed.sol";

/// @title PriceFeedCondition
/// @author The Walras developers
/// @notice Holds while a price feed is at or above, or at or below, a threshold: stop-loss, take-profit, a limit on an
/// oracle's price. It holds only on a price that is known to be good: a round that is complete, above zero, not of the
/// future and not older than the signer said; and, where an L2's uptime feed is named, while the sequencer is up and has
/// been for the grace period (prices of a sequencer that has just come back may be old).
/// @dev Data: `abi.encode(Terms)`. Data that does not decode, and a feed that reverts or has no code, refuse.
contract PriceFeedCondition is IOutcome {
    struct Terms {
        /// A Chainlink AggregatorV3 proxy, or whatever answers like one.
        address feed;
        /// Whether the price must be at or above the threshold; else, at or below.
        bool above;
        /// In the feed's own decimals.
        int256 threshold;
        /// The most seconds since the price was updated; at least the feed's heartbeat, or it will often refuse.
        uint32 maxAge;
        /// An L2 sequencer's uptime feed; 0 for none.
        address uptimeFeed;
        /// Seconds that the sequencer must have been up.
        uint32 gracePeriod;
    }

    /// @inheritdoc IOutcome
    function holds(
        bytes32,
        address,
        uint256,
        uint256,
        bytes calldata conditionData
    ) external view override returns (bool) {
        Terms memory terms = abi.decode(conditionData, (Terms));
        if (terms.uptimeFeed != address(0) && !_isSequencerUp(terms)) return false;

        (uint80 roundId, int256 answer, , uint256 updatedAt, uint80 answeredInRound) = IPriceFeed(terms.feed)
            .latestRoundData();
        if (answer <= 0 || answeredInRound < roundId) return false;
        if (updatedAt == 0 || updatedAt > block.timestamp) return false;
        if (block.timestamp - updatedAt > terms.maxAge) return false;

        return terms.above ? answer >= terms.threshold : answer <= terms.threshold;
    }

    function _isSequencerUp(Terms memory terms) private view returns (bool) {
        (, int256 status, uint256 startedAt, , ) = IPriceFeed(terms.uptimeFeed).latestRoundData();
        // A round that has not begun (startedAt 0) says nothing yet.
        if (status != 0 || startedAt == 0 || startedAt > block.timestamp) return false;
        return block.timestamp - startedAt > terms.gracePeriod;
    }
}
