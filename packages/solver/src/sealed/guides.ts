import { f64, i32 } from "../engine/access.ts";
import { Books } from "../engine/books.ts";
import { clearBooks } from "../engine/clear.ts";
import type { Clearing, SectionOutcome } from "../engine/clearing.ts";
import { Demand } from "../engine/demand.ts";
import { EngineError } from "../engine/errors.ts";
import { findGroup } from "../engine/groups.ts";
import { withKernelMemory } from "../engine/kernel.ts";
import { COLD_WIDTH, SmoothSearch } from "../engine/smooth.ts";
import { levelsOf } from "./levels.ts";
import type { Pair, SealedMarket } from "./market.ts";
import type { SealedMethod } from "./types.ts";

/** Width of smoothed prices: well within the band in which an order may fill in part. */
const WIDTH = 2 ** -18;
const STAGE_TOLERANCE = 1e-3;
const TOLERANCE = 1e-11;
/** Sections of more tokens are approached from the limits that cross, since most of them will not trade. */
const MOST_TOKENS_AT_ONCE = 100;
/** What a pair sells, as a share of its offer, below which it is rounding. */
const NOTHING = 1e-15;

/** Prices in floating point, and about what every pair sells at them. */
export interface Guide {
  readonly method: SealedMethod;
  /** Per token, its price is `price * 2^level`. */
  readonly price: Float64Array;
  readonly level: Float64Array;
  /** Per pair of the market, amount sold. */
  readonly sold: Float64Array;
}

/** What is tried, the best first. */
export function* guidesOf(market: SealedMarket): Generator<Guide> {
  if (market.tokens <= MOST_TOKENS_AT_ONCE) yield* clear(market, new Set(market.pairs), false);
  yield* clear(market, new Set(), false);
  yield* clear(market, new Set(market.pairs), true);
  yield* clear(market, new Set(), true);
}

/**
 * Prices at which the active pairs clear and nobody else wants to trade. Where some would, at whatever levels, their pairs
 * become active too: pairs of absurd limits so never enter the market of those who trade.
 *
 * @param maySmooth whether smoothed prices will do where the exact ones are not certified
 */
function* clear(market: SealedMarket, active: Set<Pair>, maySmooth: boolean): Generator<Guide> {
  for (;;) {
    const found = clearActive(market, active, maySmooth);
    if (found === undefined) return;
    const { cluster, price, sold, method } = found;
    const levels = levelsOf(market.tokens, cluster, price.map(Math.log2), [
      // Orders of active pairs within a cluster stand as the engine says.
      ...market.pairs.filter(
        (pair) => !active.has(pair) || i32(cluster, pair.sell) !== i32(cluster, pair.buy),
      ),
    ]);
    if ("logs" in levels) {
      yield { method, price, level: levels.logs, sold };
      return;
    }
    const size = active.size;
    for (const pair of levels.conflict) active.add(pair);
    if (active.size === size) return;
  }
}

interface Cleared {
  readonly method: SealedMethod;
  readonly price: Float64Array;
  /** Tokens that trade with each other, whose prices are tied. */
  readonly cluster: Int32Array;
  readonly sold: Float64Array;
}

/** The engine's answer for the active pairs; `undefined` where it is not certified and smoothed prices will not do. */
function clearActive(market: SealedMarket, active: Set<Pair>, maySmooth: boolean): Cleared | undefined {
  const { tokens } = market;
  const group = Int32Array.from({ length: tokens }, (_, t) => t);
  const price = new Float64Array(tokens).fill(1);
  const sold = new Float64Array(market.pairs.length);
  let method: SealedMethod = "none";
  if (active.size > 0) {
    const members = market.pairs.filter((pair) => active.has(pair)).flatMap((pair) => pair.members);
    const books = Books.from({
      tokens,
      sell: Uint16Array.from(members, (i) => market.sell[i] ?? 0),
      buy: Uint16Array.from(members, (i) => market.buy[i] ?? 0),
      amount: Float64Array.from(members, (i) => f64(market.amount, i)),
      limit: Float64Array.from(members, (i) => f64(market.limit, i)),
    });
    const clearing = clearBooksIfPossible(books);
    if (clearing === undefined) return undefined;
    const bookSold = new Float64Array(books.count);
    for (const outcome of clearing.sections) {
      const { section } = outcome;
      if (outcome.method === "none") continue;
      const own = Float64Array.from(section.tokens, (token) => f64(clearing.prices, token));
      const isFinite = own.every((value) => value > 0 && value < Infinity);
      if (outcome.certified && isFinite) {
        for (const book of section.books) bookSold[book] = f64(clearing.sold, book);
        section.tokens.forEach((token, t) => (price[token] = f64(own, t)));
        if (method === "none") method = "exact";
      } else {
        if (!maySmooth || !smooth(books, outcome, price, bookSold)) return undefined;
        method = "smoothed";
      }
    }
    market.pairs.forEach((pair, k) => {
      const { sell, buy, members: own } = pair;
      const book = active.has(pair) ? books.bookOf(sell, buy) : -1;
      if (book < 0) return;
      let offered = 0;
      for (const i of own) offered += f64(market.amount, i);
      if (!(f64(bookSold, book) > NOTHING * offered)) return;
      sold[k] = f64(bookSold, book);
      group[findGroup(group, sell)] = findGroup(group, buy);
    });
  }
  return { method, price, cluster: group.map((_, t) => findGroup(group, t)), sold };
}

/** The engine's answer; `undefined` where the limits of a section leave the range of its numbers. */
function clearBooksIfPossible(books: Books): Clearing | undefined {
  try {
    return clearBooks(books);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Enters smoothed prices of a section and what its books sell at them; whether there are any. */
function smooth(
  books: Books,
  { section }: SectionOutcome,
  price: Float64Array,
  bookSold: Float64Array,
): boolean {
  return withKernelMemory(() => {
    const search = new SmoothSearch(new Demand(books, section));
    const goal = { width: WIDTH, tolerance: STAGE_TOLERANCE, partial: 0, absorbed: Infinity };
    search.narrow(goal, COLD_WIDTH);
    search.polish(WIDTH, TOLERANCE, true);
    if (!search.prices.every((value) => value > 0 && value < Infinity)) return false;
    section.tokens.forEach((token, t) => (price[token] = f64(search.prices, t)));
    section.books.forEach((book, k) => (bookSold[book] = f64(search.demand.sold, k)));
    return true;
  });
}
