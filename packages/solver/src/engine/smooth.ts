import { f64, i32 } from "./access.ts";
import { centre, factorGenerator, solveFactored, stationaryVector } from "./chain.ts";
import type { Demand, Smoothing } from "./demand.ts";
import { doubles, type Doubles, doublesFrom, loops } from "./kernel.ts";
import { TokenSystem } from "./tokenSystem.ts";

/** Where continuation starts from prices that are only guessed. */
export const COLD_WIDTH = 2 ** -3;
/** A step of the chain that leaves more than this of the imbalance has not seen what purchases and wallets do. */
const LITTLE = 0.5;
/** How fast the width shrinks. */
const SHRINK = 2 ** -3;
/** Share of the intents that may fill in part at the last width which that width is chosen for. */
const AIM_OF_PARTIAL = 0.8;
/** A stage that fails is tried again with a factor nearer to 1, down to this one. */
const GENTLEST_SHRINK = 2 ** -0.25;
/** Width below which it tells that as many intents fill in part as at the width before: their limits tie. */
const TIED_WIDTH = 2 ** -16;
/** The same where purchases or wallets are about: narrow stages cost more there, and the interior path needs fewer of them. */
const GENTLEST_OF_WALLETS = 2 ** -0.75;
const TIED_WIDTH_OF_WALLETS = 2 ** -9;
/** Longest step in the logarithm of a price; halvings of a step that are tried. */
const LONGEST_STEP = 4;
const HALVINGS = 8;
const NEWTON_STEPS = 40;
const SWEEPS = 40;
/** Sweeps where purchases or wallets are about, which cost more, and of which nothing says that they converge. */
const FEW_SWEEPS = 6;
/** Limits on the search for one price in a sweep. */
const SECANTS = 40;

/** How firmly first prices are tied to a level, beside the root of the number of intents of each book. */
const GROUND = 1e-7;

/** What a search for prices has reached. */
export interface Reached {
  readonly smoothing: Smoothing;
  /** Sum of absolute imbalances as a share of the volume. */
  readonly imbalance: number;
}

/** When {@link SmoothSearch.narrow} may stop. */
export interface NarrowGoal {
  /** Width that is narrow enough. */
  readonly width: number;
  /** Imbalance that ends a stage. */
  readonly tolerance: number;
  /** Stop already when no more intents than this fill in part. */
  readonly partial: number;
  /** Imbalance that ends a stage, as a share of what the intents that fill in part offer: the lesser of the two counts. */
  readonly absorbed: number;
}

/**
 * Prices that balance the smoothed demand: semismooth Newton, whose iterate is the stationary vector of a Markov chain,
 * with continuation in the width; where it stalls, one token's price after the other is set to balance that token
 * (Gauss–Seidel, which converges under gross substitutes).
 */
export class SmoothSearch {
  readonly demand: Demand;
  readonly prices: Doubles;
  /** Sweeps of the slow method that were needed. */
  sweeps = 0;
  /** Per token, the books that sell or buy it, as positions in the section; made when first needed. */
  #around: Int32Array[] | undefined;
  readonly #matrix: Doubles;
  readonly #trial: Doubles;
  readonly #step: Doubles;
  readonly #scratch: Doubles;
  readonly #system: TokenSystem | undefined;
  /** For the system: what each book sells, in value. */
  readonly #values: Doubles;

  constructor(demand: Demand, start?: Float64Array) {
    const { section, tokens } = demand;
    this.demand = demand;
    this.#matrix = doubles(tokens * tokens);
    this.#trial = doubles(tokens);
    this.#step = doubles(tokens);
    this.#scratch = doubles(tokens);
    this.#values = doubles(demand.isPlain ? 0 : section.books.length);
    if (!demand.isPlain) this.#system = new TokenSystem(demand);
    this.prices = doublesFrom(start ?? guessPrices(demand));
  }

  /** How far the present prices are from balance at a width, with blur or without, as a share of the volume. */
  imbalanceAt(width: number, isBlurred: boolean): number {
    return this.demand.evaluate(this.prices, isBlurred ? blurred(width) : { width, blur: 0 });
  }

  /** Balances the demand at one width, without blur, as well as Newton can; returns the imbalance. */
  polish(width: number, tolerance: number, maySweep: boolean): number {
    return this.#newton({ width, blur: 0 }, tolerance, maySweep);
  }

