import { AbiCoder } from "ethers";
import { parseAddress, parseHex, zeroAddress, type Address, type Hex } from "./hex.ts";
import { checkAmount, checkTime } from "./intent/validateIntent.ts";

/** The fields of an intent that put a condition on its outcome; spread them into `buildIntent`. */
export type IntentCondition = { condition: Address; conditionData: Hex };

const coder = /* @__PURE__ */ AbiCoder.defaultAbiCoder();

function describe(at: Address, types: string[], values: unknown[]): IntentCondition {
  return {
    condition: parseAddress(at, "condition"),
    conditionData: parseHex(coder.encode(types, values), "conditionData"),
  };
}

/**
 * Holds while a price feed is at or beyond a threshold, on a fresh price: stop-loss, take-profit.
 *
 * @param terms `feed` answers like Chainlink's AggregatorV3; `threshold` counts in the feed's decimals; `maxAge` is the most
 * seconds since the last update, at least the feed's heartbeat; on an L2, `uptimeFeed` is the sequencer's and `gracePeriod`
 * the seconds that it must have been up
 * @param at the `PriceFeedCondition` contract: `peripheryDeployment(chainId).priceFeedCondition`
 *
 * @example
 * buildIntent({ ...terms, ...priceFeedCondition({ feed, side: "below", threshold: 2500n * 10n ** 8n, maxAge: 3900 }, at) });
 *
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`, `InvalidTime`
 */
export function priceFeedCondition(
  terms: {
    feed: Address;
    side: "above" | "below";
    threshold: bigint;
    maxAge: number;
    uptimeFeed?: Address;
    gracePeriod?: number;
  },
  at: Address,
): IntentCondition {
  return describe(
    at,
    ["tuple(address, bool, int256, uint32, address, uint32)"],
    [
      [
        parseAddress(terms.feed, "feed"),
        terms.side === "above",
        checkAmount(terms.threshold, "threshold", 255),
        checkTime(terms.maxAge, "maxAge"),
        parseAddress(terms.uptimeFeed ?? zeroAddress, "uptimeFeed"),
        checkTime(terms.gracePeriod ?? 0, "gracePeriod"),
      ],
    ],
  );
}

/**
 * Holds if an account has at least `minimum` of a token when the batch is done.
 *
 * @param terms `token` zero is the chain's own coin; `account` defaults to the intent's owner
 * @param at the `MinimumBalanceCondition` contract
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`
 */
export function minimumBalanceCondition(
  terms: { token: Address; account?: Address; minimum: bigint },
  at: Address,
): IntentCondition {
  return describe(
    at,
    ["address", "address", "uint256"],
    [
      parseAddress(terms.token, "token"),
      parseAddress(terms.account ?? zeroAddress, "account"),
      checkAmount(terms.minimum, "minimum", 256),
    ],
  );
}

/**
 * Holds if another intent has been filled, in this batch or before. Two intents of one owner that name each other's nonce
 * settle together or not at all; take both back at once (`cancelMany`), since one alone that is cancelled counts as filled.
 *
 * @param terms without `minimum`, the nonce of the same owner must be spent; with it, partially fillable intents of the
 * nonce, of any owner, must have executed that much (and be signed for at least an atom more)
 * @param at the `NonceFilledCondition` contract
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`
 */
export function nonceFilledCondition(
  terms: { nonce: bigint } | { nonce: bigint; owner: Address; minimum: bigint },
  at: Address,
): IntentCondition {
  const [owner, minimum] = "minimum" in terms ? [terms.owner, terms.minimum] : [zeroAddress, 0n];
  return describe(
    at,
    ["address", "uint256", "uint256"],
    [
      parseAddress(owner, "owner"),
      checkAmount(terms.nonce, "nonce", 256),
      checkAmount(minimum, "minimum", 256, "minimum" in terms ? 1n : 0n),
    ],
  );
}

/**
 * Spreads a partially fillable intent over time: of `total`, one part may have executed from `start` on, two an interval
 * later, and so on. The intent's limit bounds the price of each.
 *
 * @param terms `nonce` and `total` are the intent's own: its nonce, and its exact amount
 * @param at the `TimeSlicedCondition` contract
 * @throws SdkError `InvalidAddress`, `AmountOutOfRange`, `InvalidTime`
 */
export function timeSlicedCondition(
  terms: { nonce: bigint; total: bigint; parts: number; start: number; interval: number },
  at: Address,
): IntentCondition {
  // A schedule without parts, or without time between them, would never hold.
  checkAmount(BigInt(checkTime(terms.parts, "parts")), "parts", 32, 1n);
  checkAmount(BigInt(checkTime(terms.interval, "interval")), "interval", 32, 1n);
  return describe(
    at,
    ["tuple(uint256, uint128, uint32, uint32, uint32)"],
    [
      [
        checkAmount(terms.nonce, "nonce", 256),
        checkAmount(terms.total, "total", 128, 1n),
        terms.parts,
        checkTime(terms.start, "start"),
        terms.interval,
      ],
    ],
  );
}

function combine(conditions: readonly IntentCondition[], at: Address): IntentCondition {
  checkAmount(BigInt(conditions.length), "the number of conditions", 16, 1n);
  return describe(
    at,
    ["address[]", "bytes[]"],
    [
      conditions.map(({ condition }) => parseAddress(condition, "condition")),
      conditions.map(({ conditionData }) => parseHex(conditionData, "conditionData")),
    ],
  );
}

/**
 * Holds if all of the conditions hold.
 *
 * @param at the `AllOfCondition` contract
 * @throws SdkError `AmountOutOfRange` when there are none, `InvalidAddress`, `InvalidHex`
 */
export function allOfCondition(conditions: readonly IntentCondition[], at: Address): IntentCondition {
  return combine(conditions, at);
}

/**
 * Holds if one of the conditions holds.
 *
 * @param at the `AnyOfCondition` contract
 * @throws SdkError as {@link allOfCondition}
 */
export function anyOfCondition(conditions: readonly IntentCondition[], at: Address): IntentCondition {
  return combine(conditions, at);
}
