import type { Address } from "../types.ts";

/** A pool that keeps the product of its two reserves, such as a Uniswap v2 pair. */
export interface ConstantProductPool {
  readonly kind: "constant-product";
  readonly address: Address;
  readonly tokens: readonly [Address, Address];
  readonly reserves: readonly [bigint, bigint];
  /** What stays in the pool of each thousand that comes in: 3 for Uniswap v2. */
  readonly feePerThousand: bigint;
}

/** Most that a reserve may be: Uniswap v2 keeps it in so many bits, and refuses a swap that brings more. */
const MOST_RESERVE = (1n << 112n) - 1n;

/**
 * The most that the pool gives for an input of one token, to the atom: with reserves x and y and the input a after the fee,
 * `(x + a) (y - out) >= x y` (Uniswap v2 core whitepaper, section 3.2.1).
 *
 * @param sells which token comes in
 * @returns 0 where the pool could not hold the input
 */
export function constantProductOut(pool: ConstantProductPool, sells: 0 | 1, amountIn: bigint): bigint {
  const [x, y] = sells === 0 ? pool.reserves : [pool.reserves[1], pool.reserves[0]];
  const net = amountIn * (1000n - pool.feePerThousand);
  return net <= 0n || x === 0n || x + amountIn > MOST_RESERVE ? 0n : (net * y) / (x * 1000n + net);
}

/**
 * The input that moves the pool to where another atom would cost more than `price` (of the token that comes in, per atom of
 * it, in atoms that come out): the pool's answer to prices in closed form. Floating point; 0 where the pool asks for more
 * from the start.
 */
export function constantProductInAt(pool: ConstantProductPool, sells: 0 | 1, price: number): number {
  const [x, y] = (sells === 0 ? pool.reserves : [pool.reserves[1], pool.reserves[0]]).map(Number);
  const keep = 1 - Number(pool.feePerThousand) / 1000;
  // d out / d in = keep x y / (x + keep in)^2 = price
  const most = Math.sqrt((keep * (x ?? 0) * (y ?? 0)) / price) - (x ?? 0);
  return Math.max(0, most / keep);
}
