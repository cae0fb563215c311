// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillSpec} from "../support/FillEncoder.sol";
import {Random} from "../support/Random.sol";
import {RandomBatch} from "../support/RandomBatch.sol";
import {ReferenceSettlement} from "../support/ReferenceSettlement.sol";
import {Draft} from "../support/SettlementTest.sol";
import {World} from "../support/World.sol";

/// @dev Random batches, bent or straight, through the settlement and through the slow reference: the same balances,
/// nonces and filled amounts to the atom, or the same error to the byte.
contract DifferentialTest is World {
    uint256 internal constant ROUNDS = 3;
    uint256 internal constant BENDS = 20;

    ReferenceSettlement private _reference;

    function setUp() public {
        vm.warp(START_TIME);
        createWorld();
        _reference = new ReferenceSettlement();
        address[] memory all = holders();
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < tokens.length; ++j) {
                _reference.setBalance(tokens[j], all[i], FUNDS);
                _reference.setAllowance(tokens[j], all[i], ALLOWANCE);
            }
        }
    }

    function test_fuzz_straight_batches_settle_as_the_reference_says(uint256 seed) public {
        Random memory random = Random(seed);
        Draft memory draft = RandomBatch.batch(random, market(keepers[0], START_TIME));
        vm.assume(!_drawsANonceTwice(draft));
        assertTrue(_settleBoth(draft, START_TIME), "a straight batch settles");
    }

    /// hardhat-config: fuzz.runs = 512
    function test_fuzz_bent_batches_settle_or_revert_as_the_reference_says(uint256 seed) public {
        Random memory random = Random(seed);
        Draft memory draft = RandomBatch.batch(random, market(keepers[0], START_TIME));
        _bend(random, draft);
        _settleBoth(draft, START_TIME);
    }

    function test_fuzz_parts_settle_or_revert_as_the_reference_says(uint256 seed) public {
        Random memory random = Random(seed);
        uint256 time = START_TIME;
        Draft memory draft = RandomBatch.batch(random, market(keepers[0], time));
        for (uint256 round = 0; round < ROUNDS; ++round) {
            _settleBoth(draft, time);
            // On with what takes parts, now and then together with something that has settled already.
            draft = _unspent(random, draft);
            time += random.below(RandomBatch.MAX_SECONDS / 2);
        }
    }

    /* BOTH WAYS */

    function _settleBoth(Draft memory draft, uint256 time) private returns (bool settled) {
        Batch memory batch = build(draft);
        vm.warp(time);

        bytes memory expectedError;
        try _reference.settle(keepers[0], time, draft) {} catch (bytes memory reason) {
            expectedError = reason;
        }
        bytes memory actualError;
        vm.prank(keepers[0]);
        try settlement.settle(batch) {} catch (bytes memory reason) {
            actualError = reason;
        }

        assertEq(actualError, expectedError, "error");
        _sameState(draft);
        settled = actualError.length == 0;
    }

    function _sameState(Draft memory draft) private view {
        address[] memory all = holders();
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < tokens.length; ++j) {
                IERC20 token = IERC20(tokens[j]);
                assertEq(token.balanceOf(all[i]), _reference.balanceOf(tokens[j], all[i]), "balance");
                uint256 allowance = token.allowance(all[i], address(settlement));
                assertEq(allowance, _reference.allowance(tokens[j], all[i]), "allowance");
            }
        }
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            address owner = draft.fills[i].owner;
            uint256 nonce = draft.fills[i].intent.nonce;
            assertEq(settlement.isNonceSpent(owner, nonce), _reference.isNonceSpent(owner, nonce), "nonce");
            assertEq(settlement.filledAmount(owner, nonce), _reference.filledAmount(owner, nonce), "filled");
        }
    }

    function _drawsANonceTwice(Draft memory draft) private pure returns (bool) {
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                bool sameOwner = draft.fills[i].owner == draft.fills[j].owner;
                if (sameOwner && draft.fills[i].intent.nonce == draft.fills[j].intent.nonce) return true;
            }
        }
        return false;
    }

    function _unspent(Random memory random, Draft memory draft) private view returns (Draft memory rest) {
        rest.tokens = draft.tokens;
        rest.prices = draft.prices;
        FillSpec[] memory some = new FillSpec[](draft.fills.length);
        uint256 count = 0;
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            FillSpec memory fill = draft.fills[i];
            bool spent = settlement.isNonceSpent(fill.owner, fill.intent.nonce);
            if (spent && random.chance(90)) continue;
            fill.fee = 0;
            fill.executed = RandomBatch.part(random, fill.intent, fill.executed);
            some[count++] = fill;
        }
        rest.fills = new FillSpec[](count);
        for (uint256 i = 0; i < count; ++i) rest.fills[i] = some[i];
        if (count > 0) rest.pairs = RandomBatch.pairs(random, rest.fills);
    }

    /* BENDS */

    /// @dev Changes one thing, before it is signed.
    function _bend(Random memory random, Draft memory draft) private {
        uint256 i = random.below(draft.fills.length);
        FillSpec memory fill = draft.fills[i];
        Intent memory intent = fill.intent;
        uint256 bend = random.below(BENDS);

        if (bend == 0) draft.prices[random.below(draft.prices.length)] = 0;
        if (bend == 1) draft.prices[0] = uint128(random.amount(type(uint128).max));
        if (bend == 2) (draft.tokens[0], draft.tokens[1]) = (draft.tokens[1], draft.tokens[0]);
        if (bend == 3) draft.prices = new uint128[](draft.tokens.length + 1);
        if (bend == 4) intent.buyToken = intent.sellToken;
        if (bend == 5) intent.settler = keepers[1];
        if (bend == 6) intent.validFrom = uint32(START_TIME + 1);
        if (bend == 7) intent.validTo = uint32(START_TIME - 1);
        if (bend == 8) intent.startBuyAmount = uint128(random.next());
        if (bend == 9) intent.buyAmount = intent.buyAmount == type(uint128).max ? 0 : intent.buyAmount + 1;
        if (bend == 10) intent.sellAmount -= 1;
        if (bend == 11) fill.executed = random.below(fill.executed + 1);
        if (bend == 12) fill.executed = uint128(fill.executed + 1);
        if (bend == 13) fill.fee = uint128(fill.fee + random.amount(1 << 64));
        if (bend == 14) intent.maxFee = intent.maxFee == 0 ? 0 : intent.maxFee - 1;
        if (bend == 15) intent.feePerWei = 1;
        if (bend == 16) draft.fills[random.below(draft.fills.length)] = fill;
        if (bend == 17) draft.pairs = _oneMorePair(random, draft);
        if (bend == 18) _takeBack(intent.sellToken, fill.owner, random.below(fill.executed + 1));
        if (bend == 19) {
            vm.prank(fill.owner);
            settlement.cancel(intent.nonce);
            _reference.cancel(fill.owner, intent.nonce);
        }
    }

    function _oneMorePair(
        Random memory random,
        Draft memory draft
    ) private pure returns (uint16[2][] memory more) {
        more = new uint16[2][](draft.pairs.length + 1);
        for (uint256 i = 0; i < draft.pairs.length; ++i) more[i] = draft.pairs[i];
        uint256 range = draft.fills.length + 1;
        more[draft.pairs.length] = [uint16(random.below(range)), uint16(random.below(range))];
    }

    /// @dev Leaves the owner an allowance that may be too small.
    function _takeBack(address token, address owner, uint256 allowance) private {
        vm.prank(owner);
        (bool success, ) = token.call(abi.encodeCall(IERC20.approve, (address(settlement), allowance)));
        assertTrue(success, "approve");
        _reference.setAllowance(token, owner, allowance);
    }
}
