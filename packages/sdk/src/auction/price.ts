import { SdkError } from "../errors.ts";
import type { AuctionPrice } from "./Auction.ts";

const mantissaBits = 96n;

/**
 * A price as the contract takes it: a uint128, the exponent in the upper 32 bits, the mantissa in the lower 96.
 *
 * @throws SdkError `InvalidPrice` unless the mantissa is normalised and the exponent a uint32
 */
export function encodePrice({ mantissa, exponent }: AuctionPrice): bigint {
  if (mantissa >> (mantissaBits - 1n) !== 1n) {
    throw new SdkError("InvalidPrice", { value: mantissa, reason: "its mantissa is not normalised" });
  }
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 0xffffffff) {
    throw new SdkError("InvalidPrice", { value: exponent, reason: "its exponent does not fit 32 bits" });
  }
  return (BigInt(exponent) << mantissaBits) | mantissa;
}

/**
 * A price as the contract writes it.
 *
 * @param word uint128
 * @throws SdkError `InvalidPrice` when the mantissa is not normalised or the word has more than 128 bits
 */
export function decodePrice(word: bigint): AuctionPrice {
  const price = { mantissa: BigInt.asUintN(96, word), exponent: Number(word >> mantissaBits) };
  encodePrice(price);
  return price;
}
