import { MAX_UINT128 } from "./arithmetic.ts";
import { positiveNullVector } from "./nullvector.ts";
import type { Part } from "./parts.ts";
import { gcd, log2, type Ratio, reduce } from "./ratio.ts";

/** Unit of {@link Tight.margin}. */
export const MARGIN_UNIT = 1n << 64n;
/** Largest price that rounding aims at. */
const TOP_PRICE = 1n << 127n;
/** More unknown scales than this are left to floats: exact elimination grows with the fourth power. */
const MOST_EXACT_SCALES = 24;
/** Bits kept of a float scale. */
const SCALE_BITS = 52;

/** A member whose limit is to be the price of its pair, but for a margin in its favour (in 2^-64). */
export interface Tight {
  readonly member: number;
  readonly margin: bigint;
}

/** A fill that does not depend on the prices: what leaves and what reaches the market, in atoms of `priced`. */
export interface FixedFlow {
  readonly from: number;
  readonly to: number;
  /** The token in which the amounts are given: `from` for kind "sell", `to` for kind "buy". */
  readonly priced: number;
  readonly amount: bigint;
}

/** What is known about the prices wanted. */
export interface PriceWish {
  readonly guess: Float64Array;
  /** Limits that fix the price of a pair; where they contradict each other the earlier one counts. */
  readonly tight: readonly Tight[];
  /** Fills that must balance exactly; empty where partial fills take up what floats leave. */
  readonly fixed: readonly FixedFlow[];
  /** Pairs of tokens between which partial fills can move value, so that only their sum has to balance. */
  readonly linked: readonly (readonly [number, number])[];
}

/**
 * Integer prices for a wish. Tight limits tie tokens into trees within which all ratios are exact; the scales of the trees
 * follow from the balance of the fixed fills, exactly where they are few, or else from the guess.
 *
 * @returns one price per token in [1, 2^128), or `undefined` where no such prices are found
 */
export function integerPrices(part: Part, wish: PriceWish): bigint[] | undefined {
  const forest = growForest(part, wish.tight);
  const logs = treeLogScales(forest, wish.guess);
  const exact = exactScales(forest, wish, logs);
  if (exact === undefined) return roundPrices(applyScales(forest, floatScales(logs)));
  return extendPrices(forest, logs, exact);
}

/** The integers nearest to float prices that the contract can hold. */
export function roundFloatPrices(prices: Float64Array): bigint[] | undefined {
  if (!prices.every((price) => Number.isFinite(price) && price > 0)) return undefined;
  const exponents = Array.from(prices, (price) => Math.floor(Math.log2(price)));
  const least = Math.min(...exponents);
  return roundPrices(
    Array.from(prices, (price, i) => {
      const exponent = exponents[i] ?? 0;
      return BigInt(Math.round((price / 2 ** exponent) * 2 ** SCALE_BITS)) << BigInt(exponent - least);
    }),
  );
}

interface Forest {
  /** Tree of each token. */
  readonly tree: readonly number[];
  readonly trees: number;
  /** Price of each token within its tree: integers without common factor in a tree. */
  readonly ratio: readonly bigint[];
}

function growForest(part: Part, tight: readonly Tight[]): Forest {
  const count = part.tokens.length;
  const group = Array.from({ length: count }, (_, t) => t);
  const edges: { sell: number; buy: number; price: Ratio }[][] = Array.from({ length: count }, () => []);
  for (const { member, margin } of tight) {
    const m = part.members[member];
    if (m === undefined) continue;
    const from = group[m.sell] ?? m.sell;
    const into = group[m.buy] ?? m.buy;
    if (from === into) continue;
    for (let t = 0; t < count; t++) if (group[t] === from) group[t] = into;
    const price = reduce({ num: m.limit.num * (MARGIN_UNIT + margin), den: m.limit.den * MARGIN_UNIT });
    const edge = { sell: m.sell, buy: m.buy, price };
    edges[m.sell]?.push(edge);
    edges[m.buy]?.push(edge);
  }

  const tree = new Array<number>(count).fill(-1);
  const ratio = new Array<bigint>(count).fill(1n);
  let trees = 0;
  for (let root = 0; root < count; root++) {
    if (tree[root] !== -1) continue;
    const within = new Map<number, Ratio>([[root, { num: 1n, den: 1n }]]);
    const queue = [root];
    for (let t = queue.pop(); t !== undefined; t = queue.pop()) {
      tree[t] = trees;
      const { num, den } = within.get(t) ?? { num: 1n, den: 1n };
      for (const { sell, buy, price } of edges[t] ?? []) {
        const other = sell === t ? buy : sell;
        if (within.has(other)) continue;
        within.set(
          other,
          reduce(
            sell === t
              ? { num: num * price.den, den: den * price.num }
              : { num: num * price.num, den: den * price.den },
          ),
        );
        queue.push(other);
      }
    }
    const common = [...within.values()].reduce((lcm, { den }) => (lcm / gcd(lcm, den)) * den, 1n);
    const integers = [...within].map(([t, { num, den }]) => [t, (num * common) / den] as const);
    const shared = integers.reduce((acc, [, value]) => gcd(acc, value), 0n);
    for (const [t, value] of integers) ratio[t] = value / shared;
    trees++;
  }
  return { tree, trees, ratio };
}

