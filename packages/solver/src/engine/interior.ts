import { add, f64, i32 } from "./access.ts";
import { centre } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { doubles, type Doubles } from "./kernel.ts";
import { PaidWallets } from "./paidWallets.ts";
import { rungsNear } from "./rungs.ts";
import { TokenSystem } from "./tokenSystem.ts";

/** The barrier of a rung is weighed by what its tokens turn over, as a share of what it offers, times this. */
const TURNOVER_SHARE = 0.1;
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
/** Where the predictor gets no farther than this it says nothing about curvature. */
const LEAST_PREDICTION = 0.1;
/** Barrier at which nothing more can be told apart. */
const LEAST_BARRIER = 1e-16;
/** Decided rungs are left out each time that the barrier has fallen by this factor. */
const PRUNE_EVERY = 0.3;
/** A share of the reach of the rungs beyond which prices may not move before the rungs are gathered anew. */
const MOST_OF_REACH = 0.7;

/** How an {@link InteriorSearch} goes. */
export interface InteriorOptions {
  /** Widths from the price within which limits are taken for near. */
  readonly reach: number;
  /** Where the path begins, in widths. */
  readonly barrier: number;
  /** Rungs farther from the price than so many barriers are left out on the way. */
  readonly keep: number;
  /** Least weight of the barrier of a rung: smaller where single intents offer far more than all others turn over. */
  readonly leastWeight: number;
}

/** How {@link InteriorSearch.run} ended: by what it was asked to find, at the end of the path, or out of its rungs. */
export type InteriorEnd = "found" | "ended" | "moved";

/**
 * The exact equilibrium by a primal–dual interior point method, from smoothed prices that are nearly right.
 *
 * Near the price every rung i of book a -> b has a fill f in (0, 1) and two slacks: `ahead` w by which the price is better
 * than its limit, and `behind` z by which it is worse, with log p[a] - log p[b] - log r = w - z. The path
 * f z = (1 - f) w = weight * barrier, all tokens in balance, leads to the equilibrium as the barrier goes to 0. A Newton
 * step eliminates f, w and z, and is left with a matrix over the tokens that is again the generator of a Markov chain.
 * Steps are predictor and corrector (Mehrotra 1992). See docs/MATCHER.md, section 3.
 */
export class InteriorSearch {
  /** Rungs still on the path; those of book k are [start[k], start[k + 1]). */
  count: number;
  readonly start: Int32Array;
  /** Per book, what it sells whole beside its rungs. */
  readonly base: Float64Array;
  /** Per rung: what it offers, at which limit, how its barrier is weighed, the share that fills and what is left of it. */
  readonly amount: Float64Array;
  readonly limit: Float64Array;
  readonly weight: Float64Array;
  readonly fill: Float64Array;
  readonly rest: Float64Array;
  /** Logarithms of the prices. */
  readonly logs: Float64Array;
  /** Mean of f z and (1 - f) w over their weights. */
  barrier: number;
  /** Sum of absolute imbalances as a share of the volume. */
  imbalance = 1;
  steps = 0;
  readonly #demand: Demand;
  readonly #tokens: number;
  readonly #keep: number;
  #reach: number;
  #prunedAt: number;
  readonly #begin: Float64Array;
  readonly #logLimit: Float64Array;
  readonly #behind: Float64Array;
  readonly #ahead: Float64Array;
  /** By how much a fill grows with the logarithm of its price. */
  readonly #give: Float64Array;
  readonly #fillMove: Float64Array;
  readonly #behindMove: Float64Array;
  readonly #aheadMove: Float64Array;
  readonly #behindTarget: Float64Array;
  readonly #aheadTarget: Float64Array;
  readonly #off: Float64Array;
  readonly #system: TokenSystem;
  readonly #wallets: PaidWallets;
  /** Per book: the value that it sells, how steeply that grows with its price, and its move at unmoved prices. */
  readonly #values: Float64Array;
  readonly #steep: Float64Array;
  readonly #pulls: Float64Array;
  readonly #prices: Float64Array;
  readonly #move: Doubles;
  readonly #scratch: Float64Array;

