/**
 * Writes the vectors that the Solidity and the TypeScript tests share (test/vectors/README.md describes them). They are
 * made by the SDK; the SDK's tests hold them to ethers' own EIP-712 and to bytes written by hand, the contract's tests
 * to Solidity.
 *
 *   node scripts/generate-vectors.ts
 */
import { writeFile } from "node:fs/promises";
import { Wallet } from "ethers";
import { format, resolveConfig } from "prettier";
import {
  batchTokens,
  compactSignature,
  computeFill,
  domainSeparator,
  encodeFills,
  encodeTransfers,
  hashIntent,
  INTENT_TYPEHASH,
  intentStructHash,
  limitBuyAmount,
  parseAddress,
  parseHex,
  serializeIntent,
  signIntent,
  zeroAddress,
  type Fill,
  type Intent,
  type IntentDomain,
  type Transfer,
} from "../packages/sdk/src/index.ts";

/* CAST: addresses and keys that everybody knows from local chains; worth nothing anywhere else */

const keys = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
] as const;
const wallets = keys.map((key) => new Wallet(key));

const tokenA = parseAddress("0x1000000000000000000000000000000000000001");
const tokenB = parseAddress("0x2000000000000000000000000000000000000002");
const tokenC = parseAddress("0x3000000000000000000000000000000000000003");
const somebody = parseAddress("0x00000000000000000000000000000000005afe01");
const aSettler = parseAddress("0x00000000000000000000000000000000005e7713");
const aCondition = parseAddress("0x0000000000000000000000000000000000c04d17");
const contractOwner = parseAddress("0x0000000000000000000000000000000000127100");

const localDomain: IntentDomain = {
  chainId: 31337,
  verifyingContract: parseAddress("0x5fbdb2315678afecb367f032d93f642f64180aa3"),
};
const mainnetDomain: IntentDomain = {
  chainId: 1,
  verifyingContract: parseAddress("0xffffffffffffffffffffffffffffffffffffffff"),
};

const maxUint32 = 0xffffffff;
const maxUint64 = (1n << 64n) - 1n;
const maxUint128 = (1n << 128n) - 1n;
const maxUint256 = (1n << 256n) - 1n;

const plain: Intent = {
  sellToken: tokenA,
  buyToken: tokenB,
  receiver: zeroAddress,
  sellAmount: 1_000_000n,
  buyAmount: 2_000_000_000_000_000_000n,
  startBuyAmount: 0n,
  maxFee: 0n,
  feePerWei: 0n,
  validFrom: 0,
  decayEnd: 0,
  validTo: 2_000_000_000,
  nonce: 7n,
  kind: "sell",
  partiallyFillable: false,
  settler: zeroAddress,
  condition: zeroAddress,
  conditionData: "0x",
};
const decay = {
  validFrom: 1_700_000_000,
  startBuyAmount: 3_000_000_000_000_000_001n,
  decayEnd: 1_700_000_007,
};

/** By name, each way in which an intent can differ from the plain one. */
const intents: Record<string, Intent> = {
  "plain sell": plain,
  "plain buy": { ...plain, kind: "buy" },
  "partially fillable sell": { ...plain, partiallyFillable: true },
  "partially fillable buy": { ...plain, kind: "buy", partiallyFillable: true },
  "other direction": { ...plain, sellToken: tokenB, buyToken: tokenA },
  receiver: { ...plain, receiver: somebody },
  "valid from": { ...plain, validFrom: 1_700_000_000 },
  decay: { ...plain, ...decay },
  "fee cap": { ...plain, maxFee: 1_000n },
  "metered fee": { ...plain, maxFee: 1_000n, feePerWei: 2_500_000_000n },
  settler: { ...plain, settler: aSettler },
  condition: { ...plain, condition: aCondition },
  "condition with data": {
    ...plain,
    condition: aCondition,
    conditionData: "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0102",
  },
  "tag without condition": { ...plain, conditionData: "0x77" },
  "nonce 0": { ...plain, nonce: 0n },
  "nonce of 64 bits": { ...plain, nonce: maxUint64 },
  "nonce beyond 64 bits": { ...plain, nonce: (1n << 64n) + 5n },
  "greatest values": {
    ...plain,
    sellAmount: maxUint128,
    buyAmount: maxUint128,
    startBuyAmount: maxUint128,
    maxFee: maxUint128,
    feePerWei: maxUint128,
    validFrom: maxUint32 - 1,
    decayEnd: maxUint32,
    validTo: maxUint32,
    nonce: maxUint256,
  },
  "everything at once": {
    ...plain,
    ...decay,
    sellToken: tokenC,
    receiver: somebody,
    maxFee: 999n,
    feePerWei: 1n,
    nonce: (123n << 64n) | 456n,
    kind: "buy",
    partiallyFillable: true,
    settler: aSettler,
    condition: aCondition,
    conditionData: "0xc0ffee",
  },
};

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/* intents.json */

