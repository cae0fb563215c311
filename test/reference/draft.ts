/** A batch before it is signed and packed, and how it is signed and packed: an encoder of its own for docs/SPEC.md. */
import { concat, dataLength, toBeHex } from "ethers";
import { intentDigest, nobody, type Intent } from "./intent.ts";
import type { RawBatch } from "./settle.ts";
import { accounts, type World } from "./world.ts";

export type Scheme = "compact" | "ecdsa" | "eip1271" | "approved";
const schemes: readonly Scheme[] = ["compact", "ecdsa", "eip1271", "approved"];

export type DraftFill = {
  intent: Intent;
  /** In atoms of the exact side. */
  executed: bigint;
  fee: bigint;
  owner: string;
  scheme: Scheme;
  /** The account whose key signs; the owner's own, or for a smart wallet its key's. */
  signer: string;
  /** Flags of parts to write although what they say is the default. */
  spelledOut: number;
  /** Changes the signature after it has been made. */
  spoil?: (signature: Signed) => Signed;
};

export type Signed = { r: bigint; s: bigint; v: number };

export type Draft = {
  tokens: string[];
  prices: bigint[];
  fills: DraftFill[];
  pairs: [from: number, to: number][];
  callbackData: string;
};

export const exactAmount = ({ kind, sellAmount, buyAmount }: Intent): bigint =>
  kind === "sell" ? sellAmount : buyAmount;

/** Signs and packs. */
export function packBatch(draft: Draft, world: World): RawBatch {
  return {
    tokens: draft.tokens,
    prices: draft.prices,
    fills: concat([
      toBeHex(draft.fills.length, 2),
      ...draft.fills.map((fill) => packFill(fill, draft.tokens, world)),
    ]),
    transfers: concat(draft.pairs.flatMap((pair) => pair.map((fill) => toBeHex(fill, 2)))),
    callbackData: draft.callbackData,
  };
}

function packFill(fill: DraftFill, tokens: readonly string[], world: World): string {
  const { intent, executed, fee } = fill;
  const parts: [bit: number, needed: boolean, packed: string][] = [
    [2, intent.nonce >= 2n ** 64n, toBeHex(intent.nonce >> 64n, 24)],
    [3, intent.receiver !== nobody, intent.receiver],
    [4, intent.validFrom > 0n, toBeHex(intent.validFrom, 4)],
    [
      5,
      intent.startBuyAmount > 0n || intent.decayEnd > 0n,
      concat([toBeHex(intent.startBuyAmount, 16), toBeHex(intent.decayEnd, 4)]),
    ],
    [
      6,
      intent.maxFee > 0n || intent.feePerWei > 0n || fee > 0n,
      concat([toBeHex(intent.maxFee, 16), toBeHex(intent.feePerWei, 16), toBeHex(fee, 16)]),
    ],
    [7, intent.settler !== nobody, intent.settler],
    [8, intent.condition !== nobody, intent.condition],
    [9, intent.conditionData !== "0x", sized(intent.conditionData)],
    [10, executed !== exactAmount(intent), toBeHex(executed, 16)],
  ];
  const written = parts.filter(([bit, needed]) => needed || ((fill.spelledOut >> bit) & 1) === 1);

  let flags = schemes.indexOf(fill.scheme) << 11;
  if (intent.kind === "buy") flags |= 1;
  if (intent.partiallyFillable) flags |= 2;
  for (const [bit] of written) flags |= 1 << bit;

  return concat([
    toBeHex(flags, 2),
    toBeHex(tokens.indexOf(intent.sellToken), 1),
    toBeHex(tokens.indexOf(intent.buyToken), 1),
    toBeHex(intent.validTo, 4),
    toBeHex(intent.nonce % 2n ** 64n, 8),
    toBeHex(intent.sellAmount, 16),
    toBeHex(intent.buyAmount, 16),
    ...written.map(([, , packed]) => packed),
    packSignature(fill, world),
  ]);
}

const sized = (data: string) => concat([toBeHex(dataLength(data), 2), data]);

function packSignature(fill: DraftFill, world: World): string {
  if (fill.scheme === "approved") return fill.owner;
  const { r, s, v } = sign(fill, world);
  if (fill.scheme === "compact") {
    return concat([toBeHex(r, 32), toBeHex(s | (v === 28 ? 2n ** 255n : 0n), 32)]);
  }
  const signature = concat([toBeHex(r, 32), toBeHex(s, 32), toBeHex(v, 1)]);
  return fill.scheme === "ecdsa" ? signature : concat([fill.owner, sized(signature)]);
}

function sign({ intent, signer, spoil }: DraftFill, world: World): Signed {
  const { owners, poor, wallet, keepers } = accounts;
  const account = [...owners, poor, wallet, ...keepers].find(({ address }) => address === signer);
  if (account === undefined) throw new RangeError(`Nobody has the key of ${signer}.`);
  const { r, s, v } = account.key.sign(intentDigest(intent, world.chainId, world.settlement));
  const signed = { r: BigInt(r), s: BigInt(s), v };
  return spoil === undefined ? signed : spoil(signed);
}