  /**
   * @param demand evaluated last at `prices`
   * @param width share within which the prices are right
   */
  constructor(
    demand: Demand,
    prices: Float64Array,
    width: number,
    { reach, barrier, keep, leastWeight }: InteriorOptions,
  ) {
    const rungs = rungsNear(demand.books, demand.section, prices, Math.min(0.9, reach * width));
    const { count } = rungs;
    const { tokens } = demand;
    this.count = count;
    this.start = rungs.start;
    this.base = rungs.base;
    this.amount = rungs.amount;
    this.limit = rungs.limit;
    this.barrier = barrier * width;
    this.#keep = keep;
    this.logs = prices.map(Math.log);
    this.#demand = demand;
    this.#tokens = tokens;
    this.#reach = Math.min(0.9, reach * width);
    this.#prunedAt = this.barrier;
    this.#begin = Float64Array.from(this.logs);
    this.#logLimit = rungs.limit.map(Math.log);
    this.weight = new Float64Array(count);
    this.fill = new Float64Array(count);
    this.rest = new Float64Array(count);
    this.#behind = new Float64Array(count);
    this.#ahead = new Float64Array(count);
    this.#give = new Float64Array(count);
    this.#fillMove = new Float64Array(count);
    this.#behindMove = new Float64Array(count);
    this.#aheadMove = new Float64Array(count);
    this.#behindTarget = new Float64Array(count);
    this.#aheadTarget = new Float64Array(count);
    this.#off = new Float64Array(tokens);
    this.#system = new TokenSystem(demand.section, demand.wallets, demand.bought, demand.gross);
    this.#wallets = new PaidWallets(demand);
    const books = demand.section.books.length;
    this.#values = new Float64Array(books);
    this.#steep = new Float64Array(books);
    this.#pulls = new Float64Array(books);
    this.#prices = new Float64Array(tokens);
    this.#move = doubles(tokens);
    this.#scratch = new Float64Array(tokens);
    this.#placeRungs(prices, leastWeight);
  }

  /**
   * Follows the path.
   *
   * @param isFound tried now and then, and when the path has ended; ends the search when it holds
   */
  run(mostSteps: number, isFound: (isLast: boolean) => boolean): InteriorEnd {
    while (this.steps < mostSteps) {
      this.#linearise();
      if (this.steps >= 3 && this.steps % 2 === 1 && this.imbalance < UNBALANCED && isFound(false))
        return "found";
      if (!(this.barrier > LEAST_BARRIER)) break;
      this.#system.factor();
      this.#step();
      this.steps++;
      if (this.#isOutOfReach()) return "moved";
      if (this.barrier < PRUNE_EVERY * this.#prunedAt) this.#prune();
    }
    return isFound(true) ? "found" : "ended";
  }

  /** The prices reached. */
  prices(): Float64Array {
    return this.logs.map(Math.exp);
  }

  /** What each book sells. */
  sold(): Float64Array {
    const { base, start, fill, amount } = this;
    const prices = this.prices();
    return base.map((value, k) => {
      let sold = value;
      for (let i = i32(start, k); i < i32(start, k + 1); i++) sold += f64(fill, i) * f64(amount, i);
      return sold * this.#demand.unitOf(k, prices);
    });
  }

  /** Per wallet, by what prices look worse to its intents; 1 where it pays for everything. */
  multipliers(): Float64Array {
    return this.#wallets.multipliers();
  }

  /** Logarithm of the price that a book sees. */
  #logPrice(k: number): number {
    const { sell, buy } = this.#demand.section;
    return f64(this.logs, i32(sell, k)) - f64(this.logs, i32(buy, k)) - this.#wallets.logOf(k);
  }

  /** Puts every rung on the path at the first prices. */
  #placeRungs(prices: Float64Array, leastWeight: number): void {
    const { section, sold } = this.#demand;
    const { start, amount, weight } = this;
    const turnover = new Float64Array(this.#tokens);
    for (let k = 0; k < section.books.length; k++) {
      const value = f64(sold, k) * f64(prices, i32(section.sell, k));
      add(turnover, i32(section.sell, k), value);
      add(turnover, i32(section.buy, k), value);
    }
    this.#wallets.place(prices, this.barrier);
    for (let k = 0; k < section.books.length; k++) {
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      const log = this.#logPrice(k);
      const price = f64(prices, this.#demand.bought[k] === 1 ? b : a);
      const most = (TURNOVER_SHARE * Math.min(f64(turnover, a), f64(turnover, b))) / price;
      for (let i = i32(start, k); i < i32(start, k + 1); i++) {
        const own = Math.min(1, Math.max(leastWeight, most / f64(amount, i)));
        weight[i] = own;
        this.#placeRung(i, log - f64(this.#logLimit, i), own * this.barrier);
      }
    }
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

  /** Imbalance, barrier and matrix at the present point. */
  #linearise(): void {
    const { section } = this.#demand;
    const { fill, rest, logs, start, amount, base } = this;
    const tokens = this.#tokens;
    const system = this.#system;
    const { bought } = this.#demand;
    const values = this.#values;
    const steeps = this.#steep;
    const off = this.#off;
    const give = this.#give;
    const behind = this.#behind;
    const ahead = this.#ahead;
    const prices = this.#prices;
    for (let t = 0; t < tokens; t++) prices[t] = Math.exp(f64(logs, t));
    system.clear();
    off.fill(0);
    let volume = 0;
    for (let k = 0; k < section.books.length; k++) {
      let sold = f64(base, k);
      const first = i32(start, k);
      const last = i32(start, k + 1);
      if (first === last && sold === 0) {
        values[k] = 0;
        steeps[k] = 0;
        continue;
      }
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      let slope = 0;
      for (let i = first; i < last; i++) {
        const size = f64(amount, i);
        const f = f64(fill, i);
        const r = f64(rest, i);
        const own = (f * r) / (f64(ahead, i) * f + f64(behind, i) * r);
        sold += f * size;
        slope += own * size;
        give[i] = own;
      }
      const price = f64(prices, bought[k] === 1 ? b : a);
      const value = price * sold;
      const steep = price * slope;
      values[k] = value;
      steeps[k] = steep;
      volume += value;
      add(off, a, value);
      add(off, b, -value);
      system.addBook(k, value, steep);
    }
    this.#wallets.linearise(system, values, prices);
    const outside = (OUTSIDE * volume) / (tokens * tokens) + Number.MIN_VALUE;
    let total = 0;
    for (let t = 0; t < tokens; t++) {
      total += Math.abs(f64(off, t));
      for (let s = 0; s < tokens; s++) if (s !== t) add(system.matrix, t * tokens + s, -outside);
    }
    this.imbalance = volume > 0 ? total / volume : 0;
    this.barrier = this.#meanBarrier(0);
  }

  /** Mean of f z and (1 - f) w, each over its weight, a share of the present moves ahead. */
  #meanBarrier(share: number): number {
    const { fill, rest, weight, count } = this;
    const behind = this.#behind;
    const ahead = this.#ahead;
    const fillMove = this.#fillMove;
    const behindMove = this.#behindMove;
    const aheadMove = this.#aheadMove;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const move = share * f64(fillMove, i);
      const z = f64(behind, i) + share * f64(behindMove, i);
      const w = f64(ahead, i) + share * f64(aheadMove, i);
      sum += ((f64(fill, i) + move) * z + (f64(rest, i) - move) * w) / f64(weight, i);
    }
    sum += this.#wallets.barriers(share);
    const terms = 2 * count + this.#wallets.count;
    return terms > 0 ? sum / terms : 0;
  }

