// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Batch} from "../../contracts/types/Batch.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillEncoder, FillSpec} from "../support/FillEncoder.sol";
import {Random} from "../support/Random.sol";
import {RandomBatch} from "../support/RandomBatch.sol";
import {Draft} from "../support/SettlementTest.sol";
import {Vm} from "../support/Vm.sol";
import {World} from "../support/World.sol";

/// @title Random keepers and random owners, for invariant campaigns
/// @notice Each call is one thing that somebody may do. What really happened is learnt from the settlement's events
/// alone and kept in ghosts, which the invariants compare with the chain.
/// @dev It lies among the tests, not with their support, since the runner calls only contracts of files that it builds.
contract SettlementHandler is World {
    /// @dev Somebody signed, or approved, this.
    struct Signed {
        bool known;
        address owner;
        Intent intent;
        uint256 sold;
        uint256 bought;
    }

    uint256 private constant MAX_MUTATIONS = 3;

    /* GHOSTS */

    bytes32[] private _hashes;
    mapping(bytes32 intentHash => Signed) private _signed;
    mapping(address token => mapping(address holder => int256)) public change;
    mapping(address token => mapping(address owner => uint256)) public allowanceUsed;
    mapping(address owner => mapping(uint256 nonce => bool)) public isSpent;
    mapping(address owner => mapping(uint256 nonce => uint256)) public filled;

    /// @dev Of batches of new intents that nobody has tampered with.
    uint256 public attempts;
    uint256 public settlements;

    /// @dev Of all batches, whatever is wrong with them.
    uint256 public submissions;
    uint256 public settledSubmissions;

    uint256 public fillsNotSigned;
    uint256 public fillsBelowTheLimit;
    uint256 public fillsOutOfTime;
    uint256 public fillsByAnotherSettler;
    uint256 public fillsOfSpentNonces;

    /// @dev Batches that have settled: the draft, and the packed form.
    bytes[] private _settledDrafts;
    bytes[] private _settledBatches;
    uint256 private _time = START_TIME;

    constructor() {
        vm.warp(START_TIME);
        createWorld();
    }

    /* WHAT KEEPERS DO */

    function settleNewIntents(uint256 seed) external {
        Random memory random = Random(seed);
        address keeper = _someKeeper(random);
        vm.warp(_time);
        ++attempts;
        if (_settle(keeper, RandomBatch.batch(random, market(keeper, _time)))) ++settlements;
    }

    /// @notice Goes on with the parts of a batch that has settled, at its prices.
    function settleMoreParts(uint256 seed) external {
        Random memory random = Random(seed);
        if (_settledDrafts.length == 0) return;
        Draft memory draft = abi.decode(_settledDrafts[random.below(_settledDrafts.length)], (Draft));
        FillSpec[] memory rest = new FillSpec[](draft.fills.length);
        uint256 count = 0;
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            FillSpec memory fill = draft.fills[i];
            uint256 amount = FillEncoder.isBuy(fill.intent) ? fill.intent.buyAmount : fill.intent.sellAmount;
            uint256 done = filled[fill.owner][fill.intent.nonce];
            if (isSpent[fill.owner][fill.intent.nonce] || done >= amount) continue;
            // Now and then one atom more than is left.
            fill.executed = random.chance(90) ? random.amount(amount - done) : amount - done + 1;
            fill.fee = 0;
            rest[count++] = fill;
        }
        if (count == 0) return;
        draft.fills = new FillSpec[](count);
        for (uint256 i = 0; i < count; ++i) draft.fills[i] = rest[i];
        draft.pairs = RandomBatch.pairs(random, draft.fills);
        _settle(_someKeeper(random), draft);
    }

    /// @notice Any keeper submits once more what has settled, to the byte.
    function replay(uint256 seed) external {
        Random memory random = Random(seed);
        if (_settledBatches.length == 0) return;
        Batch memory batch = abi.decode(_settledBatches[random.below(_settledBatches.length)], (Batch));
        _submit(_someKeeper(random), batch);
    }

    /// @notice Signed intents in a batch in which the keeper then changes some bytes.
    function settleForged(uint256 seed) external {
        Random memory random = Random(seed);
        address keeper = _someKeeper(random);
        vm.warp(_time);
        Draft memory draft = RandomBatch.batch(random, market(keeper, _time));
        Batch memory batch = build(draft);
        _remember(draft);
        uint256 mutations = 1 + random.below(MAX_MUTATIONS);
        for (uint256 i = 0; i < mutations; ++i) {
            batch.fills[random.below(batch.fills.length)] = bytes1(uint8(random.next()));
        }
        if (random.chance(50)) batch.prices[0] = uint128(random.amount(type(uint128).max));
        _submit(keeper, batch);
    }

    /// @notice A keeper claims that an owner approved, or that the wallet accepts, what neither ever saw.
    function settleUnsigned(uint256 seed) external {
        Random memory random = Random(seed);
        address keeper = _someKeeper(random);
        vm.warp(_time);
        Draft memory draft = RandomBatch.batch(random, market(keeper, _time));
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            draft.fills[i].scheme = random.chance(50) ? FillEncoder.APPROVED : FillEncoder.EIP1271;
            draft.fills[i].signature = abi.encodePacked(random.next(), random.next(), uint8(27));
        }
        Batch memory batch;
        batch.tokens = draft.tokens;
        batch.prices = draft.prices;
        batch.fills = FillEncoder.encode(draft.fills, draft.tokens);
        batch.transfers = FillEncoder.encodeTransfers(draft.pairs);
        _submit(keeper, batch);
    }

    /* WHAT OWNERS DO */

    function cancel(uint256 seed) external {
        Random memory random = Random(seed);
        address owner = owners[random.below(OWNERS)].account;
        uint256 nonce = random.below(1 << 14);
        vm.prank(owner);
        settlement.cancel(nonce);
        isSpent[owner][nonce] = true;
    }

    function cancelMany(uint256 seed) external {
        Random memory random = Random(seed);
        address owner = owners[random.below(OWNERS)].account;
        uint256 word = random.below(1 << 6);
        uint256 mask = random.next() & random.next() & random.next() & random.next();
        vm.prank(owner);
        settlement.cancelMany(word, mask);
        for (uint256 i = 0; i < 256; ++i) {
            if (mask & (1 << i) != 0) isSpent[owner][word * 256 + i] = true;
        }
    }

    function takeApprovalBack(uint256 seed) external {
        Random memory random = Random(seed);
        if (_hashes.length == 0) return;
        bytes32 intentHash = _hashes[random.below(_hashes.length)];
        vm.prank(_signed[intentHash].owner);
        settlement.setApproval(intentHash, false);
    }

    function passTime(uint256 seed) external {
        _time += seed % RandomBatch.MAX_SECONDS;
    }

    /* WHAT THE INVARIANTS ASK */

    function allTokens() external view returns (address[] memory) {
        return tokens;
    }

    function signedCount() external view returns (uint256) {
        return _hashes.length;
    }

    function signedAt(uint256 i) external view returns (Signed memory) {
        return _signed[_hashes[i]];
    }

    function startFunds() external pure returns (uint256) {
        return FUNDS;
    }

    function startAllowance() external pure returns (uint256) {
        return ALLOWANCE;
    }

    function ownerCount() external pure returns (uint256) {
        return OWNERS;
    }

    /* SETTLING */

    function _someKeeper(Random memory random) private view returns (address) {
        return keepers[random.below(KEEPERS)];
    }

    function _settle(address keeper, Draft memory draft) private returns (bool settled) {
        Batch memory batch = build(draft);
        _remember(draft);
        settled = _submit(keeper, batch);
        if (!settled) return false;
        _settledDrafts.push(abi.encode(draft));
        _settledBatches.push(abi.encode(batch));
    }

    function _remember(Draft memory draft) private {
        for (uint256 i = 0; i < draft.fills.length; ++i) {
            bytes32 intentHash = hashOf(draft.fills[i]);
            Signed storage signed = _signed[intentHash];
            if (signed.known) continue;
            signed.known = true;
            signed.owner = draft.fills[i].owner;
            signed.intent = draft.fills[i].intent;
            _hashes.push(intentHash);
        }
    }

    function _submit(address keeper, Batch memory batch) private returns (bool settled) {
        vm.warp(_time);
        vm.recordLogs();
        ++submissions;
        vm.prank(keeper);
        try settlement.settle(batch) {
            settled = true;
            ++settledSubmissions;
        } catch {
            return false;
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(settlement) && logs[i].topics[0] == ISettlement.Fill.selector) {
                _count(keeper, logs[i]);
            }
        }
    }

    /// @dev Books what a Fill event says, and whether it is what somebody signed.
    function _count(address keeper, Vm.Log memory log) private {
        Signed storage signed = _signed[log.topics[1]];
        address owner = address(uint160(uint256(log.topics[2])));
        if (!signed.known || signed.owner != owner) {
            ++fillsNotSigned;
            return;
        }
        uint256 amounts = abi.decode(log.data, (uint256));
        uint256 sold = amounts >> 128;
        uint256 bought = uint128(amounts);
        Intent memory intent = signed.intent;
        signed.sold += sold;
        signed.bought += bought;

        if (_time < intent.validFrom || _time > intent.validTo) ++fillsOutOfTime;
        if (intent.settler != address(0) && intent.settler != keeper) ++fillsByAnotherSettler;
        if (bought < Math.mulDiv(sold, _limitNow(intent), intent.sellAmount, Math.Rounding.Ceil)) {
            ++fillsBelowTheLimit;
        }
        _countNonce(owner, intent, FillEncoder.isBuy(intent) ? bought : sold);

        // What owners give and receivers do not get, or the reverse, is the keeper's.
        address receiver = intent.receiver == address(0) ? owner : intent.receiver;
        change[intent.sellToken][owner] -= int256(sold);
        change[intent.sellToken][keeper] += int256(sold);
        change[intent.buyToken][receiver] += int256(bought);
        change[intent.buyToken][keeper] -= int256(bought);
        allowanceUsed[intent.sellToken][owner] += sold;
    }

    function _countNonce(address owner, Intent memory intent, uint256 executed) private {
        uint256 amount = FillEncoder.isBuy(intent) ? intent.buyAmount : intent.sellAmount;
        if (isSpent[owner][intent.nonce]) ++fillsOfSpentNonces;
        filled[owner][intent.nonce] += executed;
        if (!intent.partiallyFillable || filled[owner][intent.nonce] >= amount)
            isSpent[owner][intent.nonce] = true;
    }

    function _limitNow(Intent memory intent) private view returns (uint256) {
        if (intent.startBuyAmount == 0 || _time >= intent.decayEnd) return intent.buyAmount;
        uint256 premium = Math.mulDiv(
            intent.startBuyAmount - intent.buyAmount,
            intent.decayEnd - _time,
            intent.decayEnd - intent.validFrom,
            Math.Rounding.Ceil
        );
        return intent.buyAmount + premium;
    }
}
