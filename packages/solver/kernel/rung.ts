/*
 * One rung of an interior path: numbers that lie together, since every loop needs several of them, and in pairs, since what is done
 * to one of a pair is done to the other (two lanes of a vector). src/engine/path.ts knows the order, too.
 */

/** Bytes of a rung. */
export const RUNG: usize = 14 * 8;
/** What it offers, at which limit, and the logarithm of that; how its barrier is weighed. */
export const AMOUNT: usize = 0;
export const LIMIT: usize = 8;
export const LOG_LIMIT: usize = 16;
export const WEIGHT: usize = 24;
/** The share that fills, and beside it what is left of it. */
export const FILL: usize = 32;
export const REST: usize = 40;
/** By how much the price is worse than the limit, and beside it by how much it is better. */
export const BEHIND: usize = 48;
export const AHEAD: usize = 56;
/** By how much the fill grows with the logarithm of the price; the move of the fill. */
export const GIVE: usize = 64;
export const FILL_MOVE: usize = 72;
/** Moves of behind and ahead, and what their products with fill and rest aim at. */
export const BEHIND_MOVE: usize = 80;
export const BEHIND_TARGET: usize = 96;

/** Address of a rung. */
export function rungAt(rungs: usize, index: i32): usize {
  return rungs + <usize>index * RUNG;
}

/** The move of the fill, and beside it that of the rest. */
export function fillMoves(rung: usize): v128 {
  return f64x2.mul(f64x2.splat(load<f64>(rung, FILL_MOVE)), f64x2(1, -1));
}
