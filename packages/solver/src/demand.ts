import type { Market } from "./market.ts";

/** How the step at a trader's limit is softened while prices are sought. */
export interface Smoothing {
  /** A trader fills linearly from nothing at its limit to whole where the price is better by this share. */
  readonly width: number;
  /** Prices look better by this share than they are, so that traders whose limits just meet trade with each other. */
  readonly blur: number;
}

/** Share of the traded volume that an outside trader of all tokens adds, so that no token is cut off from the others. */
const REGULARISATION = 1e-12;
/** The same against all that is on offer, for markets that do not trade yet. */
const FLOOR_OF_SUPPLY = 1e-30;

/**
 * The smoothed demand of a market: evaluated at prices p, it gives the imbalance F of each token in units of value, and
 * the generator Q of the Markov chain whose stationary vector is the next Newton iterate (docs/MATCHER.md, section 3).
 * All buffers are reused from call to call.
 */
export class Demand {
  readonly #market: Market;
  /** Share of its amount that each trader fills, before wallets run short. */
  readonly wish: Float64Array;
  /** Share of its amount that each trader fills. */
  readonly fill: Float64Array;
  /** Value that each trader sells. */
  readonly flow: Float64Array;
  /** Per token: value sold less value bought, with the outside trader. */
  readonly imbalance: Float64Array;
  /** Row a, column b: what one unit of the price of a moves from a to b. */
  readonly rates: Float64Array;
  /** Endowment of the outside trader, who spends evenly on all tokens. */
  readonly outside: Float64Array;
  /** Value traded at the last evaluation. */
  volume = 0;
  evaluations = 0;
  readonly #spent: Float64Array;

  constructor(market: Market) {
    this.#market = market;
    this.wish = new Float64Array(market.count);
    this.fill = new Float64Array(market.count);
    this.flow = new Float64Array(market.count);
    this.imbalance = new Float64Array(market.tokens);
    this.rates = new Float64Array(market.tokens * market.tokens);
    this.outside = new Float64Array(market.tokens);
    this.#spent = new Float64Array(market.wallets.length);
  }

  /** Scales the outside trader to the volume that trades at these prices. */
  regularise(prices: Float64Array): void {
    const { count, sell, buy, amount, isBuy, tokens } = this.#market;
    let supply = 0;
    for (let k = 0; k < count; k++)
      supply += at(amount, k) * at(prices, at(isBuy, k) === 1 ? at(buy, k) : at(sell, k));
    const value = (REGULARISATION * this.volume + FLOOR_OF_SUPPLY * supply + Number.MIN_VALUE) / tokens;
    for (let t = 0; t < tokens; t++) this.outside[t] = value / at(prices, t);
  }

  /**
   * The rates as {@link evaluate} would give them at another smoothing if everybody stayed on the side of its limit where
   * it was at the last evaluation: their stationary vector predicts the prices there.
   */
  predictRates(prices: Float64Array, smoothing: Smoothing): void {
    this.#trade(prices, smoothing);
  }

  /** Evaluates the demand; returns the sum of absolute imbalances as a share of the volume. */
  evaluate(prices: Float64Array, smoothing: Smoothing): number {
    const { tokens } = this.#market;
    this.evaluations++;
    this.#wishes(prices, smoothing);
    this.#trade(prices, smoothing);
    let worth = 0;
    for (let t = 0; t < tokens; t++) worth += at(prices, t) * at(this.outside, t);
    let total = 0;
    for (let t = 0; t < tokens; t++) {
      const off = at(this.imbalance, t) + at(prices, t) * at(this.outside, t) - worth / tokens;
      this.imbalance[t] = off;
      total += Math.abs(off);
    }
    return total / (this.volume + worth);
  }

  #wishes(prices: Float64Array, { width, blur }: Smoothing): void {
    const { count, sell, buy, limit, amount, isBuy, gross, wallet } = this.#market;
    const wishes = this.wish;
    const spent = this.#spent;
    const steep = 1 / width;
    const atLimit = 1 / (1 + blur);
    spent.fill(0);
    for (let k = 0; k < count; k++) {
      const inverse = at(prices, at(buy, k)) / at(prices, at(sell, k));
      const wish = Math.min(1, Math.max(0, (1 - at(limit, k) * inverse * atLimit) * steep));
      wishes[k] = wish;
      const w = at(wallet, k);
      if (w < 0 || wish === 0) continue;
      spent[w] = at(spent, w) + wish * at(amount, k) * at(gross, k) * (at(isBuy, k) === 1 ? inverse : 1);
    }
  }

  #trade(prices: Float64Array, { width, blur }: Smoothing): void {
    const { count, tokens, sell, buy, limit, amount, isBuy, wallet, wallets } = this.#market;
    const { wish: wishes, fill, flow, imbalance, rates } = this;
    const spent = this.#spent;
    const steep = 1 / width;
    const atLimit = 1 / (1 + blur);
    let volume = 0;
    imbalance.fill(0);
    rates.fill(0);
    for (let k = 0; k < count; k++) {
      const wish = at(wishes, k);
      if (wish === 0) {
        fill[k] = 0;
        flow[k] = 0;
        continue;
      }
      const w = at(wallet, k);
      // An owner who cannot pay for all of its intents gives each the same share.
      const share = w >= 0 && at(spent, w) > at(wallets, w) ? at(wallets, w) / at(spent, w) : 1;
      const a = at(sell, k);
      const b = at(buy, k);
      // Kind "buy" is taken as a seller of what its purchase costs at these prices.
      const size = share * at(amount, k) * (at(isBuy, k) === 1 ? at(prices, b) / at(prices, a) : 1);
      const value = size * wish * at(prices, a);
      fill[k] = wish * share;
      flow[k] = value;
      volume += value;
      imbalance[a] = at(imbalance, a) + value;
      imbalance[b] = at(imbalance, b) - value;
      rates[a * tokens + b] = at(rates, a * tokens + b) + (wish < 1 ? size * steep : size);
      if (wish < 1) rates[b * tokens + a] = at(rates, b * tokens + a) + size * at(limit, k) * steep * atLimit;
    }
    this.volume = volume;
  }
}

/** An element of a typed array that is known to be there. */
export function at(array: Float64Array | Int32Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}
