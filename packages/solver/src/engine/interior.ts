import { add, f64, i32 } from "./access.ts";
import { centre, factorGenerator, solveFactored } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { type Rungs, rungsNear } from "./rungs.ts";

/** The barrier of a rung is weighed by what its tokens turn over, as a share of what it offers, times this. */
const TURNOVER_SHARE = 0.1;
const LEAST_WEIGHT = 1e-90;
/** Value of the outside trader as a share of the volume. */
const OUTSIDE = 1e-13;
/** Share of the way to the boundary that a step may take. */
const TO_BOUNDARY = 0.99;
/** Longest step in the logarithm of a price. */
const LONGEST_STEP = 0.5;
/** Least factor by which a step aims to reduce the barrier, and the one while the tokens are far out of balance. */
const STEEPEST = 1e-4;
const STEEPEST_UNBALANCED = 0.3;
const UNBALANCED = 1e-3;
/** Barrier at which nothing more can be told apart. */
const LEAST_BARRIER = 1e-16;
/** A share of the reach of the rungs beyond which prices may not move before the rungs are gathered anew. */
const MOST_OF_REACH = 0.7;

/** How {@link InteriorSearch.run} ended: by what it was asked to find, at the end of the path, or out of its rungs. */
export type InteriorEnd = "found" | "ended" | "moved";

/**
 * The exact equilibrium by a primal–dual interior point method, from smoothed prices that are nearly right.
 *
 * Near the price every rung i of book a -> b has a fill f in (0, 1) and two slacks: `ahead` w by which the price is better
 * than its limit, and `behind` z by which it is worse, with log p[a] - log p[b] - log r = w - z. The path
 * f z = (1 - f) w = weight * barrier, all tokens in balance, leads to the equilibrium as the barrier goes to 0. A Newton
 * step eliminates f, w and z, and is left with a matrix over the tokens that is again the generator of a Markov chain.
 * Steps are predictor and corrector (Mehrotra 1992). See docs/MATCHER.md, section 4.
 */
export class InteriorSearch {
  readonly rungs: Rungs;
  /** Logarithms of the prices. */
  readonly logs: Float64Array;
  /** Share of each rung that fills, and what is left of it. */
  readonly fill: Float64Array;
  readonly rest: Float64Array;
  /** Value of the rest of all rungs that is neither filled nor beyond its limit. */
  barrier: number;
  /** Sum of absolute imbalances as a share of the volume. */
  imbalance = 1;
  steps = 0;
  readonly #demand: Demand;
  readonly #tokens: number;
  readonly #reach: number;
  readonly #start: Float64Array;
  readonly #logLimit: Float64Array;
  readonly #behind: Float64Array;
  readonly #ahead: Float64Array;
  /** Weight of each rung's barrier. */
  readonly weight: Float64Array;
  readonly #give: Float64Array;
  readonly #off: Float64Array;
  readonly #matrix: Float64Array;
  readonly #move: Float64Array;
  readonly #scratch: Float64Array;
  readonly #fillMove: Float64Array;
  readonly #behindMove: Float64Array;
  readonly #aheadMove: Float64Array;
  readonly #behindTarget: Float64Array;
  readonly #aheadTarget: Float64Array;

  /**
   * @param demand evaluated last at `prices`
   * @param width share within which the prices are right
   * @param reach widths from the price within which limits are taken for near
   * @param barrier where the path begins, in units of logarithms of prices
   */
  constructor(demand: Demand, prices: Float64Array, width: number, reach: number, barrier: number) {
    const rungs = rungsNear(demand.books, demand.section, prices, Math.min(0.9, reach * width));
    const { count } = rungs;
    this.rungs = rungs;
    this.barrier = barrier;
    this.#demand = demand;
    this.#tokens = demand.tokens;
    this.#reach = Math.min(0.9, reach * width);
    this.logs = prices.map(Math.log);
    this.#start = Float64Array.from(this.logs);
    this.#logLimit = rungs.limit.map(Math.log);
    this.fill = new Float64Array(count);
    this.rest = new Float64Array(count);
    this.#behind = new Float64Array(count);
    this.#ahead = new Float64Array(count);
    this.weight = new Float64Array(count);
    this.#give = new Float64Array(count);
    this.#fillMove = new Float64Array(count);
    this.#behindMove = new Float64Array(count);
    this.#aheadMove = new Float64Array(count);
    this.#behindTarget = new Float64Array(count);
    this.#aheadTarget = new Float64Array(count);
    this.#off = new Float64Array(this.#tokens);
    this.#matrix = new Float64Array(this.#tokens * this.#tokens);
    this.#move = new Float64Array(this.#tokens);
    this.#scratch = new Float64Array(this.#tokens);
    this.#begin(prices);
  }

