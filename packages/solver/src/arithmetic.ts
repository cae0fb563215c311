import type { Address, BookIntent } from "./types.ts";

/** Largest amount and largest price that the contract can hold. */
export const MAX_UINT128 = (1n << 128n) - 1n;

/** `numerator / denominator`, rounded up; both non-negative, the denominator positive. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** An address as a key: addresses are equal whatever the case of their digits. */
export function addressKey(address: Address): string {
  return address.toLowerCase();
}

/** The amount that a full fill executes: sell atoms for kind "sell", buy atoms for kind "buy". */
export function fullAmount(intent: BookIntent): bigint {
  return intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
}

/** Prices of an intent's two tokens, on one scale. */
export interface PricePair {
  readonly sell: bigint;
  readonly buy: bigint;
}

/** The amounts of a fill, in atoms. */
export interface FillAmounts {
  readonly sold: bigint;
  readonly bought: bigint;
  readonly fee: bigint;
}

/**
 * The amounts by which the contract settles `executed` of an intent at the given prices, with the fee that the book asks.
 *
 * Kind "sell": `bought = floor((sold - fee) * p[sell] / p[buy])`; kind "buy": `sold = ceil(bought * p[buy] / p[sell]) + fee`.
 * The contract caps the fee by `fee * sellAmount <= maxFee * sold`. A bought amount that costs much less than its limit
 * makes that cap smaller than the fee in proportion; it is then the cap that is charged.
 */
export function amountsOf(intent: BookIntent, executed: bigint, price: PricePair): FillAmounts {
  const quoted = (intent.fee * executed) / fullAmount(intent);
  if (intent.kind === "sell") {
    return { sold: executed, bought: ((executed - quoted) * price.sell) / price.buy, fee: quoted };
  }
  const cost = divideUp(executed * price.buy, price.sell);
  // fee * sellAmount <= maxFee * (cost + fee)  <=>  fee * (sellAmount - maxFee) <= maxFee * cost
  const headroom = intent.sellAmount - intent.maxFee;
  const cap = headroom > 0n ? (intent.maxFee * cost) / headroom : quoted;
  const fee = quoted < cap ? quoted : cap;
  return { sold: cost + fee, bought: executed, fee };
}

/** Whether the amounts keep the signed limit: `bought * sellAmount >= sold * limitBuyAmount`. */
export function keepsLimit(intent: BookIntent, amounts: FillAmounts): boolean {
  return amounts.bought * intent.sellAmount >= amounts.sold * intent.limitBuyAmount;
}

/** What the fill gains beyond the limit: in buy atoms for kind "sell", in sell atoms for kind "buy". */
export function surplusOf(intent: BookIntent, amounts: FillAmounts): bigint {
  return intent.kind === "sell"
    ? amounts.bought - divideUp(amounts.sold * intent.limitBuyAmount, intent.sellAmount)
    : (amounts.bought * intent.sellAmount) / intent.limitBuyAmount - amounts.sold;
}
