import { add, f64, i32 } from "./engine/access.ts";
import { invert } from "./engine/linear.ts";
import type { Trial } from "./trial.ts";

/** Strength of the pull of every level to 1, against a token's mean turnover: it decides what the fills leave open. */
const PULL = 1e-9;
/** A change that leaves the levels this badly determined is not made. */
const LEAST_PIVOT = 1e-9;
/** So many changes, and the inverse is worked out anew: updates drift. */
const FRESH_FOR = 200;

/**
 * A set of traders that all fill whole, at the prices that balance it: the amounts alone decide them. The levels of the tokens are
 * the null vector of a matrix to which a trader who steps in or out adds one of rank one, so that the levels after a change cost
 * a few operations per token (Sherman and Morrison 1950). Limits may be broken.
 */
export class BalancedSet {
  readonly #trial: Trial;
  readonly #n: number;
  #inverse: Float64Array;
  #level: Float64Array;
  /** Levels after the change that was looked at last, and how they differ per unit of it. */
  #next: Float64Array;
  readonly #direction: Float64Array;
  /** Those inside; and where in that list each trader stands, -1 outside. */
  readonly #inside: Int32Array;
  readonly #place: Int32Array;
  #count = 0;
  #changes = 0;
  /** Per trader, how many times as high as the level of what it sells that of what it buys may be. */
  readonly #most: Float64Array;
  #breach = 0;
  #gained = 0;

  /** @param trial those that fill half and more are inside; its fills follow those of the set */
  constructor(trial: Trial) {
    const n = trial.tokens;
    this.#trial = trial;
    this.#n = n;
    this.#inverse = new Float64Array(n * n);
    this.#level = new Float64Array(n);
    this.#next = new Float64Array(n);
    this.#direction = new Float64Array(n);
    this.#inside = new Int32Array(trial.count);
    this.#place = new Int32Array(trial.count).fill(-1);
    this.#most = trial.slack.map(Math.exp);
    for (let i = 0; i < trial.count; i++) {
      trial.share[i] = f64(trial.share, i) >= 0.5 ? 1 : 0;
      if (trial.share[i] === 1) this.#list(i);
    }
    trial.refresh();
    this.refresh();
  }

  has(i: number): boolean {
    return i32(this.#place, i) >= 0;
  }

  /** Sum over those whose limit is broken of their value times by how much. */
  get breach(): number {
    return this.#breach;
  }

  /** What the fills gain, in the trial's unit. */
  get gained(): number {
    return this.#gained;
  }

  /** Whether a trader that is outside could step in beside the others, its limit aside. */
  canJoin(i: number): boolean {
    return this.#trial.canPay(i, 1) && this.#trial.rivalOf(i) < 0;
  }

  /** What a change of one trader would make of the breach; infinite where it would leave the prices open. */
  breachAfter(i: number): number {
    const n = this.#n;
    const { sell, buy, priced, value } = this.#trial;
    const [a, b, q] = [i32(sell, i), i32(buy, i), i32(priced, i)];
    const [inverse, direction, level, next] = [this.#inverse, this.#direction, this.#level, this.#next];
    const size = this.has(i) ? -f64(value, i) : f64(value, i);
    for (let t = 0; t < n; t++) direction[t] = f64(inverse, t * n + a) - f64(inverse, t * n + b);
    const pivot = 1 + size * f64(direction, q);
    if (!(Math.abs(pivot) > LEAST_PIVOT)) return Infinity;
    const factor = (size * f64(level, q)) / pivot;
    for (let t = 0; t < n; t++) {
      const moved = f64(level, t) - factor * f64(direction, t);
      if (!(moved > 0)) return Infinity;
      next[t] = moved;
    }
    let breach = this.#breachAt(next);
    const own = f64(next, b) - f64(this.#most, i) * f64(next, a);
    if (own > 0) breach += size * own;
    return breach;
  }

  /** Lets one trader step in or out, if that leaves the prices determined; else returns false. */
  change(i: number): boolean {
    const breach = this.breachAfter(i);
    if (breach === Infinity) return false;
    this.#update(i);
    const { wallet, spent, takes, gain, share } = this.#trial;
    const sign = this.has(i) ? -1 : 1;
    if (sign > 0) this.#list(i);
    else this.#unlist(i);
    share[i] = sign > 0 ? 1 : 0;
    if (i32(wallet, i) >= 0) add(spent, i32(wallet, i), sign * f64(takes, i));
    this.#gained += sign * f64(gain, i);
    this.#breach = breach;
    [this.#level, this.#next] = [this.#next, this.#level];
    if (++this.#changes % FRESH_FOR === 0) this.refresh();
    return true;
  }

  /** Works out anew what follows from who is inside. */
  refresh(): void {
    const { sell, buy, priced, value, gain } = this.#trial;
    const n = this.#n;
    const matrix = new Float64Array(n * n);
    this.#gained = 0;
    for (const i of this.#inside.subarray(0, this.#count)) {
      add(matrix, i32(sell, i) * n + i32(priced, i), f64(value, i));
      add(matrix, i32(buy, i) * n + i32(priced, i), -f64(value, i));
      this.#gained += f64(gain, i);
    }
    for (let t = 0; t < n; t++) add(matrix, t * n + t, PULL);
    this.#inverse = invert(matrix, n);
    for (let t = 0; t < n; t++) {
      let sum = 0;
      for (let s = 0; s < n; s++) sum += f64(this.#inverse, t * n + s);
      this.#level[t] = PULL * sum;
    }
    this.#breach = this.#breachAt(this.#level);
  }

  /** Leaves the set and its prices as the state of the trial. */
  store(): void {
    this.refresh();
    this.#trial.shift.set(this.#level.map(Math.log));
    this.#trial.refresh();
  }

  #breachAt(level: Float64Array): number {
    const { sell, buy, value } = this.#trial;
    let breach = 0;
    for (let at = 0; at < this.#count; at++) {
      const i = i32(this.#inside, at);
      const missing = f64(level, i32(buy, i)) - f64(this.#most, i) * f64(level, i32(sell, i));
      if (missing > 0) breach += missing * f64(value, i);
    }
    return breach;
  }

  /** The inverse after the change that was looked at last. */
  #update(i: number): void {
    const n = this.#n;
    const { priced, value } = this.#trial;
    const [inverse, direction] = [this.#inverse, this.#direction];
    const q = i32(priced, i);
    const size = this.has(i) ? -f64(value, i) : f64(value, i);
    const factor = size / (1 + size * f64(direction, q));
    const row = inverse.slice(q * n, q * n + n);
    for (let t = 0; t < n; t++) {
      const share = factor * f64(direction, t);
      for (let s = 0; s < n; s++) add(inverse, t * n + s, -share * f64(row, s));
    }
  }

  #list(i: number): void {
    this.#place[i] = this.#count;
    this.#inside[this.#count++] = i;
  }

  #unlist(i: number): void {
    const place = i32(this.#place, i);
    const last = i32(this.#inside, --this.#count);
    this.#inside[place] = last;
    this.#place[last] = place;
    this.#place[i] = -1;
  }
}