  /**
   * Follows the path.
   *
   * @param isFound tried now and then; ends the search when it holds
   */
  run(mostSteps: number, isFound: () => boolean): InteriorEnd {
    while (this.steps < mostSteps) {
      this.#linearise();
      if (this.steps >= 3 && this.steps % 2 === 1 && this.imbalance < UNBALANCED && isFound()) return "found";
      if (!(this.barrier > LEAST_BARRIER)) break;
      factorGenerator(this.#matrix, this.#tokens);
      this.#step();
      this.steps++;
      if (this.#isOutOfReach()) return "moved";
    }
    return isFound() ? "found" : "ended";
  }

  /** The prices reached. */
  prices(): Float64Array {
    return this.logs.map(Math.exp);
  }

  /** Puts every rung on the path at the first prices. */
  #begin(prices: Float64Array): void {
    const { section, sold } = this.#demand;
    const turnover = new Float64Array(this.#tokens);
    for (let k = 0; k < section.books.length; k++) {
      const value = f64(sold, k) * f64(prices, i32(section.sell, k));
      add(turnover, i32(section.sell, k), value);
      add(turnover, i32(section.buy, k), value);
    }
    this.#eachBook((_, a, b, first, last) => {
      const log = f64(this.logs, a) - f64(this.logs, b);
      const most = TURNOVER_SHARE * Math.min(f64(turnover, a), f64(turnover, b));
      for (let i = first; i < last; i++) {
        const weight = most / (f64(this.rungs.amount, i) * f64(prices, a));
        const bounded = Math.min(1, Math.max(LEAST_WEIGHT, weight));
        this.weight[i] = bounded;
        this.#placeRung(i, log - f64(this.#logLimit, i), bounded * this.barrier);
      }
    });
  }

