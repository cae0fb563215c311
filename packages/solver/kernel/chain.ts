import { f64At, setF64 } from "./memory";

/** What is added to a pivot, so that there is something to divide by. */
const LEAST: f64 = 2.2250738585072014e-308;

/** Adds a multiple of one stretch of doubles to another. */
function addRow(to: usize, from: usize, length: i32, factor: f64): void {
  const factors = f64x2.splat(factor);
  const end = to + ((<usize>length) << 3);
  for (; to + 8 < end; to += 16, from += 16)
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(factors, v128.load(from))));
  if (to < end) store<f64>(to, load<f64>(to) + factor * load<f64>(from));
}

/** Address of an element of a matrix of doubles. */
function at(matrix: usize, n: i32, row: i32, column: i32): usize {
  return matrix + ((<usize>(row * n + column)) << 3);
}

/** The rates of a chain with those of a trader beside it, who spends what is owned of each token evenly on all. */
export function addOutside(rates: usize, outside: usize, n: i32, out: usize): void {
  const share = 1 / <f64>n;
  for (let a = 0; a < n; a++) {
    const fresh = f64At(outside, a) * share;
    for (let b = 0; b < n; b++) setF64(out, a * n + b, f64At(rates, a * n + b) + fresh);
  }
}

/**
 * The stationary vector of a Markov chain, up to scale, by the elimination of Grassmann, Taksar and Heyman (1985). It
 * never subtracts, so every entry is exact to a few units in the last place, however far apart the rates are.
 *
 * @param rates n by n doubles, row-major, non-negative off the diagonal (the diagonal is not read); overwritten
 * @param out receives n doubles
 */
export function stationaryVector(rates: usize, n: i32, out: usize): void {
  for (let k = n - 1; k > 0; k--) {
    const row = at(rates, n, k, 0);
    let leaving: f64 = 0;
    for (let j = 0; j < k; j++) leaving += f64At(row, j);
    const inverse = 1 / (leaving + LEAST);
    for (let i = 0; i < k; i++) {
      const own = at(rates, n, i, 0);
      const rate = f64At(own, k);
      if (rate == 0) continue;
      const share = rate * inverse;
      setF64(own, k, share);
      addRow(own, row, k, share);
    }
  }
  setF64(out, 0, 1);
  for (let k = 1; k < n; k++) setF64(out, k, 0);
  // Row by row, as the matrix lies in memory: an entry is complete when its turn has come.
  for (let i = 0; i < n; i++)
    addRow(out + ((<usize>(i + 1)) << 3), at(rates, n, i, i + 1), n - i - 1, f64At(out, i));
}

/**
 * Factors a matrix with non-positive entries off its diagonal and columns that sum to 0 into a lower and an upper
 * triangle, in place. Pivots are sums of what stands below them, as in {@link stationaryVector}, so nothing cancels and no
 * row has to be exchanged.
 */
export function factorGenerator(matrix: usize, n: i32): void {
  for (let k = 0; k + 1 < n; k++) {
    let pivot: f64 = 0;
    for (let i = k + 1; i < n; i++) pivot -= load<f64>(at(matrix, n, i, k));
    store<f64>(at(matrix, n, k, k), pivot);
    const inverse = 1 / (pivot + LEAST);
    const row = at(matrix, n, k, k + 1);
    for (let i = k + 1; i < n; i++) {
      const own = at(matrix, n, i, k);
      const entry = load<f64>(own);
      if (entry == 0) continue;
      const factor = entry * inverse;
      store<f64>(own, factor);
      addRow(own + 8, row, n - k - 1, -factor);
    }
  }
}

/**
 * Solves with what {@link factorGenerator} made; the last unknown is 0, since the matrix leaves one direction free.
 *
 * @param right n doubles that sum to 0; overwritten by the solution
 */
export function solveFactored(matrix: usize, right: usize, n: i32): void {
  for (let i = 1; i < n; i++) {
    let sum = f64At(right, i);
    const row = at(matrix, n, i, 0);
    for (let k = 0; k < i; k++) sum -= f64At(row, k) * f64At(right, k);
    setF64(right, i, sum);
  }
  setF64(right, n - 1, 0);
  for (let k = n - 2; k >= 0; k--) {
    let sum = f64At(right, k);
    const row = at(matrix, n, k, 0);
    for (let j = k + 1; j < n; j++) sum -= f64At(row, j) * f64At(right, j);
    const pivot = f64At(row, k);
    setF64(right, k, pivot > 0 ? sum / pivot : 0);
  }
}
