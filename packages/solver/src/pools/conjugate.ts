import { divideUp } from "../arithmetic.ts";
import type { ConcentratedPool } from "./concentrated.ts";
import type { ConstantProductPool } from "./constantProduct.ts";
import type { Pool, Side } from "./pool.ts";
import { GREATEST_TICK, LEAST_TICK, sqrtPriceAt, squareRoot } from "./ticks.ts";

const MILLION = 1_000_000n;
const Q96 = 96n;

/**
 * The most that one swap on a pool can be worth at given prices of its tokens: the supremum of
 * `price[out] amountOut - price[in] amountIn` over both directions and all inputs. What a pool gives is a concave function of
 * what it takes, so there is a closed form. Rounded up, and no less than the pool's own roundings allow.
 *
 * @param prices of the pool's two tokens, on one scale
 */
export function mostGainOf(pool: Pool, prices: readonly [bigint, bigint]): bigint {
  const best = ([0, 1] as const).map((sells) =>
    pool.kind === "constant-product" ? mostOfProduct(pool, sells, prices) : mostOfRanges(pool, sells, prices),
  );
  return best.reduce((most, gain) => (gain > most ? gain : most), 0n);
}

/**
 * With reserves x and y, k the share left after the fee and u = x + k a for the input a, the worth is
 * `q y (1 - x / u) - p (u - x) / k`, greatest at `u^2 = k q x y / p`, where it is `q y + p x / k - 2 sqrt(q y p x / k)`.
 */
function mostOfProduct(pool: ConstantProductPool, sells: Side, prices: readonly [bigint, bigint]): bigint {
  const [x, y] = sells === 0 ? pool.reserves : [pool.reserves[1], pool.reserves[0]];
  const [p, q] = sells === 0 ? prices : [prices[1], prices[0]];
  const keep = 1000n - pool.feePerThousand;
  const [brings, costs] = [keep * q * y, 1000n * p * x];
  if (keep <= 0n || brings <= costs) return 0n;
  return divideUp(brings + costs - squareRoot(4n * brings * costs), keep);
}

/**
 * Range by range from the pool's price on. With s the square root of the price, L the liquidity and k the share left after the
 * fee, moving down from s to t takes `L (1/t - 1/s) / k` of the first token and gives `L (s - t)` of the second, which is
 * worth most at `t^2 = p / (q k)`; upwards the same with both turned round.
 */
function mostOfRanges(pool: ConcentratedPool, sells: Side, prices: readonly [bigint, bigint]): bigint {
  const keep = MILLION - pool.feePips;
  if (keep <= 0n) return 0n;
  const isDown = sells === 0;
  const [lowest, highest] = pool.known ?? [LEAST_TICK, GREATEST_TICK];
  const ends = isDown
    ? [...pool.ticks.filter(({ tick }) => tick <= pool.tick && tick > lowest)].reverse()
    : pool.ticks.filter(({ tick }) => tick > pool.tick && tick < highest);
  const last = {
    tick: Math.max(LEAST_TICK, Math.min(GREATEST_TICK, isDown ? lowest : highest)),
    liquidityNet: 0n,
  };
  let { sqrtPrice: from, liquidity } = pool;
  let total = 0n;
  for (const { tick, liquidityNet } of [...ends, last]) {
    const to = sqrtPriceAt(tick);
    const isAhead = isDown ? to < from : to > from;
    if (isAhead && !isWorthwhile(from, keep, isDown, prices)) return total;
    if (isAhead) total += gainOfRange({ from, to, liquidity, keep, isDown, prices });
    if (!isWorthwhile(to, keep, isDown, prices)) return total;
    from = to;
    liquidity += isDown ? -liquidityNet : liquidityNet;
  }
  return total;
}

/** Whether at a price (its square root) the next atom is worth more than it costs. */
function isWorthwhile(
  root: bigint,
  keep: bigint,
  isDown: boolean,
  [first, second]: readonly [bigint, bigint],
): boolean {
  const squared = root * root;
  return isDown
    ? squared * second * keep > (first * MILLION) << (2n * Q96)
    : (first * keep) << (2n * Q96) > squared * second * MILLION;
}

function gainOfRange(range: {
  from: bigint;
  to: bigint;
  liquidity: bigint;
  keep: bigint;
  isDown: boolean;
  prices: readonly [bigint, bigint];
}): bigint {
  const { from, to, liquidity, keep, isDown, prices } = range;
  if (liquidity <= 0n) return 0n;
  const [first, second] = prices;
  // Both terms of the worth at a price with root s: what is left of the one token, and what the other one has cost.
  const atFirst = (root: bigint): [bigint, bigint] => [(first * liquidity) << Q96, root];
  const atSecond = (root: bigint): [bigint, bigint] => [second * liquidity * root, 1n << Q96];
  const [gives, takes] = isDown ? [atSecond, atFirst] : [atFirst, atSecond];
  const up = ([num, den]: [bigint, bigint]): bigint => divideUp(num, den);
  const down = ([num, den]: [bigint, bigint]): bigint => num / den;
  const gross = ([num, den]: [bigint, bigint]): [bigint, bigint] => [num * MILLION, den * keep];
  if (isWorthwhile(to, keep, isDown, prices)) {
    const gain = up(gives(from)) - down(gives(to)) + up(gross(takes(from))) - down(gross(takes(to)));
    return gain > 0n ? gain : 0n;
  }
  const turn = squareRoot((4n * liquidity * liquidity * first * second * MILLION) / keep);
  const gain = up(gives(from)) + up(gross(takes(from))) - turn;
  return gain > 0n ? gain : 0n;
}
