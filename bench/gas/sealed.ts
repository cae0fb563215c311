/**
 * The sealed lane: what placing, clearing and claiming cost, in a market of ten tokens on a local EVM of its own. A window
 * is cleared with orders in all ten; what is placed or claimed at once is of one pair, one sell token after the other, as
 * a keeper sorts it. Every order trades, its fees are paid out of its budget, and each figure is of a whole transaction.
 */
import {
  buildSealedIntent,
  emptyProgress,
  encodeClaim,
  encodeClear,
  encodePlace,
  encodeRoll,
  signSealedIntent,
  type Hex,
  type Placement,
} from "@walras/sdk";
import { brotliCompressSync } from "node:zlib";
import { getBytes } from "ethers";
import { createSealedMarket } from "../sealedMarket.ts";

export type SealedCase = {
  scenario: "place" | "clear" | "claim" | "roll";
  /** Orders in the transaction. */
  n: number;
  /** Whether another nonce of each owner's bitmap word had been used. Only placing writes it. */
  nonceWord: "used" | "fresh";
};

export type SealedRow = { system: "walras-sealed" } & SealedCase & {
    /** Of the whole transaction: 21,000, calldata and execution, less what storage that is cleared gives back. */
    gas: number;
    /** Of calldata. */
    bytes: number;
    brotliBytes: number;
  };

export const sealedCases: readonly SealedCase[] = [
  { scenario: "place", n: 1, nonceWord: "used" },
  { scenario: "place", n: 20, nonceWord: "used" },
  { scenario: "place", n: 20, nonceWord: "fresh" },
  { scenario: "clear", n: 10, nonceWord: "used" },
  { scenario: "clear", n: 100, nonceWord: "used" },
  { scenario: "clear", n: 1_000, nonceWord: "used" },
  { scenario: "claim", n: 1, nonceWord: "used" },
  { scenario: "claim", n: 20, nonceWord: "used" },
  { scenario: "roll", n: 20, nonceWord: "used" },
];

/** Tokens, and owners, of whom each places what is measured in one transaction but once. */
const [tokenCount, ownerCount] = [10, 20];
const [windowLength, timeout] = [100_000, 100_000];
/**
 * When it all happens, in seconds: signatures, and with them the zero bytes of calldata, depend on the window, so it is always the
 * same one.
 */
const beginning = 2_000_000_000;
/** A first nonce in each owner's words; `fresh` cases use the next word. */
const wordSize = 256n;
const amount = 1_234_567_890_123_456_789n;
const maxFee = 10n ** 16n;
/** A tenth of an atom for a wei: no fee reaches its cap. */
const feePerWei = 10n ** 17n;
/** 2^95 * 2^32: the price of every token. */
const price = { mantissa: 1n << 95n, exponent: 32 };
/** Orders that fit a transaction which places them. */
const placementSize = 100;

type Lane = Awaited<ReturnType<typeof createLane>>;

async function createLane() {
  const world = await createSealedMarket({
    minimums: Array.from({ length: tokenCount }, () => 1n << 20n),
    ...{ windowLength, timeout, owners: ownerCount, funds: amount << 20n },
  });
  const { market, owners, keeper, networkHelpers } = world;
  await networkHelpers.time.increaseTo(beginning);
  // As a keeper and an auction that have been at work for a while.
  for (const token of world.tokens) {
    await token.mint(keeper.address, 1n);
    await token.mint(market.auction, 1n);
  }

  return {
    market,
    owners,
    snapshot: () => networkHelpers.takeSnapshot(),
    now: () => networkHelpers.time.latest(),
    goTo: (time: number) => networkHelpers.time.increaseTo(time),
    send: async (data: Hex) => ({ gas: await world.send(data), data }),
  };
}

/**
 * Signs orders: number i sells token i mod `ring` for the next one, so that all trade.
 *
 * @param ring tokens, from the first
 * @param firstNonce of the owners; the orders of one owner have nonces that follow
 * @param asked of an order, for all of `amount`
 */
