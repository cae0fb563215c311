import { dataLength } from "ethers";
import type { PlaceableSignature, SealedIntent, SerializedSealedIntent } from "../auction/Auction.ts";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex } from "../hex.ts";
import type {
  Intent,
  IntentSignature,
  SerializedIntent,
  SerializedSignedIntent,
  SignedIntent,
} from "./Intent.ts";
import { expandSignature } from "./signature.ts";
import { validateIntent } from "./validateIntent.ts";

/** An intent as JSON: amounts and the nonce as decimal strings, times as numbers. */
export function serializeIntent(intent: Intent): SerializedIntent {
  return {
    ...intent,
    sellAmount: intent.sellAmount.toString(),
    buyAmount: intent.buyAmount.toString(),
    startBuyAmount: intent.startBuyAmount.toString(),
    maxFee: intent.maxFee.toString(),
    feePerWei: intent.feePerWei.toString(),
    nonce: intent.nonce.toString(),
  };
}

/** A signed intent as JSON; {@link parseSignedIntent} reads it back. */
export function serializeSignedIntent({ intent, signature }: SignedIntent): SerializedSignedIntent {
  return { intent: serializeIntent(intent), signature };
}

/** An intent of the sealed lane as JSON; {@link parseSealedIntent} reads it back. */
export function serializeSealedIntent({
  intent,
  signature,
}: SealedIntent<PlaceableSignature>): SerializedSealedIntent {
  return { intent: serializeIntent(intent), signature };
}

type JsonObject = Record<string, unknown>;

/** The value as an object with no fields but those named: a misspelt field must not be passed over. */
function readObject(value: unknown, field: string, known: readonly string[]): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SdkError("InvalidJson", { field, expected: "an object", value });
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const expected = `one of ${known.join(", ")}`;
      throw new SdkError("InvalidJson", { field: `A field of ${field}`, expected, value: key });
    }
  }
  return { ...value };
}

function readAmount(object: JsonObject, field: string): bigint {
  const value = object[field];
  // 78 digits are enough for 2^256 - 1; the cap keeps BigInt from chewing on megabytes.
  if (typeof value === "string" && /^\d{1,78}$/.test(value)) return BigInt(value);
  throw new SdkError("InvalidJson", { field, expected: "a decimal string", value });
}

function readNumber(object: JsonObject, field: string): number {
  const value = object[field];
  if (typeof value === "number") return value;
  throw new SdkError("InvalidJson", { field, expected: "a number", value });
}

const intentFields: readonly (keyof Intent)[] = [
  "sellToken",
  "buyToken",
  "receiver",
  "sellAmount",
  "buyAmount",
  "startBuyAmount",
  "maxFee",
  "feePerWei",
  "validFrom",
  "decayEnd",
  "validTo",
  "nonce",
  "kind",
  "partiallyFillable",
  "settler",
  "condition",
  "conditionData",
];

/**
 * Reads an intent from parsed JSON. Every field must be there, and no other.
 *
 * @throws SdkError `InvalidJson` naming the field, and as {@link validateIntent}
 */
export function parseIntent(json: unknown): Intent {
  const object = readObject(json, "intent", intentFields);
  const { kind, partiallyFillable } = object;
  if (kind !== "sell" && kind !== "buy") throw new SdkError("InvalidKind", { value: kind });
  if (typeof partiallyFillable !== "boolean") {
    throw new SdkError("InvalidJson", {
      field: "partiallyFillable",
      expected: "true or false",
      value: partiallyFillable,
    });
  }
  return validateIntent({
    sellToken: parseAddress(object.sellToken, "sellToken"),
    buyToken: parseAddress(object.buyToken, "buyToken"),
    receiver: parseAddress(object.receiver, "receiver"),
    sellAmount: readAmount(object, "sellAmount"),
    buyAmount: readAmount(object, "buyAmount"),
    startBuyAmount: readAmount(object, "startBuyAmount"),
    maxFee: readAmount(object, "maxFee"),
    feePerWei: readAmount(object, "feePerWei"),
    validFrom: readNumber(object, "validFrom"),
    decayEnd: readNumber(object, "decayEnd"),
    validTo: readNumber(object, "validTo"),
    nonce: readAmount(object, "nonce"),
    kind,
    partiallyFillable,
    settler: parseAddress(object.settler, "settler"),
    condition: parseAddress(object.condition, "condition"),
    conditionData: parseHex(object.conditionData, "conditionData"),
  });
}

/**
 * Reads a signature from parsed JSON. ECDSA must be well-formed with a low s; whether it is the owner's is for
 * {@link verifyIntentSignature} to say.
 *
 * @throws SdkError `InvalidJson`, `InvalidSignature`, `InvalidHex`, `InvalidAddress`
 */
export function parseIntentSignature(json: unknown): IntentSignature {
  const { scheme } = readObject(json, "signature", ["scheme", "owner", "signature"]);
  switch (scheme) {
    case "ecdsa": {
      const { signature } = readObject(json, "signature", ["scheme", "signature"]);
      const bytes = parseHex(signature, "signature");
      expandSignature(bytes);
      return { scheme, signature: bytes };
    }
    case "eip1271": {
      const { owner, signature } = readObject(json, "signature", ["scheme", "owner", "signature"]);
      const bytes = parseHex(signature, "signature");
      if (dataLength(bytes) > 0xffff) {
        throw new SdkError("InvalidSignature", {
          reason: "it has more than 65535 bytes, which no batch can carry",
        });
      }
      return { scheme, owner: parseAddress(owner, "signature.owner"), signature: bytes };
    }
    case "approval": {
      const { owner } = readObject(json, "signature", ["scheme", "owner"]);
      return { scheme, owner: parseAddress(owner, "signature.owner") };
    }
    default:
      throw new SdkError("InvalidJson", {
        field: "signature.scheme",
        expected: '"ecdsa", "eip1271" or "approval"',
        value: scheme,
      });
  }
}

/**
 * Reads a signature of the sealed lane from parsed JSON: "permit2" beside the schemes of {@link parseIntentSignature}.
 *
 * @throws SdkError as {@link parseIntentSignature}
 */
export function parseSealedSignature(json: unknown): PlaceableSignature {
  const { scheme } = readObject(json, "signature", ["scheme", "owner", "signature"]);
  if (scheme !== "permit2") return parseIntentSignature(json);
  const { owner, signature } = readObject(json, "signature", ["scheme", "owner", "signature"]);
  return {
    scheme,
    owner: parseAddress(owner, "signature.owner"),
    signature: parseHex(signature, "signature"),
  };
}

/**
 * Reads an intent of the sealed lane from parsed JSON, as {@link serializeSealedIntent} writes it. Whether the auction takes
 * it is for {@link validateSealedIntent} to say.
 *
 * @throws SdkError as {@link parseIntent} and {@link parseSealedSignature}
 */
export function parseSealedIntent(json: unknown): SealedIntent<PlaceableSignature> {
  const { intent, signature } = readObject(json, "The sealed intent", ["intent", "signature"]);
  return { intent: parseIntent(intent), signature: parseSealedSignature(signature) };
}

/**
 * Reads a signed intent from parsed JSON, as {@link serializeSignedIntent} writes it.
 *
 * @throws SdkError as {@link parseIntent} and {@link parseIntentSignature}
 */
export function parseSignedIntent(json: unknown): SignedIntent {
  const { intent, signature } = readObject(json, "The signed intent", ["intent", "signature"]);
  return { intent: parseIntent(intent), signature: parseIntentSignature(signature) };
}
