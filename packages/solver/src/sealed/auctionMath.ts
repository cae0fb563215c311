/**
 * The auction's arithmetic in `bigint`, formula by formula as the contract's library has it: what an outcome means for one
 * order. Used by the verifier, and by the solver to make amounts that pass.
 */
import type { SealedOrder, SealedPrice } from "./types.ts";

/** Share of the price, as a shift, by which a limit must be beaten before an order has to execute in full. */
export const MU_SHIFT = 16n;
/** Share of the value, as a shift, that is held back so that rounding cannot overdraw a token. */
export const EPSILON_SHIFT = 20n;
/** Share, as a shift, by which a limit may exceed the price and still count as met. */
export const DELTA_SHIFT = 30n;
/** Share of a token's minimum, as a shift, by which an order in the money may be short of its amount. */
export const ROUNDING_SHIFT = 10n;
/** Bits of a mantissa. */
export const MANTISSA_BITS = 96n;
/** Bits after the point of the bonus per atom bought. */
export const BONUS_BITS = 96n;
const MOST_BONUS = (1n << 128n) - 1n;
/** No product here reaches this many bits; larger shifts are cut to it. */
const MOST_BITS = 512;
/** From here on the contract takes what an order is owed for too much. */
export const TOO_MUCH = 1n << 160n;

/** Where the price stands to an order's limit: what it may execute. */
export type Standing =
  /** Beaten by at least the band: everything. */
  | "in"
  /** Within the band: any amount. */
  | "band"
  /** Not met: nothing. */
  | "out";

/** Where prices leave an order. */
export function standingOf(order: SealedOrder, sell: SealedPrice, buy: SealedPrice): Standing {
  const have = order.amount * sell.mantissa;
  const need = order.asked * buy.mantissa;
  const shift = sell.exponent - buy.exponent;
  if (reaches(have, shift, need + (need >> MU_SHIFT))) return "in";
  return reaches(have, shift, need - (need >> DELTA_SHIFT)) ? "band" : "out";
}

/** Whether `have * 2^shift >= need`, exactly; all positive. */
export function reaches(have: bigint, shift: number, need: bigint): boolean {
  if (shift >= MOST_BITS) return true;
  if (shift <= -MOST_BITS) return false;
  return shift >= 0 ? have << BigInt(shift) >= need : have >= need << BigInt(-shift);
}

/**
 * What an order that executes `executed` is owed before the bonus, in atoms of the token bought: the price less the share
 * held back, rounded down, but never less than the limit, rounded up.
 */
export function boughtOf(order: SealedOrder, executed: bigint, sell: SealedPrice, buy: SealedPrice): bigint {
  const value = executed * sell.mantissa;
  const shift = sell.exponent - buy.exponent;
  const less = value - (value >> EPSILON_SHIFT);
  const atPrice =
    (shift >= 0 ? less << BigInt(Math.min(shift, MOST_BITS)) : less >> BigInt(Math.min(-shift, MOST_BITS))) /
    buy.mantissa;
  const atLimit = limitOf(order, executed);
  return atPrice > atLimit ? atPrice : atLimit;
}

/** The least that `executed` must bring, rounded up. */
export function limitOf(order: SealedOrder, executed: bigint): bigint {
  return (executed * order.asked + order.amount - 1n) / order.amount;
}

/** Bonus per atom bought, with 96 bits after the point, when so much of a token is sold and bought. */
export function bonusOf(sold: bigint, bought: bigint): bigint {
  if (bought === 0n) return 0n;
  const bonus = ((sold - bought) << BONUS_BITS) / bought;
  return bonus < MOST_BONUS ? bonus : MOST_BONUS;
}

/** `bought` with its bonus, rounded down. */
export function withBonus(bought: bigint, bonus: bigint): bigint {
  return bought + ((bought * bonus) >> BONUS_BITS);
}

/** The least that an order in the money may execute: short by no more than a share of the least that such an order may sell. */
export function leastExecuted(amount: bigint, minimum: bigint): bigint {
  return amount - (minimum >> ROUNDING_SHIFT);
}

/** The word that the contract stores and takes: exponent above mantissa. */
export function packPrice({ mantissa, exponent }: SealedPrice): bigint {
  return (BigInt(exponent) << MANTISSA_BITS) | mantissa;
}

/** The price in a word. */
export function unpackPrice(word: bigint): SealedPrice {
  return { mantissa: word & ((1n << MANTISSA_BITS) - 1n), exponent: Number(word >> MANTISSA_BITS) };
}