  /** One step: a predictor straight to the equilibrium tells how far the corrector may aim. */
  #step(): void {
    const { fill, rest, logs, barrier, weight, count } = this;
    const behindTarget = this.#behindTarget;
    const aheadTarget = this.#aheadTarget;
    const fillMove = this.#fillMove;
    const behindMove = this.#behindMove;
    const aheadMove = this.#aheadMove;
    behindTarget.fill(0, 0, count);
    aheadTarget.fill(0, 0, count);
    this.#wallets.aim(0, 0, 0);
    this.#direction();
    const reach = this.#longestStep(1);
    const ahead = this.#meanBarrier(reach) / barrier;
    const least = this.imbalance > UNBALANCED ? STEEPEST_UNBALANCED : STEEPEST;
    const aim = Math.min(1, Math.max(least, ahead ** 3));
    const correction = reach >= LEAST_PREDICTION ? 1 : 0;
    for (let i = 0; i < count; i++) {
      const most = barrier * f64(weight, i);
      const move = correction * f64(fillMove, i);
      const z = move * f64(behindMove, i);
      const w = move * f64(aheadMove, i);
      behindTarget[i] = aim * most - (z > most ? most : z < -most ? -most : z);
      aheadTarget[i] = aim * most + (w > most ? most : w < -most ? -most : w);
    }
    this.#wallets.aim(aim, barrier, correction);
    this.#direction();
    let longest = 0;
    for (let t = 0; t < logs.length; t++) longest = Math.max(longest, Math.abs(f64(this.#move, t)));
    const share = Math.min(this.#longestStep(TO_BOUNDARY), LONGEST_STEP / (longest + Number.MIN_VALUE));
    for (let t = 0; t < logs.length; t++) add(logs, t, share * f64(this.#move, t));
    for (let i = 0; i < count; i++) {
      const move = share * f64(fillMove, i);
      add(fill, i, move);
      add(rest, i, -move);
      add(this.#behind, i, share * f64(behindMove, i));
      add(this.#ahead, i, share * f64(aheadMove, i));
    }
    this.#wallets.advance(share);
  }

  /** The Newton direction to the targets of f z and (1 - f) w. */
  #direction(): void {
    const { section } = this.#demand;
    const { fill, rest, start, amount } = this;
    const { bought } = this.#demand;
    const pulls = this.#pulls;
    const move = this.#move;
    const fillMove = this.#fillMove;
    const behindMove = this.#behindMove;
    const aheadMove = this.#aheadMove;
    const give = this.#give;
    const behind = this.#behind;
    const ahead = this.#ahead;
    const behindTarget = this.#behindTarget;
    const aheadTarget = this.#aheadTarget;
    const logLimit = this.#logLimit;
    const count = section.books.length;
    for (let t = 0; t < move.length; t++) move[t] = -f64(this.#off, t);
    for (let k = 0; k < count; k++) {
      const first = i32(start, k);
      const last = i32(start, k + 1);
      pulls[k] = 0;
      if (first === last) continue;
      const log = this.#logPrice(k);
      let sold = 0;
      for (let i = first; i < last; i++) {
        const pull =
          log - f64(logLimit, i) + f64(behindTarget, i) / f64(fill, i) - f64(aheadTarget, i) / f64(rest, i);
        const own = pull * f64(give, i);
        fillMove[i] = own;
        sold += own * f64(amount, i);
      }
      pulls[k] = sold * f64(this.#prices, i32(bought[k] === 1 ? section.buy : section.sell, k));
    }
    this.#wallets.pull(this.#system, pulls, this.#steep);
    for (let k = 0; k < count; k++) {
      const value = f64(pulls, k);
      add(move, i32(section.sell, k), -value);
      add(move, i32(section.buy, k), value);
    }
    this.#system.solve(move);
    centre(move, this.#scratch);
    this.#wallets.follow(this.#system, move);
    for (let k = 0; k < count; k++) {
      const first = i32(start, k);
      const last = i32(start, k + 1);
      if (first === last) continue;
      const log =
        f64(move, i32(section.sell, k)) - f64(move, i32(section.buy, k)) - this.#wallets.pulledOf(k);
      for (let i = first; i < last; i++) {
        const f = f64(fill, i);
        const r = f64(rest, i);
        const own = f64(fillMove, i) + log * f64(give, i);
        fillMove[i] = own;
        behindMove[i] = (f64(behindTarget, i) - f64(behind, i) * (f + own)) / f;
        aheadMove[i] = (f64(aheadTarget, i) - f64(ahead, i) * (r - own)) / r;
      }
    }
  }

  /** The longest part of the direction that keeps everything positive, times `share`, at most 1. */
  #longestStep(share: number): number {
    const { fill, rest, count } = this;
    const behind = this.#behind;
    const ahead = this.#ahead;
    const fillMove = this.#fillMove;
    const behindMove = this.#behindMove;
    const aheadMove = this.#aheadMove;
    let least = -share;
    for (let i = 0; i < count; i++) {
      const move = f64(fillMove, i);
      const ofFill = move < 0 ? move / f64(fill, i) : -move / f64(rest, i);
      const ofBehind = f64(behindMove, i) / f64(behind, i);
      const ofAhead = f64(aheadMove, i) / f64(ahead, i);
      if (ofFill < least) least = ofFill;
      if (ofBehind < least) least = ofBehind;
      if (ofAhead < least) least = ofAhead;
    }
    least = Math.min(least, this.#wallets.steepestMove());
    return -share / least;
  }

  #isOutOfReach(): boolean {
    const { section } = this.#demand;
    const most = MOST_OF_REACH * this.#reach;
    for (let k = 0; k < section.books.length; k++) {
      // All rungs of a book that a wallet pays for are there from the beginning.
      if (this.#wallets.isPaid(k)) continue;
      const a = i32(section.sell, k);
      const b = i32(section.buy, k);
      const moved = f64(this.logs, a) - f64(this.#begin, a) - f64(this.logs, b) + f64(this.#begin, b);
      if (!(Math.abs(moved) <= most)) return true;
    }
    return false;
  }

  /** Leaves out rungs that are decided: far from the price against what the barrier can still move it. */
  #prune(): void {
    const { section } = this.#demand;
    const { start, base, fill, rest, amount, limit, weight } = this;
    const behind = this.#behind;
    const ahead = this.#ahead;
    const logLimit = this.#logLimit;
    const most = this.#keep * this.barrier;
    let kept = 0;
    for (let k = 0, first = 0; k < section.books.length; k++) {
      const last = i32(start, k + 1);
      const log = this.#logPrice(k);
      const isPaid = this.#wallets.isPaid(k);
      start[k] = kept;
      for (let i = first; i < last; i++) {
        if (!isPaid && Math.abs(log - f64(logLimit, i)) > most) {
          if (f64(fill, i) > f64(rest, i)) add(base, k, f64(amount, i));
          continue;
        }
        for (const array of [fill, rest, amount, limit, weight, behind, ahead, logLimit])
          array[kept] = f64(array, i);
        kept++;
      }
      first = last;
    }
    start[section.books.length] = kept;
    this.count = kept;
    this.#prunedAt = this.barrier;
    this.#reach = Math.min(this.#reach, most);
    this.#begin.set(this.logs);
  }
}
