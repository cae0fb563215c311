// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Intent} from "../../contracts/types/Intent.sol";
import {FillEncoder, FillSpec} from "./FillEncoder.sol";
import {Random} from "./Random.sol";
import {Actor, Draft} from "./SettlementTest.sol";

/// @dev Who and what is there to make a batch of.
struct Market {
    address[] tokens;
    Actor[] owners;
    address wallet;
    address keeper;
    uint256 time;
    address alwaysTrue;
}

/// @title Batches of all shapes that settle
/// @notice Prices first, of any magnitude; then fills at these prices, whose limits are as tight as they can be, or
/// looser. Amounts take all magnitudes up to 128 bits.
library RandomBatch {
    uint256 internal constant MAX = type(uint128).max;
    uint256 internal constant MAX_FILLS = 6;
    uint256 internal constant MAX_SECONDS = 1000;
    uint256 internal constant MAX_DATA = 70;

    function batch(Random memory random, Market memory market) internal pure returns (Draft memory draft) {
        draft.tokens = _someTokens(random, market.tokens);
        draft.prices = new uint128[](draft.tokens.length);
        for (uint256 i = 0; i < draft.prices.length; ++i) draft.prices[i] = uint128(random.amount(MAX));

        draft.fills = new FillSpec[](1 + random.below(MAX_FILLS));
        for (uint256 i = 0; i < draft.fills.length; ++i) draft.fills[i] = fill(random, market, draft);
        draft.pairs = pairs(random, draft.fills);
    }

    /// @notice A fill that settles at the draft's prices.
    function fill(
        Random memory random,
        Market memory market,
        Draft memory draft
    ) internal pure returns (FillSpec memory spec) {
        uint256 sell = random.below(draft.tokens.length);
        uint256 buy = (sell + 1 + random.below(draft.tokens.length - 1)) % draft.tokens.length;
        spec.intent.sellToken = draft.tokens[sell];
        spec.intent.buyToken = draft.tokens[buy];
        spec.intent.partiallyFillable = random.chance(60);
        _setExtras(random, market, spec.intent);
        _setOwner(random, market, spec);

        uint256 mostBought = Math.min(MAX / 4, Math.mulDiv(MAX / 4, draft.prices[sell], draft.prices[buy]));
        if (random.chance(50) && mostBought > 0) {
            _setBuy(random, spec, mostBought, draft.prices[sell], draft.prices[buy]);
        } else {
            _setSell(random, spec, draft.prices[sell], draft.prices[buy]);
        }
    }

    /// @notice Pairs in random order, some of them twice, some missing.
    function pairs(
        Random memory random,
        FillSpec[] memory fills
    ) internal pure returns (uint16[2][] memory some) {
        uint16[2][] memory drawn = new uint16[2][](2 * fills.length * fills.length);
        uint256 count = 0;
        for (uint256 i = 0; i < drawn.length; ++i) {
            uint16 from = uint16(random.below(fills.length));
            uint16 to = uint16(random.below(fills.length));
            if (fills[from].intent.sellToken == fills[to].intent.buyToken) drawn[count++] = [from, to];
        }
        some = new uint16[2][](count);
        for (uint256 i = 0; i < count; ++i) some[i] = drawn[i];
    }

    /// @notice A part of `amount` if the intent takes parts, else all of it.
    function part(
        Random memory random,
        Intent memory intent,
        uint256 amount
    ) internal pure returns (uint256) {
        return intent.partiallyFillable && random.chance(80) ? random.amount(amount) : amount;
    }

    function _setSell(
        Random memory random,
        FillSpec memory spec,
        uint256 sellPrice,
        uint256 buyPrice
    ) private pure {
        Intent memory intent = spec.intent;
        intent.kind = "sell";
        uint256 sellAmount = random.amount(Math.min(MAX, Math.mulDiv(MAX, buyPrice, sellPrice)));
        uint256 sold = part(random, intent, sellAmount);
        spec.executed = sold;
        spec.fee = random.chance(30) ? random.below(sold / 10 + 1) : 0;

        uint256 bought = Math.mulDiv(sold - spec.fee, sellPrice, buyPrice);
        uint256 tightest = Math.min(MAX, Math.mulDiv(bought, sellAmount, sold));
        intent.sellAmount = uint128(sellAmount);
        intent.buyAmount = uint128(random.chance(50) ? tightest : random.below(tightest + 1));
        if (intent.decayEnd != 0) intent.startBuyAmount = uint128(tightest);
        _setMaxFee(random, spec, sold);
    }

    function _setBuy(
        Random memory random,
        FillSpec memory spec,
        uint256 mostBought,
        uint256 sellPrice,
        uint256 buyPrice
    ) private pure {
        Intent memory intent = spec.intent;
        intent.kind = "buy";
        uint256 buyAmount = random.amount(mostBought);
        uint256 bought = part(random, intent, buyAmount);
        uint256 sold = Math.mulDiv(bought, buyPrice, sellPrice, Math.Rounding.Ceil);
        spec.executed = bought;
        spec.fee = random.chance(30) ? random.below(sold / 10 + 1) : 0;
        sold += spec.fee;

        intent.buyAmount = uint128(buyAmount);
        uint256 limit = buyAmount;
        if (intent.decayEnd != 0) {
            limit += random.below(buyAmount / 2 + 1);
            intent.startBuyAmount = uint128(limit);
        }
        uint256 tightest = Math.min(MAX, Math.mulDiv(sold, limit, bought, Math.Rounding.Ceil));
        intent.sellAmount = uint128(
            random.chance(50) ? tightest : tightest + random.below(MAX - tightest + 1)
        );
        _setMaxFee(random, spec, sold);
    }

    function _setMaxFee(Random memory random, FillSpec memory spec, uint256 sold) private pure {
        if (spec.fee == 0 && random.chance(70)) return;
        uint256 least = Math.mulDiv(spec.fee, spec.intent.sellAmount, sold, Math.Rounding.Ceil);
        spec.intent.maxFee = uint128(least + (random.chance(50) ? 0 : random.below(MAX - least + 1)));
        if (spec.fee == 0) spec.intent.feePerWei = uint128(random.next());
    }

    function _setExtras(Random memory random, Market memory market, Intent memory intent) private pure {
        intent.validTo = uint32(market.time + random.below(MAX_SECONDS));
        if (random.chance(30)) intent.validFrom = uint32(market.time - random.below(MAX_SECONDS));
        if (random.chance(30)) intent.decayEnd = uint32(market.time + random.below(MAX_SECONDS));
        if (random.chance(20)) intent.receiver = market.owners[random.below(market.owners.length)].account;
        if (random.chance(20)) intent.settler = market.keeper;
        if (random.chance(20)) intent.condition = market.alwaysTrue;
        if (random.chance(20)) intent.conditionData = new bytes(random.below(MAX_DATA));
        // Nonces crowd into few words, so that neighbours meet, and few enough are drawn twice.
        intent.nonce = random.below(1 << 14);
        if (random.chance(20)) intent.nonce |= random.next() << 64;
    }

    function _setOwner(Random memory random, Market memory market, FillSpec memory spec) private pure {
        Actor memory owner = market.owners[random.below(market.owners.length)];
        spec.owner = owner.account;
        spec.key = owner.key;
        if (random.chance(20)) spec.scheme = FillEncoder.APPROVED;
        else if (owner.account == market.wallet) spec.scheme = FillEncoder.EIP1271;
        else spec.scheme = random.chance(50) ? FillEncoder.COMPACT : FillEncoder.ECDSA;
    }

    /// @dev Between two and all of the tokens, in their order.
    function _someTokens(
        Random memory random,
        address[] memory all
    ) private pure returns (address[] memory some) {
        uint256 left = 2 + random.below(all.length - 1);
        some = new address[](left);
        uint256 count = 0;
        for (uint256 i = 0; i < all.length; ++i) {
            if (random.below(all.length - i) < left) {
                some[count++] = all[i];
                --left;
            }
        }
    }
}
