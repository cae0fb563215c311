import { f64, i32 } from "../engine/access.ts";
import type { Pair } from "./market.ts";

/** By how much, in binary logarithms, a price may beat a limit and still leave the order idle: half of the band. */
export const SLACK = Math.log2(1 + 2 ** -17);
/** Sums of logarithms err by a few units in the last place; that much is no change. */
const ROUNDING = 1e-9;

/** Where the levels of clusters may be, or which pairs forbid every choice. */
export type Levels = { readonly logs: Float64Array } | { readonly conflict: readonly Pair[] };

/**
 * Levels, in binary logarithms, by which the prices of whole clusters are shifted so that no order between clusters is
 * beyond its limit: differences that shortest paths satisfy (Bellman–Ford). In logarithms, since the chain of a few absurd
 * limits leaves the range of a double. Nothing moves that need not.
 *
 * @param cluster per token, its cluster: a token by the number of which the cluster goes
 * @param logs per token, the logarithm of its price as it is
 * @returns the shift per token, or the pairs of a ring of orders that some prices always beat
 */
export function levelsOf(
  tokens: number,
  cluster: Int32Array,
  logs: Float64Array,
  pairs: readonly Pair[],
): Levels {
  const level = new Float64Array(tokens);
  const cause: (Pair | undefined)[] = new Array<Pair | undefined>(tokens).fill(undefined);
  const between: Pair[] = [];
  for (const pair of pairs) {
    if (i32(cluster, pair.sell) !== i32(cluster, pair.buy)) between.push(pair);
    else if (f64(logs, pair.sell) - f64(logs, pair.buy) > pair.bestLog + SLACK) return { conflict: [pair] };
  }
  const bound = between.map(({ sell, buy, bestLog }) => bestLog + SLACK + f64(logs, buy) - f64(logs, sell));
  let moved = -1;
  for (let round = 0; round <= tokens; round++) {
    moved = -1;
    between.forEach((pair, k) => {
      const from = i32(cluster, pair.sell);
      const most = f64(level, i32(cluster, pair.buy)) + (bound[k] ?? 0);
      if (f64(level, from) <= most + ROUNDING) return;
      level[from] = most;
      cause[from] = pair;
      moved = from;
    });
    if (moved < 0) return { logs: level.map((_, t) => f64(level, i32(cluster, t))) };
  }
  return { conflict: ringOf(tokens, cluster, cause, moved) };
}

/** The ring that moved a level again and again, found by going back from cause to cause. */
function ringOf(
  tokens: number,
  cluster: Int32Array,
  cause: readonly (Pair | undefined)[],
  start: number,
): Pair[] {
  const before = (at: number): number => i32(cluster, cause[at]?.buy ?? at);
  let inside = start;
  for (let i = 0; i < tokens; i++) inside = before(inside);
  const ring: Pair[] = [];
  let at = inside;
  do {
    const pair = cause[at];
    if (pair === undefined) break;
    ring.push(pair);
    at = before(at);
  } while (at !== inside);
  return ring;
}
