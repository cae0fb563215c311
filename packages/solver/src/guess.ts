import { f64, i32 } from "./engine/access.ts";
import { solveLinear } from "./engine/linear.ts";
import type { Market } from "./market.ts";

/**
 * First prices: those that come nearest, in logarithms and by least squares, to the median limit of every pair, a pair
 * weighing as the root of its number of intents.
 */
export function guessPrices(market: Market): Float64Array {
  const { tokens, count, sell, buy, limit } = market;
  const pairs = new Map<number, number[]>();
  for (let k = 0; k < count; k++) {
    const key = i32(sell, k) * tokens + i32(buy, k);
    const list = pairs.get(key);
    if (list === undefined) pairs.set(key, [Math.log(f64(limit, k))]);
    else list.push(Math.log(f64(limit, k)));
  }
  const matrix = new Float64Array(tokens * tokens);
  const right = new Float64Array(tokens);
  const add = (row: number, column: number, value: number): void => {
    matrix[row * tokens + column] = f64(matrix, row * tokens + column) + value;
  };
  for (const [key, logs] of pairs) {
    const a = Math.floor(key / tokens);
    const b = key % tokens;
    const weight = Math.sqrt(logs.length);
    const median = logs.sort((x, y) => x - y)[logs.length >> 1] ?? 0;
    add(a, a, weight);
    add(b, b, weight);
    add(a, b, -weight);
    add(b, a, -weight);
    right[a] = f64(right, a) + weight * median;
    right[b] = f64(right, b) - weight * median;
  }
  for (let t = 0; t < tokens; t++) add(t, t, 1e-7);
  solveLinear(matrix, right, tokens);
  return right.map(Math.exp);
}
