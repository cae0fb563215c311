import { add, f64, i32 } from "./engine/access.ts";

/** `coefficients x <= bound`, or `= bound` where `isEqual`. */
export interface Condition {
  readonly coefficients: Float64Array;
  readonly bound: number;
  readonly isEqual: boolean;
}

/** Values that differ from a bound by no more count as being there; gains per unit below it as none. */
const TOLERANCE = 1e-11;
const LEAST_GAIN = 1e-12;
/** Entries below this are too small to divide by. */
const LEAST_PIVOT = 1e-9;
const MOST_PIVOTS = 1000;

/**
 * Maximises `gain x` over `0 <= x <= most` and some conditions: the primal simplex method with bounds, on a dense tableau that
 * holds only what is not basic. Made for a few dozen conditions over a few hundred unknowns.
 * Such programs are solved by the thousand while sets are compared, where a call of HiGHS takes ten times as long; it is
 * there for the programs with choices.
 *
 * @param most greatest value of each unknown; may be infinite
 * @returns x, or `undefined` where no x meets the conditions, the gain is unbounded, or the pivots run out
 */
export function maximise(
  gain: Float64Array,
  most: Float64Array,
  conditions: readonly Condition[],
): Float64Array | undefined {
  const tableau = new Tableau(gain, most, conditions);
  return tableau.run() ? tableau.solution() : undefined;
}

class Tableau {
  readonly #rows: number;
  readonly #columns: number;
  /** Row-major: a basic unknown is a constant less the row's entries times the unknowns that are not. */
  readonly #entries: Float64Array;
  /** What a unit of each column's unknown adds to the gain. */
  readonly #gain: Float64Array;
  readonly #direction: Float64Array;
  /** Unknowns: those asked for first, then what each condition leaves. */
  readonly #value: Float64Array;
  readonly #most: Float64Array;
  readonly #basic: Int32Array;
  readonly #outside: Int32Array;
  readonly #isHigh: Uint8Array;

