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

function checkToken(value: unknown, field: string): Address {
  const token = parseAddress(value, field);
  if (token === zeroAddress || token === nativeTokenMarker)
    throw new SdkError("NativeToken", { field, value });
  return token;
}

/**
 * Checks everything about an intent that can be told without a clock and without a chain, and returns it with
 * checksummed addresses. What passes here has a well-defined hash and can be encoded into a batch.
 *
 * @throws SdkError `InvalidAddress`, `InvalidHex`, `NativeToken`, `SameToken`, `AmountOutOfRange`, `InvalidTime`,
 * `InvalidKind`, `InvalidValidity`, `InvalidDecay`, `FeeAboveAmount`, `ConditionDataTooLong`, `InvalidJson`
 */
export function validateIntent(intent: Intent): Intent {
  // Read as unknown: callers from JavaScript and from parsed JSON come through here too.
  const kind: unknown = intent.kind;
  const partiallyFillable: unknown = intent.partiallyFillable;
  if (kind !== "sell" && kind !== "buy") throw new SdkError("InvalidKind", { value: kind });
  if (typeof partiallyFillable !== "boolean") {
    throw new SdkError("InvalidJson", {
      field: "partiallyFillable",
      expected: "true or false",
      value: partiallyFillable,
    });
  }

  const checked: Intent = {
    sellToken: checkToken(intent.sellToken, "sellToken"),
    buyToken: checkToken(intent.buyToken, "buyToken"),
    receiver: parseAddress(intent.receiver, "receiver"),
    sellAmount: checkAmount(intent.sellAmount, "sellAmount", 128, 1n),
    buyAmount: checkAmount(intent.buyAmount, "buyAmount", 128, 1n),
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
    conditionData: parseHex(intent.conditionData, "conditionData"),
  };

  const { sellToken, sellAmount, startBuyAmount, buyAmount, maxFee, validFrom, decayEnd, validTo } = checked;
  if (sellToken === checked.buyToken) throw new SdkError("SameToken", { token: sellToken });
  if (validTo < validFrom) throw new SdkError("InvalidValidity", { validFrom, validTo, now: "unchecked" });
  if (startBuyAmount > 0n && (startBuyAmount < buyAmount || decayEnd <= validFrom)) {
    throw new SdkError("InvalidDecay", { startBuyAmount, buyAmount, validFrom, decayEnd });
  }
  if (maxFee > sellAmount) throw new SdkError("FeeAboveAmount", { maxFee, sellAmount });
  const length = dataLength(checked.conditionData);
  if (length > maxConditionDataLength) {
    throw new SdkError("ConditionDataTooLong", { length, max: maxConditionDataLength });
  }
  return checked;
}
