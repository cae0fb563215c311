// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TimeSlicedCondition} from "../../../contracts/conditions/TimeSlicedCondition.sol";
import {IOutcome} from "../../../contracts/interfaces/IOutcome.sol";
import {Batch} from "../../../contracts/types/Batch.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {ScriptedKeeper} from "../../mocks/ScriptedKeeper.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {FillEncoder, FillSpec} from "../../support/FillEncoder.sol";
import {Draft} from "../../support/SettlementTest.sol";
import {ConditionTest} from "./ConditionTest.sol";

/// @dev One intent in parts over time: never ahead of the schedule, and whole at its end.
contract TimeSlicedConditionTest is ConditionTest {
    uint32 internal constant START = uint32(START_TIME + 100);
    uint32 internal constant INTERVAL = 60;
    uint32 internal constant PARTS = 4;
    uint128 internal constant TOTAL = 1002;

    Intent private _intent;

    function setUp() public override {
        super.setUp();
        condition = IOutcome(
            deploy("TimeSlicedCondition.sol:TimeSlicedCondition", abi.encode(address(settlement)))
        );
        _intent = sellIntent(tokenB, TOTAL, tokenA, 2 * TOTAL);
        _intent.partiallyFillable = true;
        _intent.condition = address(condition);
        _intent.conditionData = _data();
    }

    function test_nothing_executes_before_the_start() public {
        _refuse(1);
        vm.warp(START - 1);
        _refuse(1);
        vm.warp(START);
        settle(_part(1));
    }

    function test_each_part_executes_from_its_time_on_and_not_before() public {
        // Of 1,002 in four parts: 250, 501, 751, 1,002.
        uint256[4] memory due = [uint256(250), 501, 751, 1002];
        uint256 executed = 0;
        for (uint256 i = 0; i < 4; ++i) {
            vm.warp(START + i * INTERVAL);
            if (i < 3) _refuse(due[i] - executed + 1);
            settle(_part(due[i] - executed));
            executed = due[i];
            vm.warp(START + (i + 1) * INTERVAL - 1);
            if (i < 3) _refuse(1);
        }
        assertTrue(settlement.isNonceSpent(alice.account, _intent.nonce), "whole");
        assertChange(tokenB, alice, -1002, "Alice gave all");
    }

    function test_a_part_that_was_missed_executes_later() public {
        vm.warp(START + 2 * INTERVAL);
        _refuse(752);
        settle(_part(751));
        vm.warp(START + 50 * INTERVAL);
        settle(_part(251));
        assertTrue(settlement.isNonceSpent(alice.account, _intent.nonce), "whole");
    }

    function test_parts_in_one_batch_count_together() public {
        vm.warp(START);
        Draft memory draft = emptyDraft(2, 0);
        draft.fills[0] = _part(125).fills[0];
        draft.fills[1] = _part(126).fills[0];
        refuseByCondition(draft, 0);
        draft.fills[1] = _part(125).fills[0];
        settle(draft);
        assertEq(settlement.filledAmount(alice.account, _intent.nonce), 250, "executed");
    }

    function test_the_whole_at_once_only_at_the_end() public {
        vm.warp(START + 3 * INTERVAL - 1);
        _refuse(TOTAL);
        vm.warp(START + 3 * INTERVAL);
        settle(_part(TOTAL));
    }

    function test_completing_early_is_refused_although_the_completing_fill_leaves_no_amount() public {
        vm.warp(START);
        settle(_part(250));
        _refuse(TOTAL - 250);
    }

    function test_a_nonce_cancelled_in_the_midst_of_the_batch_counts_as_whole() public {
        ScriptedKeeper owner = new ScriptedKeeper(settlement);
        equip(address(owner), tokenB);
        owner.execute(address(settlement), abi.encodeCall(settlement.setApproval, (hashOf(_intent), true)));
        owner.execute(
            tokenB,
            abi.encodeWithSignature("approve(address,uint256)", address(settlement), FUNDS)
        );
        equip(address(owner), tokenA);
        owner.onCallback(address(settlement), abi.encodeCall(settlement.cancel, (_intent.nonce)));
        vm.warp(START);
        Draft memory draft = _part(1);
        draft.fills[0].owner = address(owner);
        draft.fills[0].scheme = FillEncoder.APPROVED;
        draft.callbackData = "cancel";
        Batch memory batch = build(draft);
        vm.expectRevert(abi.encodeWithSignature("OutcomeNotMet(uint256,address)", 0, address(condition)));
        owner.settle(batch);
    }

    function test_a_schedule_of_a_buy_counts_what_is_bought() public {
        _intent.kind = "buy";
        _intent.sellAmount = TOTAL;
        _intent.buyAmount = TOTAL;
        vm.warp(START);
        _refuse(251);
        settle(_part(250));
        assertChange(tokenA, alice, 250, "Alice bought");
    }

    function test_schedules_without_parts_or_interval_and_data_that_does_not_decode_refuse() public {
        vm.warp(START + 10 * INTERVAL);
        _intent.conditionData = abi.encode(_intent.nonce, TOTAL, 0, START, INTERVAL);
        _refuse(1);
        _intent.conditionData = abi.encode(_intent.nonce, TOTAL, PARTS, START, 0);
        _refuse(1);
        _intent.conditionData = "";
        _refuse(1);
        _intent.conditionData = _data();
        settle(_part(1));
    }

    function testFuzz_never_ahead_of_the_schedule(uint256 seed) public {
        uint256 time = START - 10;
        uint256 executed = 0;
        for (uint256 i = 0; i < 8 && executed < TOTAL; ++i) {
            time += uint256(keccak256(abi.encode(seed, i, "time"))) % 60;
            vm.warp(time);
            uint256 part = 1 + (uint256(keccak256(abi.encode(seed, i, "part"))) % (TOTAL - executed));
            uint256 elapsed = time < START ? 0 : (time - START) / INTERVAL + 1;
            uint256 due = elapsed >= PARTS ? TOTAL : (TOTAL * elapsed) / PARTS;
            if (executed + part <= due) {
                settle(_part(part));
                executed += part;
            } else {
                _refuse(part);
            }
        }
        assertChange(tokenB, alice, -int256(executed), "Alice gave");
    }

    function testFuzz_the_amount_that_is_due_rises_to_the_total(
        uint128 total,
        uint32 parts,
        uint32 start,
        uint32 interval,
        uint32 time
    ) public view {
        parts = uint32(bound(parts, 1, type(uint32).max));
        interval = uint32(bound(interval, 1, type(uint32).max));
        TimeSlicedCondition.Schedule memory schedule = TimeSlicedCondition.Schedule(
            0,
            total,
            parts,
            start,
            interval
        );
        TimeSlicedCondition slices = TimeSlicedCondition(address(condition));
        uint256 due = slices.dueAmount(schedule, time);
        assertLe(due, total, "never beyond the total");
        assertLe(due, slices.dueAmount(schedule, uint256(time) + 1), "never falls");
        assertEq(
            slices.dueAmount(schedule, uint256(start) + uint256(parts - 1) * interval),
            total,
            "all at the end"
        );
    }

    function _refuse(uint256 executed) private {
        refuseByCondition(_part(executed), 0);
    }

    function _part(uint256 executed) private view returns (Draft memory draft) {
        FillSpec memory fill = whole(alice, _intent);
        fill.executed = executed;
        draft = single(fill);
    }

    function _data() private view returns (bytes memory) {
        return abi.encode(TimeSlicedCondition.Schedule(_intent.nonce, TOTAL, PARTS, START, INTERVAL));
    }
}