async function intentVector(name: string, intent: Intent, index: number) {
  const domain = name === "everything at once" || name === "greatest values" ? mainnetDomain : localDomain;
  const wallet = pick(wallets, index);
  const { signature } = await signIntent(intent, domain, wallet);
  if (signature.scheme !== "ecdsa") throw new Error("expected an ECDSA signature");
  return {
    name,
    intent: serializeIntent(intent),
    domain: { name: "Walras", version: "1", ...domain },
    typeHash: INTENT_TYPEHASH,
    structHash: intentStructHash(intent),
    domainSeparator: domainSeparator(domain),
    digest: hashIntent(intent, domain),
    signer: { address: wallet.address, privateKey: wallet.privateKey },
    signature65: signature.signature,
    signature64: compactSignature(signature.signature),
  };
}

function limitVector(name: string, intent: Intent, at: number) {
  const { startBuyAmount, buyAmount, validFrom, decayEnd } = serializeIntent(intent);
  const limit = limitBuyAmount(intent, at).toString();
  return { name, startBuyAmount, buyAmount, validFrom, decayEnd, at, limit };
}

const decaying: Intent = { ...plain, ...decay };
const greatestDecay: Intent = {
  ...plain,
  buyAmount: 1n,
  startBuyAmount: maxUint128,
  validFrom: 0,
  decayEnd: maxUint32,
};
const limits = [
  limitVector("no decay", plain, 1_700_000_000),
  limitVector("at the start, all that is asked first", decaying, decay.validFrom),
  limitVector("on the way, rounded up", decaying, decay.validFrom + 1),
  limitVector("half-way, rounded up", decaying, decay.validFrom + 3),
  limitVector("a second before the end", decaying, decay.decayEnd - 1),
  limitVector("at the end, buyAmount", decaying, decay.decayEnd),
  limitVector("after the end", decaying, decay.decayEnd + 1_000_000),
  limitVector(
    "a decay that divides evenly",
    { ...decaying, startBuyAmount: plain.buyAmount + 7n },
    decay.validFrom + 2,
  ),
  limitVector("a flat decay", { ...decaying, startBuyAmount: plain.buyAmount }, decay.validFrom + 2),
  limitVector(
    "decayEnd without startBuyAmount is no decay",
    { ...decaying, startBuyAmount: 0n },
    decay.validFrom,
  ),
  limitVector("greatest amounts over the longest time", greatestDecay, 1),
  limitVector("greatest amounts, near the end", greatestDecay, maxUint32 - 1),
];

/* fills.json */

async function ecdsaFill(
  intent: Intent,
  index: number,
  execution: Partial<Pick<Fill, "executed" | "fee">> = {},
) {
  const signed = await signIntent(intent, localDomain, pick(wallets, index));
  const executed = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
  return { ...signed, executed, fee: 0n, ...execution };
}

function batchVector(name: string, fills: Fill[], transfers: Transfer[], compactSignatures = true) {
  const tokens = batchTokens(fills);
  return {
    name,
    tokens,
    fills: encodeFills(fills, tokens, { compactSignatures }),
    transfers: encodeTransfers(transfers, fills.length),
    expectedFills: fills.map(({ intent, signature, executed, fee }) => ({
      intent: serializeIntent(intent),
      signature:
        signature.scheme === "ecdsa" && compactSignatures
          ? { ...signature, signature: compactSignature(signature.signature) }
          : signature,
      executed: executed.toString(),
      fee: fee.toString(),
    })),
    expectedTransfers: transfers.map(([from, to]) => ({ from, to })),
  };
}

