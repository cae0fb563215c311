import { at } from "./demand.ts";
import { f64, i32 } from "./engine/access.ts";
import { Books } from "./engine/books.ts";
import { type Clearing, clearBooks } from "./engine/clear.ts";
import type { Equilibrium } from "./equilibrium.ts";
import type { Market } from "./market.ts";

/** Wallets may be overdrawn by this share: rounding. */
const ROUNDING = 1e-9;

/**
 * The exact equilibrium of a market, by the engine; `undefined` where the market is not of its kind (somebody buys a fixed
 * amount, or a wallet runs short at its prices), or where it holds no certificate.
 *
 * @param near prices about which the levels of parts that do not trade with each other are chosen
 * @param start prices of an earlier, similar market
 */
export function exactEquilibrium(
  market: Market,
  near: Float64Array,
  start: Float64Array | undefined,
): Equilibrium | undefined {
  const { tokens, count, sell, buy, amount, limit, isBuy } = market;
  if (isBuy.includes(1) || ![...amount, ...limit].every((value) => value > 0 && value < Infinity))
    return undefined;
  const books = Books.from({ tokens, sell, buy, amount, limit });
  const clearing = clearBooks(books, start === undefined ? {} : { start });
  if (!clearing.certified) return undefined;

  const prices = Float64Array.from(near);
  const strictPrices = Float64Array.from(near);
  level(clearing, near, prices, strictPrices);
  const fill = new Float64Array(count);
  const flow = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const share = clearing.fillOf(books.bookOf(at(sell, k), at(buy, k)), at(limit, k));
    fill[k] = share;
    flow[k] = share * at(amount, k) * at(prices, at(sell, k));
  }
  if (overdraws(market, fill)) return undefined;
  return {
    prices,
    strictPrices,
    wish: fill,
    fill,
    flow,
    converged: true,
    swept: clearing.sections.some(({ sweeps }) => sweeps > 0),
    evaluations: clearing.sections.reduce((sum, { evaluations }) => sum + evaluations, 0),
  };
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

/** Whether the fills take more from a wallet than it holds. */
function overdraws({ count, amount, gross, wallet, wallets }: Market, fill: Float64Array): boolean {
  const spent = new Float64Array(wallets.length);
  for (let k = 0; k < count; k++) {
    const w = i32(wallet, k);
    if (w >= 0) spent[w] = f64(spent, w) + f64(fill, k) * f64(amount, k) * f64(gross, k);
  }
  return spent.some((value, w) => value > f64(wallets, w) * (1 + ROUNDING));
}
