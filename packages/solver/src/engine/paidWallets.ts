import { add, f64, i32 } from "./access.ts";
import type { Demand } from "./demand.ts";
import type { TokenSystem } from "./tokenSystem.ts";
import type { Wallets } from "./wallets.ts";

/**
 * The wallets of an interior path: of each the logarithm m of its multiplier and the share s of it that is left, both positive, with
 * m s = barrier on the path, so that one of them goes to 0: the wallet has enough, or is spent.
 */
export class PaidWallets {
  readonly count: number;
  readonly #demand: Demand;
  readonly #wallets: Wallets;
  readonly #log: Float64Array;
  readonly #left: Float64Array;
  readonly #logMove: Float64Array;
  readonly #leftMove: Float64Array;
  readonly #target: Float64Array;
  /** What each wallet holds, and what of it is not paid, in value at the present prices. */
  readonly #worth: Float64Array;
  readonly #unpaid: Float64Array;

  /** @param demand evaluated last at the prices from which the path begins */
  constructor(demand: Demand) {
    const { count } = demand.wallets;
    this.count = count;
    this.#demand = demand;
    this.#wallets = demand.wallets;
    this.#log = new Float64Array(count);
    this.#left = new Float64Array(count);
    this.#logMove = new Float64Array(count);
    this.#leftMove = new Float64Array(count);
    this.#target = new Float64Array(count);
    this.#worth = new Float64Array(count);
    this.#unpaid = new Float64Array(count);
  }

  /** Puts every wallet on the path at the first prices. */
  place(prices: Float64Array, barrier: number): void {
    if (this.count === 0) return;
    const { sold, section, multipliers } = this.#demand;
    const values = sold.map((amount, k) => amount * f64(prices, i32(section.sell, k)));
    for (let w = 0; w < this.count; w++) {
      this.#price(w, values, prices);
      const factor = f64(multipliers, w);
      const gap = factor > 1 ? Math.log(factor) : -Math.max(0, f64(this.#unpaid, w) / f64(this.#worth, w));
      const ratio = Math.abs(gap) / (2 * Math.sqrt(barrier));
      const greater = Math.sqrt(barrier) * (ratio + Math.sqrt(ratio * ratio + 1));
      this.#log[w] = gap > 0 ? greater : barrier / greater;
      this.#left[w] = gap > 0 ? barrier / greater : greater;
    }
  }

  /** Enters the wallets into the equations. */
  linearise(system: TokenSystem, values: Float64Array, prices: Float64Array): void {
    for (let w = 0; w < this.count; w++) {
      this.#price(w, values, prices);
      system.addWallet(w, values, (f64(this.#worth, w) * f64(this.#left, w)) / f64(this.#log, w));
    }
  }

  /** Says where the next direction aims: a share of the barrier, and what the moves of the last one would add. */
  aim(share: number, barrier: number, correction: number): void {
    for (let w = 0; w < this.count; w++) {
      const bend = correction * f64(this.#logMove, w) * f64(this.#leftMove, w);
      this.#target[w] = share * barrier - Math.min(barrier, Math.max(-barrier, bend));
    }
  }

  /**
   * Takes from what the books are pulled to sell more, at unmoved prices, what the multipliers keep back.
   *
   * @param pulls in value; changed in place
   * @param steep by how much the value that a book sells grows with the logarithm of its price
   */
  pull(system: TokenSystem, pulls: Float64Array, steep: Float64Array): void {
    for (let w = 0; w < this.count; w++) {
      const list = this.#wallets.books[w] ?? new Int32Array(0);
      let off = (f64(this.#worth, w) * f64(this.#target, w)) / f64(this.#log, w) - f64(this.#unpaid, w);
      for (const k of list) off += f64(this.#demand.gross, k) * f64(pulls, k);
      const move = system.multiplierMove(w, off);
      this.#logMove[w] = move;
      for (const k of list) add(pulls, k, -f64(steep, k) * move);
    }
  }

  /** Completes the moves once those of the prices are known. */
  follow(system: TokenSystem, move: Float64Array): void {
    for (let w = 0; w < this.count; w++) {
      add(this.#logMove, w, system.multiplierFollow(w, move));
      const [log, left] = [f64(this.#log, w), f64(this.#left, w)];
      this.#leftMove[w] = (f64(this.#target, w) - left * f64(this.#logMove, w)) / log - left;
    }
  }

  /** Goes a share of the way. */
  advance(share: number): void {
    for (let w = 0; w < this.count; w++) {
      add(this.#log, w, share * f64(this.#logMove, w));
      add(this.#left, w, share * f64(this.#leftMove, w));
    }
  }

  /** The most negative move of a wallet against what it moves, or 0. */
  steepestMove(): number {
    let least = 0;
    for (let w = 0; w < this.count; w++) {
      least = Math.min(least, f64(this.#logMove, w) / f64(this.#log, w));
      least = Math.min(least, f64(this.#leftMove, w) / f64(this.#left, w));
    }
    return least;
  }

  /** Sum of m s, a share of the moves ahead. */
  barriers(share: number): number {
    let sum = 0;
    for (let w = 0; w < this.count; w++) {
      const log = f64(this.#log, w) + share * f64(this.#logMove, w);
      sum += log * (f64(this.#left, w) + share * f64(this.#leftMove, w));
    }
    return sum;
  }

  /** The multipliers; 1 where the wallet has enough. */
  multipliers(): Float64Array {
    return this.#log.map((log, w) => (f64(this.#left, w) < log ? Math.exp(log) : 1));
  }

  isPaid(k: number): boolean {
    return i32(this.#wallets.of, k) >= 0;
  }

  /** Logarithm of the multiplier that a book sees, and its move. */
  logOf(k: number): number {
    const w = i32(this.#wallets.of, k);
    return w < 0 ? 0 : f64(this.#log, w);
  }

  pulledOf(k: number): number {
    const w = i32(this.#wallets.of, k);
    return w < 0 ? 0 : f64(this.#logMove, w);
  }

  #price(w: number, values: Float64Array, prices: Float64Array): void {
    const worth = f64(this.#wallets.holds, w) * f64(prices, i32(this.#wallets.token, w));
    let unpaid = worth;
    for (const k of this.#wallets.books[w] ?? []) unpaid -= f64(this.#demand.gross, k) * f64(values, k);
    this.#worth[w] = worth;
    this.#unpaid[w] = unpaid;
  }
}