/** The scales of the trees between which fixed fills run, such that they balance; by tree. `undefined` if there are none. */
function exactScales(
  forest: Forest,
  wish: PriceWish,
  logs: readonly number[],
): Map<number, bigint> | undefined {
  const { tree, ratio } = forest;
  const touched = new Set(wish.fixed.flatMap(({ from, to }) => [tree[from] ?? 0, tree[to] ?? 0]));
  const columns = [...touched].sort((a, b) => a - b);
  if (columns.length === 0 || columns.length > MOST_EXACT_SCALES) return undefined;
  // Balance has to hold for each group of tokens that partial fills (and so all tight pairs) connect.
  const group = Array.from(tree, (_, t) => t);
  for (const [a, b] of wish.linked) {
    const from = group[a];
    for (let t = 0; t < group.length; t++) if (group[t] === from) group[t] = group[b] ?? b;
  }
  const rows = new Map<number, bigint[]>();
  const add = (token: number, priced: number, value: bigint): void => {
    const key = group[token] ?? token;
    const row = rows.get(key) ?? new Array<bigint>(columns.length).fill(0n);
    const column = columns.indexOf(tree[priced] ?? 0);
    row[column] = (row[column] ?? 0n) + value;
    rows.set(key, row);
  };
  for (const { from, to, priced, amount } of wish.fixed) {
    const value = amount * (ratio[priced] ?? 1n);
    add(from, priced, value);
    add(to, priced, -value);
  }
  const top = Math.max(...columns.map((k) => logs[k] ?? 0));
  const guess = columns.map((k) => 2 ** ((logs[k] ?? 0) - top));
  const scales = positiveNullVector([...rows.values()], guess);
  return scales && new Map(columns.map((k, c) => [k, scales[c] ?? 1n]));
}

/** Prices for the trees with exact scales first, as exact as they can be; then for the other trees relative to those. */
function extendPrices(
  forest: Forest,
  logs: readonly number[],
  exact: ReadonlyMap<number, bigint>,
): bigint[] | undefined {
  const { tree, ratio } = forest;
  const tokens = [...tree.keys()];
  const inside = tokens.filter((t) => exact.has(tree[t] ?? 0));
  const rounded = roundPrices(inside.map((t) => (ratio[t] ?? 1n) * (exact.get(tree[t] ?? 0) ?? 1n)));
  const [first] = inside;
  const [firstPrice] = rounded ?? [];
  if (rounded === undefined || first === undefined || firstPrice === undefined) return undefined;
  const offset = log2(firstPrice) - log2(ratio[first] ?? 1n) - (logs[tree[first] ?? 0] ?? 0);
  const prices = new Map(inside.map((t, i) => [t, rounded[i] ?? 1n]));
  return tokens.map((t) => {
    const own = prices.get(t);
    if (own !== undefined) return own;
    const price = times(ratio[t] ?? 1n, (logs[tree[t] ?? 0] ?? 0) + offset);
    return price < 1n ? 1n : price > MAX_UINT128 ? MAX_UINT128 : price;
  });
}

/** The scales at which each tree comes nearest to the guess. */
function floatScales(logs: readonly number[]): bigint[] {
  if (logs.length === 1) return [1n];
  const least = Math.min(...logs);
  return logs.map((log) => times(1n << BigInt(SCALE_BITS), log - least));
}

function applyScales({ tree, ratio }: Forest, scales: readonly bigint[]): bigint[] {
  return ratio.map((value, t) => value * (scales[tree[t] ?? 0] ?? 1n));
}

/** `value * 2^log`, rounded down. */
function times(value: bigint, log: number): bigint {
  const exponent = Math.floor(log);
  const product = value * BigInt(Math.round(2 ** (log - exponent + SCALE_BITS)));
  const shift = exponent - SCALE_BITS;
  return shift >= 0 ? product << BigInt(shift) : product >> BigInt(-shift);
}

/** Per tree, the mean of log2(guess / ratio) over its tokens. */
function treeLogScales({ tree, trees, ratio }: Forest, guess: Float64Array): number[] {
  const sum = new Array<number>(trees).fill(0);
  const count = new Array<number>(trees).fill(0);
  tree.forEach((k, t) => {
    sum[k] = (sum[k] ?? 0) + Math.log2(guess[t] ?? 1) - log2(ratio[t] ?? 1n);
    count[k] = (count[k] ?? 0) + 1;
  });
  return sum.map((value, k) => value / (count[k] ?? 1));
}

/**
 * Brings positive integers into the range of the contract. Ratios stay exact where they fit. Else the least price is
 * rounded first and the others relative to what it has become: so each dear token is as exact as 127 bits allow against
 * the cheapest, however far apart they are.
 */
function roundPrices(values: readonly bigint[]): bigint[] | undefined {
  const common = values.reduce(gcd, 0n);
  const reduced = values.map((value) => value / common);
  const most = reduced.reduce((a, b) => (a > b ? a : b), 0n);
  if (most <= MAX_UINT128) return reduced;
  const least = reduced.reduce((a, b) => (a < b ? a : b));
  const base = (least * TOP_PRICE) / most;
  if (base === 0n) return undefined;
  return reduced.map((value) => (2n * value * base + least) / (2n * least));
}
