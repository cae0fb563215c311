import { f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import type { Section } from "./sections.ts";

/** Limits that meet within this share may trade with each other. */
const TIE = 1e-9;
/** Sums of logarithms err by a few units in the last place; that much is no change. */
const ROUNDING = 1e-12;

/**
 * Prices at which nobody is within the limit, if there are such prices; then nothing can trade at any prices, since a ring
 * that could trade has a member within its limit whatever the prices are. `undefined` means that limits cross.
 *
 * With u = log p, nobody is within its limit when u[sell] <= u[buy] + log limit for all: differences that shortest paths
 * satisfy (Bellman–Ford), unless a cycle is negative.
 */
export function restingPrices(books: Books, section: Section): Float64Array | undefined {
  const tokens = section.tokens.length;
  const count = section.books.length;
  const bound = new Float64Array(count);
  const opposite = new Float64Array(tokens * tokens).fill(Infinity);
  for (let k = 0; k < count; k++) {
    const log = Math.log(books.bestLimit(i32(section.books, k)));
    bound[k] = log - TIE;
    const [a, b] = [i32(section.sell, k), i32(section.buy, k)];
    opposite[a * tokens + b] = Math.min(log, f64(opposite, a * tokens + b));
    // Most books that trade tell at once: the best limits of two opposite books cross.
    if (log + f64(opposite, b * tokens + a) < 0) return undefined;
  }
  const log = new Float64Array(tokens);
  for (let round = 0; round <= tokens; round++) {
    let isChanged = false;
    for (let k = 0; k < count; k++) {
      const most = f64(log, i32(section.buy, k)) + f64(bound, k);
      const a = i32(section.sell, k);
      if (f64(log, a) <= most + ROUNDING) continue;
      log[a] = most;
      isChanged = true;
    }
    if (!isChanged) return log.map(Math.exp);
  }
  return undefined;
}