async function placements(
  { market, owners, now }: Lane,
  count: number,
  ring: number,
  firstNonce: bigint,
  asked: bigint,
): Promise<Placement[]> {
  const time = await now();
  const list: Placement[] = [];
  for (let index = 0; index < count; index++) {
    const [sellToken, buyToken] = [index, index + 1].map((token) => market.tokens[token % ring]);
    const owner = owners[index % ownerCount];
    if (sellToken === undefined || buyToken === undefined || owner === undefined) {
      throw new Error("There are too few tokens or owners.");
    }
    const intent = buildSealedIntent(
      {
        sellToken,
        buyToken,
        sellAmount: amount + maxFee,
        buyAmount: asked,
        maxFee,
        feePerWei,
        nonce: firstNonce + BigInt(Math.floor(index / ownerCount)),
        windows: 3,
        now: time,
      },
      market,
    );
    list.push(await signSealedIntent(intent, market, owner));
  }
  return list;
}

/** Places orders, in as many transactions as it takes. */
async function placeAll(lane: Lane, count: number, ring: number, asked: bigint): Promise<void> {
  const list = await placements(lane, count, ring, wordSize, asked);
  for (let from = 0; from < count; from += placementSize) {
    await lane.send(encodePlace(list.slice(from, from + placementSize)));
  }
}

function bySellToken(a: Placement, b: Placement): number {
  return a.intent.sellToken.localeCompare(b.intent.sellToken);
}

async function measureCase(lane: Lane, { scenario, n, nonceWord }: SealedCase) {
  const { windowLength: length } = lane.market;
  const window = Math.floor((await lane.now()) / length) + 1;
  await lane.goTo(window * length);
  const [lock, prices] = [(window + 1) * length, lane.market.tokens.map(() => price)];
  const better = (amount * 99n) / 100n;
  if (scenario === "place") {
    // One of every owner, in the owner's first word.
    await lane.send(encodePlace(await placements(lane, ownerCount, 2, 0n, better)));
    const firstNonce = nonceWord === "used" ? 1n : 2n * wordSize;
    const list = await placements(lane, n, 2, firstNonce, better);
    return lane.send(encodePlace(list.sort(bySellToken)));
  }
  if (scenario === "clear") {
    await placeAll(lane, n, tokenCount, better);
    await lane.goTo(lock);
    return lane.send(encodeClear({ window, prices, marginal: [] }));
  }
  // All in the band, and half of each executed: what remains goes back, or on.
  const count = ownerCount + Math.ceil(n / 2) * 2;
  await placeAll(lane, count, 2, amount);
  await lane.goTo(lock);
  const orders = Array.from({ length: count }, (_, order) => order);
  const marginal = orders.map((order) => ({ id: order, executed: amount / 2n }));
  await lane.send(encodeClear({ window, prices, marginal, progress: emptyProgress }));
  // Orders with one sell token side by side. Others have been claimed before, so that nothing is a first.
  const ids = orders.slice(ownerCount, ownerCount + n).sort((a, b) => (a % 2) - (b % 2) || a - b);
  const warm = orders.slice(0, ownerCount);
  if (scenario === "roll") {
    await lane.send(encodeRoll(window, warm));
    return lane.send(encodeRoll(window, ids));
  }
  await lane.goTo(lock + 3 * length);
  await lane.send(encodeClaim(window, warm));
  return lane.send(encodeClaim(window, ids));
}

/** Measures in one run of one local EVM. Every case begins in the same state, whatever was measured before. */
export async function measureSealed(cases: readonly SealedCase[]): Promise<SealedRow[]> {
  const lane = await createLane();
  const rows: SealedRow[] = [];
  for (const sealedCase of cases) {
    const before = await lane.snapshot();
    const { gas, data } = await measureCase(lane, sealedCase);
    const bytes = getBytes(data);
    rows.push({
      system: "walras-sealed",
      ...sealedCase,
      gas,
      bytes: bytes.length,
      brotliBytes: brotliCompressSync(bytes).length,
    });
    await before.restore();
  }
  return rows;
}
