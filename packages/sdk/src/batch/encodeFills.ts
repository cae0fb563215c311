import { dataLength } from "ethers";
import { SdkError } from "../errors.ts";
import { parseHex, zeroAddress, type Address, type Hex } from "../hex.ts";
import type { Intent, IntentSignature } from "../intent/Intent.ts";
import { compactSignature, expandSignature } from "../intent/signature.ts";
import { checkAmount, checkIntentFields } from "../intent/validateIntent.ts";
import { parseTokens, maxFills, type Fill } from "./Batch.ts";
import { fillFlags, schemeShift, signatureSchemes } from "./fillLayout.ts";

export type EncodeFillsOptions = {
  /** Writes ECDSA signatures as 64 bytes (EIP-2098). Default: true; false writes 65. */
  compactSignatures?: boolean;
};

/** `value` as `size` bytes, without the 0x. */
const uint = (value: bigint | number, size: number) => value.toString(16).padStart(2 * size, "0");
const bytes = (value: Hex) => value.slice(2).toLowerCase();
const sizedBytes = (value: Hex) => uint(dataLength(value), 2) + bytes(value);

function encodeSignature(signature: IntentSignature, compact: boolean): { scheme: number; packed: string } {
  switch (signature.scheme) {
    case "ecdsa":
      return compact
        ? { scheme: signatureSchemes.ecdsa64, packed: bytes(compactSignature(signature.signature)) }
        : { scheme: signatureSchemes.ecdsa65, packed: bytes(expandSignature(signature.signature)) };
    case "eip1271":
      if (dataLength(signature.signature) > 0xffff) {
        throw new SdkError("InvalidSignature", { reason: "it has more than 65535 bytes" });
      }
      return {
        scheme: signatureSchemes.eip1271,
        packed: bytes(signature.owner) + sizedBytes(signature.signature),
      };
    case "approval":
      return { scheme: signatureSchemes.approval, packed: bytes(signature.owner) };
  }
}

/** The sections that an intent and its execution need, by the flag of each, in the order of the layout. */
function optionalSections(intent: Intent, executed: bigint, fee: bigint): [flag: number, packed: string][] {
  const sections: [flag: number, needed: boolean, packed: () => string][] = [
    [fillFlags.longNonce, intent.nonce >> 64n > 0n, () => uint(intent.nonce >> 64n, 24)],
    [fillFlags.receiver, intent.receiver !== zeroAddress, () => bytes(intent.receiver)],
    [fillFlags.validFrom, intent.validFrom > 0, () => uint(intent.validFrom, 4)],
    [
      fillFlags.decay,
      intent.startBuyAmount > 0n || intent.decayEnd > 0,
      () => uint(intent.startBuyAmount, 16) + uint(intent.decayEnd, 4),
    ],
    [
      fillFlags.fee,
      intent.maxFee > 0n || intent.feePerWei > 0n || fee > 0n,
      () => uint(intent.maxFee, 16) + uint(intent.feePerWei, 16) + uint(fee, 16),
    ],
    [fillFlags.settler, intent.settler !== zeroAddress, () => bytes(intent.settler)],
    [fillFlags.condition, intent.condition !== zeroAddress, () => bytes(intent.condition)],
    [fillFlags.conditionData, intent.conditionData !== "0x", () => sizedBytes(intent.conditionData)],
    [
      fillFlags.executed,
      executed !== (intent.kind === "sell" ? intent.sellAmount : intent.buyAmount),
      () => uint(executed, 16),
    ],
  ];
  return sections.filter(([, needed]) => needed).map(([flag, , packed]) => [flag, packed()]);
}

function encodeFill(fill: Fill, index: number, tokenIndices: Map<Address, number>, compact: boolean): string {
  const intent = checkIntentFields(fill.intent);
  const executed = checkAmount(fill.executed, "executed");
  const fee = checkAmount(fill.fee, "fee");

  const tokenIndex = (token: Address) => {
    const found = tokenIndices.get(token);
    if (found === undefined) throw new SdkError("TokenNotInBatch", { fill: index, token });
    return uint(found, 1);
  };
  const sections = optionalSections(intent, executed, fee);
  const signature = encodeSignature(fill.signature, compact);
  const flags =
    (intent.kind === "buy" ? fillFlags.buy : 0) |
    (intent.partiallyFillable ? fillFlags.partiallyFillable : 0) |
    sections.reduce((set, [flag]) => set | flag, 0) |
    (signature.scheme << schemeShift);

  return (
    uint(flags, 2) +
    tokenIndex(intent.sellToken) +
    tokenIndex(intent.buyToken) +
    uint(intent.validTo, 4) +
    uint(BigInt.asUintN(64, intent.nonce), 8) +
    uint(intent.sellAmount, 16) +
    uint(intent.buyAmount, 16) +
    sections.map(([, packed]) => packed).join("") +
    signature.packed
  );
}

/**
 * Packs fills as `settle` takes them: about 112 bytes for a plain intent.
 *
 * @param tokens the batch's tokens, strictly ascending, which must hold all tokens of the fills
 *
 * @throws SdkError `InvalidTokens`, `TooManyFills`, `TokenNotInBatch`, `InvalidSignature`,
 * and for a field beyond its type `AmountOutOfRange`, `InvalidTime`, `InvalidAddress`, `InvalidHex`
 */
export function encodeFills(
  fills: readonly Fill[],
  tokens: readonly Address[],
  { compactSignatures = true }: EncodeFillsOptions = {},
): Hex {
  const ascending = parseTokens(tokens);
  if (fills.length > maxFills) throw new SdkError("TooManyFills", { fills: fills.length, max: maxFills });

  const tokenIndices = new Map(ascending.map((token, index) => [token, index]));
  const packed = fills.map((fill, index) => encodeFill(fill, index, tokenIndices, compactSignatures));
  return parseHex(`0x${uint(fills.length, 2)}${packed.join("")}`, "fills");
}
