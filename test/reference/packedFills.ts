/** Reads packed fills one after the other as docs/SPEC.md lays them out, byte by byte. */
import { hexlify } from "ethers";
import { nobody, type Intent } from "./intent.ts";
import { Refusal } from "./Refusal.ts";

export type Signature =
  | { scheme: "compact"; r: string; vs: string }
  | { scheme: "ecdsa"; r: string; s: string; v: number }
  | { scheme: "eip1271"; owner: string; signature: string }
  | { scheme: "approved"; owner: string };

export type PackedFill = {
  intent: Intent;
  /** In atoms of the exact side. */
  executed: bigint;
  fee: bigint;
  sellIndex: number;
  buyIndex: number;
  signature: Signature;
};

export class FillReader {
  readonly #bytes: Uint8Array;
  readonly #tokens: readonly string[];
  #at = 0;
  #fill = 0;

  /** @param tokens the batch's, by which fills name theirs */
  constructor(bytes: Uint8Array, tokens: readonly string[]) {
    this.#bytes = bytes;
    this.#tokens = tokens;
  }

  /** How many fills there are said to be. */
  count(): number {
    return Number(this.#number(2));
  }

  /** @throws Refusal when there is something left */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new Refusal("TrailingFillBytes", [left]);
  }

  /** @throws Refusal of its form */
  next(index: number): PackedFill {
    this.#fill = index;
    // The head comes as one piece: cut anywhere in it, a fill is cut before anything else is wrong with it.
    if (this.#at + 48 > this.#bytes.length) throw new Refusal("FillTruncated", [index]);
    const flags = Number(this.#number(2));
    if (flags >= 1 << 13) throw new Refusal("UnknownFlags", [index, flags]);
    const has = (bit: number) => ((flags >> bit) & 1) === 1;

    const sellIndex = Number(this.#number(1));
    const buyIndex = Number(this.#number(1));
    const sellToken = this.#token(sellIndex);
    const buyToken = this.#token(buyIndex);
    const validTo = this.#number(4);
    const nonceLow = this.#number(8);
    const sellAmount = this.#number(16);
    const buyAmount = this.#number(16);

    const nonceHigh = has(2) ? this.#number(24) : 0n;
    const receiver = has(3) ? this.#hex(20) : nobody;
    const validFrom = has(4) ? this.#number(4) : 0n;
    const startBuyAmount = has(5) ? this.#number(16) : 0n;
    const decayEnd = has(5) ? this.#number(4) : 0n;
    const maxFee = has(6) ? this.#number(16) : 0n;
    const feePerWei = has(6) ? this.#number(16) : 0n;
    const fee = has(6) ? this.#number(16) : 0n;
    const settler = has(7) ? this.#hex(20) : nobody;
    const condition = has(8) ? this.#hex(20) : nobody;
    const conditionData = has(9) ? this.#sized() : "0x";
    const kind = has(0) ? "buy" : "sell";
    const executed = has(10) ? this.#number(16) : kind === "sell" ? sellAmount : buyAmount;

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
        nonce: nonceHigh * 2n ** 64n + nonceLow,
        kind,
        partiallyFillable: has(1),
        settler,
        condition,
        conditionData,
      },
      executed,
      fee,
      sellIndex,
      buyIndex,
      signature: this.#signature((flags >> 11) & 3),
    };
  }

  #signature(scheme: number): Signature {
    if (scheme === 0) return { scheme: "compact", r: this.#hex(32), vs: this.#hex(32) };
    if (scheme === 1) {
      return { scheme: "ecdsa", r: this.#hex(32), s: this.#hex(32), v: Number(this.#number(1)) };
    }
    if (scheme === 2) return { scheme: "eip1271", owner: this.#hex(20), signature: this.#sized() };
    return { scheme: "approved", owner: this.#hex(20) };
  }

  #token(index: number): string {
    const token = this.#tokens[index];
    if (token === undefined) throw new Refusal("TokenIndexOutOfRange", [this.#fill, index]);
    return token;
  }

  #sized(): string {
    return this.#hex(Number(this.#number(2)));
  }

  #number(size: number): bigint {
    return BigInt(this.#hex(size));
  }

  #hex(size: number): string {
    if (this.#at + size > this.#bytes.length) throw new Refusal("FillTruncated", [this.#fill]);
    this.#at += size;
    return hexlify(this.#bytes.subarray(this.#at - size, this.#at));
  }
}
