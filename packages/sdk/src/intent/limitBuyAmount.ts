import type { Intent } from "./Intent.ts";

/**
 * What the intent asks at a time for its whole `sellAmount`, in buy-token atoms: with a decay, a line from
 * `startBuyAmount` at `validFrom` to `buyAmount` at `decayEnd`, rounded up (in the owner's favour); else `buyAmount`.
 *
 * @param at the block's timestamp in seconds; before `validFrom`, what is asked at `validFrom`
 */
export function limitBuyAmount(intent: Intent, at: number): bigint {
  const { startBuyAmount, buyAmount, validFrom, decayEnd } = intent;
  const time = Math.max(at, validFrom);
  if (startBuyAmount === 0n || time >= decayEnd) return buyAmount;

  const duration = BigInt(decayEnd - validFrom);
  const left = BigInt(decayEnd - time);
  return buyAmount + ((startBuyAmount - buyAmount) * left + duration - 1n) / duration;
}

/**
 * What a fill is better than the intent's limit: buy-token atoms beyond the limit for kind "sell", sell-token atoms
 * not spent for kind "buy". Negative when the fill is worse than the limit; the contract refuses such a fill.
 *
 * @param fill what the owner gave (fee included) and the receiver got, in atoms
 * @param at the timestamp in seconds of the block that settled it
 */
export function fillSurplus(intent: Intent, fill: { sold: bigint; bought: bigint }, at: number): bigint {
  const limit = limitBuyAmount(intent, at);
  const { sellAmount } = intent;
  return intent.kind === "sell"
    ? fill.bought - (fill.sold * limit + sellAmount - 1n) / sellAmount
    : (fill.bought * sellAmount) / limit - fill.sold;
}
