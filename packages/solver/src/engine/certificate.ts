import { type Arc, greatestCirculation } from "../circulation.ts";
import { add, f64, i32 } from "./access.ts";
import type { Demand } from "./demand.ts";
import { flowsOf } from "./flows.ts";
import { findGroup } from "./groups.ts";
import { project } from "./projection.ts";
import type { Section } from "./sections.ts";

/** Limits within this share of the price count as met exactly. */
export const LIMIT_TOLERANCE = 2 ** -40;
/** A token balances when what is left is at most this share of what it turns over. */
export const BALANCE_TOLERANCE = 2 ** -36;
/** Values are this many units of the largest, where flows have to be integers. */
const VALUE_UNITS = 2 ** 200;

/** What every book sells at given prices, as balanced as the prices allow. */
export interface Allocation {
  /** Amount per book of the section. */
  readonly sold: Float64Array;
  /** Per book, what is offered below and up to the limits that count as met: between them the fill is free. */
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** Greatest imbalance of a token, as a share of what it turns over, or of a wallet, as a share of what it holds. */
  readonly imbalance: number;
}

/** Prices, and per wallet the multiplier by which they look worse to its intents. */
export interface Quotes {
  readonly prices: Float64Array;
  readonly multipliers: Float64Array;
}

/**
 * Fills at given prices: intents whose limit the price beats by more than `below` fill whole, those whose limit is above
 * the price by more than `above` not at all, and those between as the balance of the tokens asks. A forest of books with
 * such intents is solved from its leaves. Where they close cycles, limits tie and fills are not unique: books beside a
 * spanning forest sell what the hint says; where that does not balance, the greatest circulation decides. Where wallets
 * run short the hint is projected on what balances.
 *
 * @param hint about what each book sells
 */
export function allocate(
  demand: Demand,
  { prices, multipliers }: Quotes,
  below: number,
  above: number,
  hint?: Float64Array,
): Allocation {
  const { books, section, wallets } = demand;
  const count = section.books.length;
  const least = new Float64Array(count);
  const most = new Float64Array(count);
  const open: number[] = [];
  // Elements are read without helpers, as in `upperBound`.
  for (let k = 0; k < count; k++) {
    const book = section.books[k] ?? 0;
    const wallet = wallets.of[k] ?? -1;
    const factor = wallet < 0 ? 1 : (multipliers[wallet] ?? 1);
    const price = (prices[section.sell[k] ?? 0] ?? 0) / (prices[section.buy[k] ?? 0] ?? 0) / factor;
    const unit = demand.bought[k] === 1 ? demand.unitOf(k, prices) : 1;
    const low = unit * books.supply(book, price * (1 - below));
    const high = unit * books.supply(book, price * (1 + above));
    least[k] = low;
    most[k] = high;
    if (high > low) open.push(k);
  }
  if (wallets.count > 0 && hint !== undefined) {
    const sold = hint.map((value, k) => Math.min(f64(most, k), Math.max(f64(least, k), value)));
    project(
      demand,
      prices,
      sold,
      least,
      most,
      Array.from(multipliers, (factor) => factor > 1),
    );
    const imbalance = Math.max(imbalanceOf(section, prices, sold), overdraftOf(demand, sold, multipliers));
    return { sold, least, most, imbalance };
  }
  const sold =
    settleForest(section, prices, least, most, open, hint) ??
    settleCycles(section, prices, least, most, open);
  const imbalance = Math.max(imbalanceOf(section, prices, sold), overdraftOf(demand, sold, multipliers));
  return { sold, least, most, imbalance };
}

/** By how much a wallet pays more than it holds, or less while its intents stand back, as a share of what it holds. */
function overdraftOf({ wallets, gross }: Demand, sold: Float64Array, multipliers: Float64Array): number {
  let worst = 0;
  wallets.books.forEach((list, w) => {
    let paid = 0;
    for (const k of list) paid += f64(gross, k) * f64(sold, k);
    const over = paid / f64(wallets.holds, w) - 1;
    worst = Math.max(worst, f64(multipliers, w) > 1 ? Math.abs(over) : over);
  });
  return worst;
}

/**
 * Whether prices and fills are an equilibrium: `below` and `above` at most {@link LIMIT_TOLERANCE}, every token in balance
 * to {@link BALANCE_TOLERANCE}. It means that there is a book in which each limit and each amount differs from the given
 * one by no more than these shares, and of which this is an exact Arrow–Debreu equilibrium: everybody whose limit is
 * beaten fills whole, nobody below the limit trades, every token is sold as much as it is bought, and a wallet that cannot
 * pay for all is spent on those of its intents that gain most for what they pay. Checked from the books
 * and the prices alone, whatever way they were found.
 *
 * @param hint about what each book sells, where ties leave a choice
 */
