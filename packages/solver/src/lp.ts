/** `coefficients x <= bound`, with a bound that is not negative. */
export interface Row {
  readonly coefficients: readonly number[];
  readonly bound: number;
}

const TOLERANCE = 1e-11;
const MOST_PIVOTS = 2_000;

/**
 * The dense primal simplex method with Bland's rule, for problems of a few dozen rows in which x = 0 is feasible.
 *
 * First `first x` is maximised; if it reaches `target` it is held there and `second x` is maximised.
 *
 * @returns x, or `undefined` where the target is out of reach or the pivots run out
 */
export function maximiseInTurn(
  rows: readonly Row[],
  first: readonly number[],
  target: number,
  second: readonly number[],
): number[] | undefined {
  const tableau = new Tableau([...rows, { coefficients: first, bound: target }], first.length);
  if (!tableau.maximise(first)) return undefined;
  if (tableau.value(first) < target * (1 - 1e-9)) return undefined;
  tableau.forbidSlackOf(rows.length);
  return tableau.maximise(second) ? tableau.solution() : undefined;
}

class Tableau {
  readonly #rows: Float64Array[];
  readonly #variables: number;
  readonly #columns: number;
  readonly #basis: number[];
  readonly #forbidden = new Set<number>();

  constructor(rows: readonly Row[], variables: number) {
    this.#variables = variables;
    this.#columns = variables + rows.length;
    this.#basis = rows.map((_, r) => variables + r);
    this.#rows = rows.map(({ coefficients, bound }, r) => {
      const row = new Float64Array(this.#columns + 1);
      row.set(coefficients);
      row[variables + r] = 1;
      row[this.#columns] = bound;
      return row;
    });
  }

  forbidSlackOf(row: number): void {
    this.#forbidden.add(this.#variables + row);
  }

  /** Goes to the greatest value of the objective; false if it has none or is not reached in time. */
  maximise(objective: readonly number[]): boolean {
    for (let pivots = 0; pivots < MOST_PIVOTS; pivots++) {
      const column = this.#entering(objective);
      if (column === undefined) return true;
      const row = this.#leaving(column);
      if (row === undefined) return false;
      this.#pivot(row, column);
    }
    return false;
  }

  solution(): number[] {
    const x = new Array<number>(this.#variables).fill(0);
    this.#basis.forEach((column, r) => {
      if (column < this.#variables) x[column] = Math.max(0, this.#entry(r, this.#columns));
    });
    return x;
  }

  value(objective: readonly number[]): number {
    return this.solution().reduce((sum, value, i) => sum + value * (objective[i] ?? 0), 0);
  }

  #entry(row: number, column: number): number {
    return this.#rows[row]?.[column] ?? 0;
  }

  #entering(objective: readonly number[]): number | undefined {
    for (let column = 0; column < this.#columns; column++) {
      if (this.#basis.includes(column) || this.#forbidden.has(column)) continue;
      let gain = objective[column] ?? 0;
      this.#basis.forEach((basic, r) => (gain -= (objective[basic] ?? 0) * this.#entry(r, column)));
      if (gain > TOLERANCE) return column;
    }
    return undefined;
  }

  #leaving(column: number): number | undefined {
    let best: number | undefined;
    let least = Infinity;
    this.#rows.forEach((_, r) => {
      const entry = this.#entry(r, column);
      if (entry <= TOLERANCE) return;
      const ratio = this.#entry(r, this.#columns) / entry;
      const isTie = Math.abs(ratio - least) <= TOLERANCE && best !== undefined;
      const isBetter = isTie ? (this.#basis[r] ?? 0) < (this.#basis[best ?? 0] ?? 0) : ratio < least;
      if (!isBetter) return;
      least = ratio;
      best = r;
    });
    return best;
  }

  #pivot(row: number, column: number): void {
    const pivotRow = this.#rows[row];
    if (pivotRow === undefined) return;
    const pivot = this.#entry(row, column);
    for (let c = 0; c <= this.#columns; c++) pivotRow[c] = (pivotRow[c] ?? 0) / pivot;
    this.#rows.forEach((other, r) => {
      const factor = this.#entry(r, column);
      if (r === row || factor === 0) return;
      for (let c = 0; c <= this.#columns; c++) other[c] = (other[c] ?? 0) - factor * (pivotRow[c] ?? 0);
    });
    this.#basis[row] = column;
  }
}
