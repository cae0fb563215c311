import { dataLength } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, zeroAddress, type Address } from "../hex.ts";
import type { Intent } from "./Intent.ts";

/** The longest conditionData: its length travels as a uint16 in a batch. */
export const maxConditionDataLength = 0xffff;

/** The widely used stand-in for a chain's own coin; no contract lives there. */
const nativeTokenMarker = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

/** @throws SdkError `AmountOutOfRange` unless `min <= value < 2^bits` */
export function checkAmount(value: unknown, field: string, bits = 128, min: 0n | 1n = 0n): bigint {
  if (typeof value === "bigint" && value >= min && value < 1n << BigInt(bits)) return value;
  throw new SdkError("AmountOutOfRange", { field, value, bits, min });
}

/** @throws SdkError `InvalidTime` unless it is a uint32 */
export function checkTime(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new SdkError("InvalidTime", { field, value });
}

/**
 * Checks that every field is of its type and range, and returns the intent with checksummed addresses. What passes has
 * a well-defined hash and a packed form, but may still be nonsense, such as an intent to sell nothing.
 *
 * @throws SdkError `InvalidAddress`, `InvalidHex`, `AmountOutOfRange`, `InvalidTime`, `InvalidKind`, `InvalidJson`,
 * `ConditionDataTooLong`
 */
export function checkIntentFields(intent: Intent): Intent {
  // Read as unknown: callers from JavaScript come through here too.
  const kind: unknown = intent.kind;
  const partiallyFillable: unknown = intent.partiallyFillable;
  if (kind !== "sell" && kind !== "buy") throw new SdkError("InvalidKind", { value: kind });
  if (typeof partiallyFillable !== "boolean") {
    const field = "partiallyFillable";
    throw new SdkError("InvalidJson", { field, expected: "true or false", value: partiallyFillable });
  }
  const conditionData = parseHex(intent.conditionData, "conditionData");
  const length = dataLength(conditionData);
  if (length > maxConditionDataLength) {
    throw new SdkError("ConditionDataTooLong", { length, max: maxConditionDataLength });
  }
  return {
    sellToken: parseAddress(intent.sellToken, "sellToken"),
    buyToken: parseAddress(intent.buyToken, "buyToken"),
    receiver: parseAddress(intent.receiver, "receiver"),
    sellAmount: checkAmount(intent.sellAmount, "sellAmount"),
    buyAmount: checkAmount(intent.buyAmount, "buyAmount"),
    startBuyAmount: checkAmount(intent.startBuyAmount, "startBuyAmount"),
    maxFee: checkAmount(intent.maxFee, "maxFee"),
    feePerWei: checkAmount(intent.feePerWei, "feePerWei"),
    validFrom: checkTime(intent.validFrom, "validFrom"),
    decayEnd: checkTime(intent.decayEnd, "decayEnd"),
    validTo: checkTime(intent.validTo, "validTo"),
    nonce: checkAmount(intent.nonce, "nonce", 256),
    kind,
    partiallyFillable,
    settler: parseAddress(intent.settler, "settler"),
    condition: parseAddress(intent.condition, "condition"),
    conditionData,
  };
}

function checkToken(token: Address, field: string): void {
  if (token === zeroAddress || token === nativeTokenMarker) {
    throw new SdkError("NativeToken", { field, value: token });
  }
}

/**
 * Checks everything about an intent that can be told without a clock and without a chain, and returns it with
 * checksummed addresses.
 *
 * @throws SdkError as {@link checkIntentFields}; `AmountOutOfRange` for an amount of 0, `NativeToken`, `SameToken`,
 * `InvalidValidity`, `InvalidDecay`, `FeeAboveAmount`
 */
export function validateIntent(intent: Intent): Intent {
  const checked = checkIntentFields(intent);
  const { sellToken, buyToken, sellAmount, startBuyAmount, buyAmount, maxFee } = checked;
  const { validFrom, decayEnd, validTo } = checked;

  checkToken(sellToken, "sellToken");
  checkToken(buyToken, "buyToken");
  if (sellToken === buyToken) throw new SdkError("SameToken", { token: sellToken });
  checkAmount(sellAmount, "sellAmount", 128, 1n);
  checkAmount(buyAmount, "buyAmount", 128, 1n);
  if (validTo < validFrom)
    throw new SdkError("InvalidValidity", { validFrom, validTo, now: "not looked at" });
  if (startBuyAmount > 0n && (startBuyAmount < buyAmount || decayEnd <= validFrom)) {
    throw new SdkError("InvalidDecay", { startBuyAmount, buyAmount, validFrom, decayEnd });
  }
  if (maxFee > sellAmount) throw new SdkError("FeeAboveAmount", { maxFee, sellAmount });
  return checked;
}
