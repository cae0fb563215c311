import { f64, i32 } from "./access.ts";
import type { Books } from "./books.ts";
import { doubles, type Doubles, integers, type Integers, integersFrom, loops } from "./kernel.ts";
import type { Section } from "./sections.ts";
import { FROM, STEP, Steps, STEPS, SUM, TO, WORTH } from "./steps.ts";
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
  readonly rates: Doubles;
  /** Per token: value sold less value bought, with the outside trader. */
  readonly imbalance: Doubles;
  /** Endowment of the outside trader, who spends evenly on all tokens. */
  readonly outside: Doubles;
  /** Amount that each book sells. */
  readonly sold: Doubles;
  /** Per book: its tokens, and the one in which its amounts are counted. */
  readonly sell: Integers;
  readonly buy: Integers;
  readonly priced: Integers;
  readonly wallets: Wallets;
  /** Per wallet, by what prices look worse to its intents. */
  readonly multipliers: Float64Array;
  /** Per book: 1 where it buys fixed amounts; what its wallet pays per atom that reaches the market. */
  readonly bought: Int32Array;
  readonly gross: Float64Array;
  /** Whether nobody buys a fixed amount and no wallet may run short: then the chain is all that there is to know. */
  readonly isPlain: boolean;
  /** Per book, by how much the value that it sells grows with the logarithm of its price; at the last evaluation. */
  readonly steep: Doubles;
  /** Value traded at the last evaluation. */
  volume = 0;
  /** Intents within the width of their limits at the last evaluation, which so fill in part; not those of spent wallets. */
  partial = 0;
  /** What those intents offer, as a share of the volume: imbalances much beyond it are not for them to take up. */
  partialShare = 0;
  evaluations = 0;
  readonly #steps: Steps;
  /** What the kernel reads: see `Frame` in packages/solver/kernel/demand.ts. */
  readonly #frame: Integers;
  readonly #prices: Doubles;
  readonly #factors: Doubles;
  readonly #units: Doubles;
  readonly #missing: Integers;
  readonly #limits: Doubles;
  readonly #totals: Doubles;
  /** Per token, all that is on offer of it. */
  readonly #offered: Float64Array;
  /** Of the intents of one wallet: limits as shares of the price, and costs. */
  readonly #least: Float64Array;
  readonly #cost: Float64Array;
  /** What `#respond` found: the rates of one book. */
  #forward = 0;
  #backward = 0;

  /** To be called, and used, within `withKernelMemory`. */
  constructor(books: Books, section: Section) {
    const tokens = section.tokens.length;
    const count = section.books.length;
    this.books = books;
    this.section = section;
    this.tokens = tokens;
    this.rates = doubles(tokens * tokens);
    this.imbalance = doubles(tokens);
    this.outside = doubles(tokens);
    this.sold = doubles(count);
    this.#offered = new Float64Array(tokens);
    this.#steps = new Steps(books, section.books);
    this.wallets = walletsOf(books, section);
    this.multipliers = new Float64Array(this.wallets.count).fill(1);
    const most = this.wallets.books.reduce((size, list) => Math.max(size, list.length), 0);
    this.#least = new Float64Array(most);
    this.#cost = new Float64Array(most);
    this.sell = integersFrom(section.sell);
    this.buy = integersFrom(section.buy);
    this.priced = integers(count);
    this.bought = new Int32Array(count);
    this.gross = new Float64Array(count);
    const offered = this.#offered;
    // Elements are read without helpers, as in `upperBound`.
    for (let k = 0; k < count; k++) {
      const book = section.books[k] ?? 0;
      const isBought = books.bought[book] ?? 0;
      const token = (isBought === 1 ? section.buy[k] : section.sell[k]) ?? 0;
      this.bought[k] = isBought;
      this.gross[k] = books.gross[book] ?? 1;
      this.priced[k] = token;
      offered[token] = (offered[token] ?? 0) + books.total(book);
    }
    this.isPlain = this.wallets.count === 0 && !this.bought.includes(1);
    this.steep = doubles(count);
    this.#prices = doubles(tokens);
    this.#factors = doubles(count).fill(1);
    this.#units = doubles(count).fill(1);
    this.#missing = integers(2 * count);
    this.#limits = doubles(2 * count);
    this.#totals = doubles(3);
    const lists = [
      ...[this.sell, this.buy, this.#factors, this.#units],
      ...[this.#steps.held, this.#missing, this.#limits],
      ...[this.rates, this.imbalance, this.sold, this.steep, this.#totals],
    ];
    this.#frame = integersFrom(Int32Array.from([count, tokens, ...lists.map((list) => list.byteOffset)]));
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
    this.evaluations++;
    this.#prices.set(prices);
    if (!this.isPlain) this.#spend(prices, smoothing);
    const frame = this.#frame.byteOffset;
    const missing = loops.listMissing(frame, this.#prices.byteOffset, width, blur);
    this.#steps.find(this.#missing, this.#limits, missing);
    loops.evaluate(frame, this.#prices.byteOffset, width, blur);
    this.volume = f64(this.#totals, 0);
    this.partial = f64(this.#totals, 1);
    this.partialShare = this.volume > 0 ? f64(this.#totals, 2) / this.volume : 0;
    return this.#imbalanceShare(prices);
  }

  /**
   * The rates as {@link evaluate} would give them at another smoothing if everybody stayed on the side of its limit where
   * it was at the last evaluation: their stationary vector predicts the prices there.
   */
  predictRates({ width, blur }: Smoothing): void {
    loops.predictRates(this.#frame.byteOffset, width, blur);
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
    let missing = 0;
    if (!(high >= f64(held, upper + FROM) && high < f64(held, upper + TO))) {
      this.#missing[missing] = 2 * k;
      this.#limits[missing++] = high;
    }
    if (!(low >= f64(held, lower + FROM) && low < f64(held, lower + TO))) {
      this.#missing[missing] = 2 * k + 1;
      this.#limits[missing++] = low;
    }
    if (missing > 0) this.#steps.find(this.#missing, this.#limits, missing);
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

  /** Sets the multiplier of every wallet so that it can pay, and what the kernel has to know of purchases and wallets. */
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
    for (let k = 0; k < section.books.length; k++) {
      this.#factors[k] = this.multiplierOf(k);
      this.#units[k] = this.unitOf(k, prices);
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
