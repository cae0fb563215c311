// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISettlementLens} from "../../../contracts/interfaces/ISettlementLens.sol";
import {Intent} from "../../../contracts/types/Intent.sol";
import {ExactOutcome} from "../../mocks/Outcomes.sol";
import {ScriptedAnswer} from "../../mocks/ScriptedAnswer.sol";
import {Wallet1271} from "../../mocks/Wallet1271.sol";
import {FillEncoder} from "../../support/FillEncoder.sol";
import {Actor, Draft} from "../../support/SettlementTest.sol";
import {LensTest} from "./LensTest.sol";

/// @dev The lens: each obstacle, and what comes first.
contract SettlementLensTest is LensTest {
    /* WHAT IT TELLS */

    function test_it_tells_all_about_an_intent_that_can_settle() public {
        Intent memory intent = _intent();
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.None);
        assertEq(state.intentHash, hashOf(intent), "hash");
        assertEq(state.owner, alice.account, "owner");
        assertEq(state.remaining, 1000, "remaining");
        assertEq(state.limitBuyAmount, 500, "limit");
        assertEq(state.balance, FUNDS, "balance");
        assertEq(state.allowance, type(uint256).max, "allowance");
        assertTrue(state.conditionHolds, "no condition");
    }

    function test_signatures_of_all_schemes_are_read() public {
        Intent memory intent = _intent();
        ISettlementLens.Query memory query = _signed(alice, intent);
        query.signature = sign(alice.key, hashOf(intent), FillEncoder.COMPACT);
        _expect(_read(query), ISettlementLens.Obstacle.None);
        query.owner = alice.account;
        _expect(_read(query), ISettlementLens.Obstacle.None);

        Wallet1271 wallet = new Wallet1271(alice.account);
        equip(address(wallet), tokenA);
        query.scheme = ISettlementLens.Scheme.Eip1271;
        query.owner = address(wallet);
        query.signature = sign(alice.key, hashOf(intent), FillEncoder.ECDSA);
        _expect(_read(query), ISettlementLens.Obstacle.None);
        assertEq(_read(query).owner, address(wallet), "the wallet owns");

        query.scheme = ISettlementLens.Scheme.Approval;
        query.owner = bob.account;
        _expect(_read(query), ISettlementLens.Obstacle.NotApproved);
        vm.prank(bob.account);
        settlement.setApproval(hashOf(intent), true);
        _expect(_read(query), ISettlementLens.Obstacle.None);
        assertEq(_read(query).owner, bob.account, "Bob owns");
    }

    function test_signatures_that_are_not_the_owners_are_refused() public {
        Intent memory intent = _intent();
        ISettlementLens.Query memory query = _signed(alice, intent);
        query.owner = bob.account;
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);
        assertEq(_read(query).owner, bob.account, "who was named");
        assertEq(_read(query).balance, 0, "nobody's balance");
        query.owner = address(0);
        query.signature = new bytes(65);
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);
        query.signature = new bytes(64);
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);
        query.signature = "";
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);

        query.scheme = ISettlementLens.Scheme.Eip1271;
        query.owner = address(new Wallet1271(bob.account));
        query.signature = sign(alice.key, hashOf(intent), FillEncoder.ECDSA);
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);
        query.owner = carol.account;
        _expect(_read(query), ISettlementLens.Obstacle.InvalidSignature);
    }

    function test_the_terms_of_an_intent() public {
        Intent memory intent = _intent();
        intent.kind = "swap";
        ISettlementLens.State memory state = _read(_with(intent));
        _expect(state, ISettlementLens.Obstacle.UnknownKind);
        assertEq(state.intentHash, bytes32(0), "no hash");

        intent = _intent();
        intent.buyToken = tokenA;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.SameToken);

        intent = _intent();
        intent.settler = bob.account;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.WrongSettler);
        intent.settler = keeper.account;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        intent.settler = bob.account;
        ISettlementLens.Query[] memory queries = new ISettlementLens.Query[](1);
        queries[0] = _signed(alice, intent);
        _expect(_lens.read(queries, address(0))[0], ISettlementLens.Obstacle.None);
    }

    function test_the_times_of_an_intent_are_sharp() public {
        Intent memory intent = _intent();
        intent.validFrom = uint32(START_TIME);
        intent.validTo = uint32(START_TIME);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        vm.warp(START_TIME - 1);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.NotYetValid);
        vm.warp(START_TIME + 1);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.Expired);
    }

    function test_a_limit_that_decays() public {
        Intent memory intent = _intent();
        intent.startBuyAmount = 600;
        intent.validFrom = uint32(START_TIME);
        intent.decayEnd = uint32(START_TIME + 100);
        assertEq(_read(_signed(alice, intent)).limitBuyAmount, 600, "at the start");
        vm.warp(START_TIME - 50);
        assertEq(_read(_signed(alice, intent)).limitBuyAmount, 600, "before");
        vm.warp(START_TIME + 33);
        assertEq(_read(_signed(alice, intent)).limitBuyAmount, 567, "on the way");
        vm.warp(START_TIME + 100);
        assertEq(_read(_signed(alice, intent)).limitBuyAmount, 500, "at the end");
        vm.warp(START_TIME);
        intent.startBuyAmount = 499;
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.InvalidDecay);
        assertEq(state.limitBuyAmount, 500, "the limit that it falls to");
        vm.warp(START_TIME + 100);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        vm.warp(START_TIME);
        intent.startBuyAmount = 500;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        // Without a start, there is no decay, whenever it ends.
        intent.startBuyAmount = 0;
        state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.None);
        assertEq(state.limitBuyAmount, 500, "the limit that does not decay");
    }

    function test_what_is_left() public {
        Intent memory intent = _intent();
        intent.partiallyFillable = true;
        Draft memory draft = single(whole(alice, intent));
        draft.fills[0].executed = 400;
        settle(draft);
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.None);
        assertEq(state.remaining, 600, "remaining");

        // Another intent of the nonce: for less than what is filled, and one that counts no parts.
        intent.sellAmount = 400;
        state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.Filled);
        assertEq(state.remaining, 0, "remaining");
        intent.partiallyFillable = false;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);

        vm.prank(alice.account);
        settlement.cancel(intent.nonce);
        state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.NonceSpent);
        assertEq(state.remaining, 0, "remaining");
    }

    function test_the_balance_and_the_allowance_that_are_needed() public {
        Intent memory intent = _intent();
        _leave(alice, 1000, 1000);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        _leave(alice, 1000, 999);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientAllowance);
        _leave(alice, 999, 999);
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.InsufficientBalance);
        assertEq(state.balance, 999, "balance");
        assertEq(state.allowance, 999, "allowance");

        intent.partiallyFillable = true;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        _leave(alice, 1, 1);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        _leave(alice, 1, 0);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientAllowance);
        _leave(alice, 0, 0);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);
    }

    function test_a_buy_needs_what_its_limit_lets_it_cost() public {
        Intent memory intent = _intent();
        intent.kind = "buy";
        _leave(alice, 1000, 1000);
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.None);
        assertEq(state.remaining, 500, "remaining");
        _leave(alice, 999, 1000);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);

        // While its limit is at twice the amount, half the price is the most.
        intent.startBuyAmount = 1000;
        intent.validFrom = uint32(START_TIME);
        intent.decayEnd = uint32(START_TIME + 100);
        _leave(alice, 500, 500);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        _leave(alice, 499, 500);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);
    }

    function test_amounts_of_nothing_and_of_everything_are_no_trouble() public {
        Intent memory intent = _intent();
        intent.sellAmount = 0;
        intent.condition = address(new ScriptedAnswer(abi.encode(true), false));
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.Filled);
        intent.kind = "buy";
        intent.buyAmount = 0;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.Filled);
        intent.sellAmount = intent.buyAmount = type(uint128).max;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);
        intent.kind = "sell";
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);
    }

    function test_a_condition_is_asked_about_all_that_remains_at_the_limit() public {
        ExactOutcome condition = new ExactOutcome();
        Intent memory intent = _intent();
        intent.condition = address(condition);
        intent.conditionData = "data";
        condition.expect(hashOf(intent), alice.account, 1000, 500, "data");
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.None);
        assertTrue(state.conditionHolds, "holds");

        intent.kind = "buy";
        state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.ConditionFails);
        assertFalse(state.conditionHolds, "another hash");
        condition.expect(hashOf(intent), alice.account, 1000, 500, "data");
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
    }

    function test_amounts_of_one_atom_are_seen_as_they_are() public {
        ExactOutcome condition = new ExactOutcome();
        Intent memory intent = _intent();
        intent.condition = address(condition);
        intent.sellAmount = 1;
        condition.expect(hashOf(intent), alice.account, 1, 500, "");
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);

        intent = _intent();
        intent.kind = "buy";
        intent.buyAmount = 1;
        _leave(alice, 999, 1000);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.InsufficientBalance);
    }

    function test_what_costs_nothing_needs_nothing() public {
        Intent memory intent = _intent();
        intent.kind = "buy";
        intent.sellAmount = 0;
        _leave(alice, 0, 0);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
        intent.partiallyFillable = true;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.None);
    }

    function test_the_first_obstacle_is_told() public {
        Intent memory intent = _intent();
        intent.buyToken = tokenA;
        intent.validTo = 0;
        intent.condition = address(1);
        _leave(alice, 0, 0);
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.SameToken);
        intent.buyToken = tokenB;
        _expect(_read(_signed(alice, intent)), ISettlementLens.Obstacle.Expired);
        intent.validTo = uint32(START_TIME);
        ISettlementLens.State memory state = _read(_signed(alice, intent));
        _expect(state, ISettlementLens.Obstacle.InsufficientBalance);
        assertFalse(state.conditionHolds, "the condition is asked all the same");
    }

    /* IT SAYS WHAT THE SETTLEMENT DOES */

    /// @dev A fill-or-kill "sell" at its limit settles if and only if the lens sees no obstacle.
    function testFuzz_what_it_sees_is_what_the_settlement_does(uint256 seed) public {
        Intent memory intent = _intent();
        intent.validFrom = uint32(START_TIME + 1 - _pick(seed, 0, 3));
        intent.validTo = uint32(START_TIME + 1 - _pick(seed, 1, 3));
        if (_pick(seed, 2, 2) == 1) intent.settler = _pick(seed, 3, 4) == 0 ? bob.account : keeper.account;
        if (_pick(seed, 4, 2) == 1) {
            intent.startBuyAmount = uint128(499 + _pick(seed, 5, 6));
            intent.decayEnd = uint32(START_TIME + 2 - _pick(seed, 6, 4));
        }
        if (_pick(seed, 7, 8) == 0) {
            intent.condition = address(new ScriptedAnswer(abi.encode(_pick(seed, 8, 2)), false));
        }
        if (_pick(seed, 9, 2) == 0) _leave(alice, 999 + _pick(seed, 10, 3), 999 + _pick(seed, 11, 3));
        if (_pick(seed, 12, 8) == 0) {
            vm.prank(alice.account);
            settlement.cancel(intent.nonce);
        }
        ISettlementLens.State memory state = _read(_signed(alice, intent));

        Draft memory draft = single(whole(alice, intent));
        draft.prices[0] = uint128(state.limitBuyAmount);
        draft.prices[1] = 1000;
        bytes memory call = abi.encodeCall(settlement.settle, (build(draft)));
        vm.prank(keeper.account);
        // solhint-disable-next-line avoid-low-level-calls
        (bool settled, ) = address(settlement).call(call);

        assertEq(settled, state.obstacle == ISettlementLens.Obstacle.None, "settled");
    }

    /* HELPERS */

    function _pick(uint256 seed, uint256 what, uint256 below) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % below;
    }
}
