import { divideUp } from "../arithmetic.ts";
import type { Address } from "../types.ts";
import { GREATEST_TICK, LEAST_TICK, sqrtPriceAt } from "./ticks.ts";

/** Where liquidity begins or ends in a pool. */
export interface PoolTick {
  readonly tick: number;
  /** What the liquidity changes by when the price passes the tick upwards. */
  readonly liquidityNet: bigint;
}

/** A pool whose liquidity lies between ticks, such as a Uniswap v3 pool. */
export interface ConcentratedPool {
  readonly kind: "concentrated";
  readonly address: Address;
  /** The price is in atoms of the second per atom of the first. */
  readonly tokens: readonly [Address, Address];
  /** Square root of the price, in units of 2^-96. */
  readonly sqrtPrice: bigint;
  readonly tick: number;
  readonly liquidity: bigint;
  /** What stays with the liquidity, in millionths of the input: 3000 for 0.3 %. */
  readonly feePips: bigint;
  readonly tickSpacing: number;
  /** All initialised ticks within the range that is known, ascending. */
  readonly ticks: readonly PoolTick[];
  /** The ticks between which all initialised ones are listed; no swap is predicted beyond them. Default: all ticks. */
  readonly known?: readonly [lowest: number, highest: number];
}

/** A swap as the pool would make it, and the pool as it would be then. */
export interface PredictedSwap {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly after: ConcentratedPool;
}

const Q96 = 96n;
const MILLION = 1_000_000n;
const WORD_END = 1n << 256n;
/** Ticks of one word of the pool's bitmap; the pool looks no further in one step. */
const WORD = 256;

/**
 * Predicts a swap of an exact input to the atom, step by step as the pool makes it (Uniswap v3 core whitepaper, sections 6.2
 * and 6.3): to the next initialised tick or the end of the bitmap's word, input rounded up and output down in each step.
 *
 * @param sells which token comes in; 0 lowers the price
 * @returns `undefined` where the liquidity does not suffice for the whole input, or what is known of it does not reach so far
 */
export function swapExactIn(
  pool: ConcentratedPool,
  sells: 0 | 1,
  amountIn: bigint,
): PredictedSwap | undefined {
  let { sqrtPrice, tick, liquidity } = pool;
  let left = amountIn;
  let amountOut = 0n;
  while (left > 0n) {
    const next = nextTick(pool, tick, sells);
    if (!isKnown(pool, next.tick)) return undefined;
    const target = sqrtPriceAt(next.tick);
    const step = stepTowards(sqrtPrice, target, liquidity, left, pool.feePips);
    left -= step.amountIn + step.fee;
    amountOut += step.amountOut;
    sqrtPrice = step.sqrtPrice;
    if (sqrtPrice !== target) {
      // The input is used up within the step, so where the tick stands no longer matters but to a later swap.
      tick = tickWithin(sqrtPrice, tick, next.tick);
      break;
    }
    if (next.net !== 0n) liquidity += sells === 0 ? -next.net : next.net;
    tick = sells === 0 ? next.tick - 1 : next.tick;
    const isAtEnd = next.tick === (sells === 0 ? LEAST_TICK : GREATEST_TICK);
    if (left > 0n && isAtEnd) return undefined;
  }
  return { amountIn, amountOut, after: { ...pool, sqrtPrice, tick, liquidity } };
}

/** The next tick at which the pool stops: initialised, or the end of the word, or of all prices. */
function nextTick({ ticks, tickSpacing }: ConcentratedPool, tick: number, sells: 0 | 1) {
  const compressed = Math.floor(tick / tickSpacing);
  if (sells === 0) {
    const end = Math.max(LEAST_TICK, Math.floor(compressed / WORD) * WORD * tickSpacing);
    const found = ticks.findLast((entry) => entry.tick <= tick && entry.tick >= end);
    return { tick: found?.tick ?? end, net: found?.liquidityNet ?? 0n };
  }
  const end = Math.min(GREATEST_TICK, (Math.floor((compressed + 1) / WORD) * WORD + WORD - 1) * tickSpacing);
  const found = ticks.find((entry) => entry.tick > tick && entry.tick <= end);
  return { tick: found?.tick ?? end, net: found?.liquidityNet ?? 0n };
}

/** Whether the ticks up to one are known; beyond, liquidity may begin or end anywhere. */
function isKnown({ known }: ConcentratedPool, tick: number): boolean {
  return known === undefined || (tick >= known[0] && tick <= known[1]);
}

/** One step within constant liquidity: how far the input reaches, and what it gives. */
function stepTowards(price: bigint, target: bigint, liquidity: bigint, left: bigint, feePips: bigint) {
  const isDown = price >= target;
  const net = (left * (MILLION - feePips)) / MILLION;
  const whole = isDown ? amount0(target, price, liquidity, true) : amount1(price, target, liquidity, true);
  const reaches = net >= whole;
  const sqrtPrice = reaches ? target : priceAfterInput(price, liquidity, net, isDown);
  const inHere = reaches
    ? whole
    : isDown
      ? amount0(sqrtPrice, price, liquidity, true)
      : amount1(price, sqrtPrice, liquidity, true);
  const amountOut = isDown
    ? amount1(sqrtPrice, price, liquidity, false)
    : amount0(price, sqrtPrice, liquidity, false);
  // Where the step does not end at its target, all that is left over is fee.
  const fee = sqrtPrice === target ? divideUp(inHere * feePips, MILLION - feePips) : left - inHere;
  return { sqrtPrice, amountIn: inHere, amountOut, fee };
}

/** The first token between two prices: `L (1/sqrt(low) - 1/sqrt(high))`. */
function amount0(low: bigint, high: bigint, liquidity: bigint, isUp: boolean): bigint {
  const numerator = (liquidity << Q96) * (high - low);
  return isUp ? divideUp(divideUp(numerator, high), low) : numerator / high / low;
}

/** The second token between two prices: `L (sqrt(high) - sqrt(low))`. */
function amount1(low: bigint, high: bigint, liquidity: bigint, isUp: boolean): bigint {
  const product = liquidity * (high - low);
  return isUp ? divideUp(product, 1n << Q96) : product >> Q96;
}

/** The price that an input leads to, rounded against the trader. */
function priceAfterInput(price: bigint, liquidity: bigint, amountIn: bigint, isDown: boolean): bigint {
  if (!isDown) return price + (amountIn << Q96) / liquidity;
  const scaled = liquidity << Q96;
  if (amountIn === 0n) return price;
  const moved = amountIn * price;
  // Where its 256 bits do not suffice, the pool divides first.
  return moved >= WORD_END || scaled + moved >= WORD_END
    ? divideUp(scaled, scaled / price + amountIn)
    : divideUp(scaled * price, scaled + moved);
}

/** The tick of a price between two ticks: the greatest at or below it. */
function tickWithin(sqrtPrice: bigint, from: number, to: number): number {
  let [low, high] = [
    Math.max(LEAST_TICK, Math.min(from, to)),
    Math.min(GREATEST_TICK, Math.max(from, to) + 1),
  ];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (sqrtPriceAt(middle) <= sqrtPrice) low = middle;
    else high = middle;
  }
  return low;
}
