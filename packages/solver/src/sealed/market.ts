import { log2 } from "../ratio.ts";
import type { SealedBook } from "./types.ts";

/** A window in floating point: what guides the search for prices and decides nothing. */
export interface SealedMarket {
  readonly tokens: number;
  /** Per order, in the order of the book. */
  readonly sell: Uint16Array;
  readonly buy: Uint16Array;
  readonly amount: Float64Array;
  readonly limit: Float64Array;
  /** Per ordered pair of tokens that some order names: positions of its orders in the book. */
  readonly pairs: readonly Pair[];
}

/** The orders that sell one token for one other. */
export interface Pair {
  readonly sell: number;
  readonly buy: number;
  readonly members: readonly number[];
  /** Logarithm to base 2 of the lowest limit. */
  readonly bestLog: number;
}

/** The book in floating point. */
export function marketOf({ minimums, orders }: SealedBook): SealedMarket {
  const tokens = minimums.length;
  const pairs = new Map<number, { sell: number; buy: number; members: number[]; bestLog: number }>();
  orders.forEach(({ sellToken, buyToken, amount, asked }, i) => {
    const key = sellToken * tokens + buyToken;
    const pair = pairs.get(key) ?? { sell: sellToken, buy: buyToken, members: [], bestLog: Infinity };
    pair.members.push(i);
    pair.bestLog = Math.min(pair.bestLog, log2(asked) - log2(amount));
    pairs.set(key, pair);
  });
  return {
    tokens,
    sell: Uint16Array.from(orders, ({ sellToken }) => sellToken),
    buy: Uint16Array.from(orders, ({ buyToken }) => buyToken),
    amount: Float64Array.from(orders, ({ amount }) => Number(amount)),
    limit: Float64Array.from(orders, ({ amount, asked }) => Number(asked) / Number(amount)),
    pairs: [...pairs.values()],
  };
}
