import { add, f64, i32 } from "./access.ts";

/**
 * Solves `matrix x = right` by elimination with partial pivoting; directions that the matrix does not determine stay 0.
 *
 * @param matrix n by n, row-major; overwritten
 * @param right length n; overwritten by the solution
 */
export function solveLinear(matrix: Float64Array, right: Float64Array, n: number): void {
  const pivotRow = new Int32Array(n).fill(-1);
  let scale = 0;
  for (const entry of matrix) scale = Math.max(scale, Math.abs(entry));
  const used = new Uint8Array(n);
  for (let column = 0; column < n; column++) {
    let best = -1;
    for (let row = 0; row < n; row++) {
      if (used[row] === 1) continue;
      if (best < 0 || Math.abs(f64(matrix, row * n + column)) > Math.abs(f64(matrix, best * n + column)))
        best = row;
    }
    if (best < 0 || !(Math.abs(f64(matrix, best * n + column)) > 1e-13 * scale)) continue;
    used[best] = 1;
    pivotRow[column] = best;
    const pivot = f64(matrix, best * n + column);
    for (let row = 0; row < n; row++) {
      const factor = f64(matrix, row * n + column) / pivot;
      if (row === best || factor === 0) continue;
      for (let j = column; j < n; j++) add(matrix, row * n + j, -factor * f64(matrix, best * n + j));
      add(right, row, -factor * f64(right, best));
    }
  }
  const solution = new Float64Array(n);
  pivotRow.forEach((row, column) => {
    if (row >= 0) solution[column] = f64(right, row) / f64(matrix, row * n + column);
  });
  right.set(solution);
}

/**
 * Factors a matrix in place, with exchanges of rows, for {@link solvePivoted}. Where nothing is left to divide by, the pivot
 * stays 0 and its unknown too.
 *
 * @param order receives the row that stands at each place
 */
export function factorPivoted(matrix: Float64Array, n: number, order: Int32Array): void {
  for (let k = 0; k < n; k++) order[k] = k;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++)
      if (Math.abs(f64(matrix, i * n + k)) > Math.abs(f64(matrix, best * n + k))) best = i;
    if (best !== k) {
      for (let j = 0; j < n; j++) {
        const value = f64(matrix, k * n + j);
        matrix[k * n + j] = f64(matrix, best * n + j);
        matrix[best * n + j] = value;
      }
      const row = i32(order, k);
      order[k] = i32(order, best);
      order[best] = row;
    }
    const pivot = f64(matrix, k * n + k);
    if (pivot === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const factor = f64(matrix, i * n + k) / pivot;
      if (factor === 0) continue;
      matrix[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) add(matrix, i * n + j, -factor * f64(matrix, k * n + j));
    }
  }
}

/** Solves with what {@link factorPivoted} made; `right` is overwritten by the solution. */
export function solvePivoted(matrix: Float64Array, right: Float64Array, n: number, order: Int32Array): void {
  const value = Float64Array.from(order.subarray(0, n), (row) => f64(right, row));
  for (let k = 0; k < n; k++)
    for (let j = 0; j < k; j++) add(value, k, -f64(matrix, k * n + j) * f64(value, j));
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) add(value, k, -f64(matrix, k * n + j) * f64(value, j));
    const pivot = f64(matrix, k * n + k);
    value[k] = pivot === 0 ? 0 : f64(value, k) / pivot;
  }
  right.set(value);
}

/** The inverse of a matrix, n by n, row-major and overwritten. */
export function invert(matrix: Float64Array, n: number): Float64Array {
  const order = new Int32Array(n);
  factorPivoted(matrix, n, order);
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let c = 0; c < n; c++) {
    column.fill(0);
    column[c] = 1;
    solvePivoted(matrix, column, n, order);
    for (let t = 0; t < n; t++) inverse[t * n + c] = f64(column, t);
  }
  return inverse;
}
