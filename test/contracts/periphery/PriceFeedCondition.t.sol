// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PriceFeedCondition} from "../../../contracts/conditions/PriceFeedCondition.sol";
import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {ScriptedFeed} from "../../mocks/ScriptedFeed.sol";
import {ConditionTest} from "./ConditionTest.sol";

/// @dev A price above or below a threshold, and every way in which a feed can be wrong.
contract PriceFeedConditionTest is ConditionTest {
    int256 internal constant PRICE = 3_000e8;
    uint32 internal constant MAX_AGE = 3600;
    uint32 internal constant GRACE = 1800;

    ScriptedFeed private _feed;
    ScriptedFeed private _uptime;

    function setUp() public override {
        super.setUp();
        condition = IOutcome(deploy("PriceFeedCondition.sol:PriceFeedCondition"));
        _feed = new ScriptedFeed();
        _uptime = new ScriptedFeed();
        _feed.set(_round());
        _uptime.set(ScriptedFeed.Round(1, 0, START_TIME - GRACE - 1, START_TIME, 1));
    }

    function test_at_or_above_and_at_or_below_the_threshold() public {
        PriceFeedCondition.Terms memory terms = _terms();
        accepted(abi.encode(terms));
        terms.threshold = PRICE + 1;
        refused(abi.encode(terms));
        terms.above = false;
        accepted(abi.encode(terms));
        terms.threshold = PRICE;
        accepted(abi.encode(terms));
        terms.threshold = PRICE - 1;
        refused(abi.encode(terms));
    }

    function test_a_price_that_is_too_old_is_refused() public {
        ScriptedFeed.Round memory round = _round();
        round.updatedAt = START_TIME - MAX_AGE;
        _accept(round);
        round.updatedAt -= 1;
        _refuse(round);
    }

    function test_a_price_of_the_future_is_refused() public {
        ScriptedFeed.Round memory round = _round();
        round.updatedAt = START_TIME;
        _accept(round);
        round.updatedAt = START_TIME + 1;
        _refuse(round);
    }

    function test_a_price_that_is_not_above_zero_is_refused() public {
        PriceFeedCondition.Terms memory terms = _terms();
        terms.above = false;
        ScriptedFeed.Round memory round = _round();
        round.answer = 1;
        _feed.set(round);
        accepted(abi.encode(terms));
        round.answer = 0;
        _feed.set(round);
        refused(abi.encode(terms));
        round.answer = -1;
        _feed.set(round);
        refused(abi.encode(terms));
    }

    function test_a_round_that_is_not_complete_is_refused() public {
        ScriptedFeed.Round memory round = _round();
        round.updatedAt = 0;
        _feed.set(round);
        PriceFeedCondition.Terms memory terms = _terms();
        terms.maxAge = type(uint32).max;
        refused(abi.encode(terms));

        round = _round();
        round.answeredInRound = 6;
        _refuse(round);
        round.answeredInRound = 8;
        _accept(round);
    }

    function test_a_feed_that_does_not_answer_is_refused() public {
        PriceFeedCondition.Terms memory terms = _terms();
        terms.feed = tokenA;
        refused(abi.encode(terms));
        terms.feed = carol.account;
        refused(abi.encode(terms));
    }

    function test_data_that_does_not_decode_is_refused() public {
        refused("");
        refused(abi.encode(address(_feed), true, PRICE));
        refused(abi.encode(address(_feed), 2, PRICE, MAX_AGE, address(0), 0));
    }

    function test_a_sequencer_must_be_up_and_have_been_for_the_grace_period() public {
        PriceFeedCondition.Terms memory terms = _terms();
        terms.uptimeFeed = address(_uptime);
        terms.gracePeriod = GRACE;
        accepted(abi.encode(terms));
        // Down; just back; not begun; of the future; no feed.
        _uptime.set(ScriptedFeed.Round(1, 1, START_TIME - GRACE - 1, START_TIME, 1));
        refused(abi.encode(terms));
        _uptime.set(ScriptedFeed.Round(1, 0, START_TIME - GRACE, START_TIME, 1));
        refused(abi.encode(terms));
        _uptime.set(ScriptedFeed.Round(1, 0, 0, START_TIME, 1));
        refused(abi.encode(terms));
        _uptime.set(ScriptedFeed.Round(1, 0, START_TIME + 1, START_TIME, 1));
        refused(abi.encode(terms));
        assertFalse(condition.holds(0, bob.account, 0, 0, abi.encode(terms)), "an answer, no revert");
        terms.uptimeFeed = carol.account;
        refused(abi.encode(terms));
    }

    function testFuzz_it_holds_if_and_only_if_the_price_is_good_and_beyond_the_threshold(
        int256 answer,
        uint256 updatedAt,
        int256 threshold,
        uint32 maxAge,
        bool above
    ) public {
        updatedAt = bound(updatedAt, START_TIME - 10_000, START_TIME + 100);
        maxAge = uint32(bound(maxAge, 0, 10_000));
        _feed.set(ScriptedFeed.Round(7, answer, 0, updatedAt, 7));
        bool good = answer > 0 && updatedAt <= START_TIME && START_TIME <= updatedAt + maxAge;
        bool beyond = answer == threshold || (answer > threshold) == above;
        assertEq(
            condition.holds(
                0,
                address(0),
                0,
                0,
                abi.encode(PriceFeedCondition.Terms(address(_feed), above, threshold, maxAge, address(0), 0))
            ),
            good && beyond,
            "holds"
        );
    }

    function _accept(ScriptedFeed.Round memory round) private {
        _feed.set(round);
        accepted(abi.encode(_terms()));
    }

    function _refuse(ScriptedFeed.Round memory round) private {
        _feed.set(round);
        refused(abi.encode(_terms()));
    }

    function _round() private pure returns (ScriptedFeed.Round memory) {
        return ScriptedFeed.Round(7, PRICE, START_TIME - 60, START_TIME - 60, 7);
    }

    function _terms() private view returns (PriceFeedCondition.Terms memory terms) {
        terms.feed = address(_feed);
        terms.above = true;
        terms.threshold = PRICE;
        terms.maxAge = MAX_AGE;
    }
}
