import { MANTISSA_BITS } from "./auctionMath.ts";
import type { SealedPrice } from "./types.ts";

/** The exponent that stands for 2^0, in the middle of what 32 bits hold. */
const BIAS = 2 ** 31;
/** Bits of a double's mantissa. */
const DOUBLE_BITS = 53;

/** `price * 2^level` as the auction writes prices; exact where the level is an integer. */
export function sealedPrice(price: number, level: number): SealedPrice {
  const whole = Math.floor(level);
  const value = price * 2 ** (level - whole);
  const log = Math.floor(Math.log2(value));
  // The logarithm may round across a power of two; one bit more makes up for it.
  const bits = BigInt(Math.round(value * 2 ** -log * 2 ** (DOUBLE_BITS - 1)));
  const isHigh = bits >> BigInt(DOUBLE_BITS) === 1n;
  const isLow = bits >> BigInt(DOUBLE_BITS - 1) === 0n;
  const up = MANTISSA_BITS - BigInt(DOUBLE_BITS) + (isHigh ? -1n : isLow ? 1n : 0n);
  return {
    mantissa: bits << up,
    exponent: BIAS + whole + log - (DOUBLE_BITS - 1) - Number(up),
  };
}
