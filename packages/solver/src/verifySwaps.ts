import { swapExactIn } from "./pools/concentrated.ts";
import type { Pool, Swap } from "./pools/pool.ts";
import type { Book, Solution } from "./types.ts";

const UINT112_END = 2n ** 112n;
/** At the clearing prices a swap may gain this part of what it takes, and so many atoms of either token. */
const GAIN_PART = 2n ** 20n;
const GAIN_ATOMS = 128n;

/** What is wrong with a swap. */
export interface SwapFlaw {
  readonly code: "unknown-pool" | "pool-twice" | "swap-wrong" | "swap-unfair" | "token-missing";
  readonly swap: number;
  readonly detail: string;
}

/**
 * Checks that each pool is swapped on once, for what it gives to the atom, and at the clearing prices but for rounding: what it
 * gives beyond would be the keeper's. A constant-product pool is held to its own condition; the steps of a concentrated one
 * are the matcher's, which are tested against the real pool's bytecode.
 *
 * @param prices by token in lower case
 */
export function flawsOfSwaps(
  book: Book,
  { swaps }: Solution,
  prices: ReadonlyMap<string, bigint>,
): SwapFlaw[] {
  const pools = new Map((book.pools ?? []).map((pool) => [pool.address.toLowerCase(), pool]));
  const used = new Set<string>();
  return swaps.flatMap((given, swap): SwapFlaw[] => {
    const key = given.pool.toLowerCase();
    const pool = pools.get(key);
    if (pool === undefined)
      return [{ code: "unknown-pool", swap, detail: `${given.pool} is not in the book` }];
    const flaws: SwapFlaw[] = [];
    if (used.has(key)) flaws.push({ code: "pool-twice", swap, detail: `${given.pool} is swapped on twice` });
    used.add(key);
    const { tokenIn, tokenOut, amountIn, amountOut } = given;
    if (!isAsPoolSwaps(pool, given))
      flaws.push({ code: "swap-wrong", swap, detail: `it does not give ${amountOut} for ${amountIn}` });
    const priceIn = prices.get(tokenIn.toLowerCase());
    const priceOut = prices.get(tokenOut.toLowerCase());
    if (priceIn === undefined || priceOut === undefined)
      return [...flaws, { code: "token-missing", swap, detail: "a token of the swap has no price" }];
    const cost = amountIn * priceIn;
    const gain = amountOut * priceOut - cost;
    if (gain > cost / GAIN_PART + GAIN_ATOMS * (priceIn + priceOut))
      flaws.push({ code: "swap-unfair", swap, detail: `the keeper gains ${gain} at the clearing prices` });
    return flaws;
  });
}

/**
 * Whether a pool makes a swap as it is told. Of a constant-product pool: the product of its reserves, with the fee taken off what
 * came in, is no less than before, and would be less with an atom more let out.
 */
function isAsPoolSwaps(pool: Pool, { tokenIn, tokenOut, amountIn, amountOut }: Swap): boolean {
  const [first, second] = pool.tokens;
  const isDown = same(tokenIn, first) && same(tokenOut, second);
  if (!isDown && !(same(tokenIn, second) && same(tokenOut, first))) return false;
  if (amountIn <= 0n || amountOut <= 0n) return false;
  if (pool.kind === "concentrated")
    return swapExactIn(pool, isDown ? 0 : 1, amountIn)?.amountOut === amountOut;
  const [before, other] = isDown ? pool.reserves : [pool.reserves[1], pool.reserves[0]];
  if (before + amountIn >= UINT112_END || amountOut >= other) return false;
  const product = (out: bigint): bigint =>
    ((before + amountIn) * 1000n - amountIn * pool.feePerThousand) * (other - out);
  const least = before * other * 1000n;
  return product(amountOut) >= least && product(amountOut + 1n) < least;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
