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
    this.#spent.fill(0);
    for (let k = 0; k < count; k++) {
      const price = at(prices, at(sell, k)) / at(prices, at(buy, k));
      const wish = Math.min(1, Math.max(0, (1 - at(limit, k) / (price * (1 + blur))) / width));
      this.wish[k] = wish;
      const w = at(wallet, k);
      if (w >= 0)
        this.#spent[w] =
          at(this.#spent, w) + (wish * at(amount, k) * at(gross, k)) / (at(isBuy, k) === 1 ? price : 1);
    }
  }

  #trade(prices: Float64Array, { width, blur }: Smoothing): void {
    const { count, tokens, sell, buy, limit, amount, isBuy, wallet, wallets } = this.#market;
    this.imbalance.fill(0);
    this.rates.fill(0);
    this.volume = 0;
    for (let k = 0; k < count; k++) {
      const wish = at(this.wish, k);
      const w = at(wallet, k);
      // An owner who cannot pay for all of its intents gives each the same share.
      const share = w >= 0 && at(this.#spent, w) > at(wallets, w) ? at(wallets, w) / at(this.#spent, w) : 1;
      this.fill[k] = wish * share;
      this.flow[k] = 0;
      if (wish === 0) continue;
      const a = at(sell, k);
      const b = at(buy, k);
      // Kind "buy" is taken as a seller of what its purchase costs at these prices.
      const size = share * at(amount, k) * (at(isBuy, k) === 1 ? at(prices, b) / at(prices, a) : 1);
      const out = wish < 1 ? size / width : size;
      const back = wish < 1 ? (size * at(limit, k)) / (width * (1 + blur)) : 0;
      const value = size * wish * at(prices, a);
      this.flow[k] = value;
      this.volume += value;
      this.imbalance[a] = at(this.imbalance, a) + value;
      this.imbalance[b] = at(this.imbalance, b) - value;
      this.rates[a * tokens + b] = at(this.rates, a * tokens + b) + out;
      this.rates[b * tokens + a] = at(this.rates, b * tokens + a) + back;
    }
  }
}

/** An element of a typed array that is known to be there. */
export function at(array: Float64Array | Int32Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}