export function certify(demand: Demand, quotes: Quotes, hint: Float64Array): Allocation | undefined {
  const { prices, multipliers } = quotes;
  if (!prices.every((price) => price > 0 && price < Infinity)) return undefined;
  if (!multipliers.every((factor) => factor >= 1 && factor < Infinity)) return undefined;
  const allocation = allocate(demand, quotes, LIMIT_TOLERANCE, LIMIT_TOLERANCE, hint);
  return allocation.imbalance <= BALANCE_TOLERANCE ? allocation : undefined;
}

/** Greatest imbalance of a token as a share of its turnover. */
export function imbalanceOf(section: Section, prices: Float64Array, sold: Float64Array): number {
  const { excess, turnover } = flowsOf(section, prices, sold);
  let worst = 0;
  for (let t = 0; t < prices.length; t++) {
    // `Math.max` keeps what is no number, so that it cannot pass for balanced.
    worst = Math.max(worst, Math.abs(f64(excess, t)) / (f64(turnover, t) + Number.MIN_VALUE));
  }
  return worst;
}

/** Fills of open books from the leaves of a spanning forest inwards; `undefined` where that does not balance. */
function settleForest(
  section: Section,
  prices: Float64Array,
  least: Float64Array,
  most: Float64Array,
  open: readonly number[],
  hint: Float64Array | undefined,
): Float64Array | undefined {
  const tokens = prices.length;
  const sold = Float64Array.from(least);
  if (hint !== undefined)
    for (const k of open) sold[k] = Math.min(f64(most, k), Math.max(f64(least, k), f64(hint, k)));
  // Those with most room on both sides of the hint first.
  const room = (k: number): number =>
    Math.min(f64(sold, k) - f64(least, k), f64(most, k) - f64(sold, k)) * f64(prices, i32(section.sell, k));
  const group = Int32Array.from({ length: tokens }, (_, t) => t);
  const around: number[][] = Array.from({ length: tokens }, () => []);
  for (const k of open.toSorted((x, y) => room(y) - room(x))) {
    const a = i32(section.sell, k);
    const b = i32(section.buy, k);
    const root = findGroup(group, a);
    if (root === findGroup(group, b)) {
      if (hint === undefined) return undefined;
      continue;
    }
    group[root] = findGroup(group, b);
    around[a]?.push(k);
    around[b]?.push(k);
    sold[k] = f64(least, k);
  }
  const { excess } = flowsOf(section, prices, sold);
  const parent = new Int32Array(tokens).fill(-1);
  const seen = new Uint8Array(tokens);
  const order: number[] = [];
  for (let root = 0; root < tokens; root++) {
    if (seen[root] === 1) continue;
    seen[root] = 1;
    const stack = [root];
    for (let token = stack.pop(); token !== undefined; token = stack.pop()) {
      order.push(token);
      for (const k of around[token] ?? []) {
        const other = i32(section.sell, k) === token ? i32(section.buy, k) : i32(section.sell, k);
        if (seen[other] === 1) continue;
        seen[other] = 1;
        parent[other] = k;
        stack.push(other);
      }
    }
  }
  for (const token of order.reverse()) {
    const k = i32(parent, token);
    if (k < 0) continue;
    const a = i32(section.sell, k);
    // The book carries away what the token has too much of, or brings what it lacks.
    const wanted = a === token ? f64(excess, token) : -f64(excess, token);
    const price = f64(prices, a);
    const value = Math.min((f64(most, k) - f64(least, k)) * price, Math.max(0, wanted));
    sold[k] = Math.min(f64(most, k), f64(least, k) + value / price);
    add(excess, a, -value);
    add(excess, i32(section.buy, k), value);
  }
  return imbalanceOf(section, prices, sold) <= BALANCE_TOLERANCE ? sold : undefined;
}

/** Fills of open books by the greatest circulation: as balanced as can be, then as much trade as can be. */
function settleCycles(
  section: Section,
  prices: Float64Array,
  least: Float64Array,
  most: Float64Array,
  open: readonly number[],
): Float64Array {
  const sold = Float64Array.from(least);
  const worth = (k: number): number => f64(most, k) * f64(prices, i32(section.sell, k));
  let largest = 0;
  for (let k = 0; k < sold.length; k++) largest = Math.max(largest, worth(k));
  if (!(largest > 0 && largest < Infinity)) return sold;
  const units = (value: number): bigint => BigInt(Math.round((value / largest) * VALUE_UNITS));
  const arcs = open.map((k): Arc => ({
    from: i32(section.sell, k),
    to: i32(section.buy, k),
    capacity: units((f64(most, k) - f64(least, k)) * f64(prices, i32(section.sell, k))),
    gain: 1,
  }));
  const { flow } = greatestCirculation(
    prices.length,
    arcs,
    Array.from(flowsOf(section, prices, least).excess, units),
  );
  open.forEach((k, i) => {
    const value = (Number(flow[i] ?? 0n) / VALUE_UNITS) * largest;
    sold[k] = Math.min(f64(most, k), f64(least, k) + value / f64(prices, i32(section.sell, k)));
  });
  return sold;
}
