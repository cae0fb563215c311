/** Prices of a concentrated-liquidity pool lie between these ticks: a tick is a factor of 1.0001 in price. */
export const LEAST_TICK = -887_272;
export const GREATEST_TICK = 887_272;

/** Bits of a tick's distance from 0. */
const TICK_BITS = 20;
const ONE = 1n << 128n;

/** `1.0001^(-2^i / 2)` in units of 2^-128, to the nearest: the factors of which the square root of every price is made. */
const FACTORS = halvings();

/**
 * The square root of the price at a tick, in units of 2^-96: `1.0001^(tick / 2)`, made as the pool makes it, by a product of
 * the factors for the bits of the tick, rounded down at each step, inverted for ticks above 0, and rounded up at the end
 * (Uniswap v3 core whitepaper, section 6.1).
 *
 * @throws RangeError outside the range of ticks
 */
export function sqrtPriceAt(tick: number): bigint {
  if (!Number.isInteger(tick) || tick < LEAST_TICK || tick > GREATEST_TICK) {
    throw new RangeError(`tick ${tick} is out of range`);
  }
  const distance = Math.abs(tick);
  let ratio = ONE;
  FACTORS.forEach((factor, bit) => {
    if ((distance & (1 << bit)) !== 0) ratio = (ratio * factor) >> 128n;
  });
  if (tick > 0) ratio = ((1n << 256n) - 1n) / ratio;
  return (ratio + (1n << 32n) - 1n) >> 32n;
}

function halvings(): bigint[] {
  const extra = 200n;
  let exact = squareRoot((10_000n << (2n * (128n + extra))) / 10_001n);
  return Array.from({ length: TICK_BITS }, () => {
    const rounded = (exact + (1n << (extra - 1n))) >> extra;
    exact = (exact * exact) >> (128n + extra);
    return rounded;
  });
}

/** The square root of a positive integer, rounded down (Newton). */
export function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (let next = (root + value / root) >> 1n; next < root; next = (root + value / root) >> 1n) root = next;
  return root;
}
