import type { Address } from "../types.ts";
import { type ConcentratedPool, swapExactIn } from "./concentrated.ts";
import { type ConstantProductPool, constantProductOut } from "./constantProduct.ts";

/** A pool as it stands at one block. */
export type Pool = ConstantProductPool | ConcentratedPool;

/** A swap of an exact input: what the pool takes, and what it gives for that to the atom. */
export interface Swap {
  readonly pool: Address;
  readonly tokenIn: Address;
  readonly tokenOut: Address;
  readonly amountIn: bigint;
  readonly amountOut: bigint;
}

/** One of the two tokens of a pool. */
export type Side = 0 | 1;

/**
 * What a pool gives for an input of one token, to the atom.
 *
 * @param sells which token comes in
 * @returns 0 where the pool cannot take so much
 */
export function amountOutOf(pool: Pool, sells: Side, amountIn: bigint): bigint {
  if (pool.kind === "constant-product") return constantProductOut(pool, sells, amountIn);
  return swapExactIn(pool, sells, amountIn)?.amountOut ?? 0n;
}

/**
 * About the amount of one token that moves the pool's price as much as the whole of it would if it were a constant-product
 * pool with the liquidity that it has at its price: the scale on which it answers.
 */
export function depthOf(pool: Pool, side: Side): number {
  if (pool.kind === "constant-product") return Number(pool.reserves[side]);
  const root = Number(pool.sqrtPrice) / 2 ** 96;
  return side === 0 ? Number(pool.liquidity) / root : Number(pool.liquidity) * root;
}
