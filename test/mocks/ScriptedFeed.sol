// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceFeed} from "../../contracts/interfaces/IPriceFeed.sol";

/// @title A price feed, or an uptime feed, that says what it is told to
contract ScriptedFeed is IPriceFeed {
    struct Round {
        uint80 roundId;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    Round private _round;

    function set(Round calldata round) external {
        _round = round;
    }

    function latestRoundData() external view override returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _round;
        return (round.roundId, round.answer, round.startedAt, round.updatedAt, round.answeredInRound);
    }
}
