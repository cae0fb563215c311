import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, zeroAddress, type Address, type Hex } from "../hex.ts";
import type { IntentSignature } from "../intent/Intent.ts";
import type { Fill } from "./Batch.ts";
import { fillFlags, knownFlags, schemeShift, signatureSchemes } from "./fillLayout.ts";

/** Reads hex from the front; each read is checked against what is left, so no length in the data can lead astray. */
class FillReader {
  readonly #digits: string;
  #at = 0;
  /** The fill that is being read, for errors. */
  fill = 0;

  constructor(data: Hex) {
    this.#digits = data.slice(2);
  }

  get left(): number {
    return (this.#digits.length - this.#at) / 2;
  }

  fail(reason: string): never {
    throw new SdkError("InvalidPackedFills", { offset: this.#at / 2, fill: this.fill, reason });
  }

  bytes(size: number, what: string): Hex {
    if (size > this.left) this.fail(`${what} takes ${size} bytes and ${this.left} are left`);
    const start = this.#at;
    this.#at += 2 * size;
    return `0x${this.#digits.slice(start, this.#at)}`;
  }

  uint(size: number, what: string): bigint {
    return BigInt(this.bytes(size, what));
  }

  /** For sizes of up to 4 bytes. */
  number(size: number, what: string): number {
    return Number(this.uint(size, what));
  }

  address(what: string): Address {
    return parseAddress(this.bytes(20, what));
  }

  sizedBytes(what: string): Hex {
    return this.bytes(this.number(2, `the length of ${what}`), what);
  }
}

function decodeSignature(reader: FillReader, scheme: number): IntentSignature {
  switch (scheme) {
    case signatureSchemes.ecdsa64:
      return { scheme: "ecdsa", signature: reader.bytes(64, "the signature") };
    case signatureSchemes.ecdsa65:
      return { scheme: "ecdsa", signature: reader.bytes(65, "the signature") };
    case signatureSchemes.eip1271: {
      const owner = reader.address("the owner");
      return { scheme: "eip1271", owner, signature: reader.sizedBytes("the signature") };
    }
    default:
      return { scheme: "approval", owner: reader.address("the owner") };
  }
}

function decodeFill(reader: FillReader, tokens: readonly Address[]): Fill {
  const flags = reader.number(2, "the flags");
  if (flags > knownFlags) reader.fail(`flags 0x${flags.toString(16)} have a bit set that means nothing`);
  const has = (flag: number) => (flags & flag) !== 0;
  const token = (what: string) => {
    const index = reader.number(1, what);
    return tokens[index] ?? reader.fail(`${what} is ${index} and the batch has ${tokens.length} tokens`);
  };

  const sellToken = token("the index of the sell token");
  const buyToken = token("the index of the buy token");
  const validTo = reader.number(4, "validTo");
  const nonceLow = reader.uint(8, "the nonce");
  const sellAmount = reader.uint(16, "sellAmount");
  const buyAmount = reader.uint(16, "buyAmount");
  const nonceHigh = has(fillFlags.longNonce) ? reader.uint(24, "the high part of the nonce") : 0n;
  const receiver = has(fillFlags.receiver) ? reader.address("the receiver") : zeroAddress;
  const validFrom = has(fillFlags.validFrom) ? reader.number(4, "validFrom") : 0;
  const startBuyAmount = has(fillFlags.decay) ? reader.uint(16, "startBuyAmount") : 0n;
  const decayEnd = has(fillFlags.decay) ? reader.number(4, "decayEnd") : 0;
  const maxFee = has(fillFlags.fee) ? reader.uint(16, "maxFee") : 0n;
  const feePerWei = has(fillFlags.fee) ? reader.uint(16, "feePerWei") : 0n;
  const fee = has(fillFlags.fee) ? reader.uint(16, "fee") : 0n;
  const settler = has(fillFlags.settler) ? reader.address("the settler") : zeroAddress;
  const condition = has(fillFlags.condition) ? reader.address("the condition") : zeroAddress;
  const conditionData = has(fillFlags.conditionData) ? reader.sizedBytes("conditionData") : "0x";
  const kind = has(fillFlags.buy) ? "buy" : "sell";
  const wholeAmount = kind === "sell" ? sellAmount : buyAmount;
  const executed = has(fillFlags.executed) ? reader.uint(16, "executed") : wholeAmount;
  const signature = decodeSignature(reader, flags >> schemeShift);

  return {
    intent: {
      sellToken,
      buyToken,
      receiver,
      sellAmount,
      buyAmount,
      startBuyAmount,
      maxFee,
      feePerWei,
      validFrom,
      decayEnd,
      validTo,
      nonce: (nonceHigh << 64n) | nonceLow,
      kind,
      partiallyFillable: has(fillFlags.partiallyFillable),
      settler,
      condition,
      conditionData,
    },
    signature,
    executed,
    fee,
  };
}

/**
 * Reads packed fills. What it returns is what the bytes spell, whether or not the contract would settle it.
 *
 * @param tokens the batch's tokens, by which the fills name theirs
 *
 * @throws SdkError `InvalidHex`, `InvalidAddress`; `InvalidPackedFills` with the byte and the fill where the data is wrong
 */
export function decodeFills(packed: Hex, tokens: readonly Address[]): Fill[] {
  const reader = new FillReader(parseHex(packed, "fills"));
  const checksummed = tokens.map((token) => parseAddress(token, "token"));
  const count = reader.number(2, "the count of fills");

  const fills: Fill[] = [];
  for (reader.fill = 0; reader.fill < count; reader.fill++) fills.push(decodeFill(reader, checksummed));
  if (reader.left > 0) reader.fail(`${reader.left} bytes follow the last fill`);
  return fills;
}