  /** Solves f z = (1 - f) w = barrier, w - z = gap for one rung, without cancellation. */
  #placeRung(i: number, gap: number, barrier: number): void {
    const ratio = Math.abs(gap) / barrier;
    const lesser = 2 / (ratio + 2 + Math.sqrt(ratio * ratio + 4));
    const fill = gap > 0 ? 1 - lesser : lesser;
    const rest = gap > 0 ? lesser : 1 - lesser;
    this.fill[i] = fill;
    this.rest[i] = rest;
    this.#behind[i] = barrier / fill;
    this.#ahead[i] = barrier / rest;
  }

  #eachBook(visit: (k: number, a: number, b: number, first: number, last: number) => void): void {
    const { section } = this.#demand;
    const { start } = this.rungs;
    for (let k = 0; k < section.books.length; k++)
      visit(k, i32(section.sell, k), i32(section.buy, k), i32(start, k), i32(start, k + 1));
  }

  /** Imbalance, barrier and matrix at the present point. */
  #linearise(): void {
    const { fill, rest, logs, rungs } = this;
    const { amount, base } = rungs;
    const tokens = this.#tokens;
    const matrix = this.#matrix;
    const off = this.#off;
    const give = this.#give;
    const behind = this.#behind;
    const ahead = this.#ahead;
    matrix.fill(0);
    off.fill(0);
    let volume = 0;
    this.#eachBook((k, a, b, first, last) => {
      const price = Math.exp(f64(logs, a));
      let sold = f64(base, k);
      let slope = 0;
      for (let i = first; i < last; i++) {
        const size = f64(amount, i);
        sold += f64(fill, i) * size;
        const g = 1 / (f64(ahead, i) / f64(rest, i) + f64(behind, i) / f64(fill, i));
        give[i] = g;
        slope += size * g;
      }
      const value = price * sold;
      const steep = price * slope;
      volume += value;
      add(off, a, value);
      add(off, b, -value);
      add(matrix, b * tokens + a, -(value + steep));
      add(matrix, a * tokens + b, -steep);
    });
    const outside = (OUTSIDE * volume) / (tokens * tokens) + Number.MIN_VALUE;
    let total = 0;
    for (let t = 0; t < tokens; t++) {
      total += Math.abs(f64(off, t));
      for (let s = 0; s < tokens; s++) if (s !== t) add(matrix, t * tokens + s, -outside);
    }
    this.imbalance = volume > 0 ? total / volume : 0;
    this.barrier = this.#meanBarrier(0);
  }

  /** Mean of f z and (1 - f) w, each over its weight, a share of the present moves ahead. */
  #meanBarrier(share: number): number {
    const { fill, rest } = this;
    const behind = this.#behind;
    const ahead = this.#ahead;
    let sum = 0;
    for (let i = 0; i < fill.length; i++) {
      const move = share * f64(this.#fillMove, i);
      const z = f64(behind, i) + share * f64(this.#behindMove, i);
      const w = f64(ahead, i) + share * f64(this.#aheadMove, i);
      sum += ((f64(fill, i) + move) * z + (f64(rest, i) - move) * w) / f64(this.weight, i);
    }
    return fill.length > 0 ? sum / (2 * fill.length) : 0;
  }

  /** One step: a predictor straight to the equilibrium tells how far the corrector may aim. */
  #step(): void {
    const { fill, rest, logs, barrier } = this;
    this.#behindTarget.fill(0);
    this.#aheadTarget.fill(0);
    this.#direction();
    const reach = this.#longestStep(1);
    const ahead = this.#meanBarrier(reach) / barrier;
    const least = this.imbalance > UNBALANCED ? STEEPEST_UNBALANCED : STEEPEST;
    const aim = Math.min(1, Math.max(least, ahead ** 3));
    const mayCorrect = reach >= 0.1;
    for (let i = 0; i < fill.length; i++) {
      const most = barrier * f64(this.weight, i);
      const move = f64(this.#fillMove, i);
      const clamp = (value: number): number => (mayCorrect ? Math.max(-most, Math.min(most, value)) : 0);
      this.#behindTarget[i] = aim * most - clamp(move * f64(this.#behindMove, i));
      this.#aheadTarget[i] = aim * most + clamp(move * f64(this.#aheadMove, i));
    }
    this.#direction();
    let longest = 0;
    for (let t = 0; t < logs.length; t++) longest = Math.max(longest, Math.abs(f64(this.#move, t)));
    const share = Math.min(this.#longestStep(TO_BOUNDARY), LONGEST_STEP / (longest + Number.MIN_VALUE));
    for (let t = 0; t < logs.length; t++) add(logs, t, share * f64(this.#move, t));
    for (let i = 0; i < fill.length; i++) {
      const move = share * f64(this.#fillMove, i);
      add(fill, i, move);
      add(rest, i, -move);
      add(this.#behind, i, share * f64(this.#behindMove, i));
      add(this.#ahead, i, share * f64(this.#aheadMove, i));
    }
  }

  /** The Newton direction to the targets of f z and (1 - f) w. */
  #direction(): void {
    const { fill, rest, logs, rungs } = this;
    const move = this.#move;
    const push = this.#fillMove;
    const give = this.#give;
    const behindTarget = this.#behindTarget;
    const aheadTarget = this.#aheadTarget;
    for (let t = 0; t < move.length; t++) move[t] = -f64(this.#off, t);
    this.#eachBook((_, a, b, first, last) => {
      if (first === last) return;
      const log = f64(logs, a) - f64(logs, b);
      let sold = 0;
      for (let i = first; i < last; i++) {
        const pull =
          log -
          f64(this.#logLimit, i) +
          f64(behindTarget, i) / f64(fill, i) -
          f64(aheadTarget, i) / f64(rest, i);
        const own = pull * f64(give, i);
        push[i] = own;
        sold += own * f64(rungs.amount, i);
      }
      const value = sold * Math.exp(f64(logs, a));
      add(move, a, -value);
      add(move, b, value);
    });
    solveFactored(this.#matrix, move, this.#tokens);
    centre(move, this.#scratch);
    this.#eachBook((_, a, b, first, last) => {
      const log = f64(move, a) - f64(move, b);
      for (let i = first; i < last; i++) {
        const f = f64(fill, i);
        const r = f64(rest, i);
        const z = f64(this.#behind, i);
        const w = f64(this.#ahead, i);
        const df = f64(push, i) + log * f64(give, i);
        push[i] = df;
        this.#behindMove[i] = (f64(behindTarget, i) - z * (f + df)) / f;
        this.#aheadMove[i] = (f64(aheadTarget, i) - w * (r - df)) / r;
      }
    });
  }

  /** The longest part of the direction that keeps everything positive, times `share`, at most 1. */
  #longestStep(share: number): number {
    let least = -share;
    for (let i = 0; i < this.fill.length; i++) {
      const move = f64(this.#fillMove, i);
      least = Math.min(
        least,
        move / f64(this.fill, i),
        -move / f64(this.rest, i),
        f64(this.#behindMove, i) / f64(this.#behind, i),
        f64(this.#aheadMove, i) / f64(this.#ahead, i),
      );
    }
    return -share / least;
  }

  #isOutOfReach(): boolean {
    const { section } = this.#demand;
    const most = MOST_OF_REACH * this.#reach;
    for (let k = 0; k < section.books.length; k++) {
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      const moved = f64(this.logs, a) - f64(this.#start, a) - f64(this.logs, b) + f64(this.#start, b);
      if (!(Math.abs(moved) <= most)) return true;
    }
    return false;
  }
}
