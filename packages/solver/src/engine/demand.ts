import { add, f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import type { Section } from "./sections.ts";
import { COUNT, FROM, STEP, Steps, STEPS, SUM, TO, WORTH } from "./steps.ts";
import { multiplierFor, type Wallets, walletsOf } from "./wallets.ts";

/** Value of the outside trader as a share of the volume; it keeps every token connected to the others. */
const OUTSIDE = 1e-12;
/** The same against all that is on offer, for sections that do not trade yet. */
const OUTSIDE_OF_SUPPLY = 1e-30;

/** How the step at a limit is softened while prices are sought. */
export interface Smoothing {
  /** An intent fills linearly from nothing at its limit to whole where the price is better by this share. */
  readonly width: number;
  /** Prices look better by this share than they are, so that intents whose limits just meet trade with each other. */
  readonly blur: number;
}

/**
 * The smoothed demand of a section, from two searches per book: at prices p the imbalance of each token in units of value,
 * and the rates of the Markov chain whose stationary vector is the next Newton iterate (docs/MATCHER.md, section 3).
 * All buffers are reused from call to call.
 */
export class Demand {
  readonly books: Books;
  readonly section: Section;
  readonly tokens: number;
  /** Row a, column b: what one unit of the price of a moves from a to b. */
  readonly rates: Float64Array;
  /** Per token: value sold less value bought, with the outside trader. */
  readonly imbalance: Float64Array;
  /** Endowment of the outside trader, who spends evenly on all tokens. */
  readonly outside: Float64Array;
  /** Amount that each book sells. */
  readonly sold: Float64Array;
  readonly wallets: Wallets;
  /** Per wallet, by what prices look worse to its intents. */
  readonly multipliers: Float64Array;
  /** Per book: 1 where it buys fixed amounts; what its wallet pays per atom that reaches the market. */
  readonly bought: Int32Array;
  readonly gross: Float64Array;
  /** Whether nobody buys a fixed amount and no wallet may run short: then the chain is all that there is to know. */
  readonly isPlain: boolean;
  /** Per book, by how much the value that it sells grows with the logarithm of its price; only where it is not plain. */
  readonly steep: Float64Array;
  /** Value traded at the last evaluation. */
  volume = 0;
  /** Intents within the width of their limits at the last evaluation, which so fill in part; not those of spent wallets. */
  partial = 0;
  /** What those intents offer, as a share of the volume: imbalances much beyond it are not for them to take up. */
  partialShare = 0;
  evaluations = 0;
  readonly #steps: Steps;
  /** Per token, all that is on offer of it. */
  readonly #offered: Float64Array;
  /** Of the intents of one wallet: limits as shares of the price, and costs. */
  readonly #least: Float64Array;
  readonly #cost: Float64Array;
  /** What `#respond` found: the rates of one book. */
  #forward = 0;
  #backward = 0;

  constructor(books: Books, section: Section) {
    const tokens = section.tokens.length;
    const count = section.books.length;
    this.books = books;
    this.section = section;
    this.tokens = tokens;
    this.rates = new Float64Array(tokens * tokens);
    this.imbalance = new Float64Array(tokens);
    this.outside = new Float64Array(tokens);
    this.sold = new Float64Array(count);
    this.#offered = new Float64Array(tokens);
    this.#steps = new Steps(books, section.books);
    this.wallets = walletsOf(books, section);
    this.multipliers = new Float64Array(this.wallets.count).fill(1);
    const most = this.wallets.books.reduce((size, list) => Math.max(size, list.length), 0);
    this.#least = new Float64Array(most);
    this.#cost = new Float64Array(most);
    this.bought = section.books.map((book) => i32(books.bought, book));
    this.gross = Float64Array.from(section.books, (book) => f64(books.gross, book));
    this.isPlain = this.wallets.count === 0 && !this.bought.includes(1);
    this.steep = new Float64Array(this.isPlain ? 0 : count);
    for (let k = 0; k < count; k++) {
      const book = i32(section.books, k);
      const offered = this.bought[k] === 1 ? section.buy : section.sell;
      add(this.#offered, i32(offered, k), books.supply(book, Infinity));
    }
  }

  /** Scales the outside trader to the volume of the last evaluation that balances; the evaluation was at these prices. */
  regularise(prices: Float64Array): void {
    const { tokens } = this;
    let supply = 0;
    let off = 0;
    for (let t = 0; t < tokens; t++) {
      supply += f64(this.#offered, t) * f64(prices, t);
      off += Math.abs(f64(this.imbalance, t));
    }
    const matched = Math.max(0, this.volume - off / 2);
    const value = (OUTSIDE * matched + OUTSIDE_OF_SUPPLY * supply) / tokens;
    for (let t = 0; t < tokens; t++) this.outside[t] = value / f64(prices, t) + Number.MIN_VALUE;
  }

  /** Evaluates the demand; returns the sum of absolute imbalances as a share of the volume. */
  evaluate(prices: Float64Array, smoothing: Smoothing): number {
    const { width, blur } = smoothing;
    const { section, rates, imbalance, sold, isPlain } = this;
    const { books: list, sell, buy } = section;
    const { held } = this.#steps;
    const { tokens } = this;
    const steep = 1 / width;
    const back = 1 / (width * (1 + blur));
    let volume = 0;
    let partial = 0;
    let partialValue = 0;
    this.evaluations++;
    rates.fill(0);
    imbalance.fill(0);
    if (!isPlain) this.#spend(prices, smoothing);
    for (let k = 0; k < list.length; k++) {
      const a = i32(sell, k);
      const b = i32(buy, k);
      const price = f64(prices, a);
      const factor = isPlain ? 1 : this.multiplierOf(k);
      const unit = isPlain ? 1 : this.unitOf(k, prices);
      const high = (price / f64(prices, b) / factor) * (1 + blur);
      const low = high * (1 - width);
      this.#stand(k, high, low);
      const upper = STEPS * k;
      const lower = upper + STEP;
      const all = f64(held, upper + SUM);
      const whole = f64(held, lower + SUM);
      const within = f64(held, upper + WORTH) - f64(held, lower + WORTH);
      partial += f64(held, upper + COUNT) - f64(held, lower + COUNT);
      const forward = unit * (whole + (all - whole) * steep);
      const backward = unit * factor * within * back;
      const amount = Math.max(0, forward - (backward * f64(prices, b)) / price);
      const value = price * amount;
      sold[k] = amount;
      volume += value;
      // What a spent wallet fills in part is only what it has left.
      if (factor === 1) partialValue += price * unit * (all - whole);
      else if (all > whole) partial--;
      if (!isPlain) this.steep[k] = backward > 0 ? backward * f64(prices, b) : 0;
      add(imbalance, a, value);
      add(imbalance, b, -value);
      add(rates, a * tokens + b, forward > 0 ? forward : 0);
      add(rates, b * tokens + a, backward > 0 ? backward : 0);
    }
    this.volume = volume;
    this.partial = partial;
    this.partialShare = volume > 0 ? partialValue / volume : 0;
    return this.#imbalanceShare(prices);
  }

  /**
   * The rates as {@link evaluate} would give them at another smoothing if everybody stayed on the side of its limit where
   * it was at the last evaluation, which was at `prices`: their stationary vector predicts the prices there.
   */
  predictRates(prices: Float64Array, after: Smoothing): void {
    const { rates, section, tokens } = this;
    const { held } = this.#steps;
    const steep = 1 / after.width;
    const back = 1 / (after.width * (1 + after.blur));
    rates.fill(0);
    for (let k = 0; k < section.books.length; k++) {
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      const upper = STEPS * k;
      const lower = upper + STEP;
      const whole = f64(held, lower + SUM);
      const within = f64(held, upper + WORTH) - f64(held, lower + WORTH);
      const factor = this.multiplierOf(k);
      const unit = this.unitOf(k, prices);
      add(rates, a * tokens + b, Math.max(0, unit * (whole + (f64(held, upper + SUM) - whole) * steep)));
      add(rates, b * tokens + a, Math.max(0, unit * factor * within * back));
    }
  }

  /**
   * The excess of one token, and the rates at which it is left and entered, at given prices: `[leaving, entering]`, such
   * that the excess is `leaving * price - entering`.
   *
   * @param around books that sell or buy the token, as positions in the section
   */
  rateOf(
    token: number,
    around: Int32Array,
    prices: Float64Array,
    smoothing: Smoothing,
  ): readonly [number, number] {
    const { section, outside, tokens } = this;
    let worth = 0;
    for (let t = 0; t < tokens; t++) if (t !== token) worth += f64(prices, t) * f64(outside, t);
    let leaving = f64(outside, token) * (1 - 1 / tokens);
    let entering = worth / tokens;
    for (const k of around) {
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      this.#respond(k, prices, smoothing);
      if (a === token) {
        leaving += this.#forward;
        entering += this.#backward * f64(prices, b);
      } else {
        leaving += this.#backward;
        entering += this.#forward * f64(prices, a);
      }
    }
    return [leaving, entering];
  }

  /** Sets the rates of one book. */
  #respond(k: number, prices: Float64Array, { width, blur }: Smoothing): void {
    const { section } = this;
    const { held } = this.#steps;
    const factor = this.multiplierOf(k);
    const unit = this.unitOf(k, prices);
    const price = f64(prices, i32(section.sell, k)) / f64(prices, i32(section.buy, k)) / factor;
    const high = price * (1 + blur);
    this.#stand(k, high, high * (1 - width));
    const upper = STEPS * k;
    const lower = upper + STEP;
    const whole = f64(held, lower + SUM);
    const within = f64(held, upper + WORTH) - f64(held, lower + WORTH);
    this.#forward = Math.max(0, unit * (whole + (f64(held, upper + SUM) - whole) / width));
    this.#backward = Math.max(0, (unit * factor * within) / (width * (1 + blur)));
  }

  /** Sees to it that the steps held of a book are those of two limits. */
  #stand(k: number, high: number, low: number): void {
    const { held } = this.#steps;
    const upper = STEPS * k;
    const lower = upper + STEP;
    if (!(high >= f64(held, upper + FROM) && high < f64(held, upper + TO))) this.#steps.find(k, 0, high);
    if (!(low >= f64(held, lower + FROM) && low < f64(held, lower + TO))) this.#steps.find(k, 1, low);
  }

  /** Atoms sold per atom in which the amounts of a book are counted. */
  unitOf(k: number, prices: Float64Array): number {
    const { sell, buy } = this.section;
    return i32(this.bought, k) === 0 ? 1 : f64(prices, i32(buy, k)) / f64(prices, i32(sell, k));
  }

  /** By what prices look worse to the intents of a book. */
  multiplierOf(k: number): number {
    const wallet = i32(this.wallets.of, k);
    return wallet < 0 ? 1 : f64(this.multipliers, wallet);
  }

  /** Sets the multiplier of every wallet so that it can pay. */
  #spend(prices: Float64Array, { width, blur }: Smoothing): void {
    const { books, section, wallets } = this;
    const least = this.#least;
    const cost = this.#cost;
    for (let w = 0; w < wallets.count; w++) {
      const list = wallets.books[w] ?? new Int32Array(0);
      for (let i = 0; i < list.length; i++) {
        const k = i32(list, i);
        const place = i32(books.start, i32(section.books, k));
        const inverse = f64(prices, i32(section.buy, k)) / f64(prices, i32(section.sell, k));
        least[i] = (f64(books.limits, place) * inverse) / (1 + blur);
        cost[i] = f64(this.gross, k) * this.unitOf(k, prices) * f64(books.amounts, place);
      }
      const from = f64(this.multipliers, w);
      this.multipliers[w] = multiplierFor(least, cost, list.length, f64(wallets.holds, w), width, from);
    }
  }

  /** Adds the outside trader to the imbalance; returns the sum of absolute imbalances as a share of the volume. */
  #imbalanceShare(prices: Float64Array): number {
    const { imbalance, outside, tokens } = this;
    let worth = 0;
    for (let t = 0; t < tokens; t++) worth += f64(prices, t) * f64(outside, t);
    let total = 0;
    for (let t = 0; t < tokens; t++) {
      const off = f64(imbalance, t) + f64(prices, t) * f64(outside, t) - worth / tokens;
      imbalance[t] = off;
      total += Math.abs(off);
    }
    return total / (this.volume + worth + Number.MIN_VALUE);
  }
}