  /** Balances at a first width, cold or at the one given, then at narrower and narrower ones until the goal is met. */
  narrow(goal: NarrowGoal, firstWidth: number): Reached {
    const { demand, prices } = this;
    const good = Float64Array.from(prices);
    let smoothing = blurred(Math.max(goal.width, firstWidth));
    let imbalance = this.#newton(smoothing, goal.tolerance, true, goal.absorbed);
    let shrink = SHRINK;
    let stuck = 0;
    const gentlest = demand.isPlain ? GENTLEST_SHRINK : GENTLEST_OF_WALLETS;
    const tiedWidth = demand.isPlain ? TIED_WIDTH : TIED_WIDTH_OF_WALLETS;
    while (smoothing.width > goal.width && demand.partial > goal.partial && stuck < 2) {
      const before = demand.partial;
      good.set(prices);
      // What fills in part shrinks with the width: none is narrower than the goal asks.
      const wanted = Math.max(SHRINK, (AIM_OF_PARTIAL * goal.partial) / before);
      const next = blurred(
        Math.max(goal.width, smoothing.width * Math.max(shrink, Math.min(wanted, gentlest))),
      );
      this.#predict(next);
      const isGentlest = shrink >= gentlest;
      const reached = this.#newton(next, goal.tolerance, isGentlest, goal.absorbed);
      if (reached <= 3 * this.#enough(goal.tolerance, goal.absorbed)) {
        smoothing = next;
        imbalance = reached;
        shrink = Math.max(SHRINK, shrink * shrink);
        // Where limits tie, a narrower width does not make fewer intents partial.
        stuck = demand.partial > 0.7 * before && next.width < tiedWidth ? stuck + 1 : 0;
        continue;
      }
      prices.set(good);
      demand.evaluate(prices, smoothing);
      if (isGentlest) break;
      shrink = Math.sqrt(shrink);
    }
    return { smoothing, imbalance };
  }

  /** Moves to where the prices go at a width without blur, as far as that can be told without looking anything up. */
  predictAt(width: number): void {
    this.#predict({ width, blur: 0 });
  }

  /**
   * Moves to where the prices go when the width changes and everybody stays on its side of its limit, where it was at the
   * last evaluation.
   */
  #predict(after: Smoothing): void {
    this.demand.predictRates(after);
    this.#chainStep();
    for (let t = 0; t < this.prices.length; t++)
      this.prices[t] = f64(this.prices, t) * Math.exp(f64(this.#step, t));
  }

  /** The imbalance that ends a stage. */
  #enough(tolerance: number, absorbed: number): number {
    // An infinite share of nothing is no number.
    return absorbed < Infinity ? Math.min(tolerance, absorbed * this.demand.partialShare) : tolerance;
  }

