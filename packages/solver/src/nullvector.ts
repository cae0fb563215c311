import { gcd } from "./ratio.ts";

/** Bits to which a direction that the equations leave free follows the guess. */
const GUESS_BITS = 60;

/**
 * A positive integer vector x with `rows x = 0`, by fraction-free Gauss–Jordan elimination (Bareiss 1968), so exactly.
 * Where the equations leave more than the scale free, x follows the guess.
 *
 * @param rows equations, each of the length of `guess`
 * @param guess positive numbers near which x is wanted
 * @returns x without common factor, or `undefined` where there is no positive solution
 */
export function positiveNullVector(
  rows: readonly (readonly bigint[])[],
  guess: readonly number[],
): bigint[] | undefined {
  const columns = guess.length;
  const matrix = rows.map((row) => [...row]);
  const pivotOf = new Map<number, number>();
  let divisor = 1n;
  let rank = 0;
  for (let column = 0; column < columns && rank < matrix.length; column++) {
    const found = matrix.findIndex((row, r) => r >= rank && row[column] !== 0n);
    if (found < 0) continue;
    const pivotRow = matrix[found] ?? [];
    matrix[found] = matrix[rank] ?? [];
    matrix[rank] = pivotRow;
    const pivot = pivotRow[column] ?? 0n;
    matrix.forEach((row, r) => {
      if (r === rank) return;
      const factor = row[column] ?? 0n;
      matrix[r] = row.map((entry, c) => (pivot * entry - factor * (pivotRow[c] ?? 0n)) / divisor);
    });
    divisor = pivot;
    pivotOf.set(column, rank);
    rank++;
  }

  const free = [...guess.keys()].filter((column) => !pivotOf.has(column));
  const values = freeValues(free.map((column) => guess[column] ?? 1));
  const scale = divisor < 0n ? -divisor : divisor;
  const sign = divisor < 0n ? -1n : 1n;
  const x = guess.map((_, column) => {
    const row = pivotOf.get(column);
    if (row === undefined) return scale * (values[free.indexOf(column)] ?? 1n);
    return -sign * free.reduce((sum, f, k) => sum + (matrix[row]?.[f] ?? 0n) * (values[k] ?? 1n), 0n);
  });
  if (free.length === 0 || x.some((value) => value <= 0n)) return undefined;
  const common = x.reduce(gcd);
  return x.map((value) => value / common);
}

/** Integers in the proportions of the guess; a single one is 1, which keeps the result small. */
function freeValues(guess: readonly number[]): bigint[] {
  if (guess.length <= 1) return [1n];
  const least = Math.min(...guess);
  return guess.map((value) => fromNumber((value / least) * 2 ** GUESS_BITS));
}

/** The integer nearest to a finite number of at least 1. */
function fromNumber(value: number): bigint {
  return Number.isFinite(value) ? BigInt(Math.round(value)) : 1n;
}
