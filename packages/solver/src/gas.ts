import { fullAmount } from "./arithmetic.ts";
import type { BookIntent, GasCost } from "./types.ts";

/** Values of tokens are per so many atoms. */
const VALUED_ATOMS = 10n ** 18n;

/**
 * What is missing to a fill's marginal gas, or `undefined` where its fee covers it, or where the token of the fee has no value
 * that is known.
 *
 * @param fee in sell atoms
 */
export function missingForGas(
  { sellToken }: BookIntent,
  fee: bigint,
  { weiPerFill, values }: GasCost,
): bigint | undefined {
  const value = values.get(sellToken.toLowerCase());
  if (value === undefined) return undefined;
  const missing = weiPerFill - (fee * value) / VALUED_ATOMS;
  return missing > 0n ? missing : undefined;
}

/** The most that an intent can pay as a fee when `cap` of it executes, in sell atoms. */
export function mostFee(intent: BookIntent, cap: bigint): bigint {
  return (intent.fee * cap) / fullAmount(intent);
}

/** Says of an intent, in words, that its fee is too small. */
export function feeBelowGas(fee: bigint, missing: bigint, { weiPerFill }: GasCost): string {
  return `Its fee of ${fee} is worth ${weiPerFill - missing} wei; the gas of its fill costs ${weiPerFill} wei.`;
}
