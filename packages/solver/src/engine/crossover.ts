import { add, f64, i32 } from "./access.ts";
import { LIMIT_TOLERANCE } from "./certificate.ts";
import { stationaryVector } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { findGroup } from "./groups.ts";
import { doubles, doublesFrom, integers } from "./kernel.ts";
import type { InteriorSearch } from "./interior.ts";
import { balanceScales } from "./treeBalance.ts";

/** Coupling of clusters that do not trade with each other, as a share of the least rate. */
const COUPLING = 1e-60;
/** By how much the strict prices beat each marginal limit. */
const STRICT_MARGIN = 2 ** -33;

/** Prices that an interior point leads to. */
export interface Crossing {
  /** Prices at which marginal limits are met exactly. */
  readonly prices: Float64Array;
  /** Nearly the same, such that marginal limits are beaten. */
  readonly strictPrices: Float64Array;
  /** Per wallet, by what prices look worse to its intents. */
  readonly multipliers: Float64Array;
}

/** Whether a crossing fills what its search fills: a quick look at the rungs before all books are certified. */
export function isPlausible({ path }: InteriorSearch, demand: Demand, crossing: Crossing): boolean {
  const { prices, multipliers } = crossing;
  const factors = doubles(path.values.length).fill(1);
  for (let k = 0; demand.wallets.count > 0 && k < factors.length; k++) {
    const wallet = i32(demand.wallets.of, k);
    if (wallet >= 0) factors[k] = f64(multipliers, wallet);
  }
  return path.isPlausible(doublesFrom(prices), factors, LIMIT_TOLERANCE);
}

/** A marginal rung: it ties the node that sells, a token or a wallet that is spent, to the token bought. */
interface Edge {
  readonly sell: number;
  readonly buy: number;
  readonly limit: number;
  readonly worth: number;
}

/**
 * The equilibrium that an interior point is near to. Rungs that are neither full nor empty are marginal: their limits are
 * prices of pairs. A forest of them ties the tokens into trees, within which ratios are products of limits; the scales of
 * the trees are the stationary vector of the chain that the full fills between them make. A wallet that is spent is one more
 * node, whose price is that of its token over its multiplier. With wallets or purchases the scales are those of a linear
 * balance of the trees instead.
 *
 * @param least fill and rest, over the weight, above which a rung is taken for marginal
 * @param most marginal rungs beyond which there is no point in trying
 */
export function crossOver(
  search: InteriorSearch,
  demand: Demand,
  least: number,
  most: number,
): Crossing | undefined {
  const { path } = search;
  if (path.countMarginal(least) > most) return undefined;
  const { logs } = path;
  const { section, wallets, isPlain } = demand;
  const tokens = logs.length;
  const multipliers = search.multipliers();
  const isSpent = integers(section.books.length);
  for (let k = 0; wallets.count > 0 && k < isSpent.length; k++) {
    const wallet = i32(wallets.of, k);
    isSpent[k] = wallet >= 0 && f64(multipliers, wallet) > 1 ? 1 : 0;
  }
  const { count, list, flat, partial } = path.marginal(least, isSpent);
  const marginal = Array.from({ length: count }, (_, at): Edge => {
    const i = i32(list, 2 * at);
    const k = i32(list, 2 * at + 1);
    const [a, b] = [i32(section.sell, k), i32(section.buy, k)];
    const price = Math.exp(f64(logs, demand.bought[k] === 1 ? b : a));
    return {
      sell: isSpent[k] === 1 ? tokens + i32(wallets.of, k) : a,
      buy: b,
      limit: path.limitOf(i),
      worth: path.lesserPart(i) * price,
    };
  });
  const nodes = tokens + wallets.count;
  const edges = spanningForest(nodes, marginal);
  const around: Edge[][] = Array.from({ length: nodes }, () => []);
  for (const edge of edges) {
    around[edge.sell]?.push(edge);
    around[edge.buy]?.push(edge);
  }
  const { tree, ratio, strict, trees } = treePrices(nodes, around);
  let scale: Float64Array;
  if (isPlain) {
    const rates = new Float64Array(trees * trees);
    for (let k = 0; k < section.books.length; k++) {
      const a = i32(section.sell, k);
      const from = i32(tree, a);
      const to = i32(tree, i32(section.buy, k));
      if (from !== to && f64(flat, k) > 0) add(rates, from * trees + to, f64(flat, k) * f64(ratio, a));
    }
    scale = treeScales(rates, trees, tree, ratio, logs);
  } else {
    scale = balanceScales(demand, { flat, partial, multipliers }, { tree, trees, ratio }, logs);
  }
  const scaled = (ratios: Float64Array): Float64Array =>
    ratios.subarray(0, tokens).map((value, t) => value * f64(scale, i32(tree, t)));
  const prices = scaled(ratio);
  if (!prices.every((price) => price > 0 && price < Infinity)) return undefined;
  // A spent wallet whose node hangs on no token keeps the multiplier of the path.
  const tied = new Set(edges.map(({ sell }) => sell));
  const exact = multipliers.map((factor, w) => {
    const node = tokens + w;
    if (factor === 1 || !tied.has(node)) return factor;
    const own = f64(ratio, node) * f64(scale, i32(tree, node));
    return Math.max(1, f64(prices, i32(wallets.token, w)) / own);
  });
  return { prices, strictPrices: scaled(strict), multipliers: exact };
}

