import { add, f64 } from "./access.ts";

/** Adds a multiple of one stretch of an array to another, four elements at a time: it is here that elimination is spent. */
function addRow(array: Float64Array, to: number, from: number, length: number, factor: number): void {
  let i = 0;
  for (; i + 3 < length; i += 4) {
    array[to + i] = f64(array, to + i) + factor * f64(array, from + i);
    array[to + i + 1] = f64(array, to + i + 1) + factor * f64(array, from + i + 1);
    array[to + i + 2] = f64(array, to + i + 2) + factor * f64(array, from + i + 2);
    array[to + i + 3] = f64(array, to + i + 3) + factor * f64(array, from + i + 3);
  }
  for (; i < length; i++) array[to + i] = f64(array, to + i) + factor * f64(array, from + i);
}

/**
 * The stationary vector of a Markov chain, up to scale, by the elimination of Grassmann, Taksar and Heyman (1985). It
 * never subtracts, so every entry is exact to a few units in the last place, however far apart the rates are.
 *
 * @param rates n by n, row-major, non-negative off the diagonal (the diagonal is not read); overwritten
 * @param out receives the vector
 */
export function stationaryVector(rates: Float64Array, n: number, out: Float64Array): void {
  for (let k = n - 1; k > 0; k--) {
    const row = k * n;
    let leaving = 0;
    for (let j = 0; j < k; j++) leaving += f64(rates, row + j);
    const inverse = 1 / (leaving + Number.MIN_VALUE * 2 ** 52);
    for (let i = 0; i < k; i++) {
      const base = i * n;
      const rate = f64(rates, base + k);
      if (rate === 0) continue;
      const share = rate * inverse;
      rates[base + k] = share;
      addRow(rates, base, row, k, share);
    }
  }
  out[0] = 1;
  for (let k = 1; k < n; k++) {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += f64(out, i) * f64(rates, i * n + k);
    out[k] = sum;
  }
}

/**
 * Factors a matrix with non-positive entries off its diagonal and columns that sum to 0 into a lower and an upper
 * triangle, in place. Pivots are sums of what stands below them, as in {@link stationaryVector}, so nothing cancels and no
 * row has to be exchanged.
 */
export function factorGenerator(matrix: Float64Array, n: number): void {
  for (let k = 0; k + 1 < n; k++) {
    let pivot = 0;
    for (let i = k + 1; i < n; i++) pivot -= f64(matrix, i * n + k);
    matrix[k * n + k] = pivot;
    const inverse = 1 / (pivot + Number.MIN_VALUE * 2 ** 52);
    for (let i = k + 1; i < n; i++) {
      const base = i * n;
      const entry = f64(matrix, base + k);
      if (entry === 0) continue;
      const factor = entry * inverse;
      matrix[base + k] = factor;
      addRow(matrix, base + k + 1, k * n + k + 1, n - k - 1, -factor);
    }
  }
}

/**
 * Solves with what {@link factorGenerator} made; the last unknown is 0, since the matrix leaves one direction free.
 *
 * @param right sums to 0; overwritten by the solution
 */
export function solveFactored(matrix: Float64Array, right: Float64Array, n: number): void {
  for (let k = 0; k < n; k++) {
    const value = f64(right, k);
    if (value === 0) continue;
    for (let i = k + 1; i < n; i++) add(right, i, -f64(matrix, i * n + k) * value);
  }
  right[n - 1] = 0;
  for (let k = n - 2; k >= 0; k--) {
    let sum = f64(right, k);
    for (let j = k + 1; j < n; j++) sum -= f64(matrix, k * n + j) * f64(right, j);
    const pivot = f64(matrix, k * n + k);
    right[k] = pivot > 0 ? sum / pivot : 0;
  }
}

/**
 * Takes the median from a vector of logarithms: the common scale of prices is free.
 *
 * @param scratch of the same length
 */
export function centre(logs: Float64Array, scratch: Float64Array): void {
  scratch.set(logs);
  scratch.sort();
  const median = f64(scratch, scratch.length >> 1);
  for (let t = 0; t < logs.length; t++) logs[t] = f64(logs, t) - median;
}
