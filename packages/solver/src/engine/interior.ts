import { f64 } from "./access.ts";
import { centre } from "./chain.ts";
import type { Demand } from "./demand.ts";
import { doubles, type Doubles, doublesFrom } from "./kernel.ts";
import { PaidWallets } from "./paidWallets.ts";
import { Path } from "./path.ts";
import { rungsNear } from "./rungs.ts";
import { TokenSystem } from "./tokenSystem.ts";

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
  readonly path: Path;
  /** Mean of f z and (1 - f) w over their weights. */
  barrier: number;
  /** Sum of absolute imbalances as a share of the volume. */
  imbalance = 1;
  steps = 0;
  readonly #demand: Demand;
  readonly #keep: number;
  #reach: number;
  #prunedAt: number;
  readonly #begin: Doubles;
  readonly #system: TokenSystem;
  readonly #wallets: PaidWallets;
  readonly #scratch: Doubles;
  /** The most negative move of the present direction, against what it moves. */
  #steepest = 0;

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
    this.path = new Path(demand, prices, rungs);
    this.barrier = barrier * width;
    this.#keep = keep;
    this.#demand = demand;
    this.#reach = Math.min(0.9, reach * width);
    this.#prunedAt = this.barrier;
    this.#begin = doublesFrom(this.path.logs);
    this.#system = new TokenSystem(demand);
    this.#wallets = new PaidWallets(demand);
    this.#scratch = doubles(demand.tokens);
    this.#wallets.place(prices, this.barrier);
    this.#showWallets();
    this.path.place(demand.sold, leastWeight, this.barrier);
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
      if (!(this.path.farthestMove(this.#begin) <= MOST_OF_REACH * this.#reach)) return "moved";
      if (this.barrier < PRUNE_EVERY * this.#prunedAt) this.#prune();
    }
    return isFound(true) ? "found" : "ended";
  }

  /** The prices reached. */
  prices(): Float64Array {
    return this.path.logs.map(Math.exp);
  }

  /** What each book sells. */
  sold(): Float64Array {
    const fills = this.path.fills();
    if (this.#demand.isPlain) return fills;
    const prices = this.prices();
    return fills.map((sold, k) => sold * this.#demand.unitOf(k, prices));
  }

  /** Per wallet, by what prices look worse to its intents; 1 where it pays for everything. */
  multipliers(): Float64Array {
    return this.#wallets.multipliers();
  }

  /** Lets the rungs see what wallets make of the prices, and of their moves. */
  #showWallets(): void {
    if (this.#wallets.count === 0) return;
    const { walletLogs, walletMoves } = this.path;
    for (let k = 0; k < walletLogs.length; k++) {
      walletLogs[k] = this.#wallets.logOf(k);
      walletMoves[k] = this.#wallets.pulledOf(k);
    }
  }

  /** Imbalance, barrier and matrix at the present point. */
  #linearise(): void {
    const system = this.#system;
    const { path } = this;
    const { values, steeps, prices, off } = path;
    const volume = path.linearise();
    system.clear();
    system.enterBooks(values, steeps);
    this.#wallets.linearise(system, values, prices);
    const tokens = prices.length;
    system.enterOutside(this.#scratch.fill((OUTSIDE * volume) / tokens + tokens * Number.MIN_VALUE));
    let total = 0;
    for (let t = 0; t < tokens; t++) total += Math.abs(f64(off, t));
    this.imbalance = volume > 0 ? total / volume : 0;
    this.barrier = this.#meanOf(path.barriers + this.#wallets.barriers(0));
  }

  /** Mean of f z and (1 - f) w, each over its weight, from their sum. */
  #meanOf(sum: number): number {
    const terms = 2 * this.path.count + this.#wallets.count;
    return terms > 0 ? sum / terms : 0;
  }

  /** One step: a predictor straight to the equilibrium tells how far the corrector may aim. */
  #step(): void {
    const { barrier, path } = this;
    this.#direction(0, 0, 0);
    const reach = this.#longestStep(1);
    const ahead = this.#meanOf(path.sumBarriers(reach) + this.#wallets.barriers(reach)) / barrier;
    const least = this.imbalance > UNBALANCED ? STEEPEST_UNBALANCED : STEEPEST;
    const aim = Math.min(1, Math.max(least, ahead ** 3));
    const correction = reach >= LEAST_PREDICTION ? 1 : 0;
    this.#direction(aim, barrier, correction);
    let longest = 0;
    for (const move of path.move) longest = Math.max(longest, Math.abs(move));
    const share = Math.min(this.#longestStep(TO_BOUNDARY), LONGEST_STEP / (longest + Number.MIN_VALUE));
    path.advance(share);
    this.#wallets.advance(share);
    this.#showWallets();
  }

  /** The Newton direction to a share of the barrier, less what the moves of the last direction would add. */
  #direction(share: number, barrier: number, correction: number): void {
    const { path } = this;
    const { move, pulls, steeps } = path;
    path.pull(share, barrier, correction);
    this.#wallets.aim(share, barrier, correction);
    this.#wallets.pull(this.#system, pulls, steeps);
    path.sumPulls();
    this.#system.solve(move);
    centre(move, this.#scratch);
    this.#wallets.follow(this.#system, move);
    this.#showWallets();
    this.#steepest = Math.min(path.follow(), this.#wallets.steepestMove());
  }

  /** The longest part of the direction that keeps everything positive, times `share`, at most 1. */
  #longestStep(share: number): number {
    return -share / Math.min(-share, this.#steepest);
  }

  /** Leaves out rungs that are decided: far from the price against what the barrier can still move it. */
  #prune(): void {
    const most = this.#keep * this.barrier;
    this.path.prune(most);
    this.#prunedAt = this.barrier;
    this.#reach = Math.min(this.#reach, most);
    this.#begin.set(this.path.logs);
  }
}
