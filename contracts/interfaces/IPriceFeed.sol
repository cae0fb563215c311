// SPDX-License-Identifier: MIT
pragma solidity >=0.8.4;

/// @title The part of Chainlink's AggregatorV3Interface that a condition reads
interface IPriceFeed {
    /// @notice The latest round of a price feed, or of a sequencer's uptime feed.
    /// @return roundId Identifies the round.
    /// @return answer The price in the feed's own decimals; of an uptime feed, 0 for up and 1 for down.
    /// @return startedAt When the round began; of an uptime feed, when the status last changed.
    /// @return updatedAt When the answer was given; 0 while the round is not complete.
    /// @return answeredInRound The round in which the answer was given.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