  constructor(gain: Float64Array, most: Float64Array, conditions: readonly Condition[]) {
    const rows = (this.#rows = conditions.length);
    const columns = (this.#columns = gain.length);
    this.#entries = new Float64Array(rows * columns);
    this.#gain = Float64Array.from(gain);
    this.#direction = new Float64Array(columns);
    this.#value = new Float64Array(columns + rows);
    this.#most = new Float64Array(columns + rows);
    this.#most.set(most);
    this.#basic = new Int32Array(rows);
    this.#outside = Int32Array.from(gain, (_, c) => c);
    this.#isHigh = new Uint8Array(columns);
    conditions.forEach(({ coefficients, bound, isEqual }, r) => {
      this.#entries.set(coefficients, r * columns);
      this.#basic[r] = columns + r;
      this.#value[columns + r] = bound;
      this.#most[columns + r] = isEqual ? 0 : Infinity;
    });
  }

  solution(): Float64Array {
    return this.#value.slice(0, this.#columns);
  }

  /** First to where every unknown is within its bounds, then to the greatest gain. */
  run(): boolean {
    for (let pivots = 0; pivots < MOST_PIVOTS; pivots++) {
      const isFeasible = this.#aimAtBounds();
      if (isFeasible) this.#direction.set(this.#gain);
      const column = this.#entering();
      if (column < 0) return isFeasible;
      if (!this.#step(column)) return false;
    }
    return false;
  }

  /** Directs towards the bounds of the basic unknowns that are beyond them; true if there are none. */
  #aimAtBounds(): boolean {
    const columns = this.#columns;
    let isFeasible = true;
    this.#direction.fill(0);
    for (let r = 0; r < this.#rows; r++) {
      const side = this.#sideOf(i32(this.#basic, r));
      if (side === 0) continue;
      isFeasible = false;
      for (let c = 0; c < columns; c++) add(this.#direction, c, side * f64(this.#entries, r * columns + c));
    }
    return isFeasible;
  }

  /** -1 where an unknown is below its least value, 1 where above its greatest, 0 where between. */
  #sideOf(unknown: number): -1 | 0 | 1 {
    const value = f64(this.#value, unknown);
    if (value < -TOLERANCE) return -1;
    return value > f64(this.#most, unknown) + TOLERANCE ? 1 : 0;
  }

  #entering(): number {
    let best = -1;
    let greatest = LEAST_GAIN;
    for (let c = 0; c < this.#columns; c++) {
      if (f64(this.#most, i32(this.#outside, c)) === 0) continue;
      const direction = f64(this.#direction, c);
      const rate = this.#isHigh[c] === 1 ? -direction : direction;
      if (rate <= greatest) continue;
      greatest = rate;
      best = c;
    }
    return best;
  }

  /** Moves a column's unknown as far as all others allow, and exchanges it for the one that stops it. */
  #step(column: number): boolean {
    const columns = this.#columns;
    const sign = this.#isHigh[column] === 1 ? -1 : 1;
    const own = i32(this.#outside, column);
    let length = f64(this.#most, own);
    let leaving = -1;
    let pivot = 0;
    for (let r = 0; r < this.#rows; r++) {
      const entry = f64(this.#entries, r * columns + column);
      if (Math.abs(entry) < LEAST_PIVOT) continue;
      const room = this.#roomOf(i32(this.#basic, r), -sign * entry);
      const reach = Math.max(0, room / Math.abs(entry));
      // Of those that stop it together, the one with the greatest entry: the safest to divide by.
      const isTie = leaving >= 0 && reach <= length + TOLERANCE && Math.abs(entry) > Math.abs(pivot);
      if (!(reach < length - TOLERANCE || (leaving < 0 && reach <= length) || isTie)) continue;
      length = Math.min(length, reach);
      leaving = r;
      pivot = entry;
    }
    if (!(length < Infinity)) return false;
    for (let r = 0; r < this.#rows; r++)
      add(this.#value, i32(this.#basic, r), -sign * length * f64(this.#entries, r * columns + column));
    add(this.#value, own, sign * length);
    if (leaving < 0) this.#isHigh[column] = sign === 1 ? 1 : 0;
    else this.#exchange(leaving, column, -sign * pivot > 0);
    return true;
  }

  /** How far a basic unknown may move up (`rate` positive) or down until it comes to a bound; one that is beyond it, until it is back. */
  #roomOf(unknown: number, rate: number): number {
    const value = f64(this.#value, unknown);
    const most = f64(this.#most, unknown);
    const side = this.#sideOf(unknown);
    if (rate > 0) {
      if (side < 0) return -value;
      return side > 0 ? Infinity : most - value;
    }
    if (side > 0) return value - most;
    return side < 0 ? Infinity : value;
  }

  #exchange(row: number, column: number, isRising: boolean): void {
    const columns = this.#columns;
    const base = row * columns;
    const inverse = 1 / f64(this.#entries, base + column);
    const leaving = i32(this.#basic, row);
    // It stops at the bound it came to: from beyond, that is the nearer one.
    const most = f64(this.#most, leaving);
    const value = f64(this.#value, leaving);
    const isAtMost = isRising ? Math.abs(value - most) <= Math.abs(value) : most - value < value;
    this.#value[leaving] = isAtMost ? most : 0;
    this.#isHigh[column] = isAtMost ? 1 : 0;
    this.#basic[row] = i32(this.#outside, column);
    this.#outside[column] = leaving;
    for (let c = 0; c < columns; c++) this.#entries[base + c] = f64(this.#entries, base + c) * inverse;
    this.#entries[base + column] = inverse;
    for (let r = 0; r < this.#rows; r++) {
      const factor = f64(this.#entries, r * columns + column);
      if (r === row || factor === 0) continue;
      for (let c = 0; c < columns; c++)
        add(this.#entries, r * columns + c, -factor * f64(this.#entries, base + c));
      this.#entries[r * columns + column] = -factor * inverse;
    }
    const factor = f64(this.#gain, column);
    for (let c = 0; c < columns; c++) add(this.#gain, c, -factor * f64(this.#entries, base + c));
    this.#gain[column] = -factor * inverse;
  }
}
