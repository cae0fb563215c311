import { at } from "./engine/access.ts";
import type { Market } from "./market.ts";

/** Limits that meet within this share may trade with each other. */
const TIE = 1e-9;

/**
 * Prices at which nobody in the market is within its limit, if there are such prices; then no trade is possible at any
 * prices, since a ring that could trade has a member within its limit whatever the prices are. `undefined` means that
 * limits cross.
 *
 * With u = log p, nobody is within its limit when u[sell] <= u[buy] + log limit for all: differences that shortest paths
 * satisfy (Bellman–Ford), unless a cycle is negative.
 */
export function pricesWithoutTrade(market: Market): Float64Array | undefined {
  const { tokens, count, sell, buy, limit } = market;
  const least = new Map<number, number>();
  for (let k = 0; k < count; k++) {
    const pair = at(sell, k) * tokens + at(buy, k);
    const log = Math.log(at(limit, k)) - TIE;
    least.set(pair, Math.min(log, least.get(pair) ?? Infinity));
  }
  const log = new Float64Array(tokens);
  for (let round = 0; round <= tokens; round++) {
    let isChanged = false;
    for (const [pair, most] of least) {
      const a = Math.floor(pair / tokens);
      const bound = at(log, pair % tokens) + most;
      // Sums of logarithms err by a few units in the last place; that much is no change.
      if (at(log, a) <= bound + 1e-12) continue;
      log[a] = bound;
      isChanged = true;
    }
    if (!isChanged) return log.map(Math.exp);
  }
  return undefined;
}
