import { at } from "./demand.ts";

/**
 * The stationary vector of a Markov chain, up to scale, by the elimination of Grassmann, Taksar and Heyman (1985). It
 * never subtracts, so every entry is exact to a few units in the last place, however far apart the rates are.
 *
 * @param rates n by n, row-major, non-negative off the diagonal (the diagonal is not read); overwritten
 * @param out receives the vector
 */
export function stationaryVector(rates: Float64Array, n: number, out: Float64Array): void {
  for (let k = n - 1; k > 0; k--) {
    let leaving = 0;
    for (let j = 0; j < k; j++) leaving += at(rates, k * n + j);
    const inverse = 1 / (leaving + Number.MIN_VALUE * 2 ** 52);
    for (let i = 0; i < k; i++) {
      const share = at(rates, i * n + k) * inverse;
      rates[i * n + k] = share;
      if (share === 0) continue;
      for (let j = 0; j < k; j++) rates[i * n + j] = at(rates, i * n + j) + share * at(rates, k * n + j);
    }
  }
  out[0] = 1;
  for (let k = 1; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += at(out, i) * at(rates, i * n + k);
    out[k] = sum;
  }
}

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
      if (at(used, row) === 1) continue;
      if (best < 0 || Math.abs(at(matrix, row * n + column)) > Math.abs(at(matrix, best * n + column)))
        best = row;
    }
    if (best < 0 || !(Math.abs(at(matrix, best * n + column)) > 1e-13 * scale)) continue;
    used[best] = 1;
    pivotRow[column] = best;
    const pivot = at(matrix, best * n + column);
    for (let row = 0; row < n; row++) {
      const factor = at(matrix, row * n + column) / pivot;
      if (row === best || factor === 0) continue;
      for (let j = column; j < n; j++)
        matrix[row * n + j] = at(matrix, row * n + j) - factor * at(matrix, best * n + j);
      right[row] = at(right, row) - factor * at(right, best);
    }
  }
  const solution = new Float64Array(n);
  pivotRow.forEach((row, column) => {
    if (row >= 0) solution[column] = at(right, row) / at(matrix, row * n + column);
  });
  right.set(solution);
}
