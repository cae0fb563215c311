/** The vectors that the contract's tests read too; test/vectors/README.md describes them. */
import { readFileSync } from "node:fs";
import type { Address, Hex } from "../src/hex.ts";
import type { IntentKind, IntentSignature, SerializedIntent } from "../src/intent/Intent.ts";

export type IntentVector = {
  name: string;
  intent: SerializedIntent;
  domain: { name: string; version: string; chainId: number; verifyingContract: Address };
  typeHash: Hex;
  structHash: Hex;
  domainSeparator: Hex;
  digest: Hex;
  signer: { address: Address; privateKey: Hex };
  signature65: Hex;
  signature64: Hex;
};

export type LimitVector = {
  name: string;
  startBuyAmount: string;
  buyAmount: string;
  validFrom: number;
  decayEnd: number;
  at: number;
  limit: string;
};

export type BatchVector = {
  name: string;
  tokens: Address[];
  fills: Hex;
  transfers: Hex;
  expectedFills: { intent: SerializedIntent; signature: IntentSignature; executed: string; fee: string }[];
  expectedTransfers: { from: number; to: number }[];
};

export type RoundingVector = {
  name: string;
  kind: IntentKind;
  sellPrice: string;
  buyPrice: string;
  executed: string;
  fee: string;
  sold: string;
  bought: string;
};

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), "utf8"));
}

export const intentVectors = read("intents.json") as { intents: IntentVector[]; limits: LimitVector[] };
export const fillVectors = read("fills.json") as { batches: BatchVector[]; rounding: RoundingVector[] };
