import { f64 } from "./access.ts";
import { type Doubles, loops } from "./kernel.ts";

/**
 * The stationary vector of a Markov chain, up to scale, by the elimination of Grassmann, Taksar and Heyman (1985). It
 * never subtracts, so every entry is exact to a few units in the last place, however far apart the rates are.
 *
 * @param rates n by n, row-major, non-negative off the diagonal (the diagonal is not read); overwritten
 * @param out receives the vector
 */
export function stationaryVector(rates: Doubles, n: number, out: Doubles): void {
  loops.stationaryVector(rates.byteOffset, n, out.byteOffset);
}

/**
 * Factors a matrix with non-positive entries off its diagonal and columns that sum to 0 into a lower and an upper
 * triangle, in place. Pivots are sums of what stands below them, as in {@link stationaryVector}, so nothing cancels and no
 * row has to be exchanged.
 */
export function factorGenerator(matrix: Doubles, n: number): void {
  loops.factorGenerator(matrix.byteOffset, n);
}

/**
 * Solves with what {@link factorGenerator} made; the last unknown is 0, since the matrix leaves one direction free.
 *
 * @param right sums to 0; overwritten by the solution
 */
export function solveFactored(matrix: Doubles, right: Doubles, n: number): void {
  loops.solveFactored(matrix.byteOffset, right.byteOffset, n);
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
