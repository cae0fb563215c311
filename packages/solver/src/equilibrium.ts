import { pricesWithoutTrade } from "./crossing.ts";
import { add, f64, i32 } from "./engine/access.ts";
import { Books } from "./engine/books.ts";
import { clearBooks } from "./engine/clear.ts";
import type { Clearing } from "./engine/clearing.ts";
import { guessPrices } from "./guess.ts";
import type { Market } from "./market.ts";

/** A wallet counts as enough if it lacks no more than this share: rounding. */
const ROUNDING = 1e-9;

/** Prices at which a market balances, as far as floats go. */
export interface Equilibrium {
  /** One positive price per token, on a common scale. Traders whose limits just meet fill in part at these prices. */
  readonly prices: Float64Array;
  /** Nearly the same prices, moved so that whoever fills is strictly within its limit. */
  readonly strictPrices: Float64Array;
  /** Share of its amount that each trader would fill if its wallet could pay. */
  readonly wish: Float64Array;
  /** Share of its amount that each trader fills. */
  readonly fill: Float64Array;
  /** Value that each trader sells. */
  readonly flow: Float64Array;
  /** Whether the engine certifies it. */
  readonly certified: boolean;
  /** Whether Newton stalled and the slow method had to help. */
  readonly swept: boolean;
  readonly evaluations: number;
}

/**
 * Finds the prices at which linear traders clear, by the engine (docs/MATCHER.md, section 3).
 *
 * @param start prices of an earlier, similar market
 * @param isOver whether to do no more than it takes to answer
 */
export function findEquilibrium(market: Market, start?: Float64Array, isOver?: () => boolean): Equilibrium {
  const idle = pricesWithoutTrade(market);
  if (idle !== undefined) return idleEquilibrium(market, idle);
  const near = start ?? guessPrices(market);
  const { tokens, count, sell, buy, isBuy } = market;
  // What is lost in floats, as the rest of an amount of which all is fee, cannot trade.
  const able = [...Array(count).keys()].filter(
    (k) => isAmount(f64(market.amount, k)) && isAmount(f64(market.limit, k)),
  );
  const column = (of: (k: number) => number): Float64Array => Float64Array.from(able, of);
  const isShort = shortWallets(market);
  const books = Books.from({
    tokens,
    sell: able.map((k) => i32(sell, k)),
    buy: able.map((k) => i32(buy, k)),
    amount: column((k) => f64(market.amount, k)),
    limit: column((k) => f64(market.limit, k)),
    bought: able.map((k) => isBuy[k] ?? 0),
    wallet: able.map((k) => (isShort[i32(market.wallet, k)] === true ? i32(market.wallet, k) : -1)),
    gross: column((k) => f64(market.gross, k)),
    wallets: market.wallets,
  });
  const clearing = clearBooks(books, { ...(start && { start }), ...(isOver && { isOver }) });

  const prices = Float64Array.from(near);
  const strictPrices = Float64Array.from(near);
  level(clearing, near, prices, strictPrices);
  const wish = new Float64Array(count);
  const fill = new Float64Array(count);
  const flow = new Float64Array(count);
  able.forEach((k, id) => {
    const [a, b, kind] = [i32(sell, k), i32(buy, k), isBuy[k] ?? 0];
    const book = books.bookOfIntent(id, a, b, kind);
    const limit = f64(market.limit, k);
    const share = clearing.fillOf(book, limit);
    const isSpent = f64(clearing.multiplier, book) > 1 + ROUNDING;
    fill[k] = share;
    wish[k] = !isSpent ? share : f64(prices, a) > limit * f64(prices, b) ? 1 : 0;
    flow[k] = share * f64(market.amount, k) * f64(prices, kind === 1 ? b : a);
  });
  return {
    ...{ prices, strictPrices, wish, fill, flow, certified: clearing.certified },
    swept: clearing.sections.some(({ sweeps }) => sweeps > 0),
    evaluations: clearing.sections.reduce((sum, { evaluations }) => sum + evaluations, 0),
  };
}

function idleEquilibrium(market: Market, prices: Float64Array): Equilibrium {
  const nothing = new Float64Array(market.count);
  return {
    ...{ prices, strictPrices: prices, wish: nothing, fill: nothing, flow: nothing },
    ...{ certified: true, swept: false, evaluations: 0 },
  };
}

function isAmount(value: number): boolean {
  return value > 0 && value < Infinity;
}

/** Per wallet, whether what its intents could spend at the worst prices is more than it holds. */
function shortWallets({ count, amount, limit, isBuy, gross, wallet, wallets }: Market): boolean[] {
  const spent = new Float64Array(wallets.length);
  for (let k = 0; k < count; k++) {
    const cost = isBuy[k] === 1 ? f64(amount, k) / f64(limit, k) : f64(amount, k);
    if (i32(wallet, k) >= 0) add(spent, i32(wallet, k), cost * f64(gross, k));
  }
  return Array.from(spent, (value, w) => value > f64(wallets, w) * (1 + ROUNDING));
}

/** Enters the prices of each section on the scale that comes nearest to the prices known before. */
function level(
  clearing: Clearing,
  near: Float64Array,
  prices: Float64Array,
  strictPrices: Float64Array,
): void {
  for (const { section } of clearing.sections) {
    let sum = 0;
    for (const token of section.tokens)
      sum += Math.log(f64(near, token)) - Math.log(f64(clearing.prices, token));
    const scale = Math.exp(sum / section.tokens.length);
    for (const token of section.tokens) {
      prices[token] = f64(clearing.prices, token) * scale;
      strictPrices[token] = f64(clearing.strictPrices, token) * scale;
    }
  }
}