  /** Newton at one smoothing; returns the imbalance reached, evaluated last. */
  #newton(smoothing: Smoothing, most: number, maySweep: boolean, absorbed = Infinity): number {
    const { demand, prices } = this;
    let off = demand.evaluate(prices, smoothing);
    let slow = 0;
    const mostSweeps = demand.isPlain ? SWEEPS : FEW_SWEEPS;
    const tolerance = (): number => this.#enough(most, absorbed);
    for (let i = 0, sweeps = 0; i < NEWTON_STEPS && off > tolerance(); i++) {
      demand.regularise(prices);
      this.#chainStep();
      let next = this.#lineSearch(smoothing, off);
      if (this.#system !== undefined && next > LITTLE * off) {
        this.#derivativeStep(this.#system);
        next = this.#lineSearch(smoothing, next);
      }
      if (next > 0.9 * off) slow++;
      else slow = 0;
      const isStalled = next >= off;
      off = next;
      if (slow < 3 && !isStalled) continue;
      if (!maySweep) break;
      for (; sweeps < mostSweeps && (slow > 0 || isStalled); sweeps++) {
        this.#sweep(smoothing);
        const swept = demand.evaluate(prices, smoothing);
        demand.regularise(prices);
        slow = 0;
        if (swept < 0.5 * off || swept <= tolerance()) {
          off = swept;
          break;
        }
        off = swept;
      }
      if (sweeps >= mostSweeps) break;
    }
    return off;
  }

  /** Step to the stationary vector of the chain that the demand is at the last evaluation, in logarithms. */
  #chainStep(): void {
    const { demand, prices } = this;
    const { tokens, rates, outside } = demand;
    loops.addOutside(rates.byteOffset, outside.byteOffset, tokens, this.#matrix.byteOffset);
    stationaryVector(this.#matrix, tokens, this.#trial);
    const step = this.#step;
    for (let t = 0; t < tokens; t++) step[t] = Math.log(f64(this.#trial, t) / f64(prices, t));
    this.#limitStep();
  }

  /**
   * The Newton step in logarithms of prices, at the last evaluation. The chain takes purchases for sales of what they cost
   * now, and multipliers for fixed; this step knows how they follow the prices.
   */
  #derivativeStep(system: TokenSystem): void {
    const { demand, prices } = this;
    const { tokens, section, wallets, sold, steep, imbalance, outside } = demand;
    const values = this.#values;
    for (let k = 0; k < sold.length; k++) values[k] = f64(sold, k) * f64(prices, i32(section.sell, k));
    system.clear();
    system.enterBooks(values, steep);
    for (let w = 0; w < wallets.count; w++)
      if (f64(demand.multipliers, w) > 1) system.addWallet(w, values, 0);
    for (let t = 0; t < tokens; t++) this.#trial[t] = f64(outside, t) * f64(prices, t);
    system.enterOutside(this.#trial);
    system.factor();
    for (let t = 0; t < tokens; t++) this.#step[t] = -f64(imbalance, t);
    system.solve(this.#step);
    this.#limitStep();
  }

  /** Takes the common scale from a step, and cuts what is too long or no number. */
  #limitStep(): void {
    const step = this.#step;
    centre(step, this.#scratch);
    for (let t = 0; t < step.length; t++) {
      const value = f64(step, t);
      step[t] = Number.isNaN(value) ? 0 : Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, value));
    }
  }

  /** Takes the longest part of the step that helps; stays where none does. Returns the imbalance. */
  #lineSearch(smoothing: Smoothing, off: number): number {
    const { demand, prices } = this;
    const trial = this.#trial;
    for (let i = 0, length = 1; i < HALVINGS; i++, length /= 2) {
      for (let t = 0; t < prices.length; t++)
        trial[t] = f64(prices, t) * Math.exp(length * f64(this.#step, t));
      const reached = demand.evaluate(trial, smoothing);
      if (reached <= (1 - 0.01 * length) * off) {
        prices.set(trial);
        return reached;
      }
    }
    demand.evaluate(prices, smoothing);
    return off;
  }

  /** Gauss–Seidel: sets one price after the other so that its token balances, the others held. */
  #sweep(smoothing: Smoothing): void {
    const { demand, prices } = this;
    this.sweeps++;
    this.#around ??= booksAround(demand);
    for (let token = 0; token < prices.length; token++) {
      const around = this.#around[token] ?? new Int32Array(0);
      let low = 0;
      let high = Infinity;
      for (let i = 0; i < SECANTS; i++) {
        const price = f64(prices, token);
        const [leaving, entering] = demand.rateOf(token, around, prices, smoothing);
        const excess = leaving * price - entering;
        if (!(Math.abs(excess) > 1e-14 * (leaving * price + entering))) break;
        if (excess > 0) high = Math.min(high, price);
        else low = Math.max(low, price);
        // Where the rates balance; the excess grows with the price, so the bracket only ever shrinks.
        let next = Math.min(4 * price, Math.max(price / 4, entering / leaving));
        if (!(next > low && next < high)) {
          next = high === Infinity ? 2 * price : low === 0 ? price / 2 : Math.sqrt(low) * Math.sqrt(high);
        }
        if (next === price || !(next > 0) || next === Infinity || high <= low * (1 + 1e-15)) break;
        prices[token] = next;
      }
    }
  }
}

/** Per token, the books that sell or buy it. */
function booksAround({ section, tokens }: Demand): Int32Array[] {
  const around: number[][] = Array.from({ length: tokens }, () => []);
  for (let k = 0; k < section.books.length; k++) {
    around[i32(section.sell, k)]?.push(k);
    around[i32(section.buy, k)]?.push(k);
  }
  return around.map((list) => Int32Array.from(list));
}

/** The blur of a width: half of it, so that what fills in part does so round its limit. */
function blurred(width: number): Smoothing {
  return { width, blur: width / 2 };
}

/**
 * First prices: those that come nearest, in logarithms and by least squares, to the median limit of every book, a book
 * weighing as the root of its number of intents.
 */
export function guessPrices(demand: Demand): Float64Array {
  const { books, section, sell, buy, tokens } = demand;
  // One more token stands for the ground, which holds the level.
  const n = tokens + 1;
  const matrix = doubles(n * n);
  const right = doubles(n);
  const weights = doubles(section.books.length);
  // Elements are read without helpers, as in `upperBound`.
  for (let k = 0; k < weights.length; k++) {
    const book = section.books[k] ?? 0;
    const start = books.start[book] ?? 0;
    const end = books.end[book] ?? 0;
    const ladder = books.ladder(book);
    const median =
      end > start
        ? (books.limits[(start + end) >> 1] ?? 1)
        : ladder === undefined
          ? 1
          : f64(ladder.limits, ladder.size >> 1);
    const weight = Math.sqrt(end - start + (ladder?.size ?? 0));
    const pull = weight * Math.log(median);
    const a = section.sell[k] ?? 0;
    const b = section.buy[k] ?? 0;
    weights[k] = weight;
    right[a] = (right[a] ?? 0) + pull;
    right[b] = (right[b] ?? 0) - pull;
  }
  const nothing = doubles(weights.length);
  loops.enterBooks(
    ...([matrix.byteOffset, n, weights.length, sell.byteOffset, buy.byteOffset, sell.byteOffset] as const),
    ...([nothing.byteOffset, weights.byteOffset] as const),
  );
  for (let t = 0; t < tokens; t++) {
    matrix[t * n + tokens] = -GROUND;
    matrix[tokens * n + t] = -GROUND;
  }
  factorGenerator(matrix, n);
  solveFactored(matrix, right, n);
  return right.slice(0, tokens).map(Math.exp);
}