async function batchVectors() {
  const pair = [
    await ecdsaFill(plain, 0),
    await ecdsaFill({ ...plain, sellToken: tokenB, buyToken: tokenA }, 1),
  ];
  const ring = await Promise.all(
    [
      { ...plain, sellToken: tokenA, buyToken: tokenB },
      { ...plain, sellToken: tokenB, buyToken: tokenC },
      { ...plain, sellToken: tokenC, buyToken: tokenA },
    ].map((intent, index) => ecdsaFill(intent, index)),
  );
  const every = await Promise.all(Object.values(intents).map((intent, index) => ecdsaFill(intent, index)));
  const partial: Intent = { ...plain, partiallyFillable: true, maxFee: 10_000n };
  const contractSignature = parseHex(`0x${"5a".repeat(70)}`, "signature");
  return [
    batchVector("no fills", [], []),
    batchVector("a pair", pair, [
      [0, 1],
      [1, 0],
    ]),
    batchVector("a pair, 65-byte signatures", pair, [[0, 1]], false),
    batchVector("a ring of three", ring, [
      [0, 2],
      [1, 0],
      [2, 1],
    ]),
    batchVector("every section", every, [[0, 4]]),
    batchVector(
      "partial executions and fees",
      [
        await ecdsaFill(partial, 0, { executed: 123_456n, fee: 1_234n }),
        await ecdsaFill({ ...partial, kind: "buy" }, 1, { executed: 1n, fee: 1n }),
        await ecdsaFill(partial, 2, { fee: 10_000n }),
      ],
      [],
    ),
    batchVector(
      "contract owners",
      [
        {
          intent: plain,
          signature: { scheme: "eip1271", owner: contractOwner, signature: contractSignature },
          executed: plain.sellAmount,
          fee: 0n,
        },
        {
          intent: { ...plain, nonce: 8n },
          signature: { scheme: "eip1271", owner: contractOwner, signature: "0x" },
          executed: plain.sellAmount,
          fee: 0n,
        },
        {
          intent: { ...plain, nonce: 9n, receiver: somebody },
          signature: { scheme: "approval", owner: somebody },
          executed: plain.sellAmount,
          fee: 0n,
        },
      ],
      [],
    ),
  ];
}

function roundingVector(
  name: string,
  kind: Intent["kind"],
  sellPrice: bigint,
  buyPrice: bigint,
  executed: bigint,
  fee = 0n,
) {
  const { sold, bought } = computeFill(
    { kind },
    { prices: { sell: sellPrice, buy: buyPrice }, executed, fee },
  );
  return {
    name,
    kind,
    sellPrice: sellPrice.toString(),
    buyPrice: buyPrice.toString(),
    executed: executed.toString(),
    fee: fee.toString(),
    sold: sold.toString(),
    bought: bought.toString(),
  };
}

const rounding = [
  roundingVector("sell at even prices", "sell", 1n, 1n, 1_000n),
  roundingVector("sell, what is bought rounds down", "sell", 2n, 3n, 1_000n),
  roundingVector("sell, one atom buys nothing", "sell", 1n, 2n, 1n),
  roundingVector("sell, the fee comes off first", "sell", 2n, 3n, 1_000n, 1n),
  roundingVector("sell, the fee is all", "sell", 2n, 3n, 1_000n, 1_000n),
  roundingVector("sell, greatest amount and price", "sell", maxUint128, maxUint128, maxUint128),
  roundingVector("sell, greatest product", "sell", maxUint128 - 1n, maxUint128, maxUint128),
  roundingVector("sell, 6 decimals for 18", "sell", 1_000_000_000_000n, 3_000n, 1_234_567n, 89n),
  roundingVector("buy at even prices", "buy", 1n, 1n, 1_000n),
  roundingVector("buy, what is sold rounds up", "buy", 3n, 2n, 1_000n),
  roundingVector("buy, one atom costs an atom", "buy", 1_000_000n, 1n, 1n),
  roundingVector("buy, the fee comes on top", "buy", 3n, 2n, 1_000n, 5n),
  roundingVector("buy, exact division does not round", "buy", 4n, 2n, 1_000n, 5n),
  roundingVector("buy, greatest amount and price", "buy", maxUint128, maxUint128, maxUint128),
  roundingVector("buy, greatest product", "buy", maxUint128, maxUint128 - 1n, maxUint128),
  roundingVector("buy, 18 decimals by 6", "buy", 1_000_000_000_000n, 7n, 1_234_567_890_123_456_789n, 3n),
];

/* FILES */

async function write(name: string, content: unknown) {
  const file = new URL(`../test/vectors/${name}`, import.meta.url);
  const options = { ...(await resolveConfig(file)), filepath: file.pathname };
  await writeFile(file, await format(JSON.stringify(content), options));
}

await write("intents.json", {
  intents: await Promise.all(
    Object.entries(intents).map(([name, intent], index) => intentVector(name, intent, index)),
  ),
  limits,
});
await write("fills.json", { batches: await batchVectors(), rounding });
