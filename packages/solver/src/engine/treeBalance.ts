import { add, f64, i32 } from "./access.ts";
import type { Demand } from "./demand.ts";
import { solveLinear } from "./linear.ts";

/** Corrections of the scales: the equations are linear, so the second only takes up rounding. */
const CORRECTIONS = 2;

/** What fills at the end of an interior path: whole, and in part out of wallets that are spent, in each book's own amounts. */
export interface EndFills {
  readonly flat: Float64Array;
  readonly partial: Float64Array;
  readonly multipliers: Float64Array;
}

/** Tokens, then wallets, in trees within which the ratios of their prices are known. */
export interface Trees {
  readonly tree: Int32Array;
  readonly trees: number;
  readonly ratio: Float64Array;
}

/**
 * The scales of the trees at which what fills between them balances, nearest to where the path has ended. Each fill is
 * paid at the price of one token, the one that it sells or for a purchase the one that it buys; what a spent wallet does
 * not spend on whole fills goes in the shares of the path to those that it fills in part. So the balance is linear in the scales,
 * and is solved for by elimination; a direction that nothing determines stays where it was.
 */
export function balanceScales(
  demand: Demand,
  { flat, partial, multipliers }: EndFills,
  { tree, trees: all, ratio }: Trees,
  logs: Float64Array,
): Float64Array {
  const { section, wallets, bought, gross } = demand;
  const tokens = logs.length;
  // Trees of wallets alone come last, and nothing hangs on their scale.
  const trees = 1 + tree.subarray(0, tokens).reduce((most, own) => Math.max(most, own), 0);
  const sum = new Float64Array(trees);
  const members = new Float64Array(trees);
  for (let t = 0; t < tokens; t++) {
    add(sum, i32(tree, t), f64(logs, t) - Math.log(f64(ratio, t)));
    add(members, i32(tree, t), 1);
  }
  const scale = sum.map((value, k) => Math.exp(value / Math.max(1, f64(members, k))));

  const matrix = new Float64Array(trees * trees);
  /** So many atoms of token `priced` worth of value leave the tree of one token for that of another. */
  const flow = (from: number, to: number, priced: number, amount: number): void => {
    const column = i32(tree, priced);
    const value = amount * f64(ratio, priced);
    add(matrix, i32(tree, from) * trees + column, -value);
    add(matrix, i32(tree, to) * trees + column, value);
  };
  const pricedBy = (k: number): number => i32(bought[k] === 1 ? section.buy : section.sell, k);
  flat.forEach((amount, k) => {
    flow(i32(section.sell, k), i32(section.buy, k), pricedBy(k), amount);
  });
  wallets.books.forEach((list, w) => {
    if (f64(multipliers, w) === 1) return;
    const a = i32(wallets.token, w);
    const valueOf = (k: number, amount: number): number => amount * Math.exp(f64(logs, pricedBy(k)));
    let paid = 0;
    for (const k of list) paid += f64(gross, k) * valueOf(k, f64(partial, k));
    if (!(paid > 0)) return;
    for (const k of list) {
      const share = valueOf(k, f64(partial, k)) / paid;
      if (share === 0) continue;
      const b = i32(section.buy, k);
      flow(a, b, a, share * f64(wallets.holds, w));
      for (const j of list) flow(a, b, pricedBy(j), -share * f64(gross, j) * f64(flat, j));
    }
  });
  for (let i = 0; i < CORRECTIONS; i++) {
    const values = matrix.map((value, at) => value * f64(scale, at % trees));
    const off = new Float64Array(trees);
    values.forEach((value, at) => {
      add(off, Math.floor(at / trees), -value);
    });
    solveLinear(values, off, trees);
    off.forEach((move, k) => {
      if (move > -0.5 && move < 1) scale[k] = f64(scale, k) * (1 + move);
    });
  }
  const scales = new Float64Array(all).fill(1);
  scales.set(scale);
  return scales;
}