/** The marginal rungs of most worth that close no cycle (Kruskal). */
function spanningForest(tokens: number, marginal: Edge[]): Edge[] {
  const group = Int32Array.from({ length: tokens }, (_, t) => t);
  marginal.sort((x, y) => y.worth - x.worth);
  return marginal.filter(({ sell, buy }) => {
    const a = findGroup(group, sell);
    const b = findGroup(group, buy);
    group[a] = b;
    return a !== b;
  });
}

/** Prices within each tree, its first token at 1: exact but for the rounding of one product per edge. */
function treePrices(
  tokens: number,
  around: readonly (readonly Edge[])[],
): { tree: Int32Array; trees: number; ratio: Float64Array; strict: Float64Array } {
  const tree = new Int32Array(tokens).fill(-1);
  const ratio = new Float64Array(tokens);
  const strict = new Float64Array(tokens);
  let trees = 0;
  for (let root = 0; root < tokens; root++) {
    if (tree[root] !== -1) continue;
    tree[root] = trees;
    ratio[root] = 1;
    strict[root] = 1;
    const stack = [root];
    for (let token = stack.pop(); token !== undefined; token = stack.pop()) {
      for (const { sell, buy, limit } of around[token] ?? []) {
        const other = sell === token ? buy : sell;
        if (tree[other] !== -1) continue;
        tree[other] = trees;
        const better = limit * (1 + STRICT_MARGIN);
        ratio[other] = sell === token ? f64(ratio, token) / limit : f64(ratio, token) * limit;
        strict[other] = sell === token ? f64(strict, token) / better : f64(strict, token) * better;
        stack.push(other);
      }
    }
    trees++;
  }
  return { tree, trees, ratio, strict };
}

/**
 * Scales at which the full fills between trees balance. Trees that no fill connects keep the level at which they were:
 * a coupling too weak to matter makes the chain irreducible, then each cluster is put back to its own level.
 */
function treeScales(
  rates: Float64Array,
  trees: number,
  tree: Int32Array,
  ratio: Float64Array,
  logs: Float64Array,
): Float64Array {
  const cluster = Int32Array.from({ length: trees }, (_, k) => k);
  let slowest = Infinity;
  for (let a = 0; a < trees; a++) {
    for (let b = 0; b < trees; b++) {
      const rate = f64(rates, a * trees + b);
      if (!(rate > 0)) continue;
      slowest = Math.min(slowest, rate);
      cluster[findGroup(cluster, a)] = findGroup(cluster, b);
    }
  }
  const coupling = (slowest === Infinity ? 1 : slowest) * COUPLING;
  const scale = doubles(trees);
  stationaryVector(doublesFrom(rates.map((rate) => rate + coupling)), trees, scale);
  const sum = new Float64Array(trees);
  const members = new Float64Array(trees);
  for (let t = 0; t < logs.length; t++) {
    const home = i32(tree, t);
    const root = findGroup(cluster, home);
    add(sum, root, f64(logs, t) - Math.log(f64(ratio, t)) - Math.log(f64(scale, home)));
    add(members, root, 1);
  }
  return scale.map((value, k) => {
    const root = findGroup(cluster, k);
    return value * Math.exp(f64(sum, root) / f64(members, root));
  });
}
