/** The life of one large window, step by step, with the gas and the time of each. */
import {
  buildSealedIntent,
  decodeClearResult,
  emptyProgress,
  encodeClaim,
  encodeClear,
  encodePlace,
  readWindow,
  signSealedIntent,
  type AuctionMarket,
  type Hex,
  type Placement,
} from "@walras/sdk";
import type { Wallet } from "ethers";
import { solveSealed, verifySealed, type SealedBook } from "../../packages/solver/src/index.ts";
import { sealedFamily } from "../../packages/solver/test/sealed.ts";
import { createSealedMarket, mostGas } from "../sealedMarket.ts";

/** One step: gas is of whole transactions, data in bytes of calldata. */
export interface WindowRow {
  readonly step: "place" | "solve" | "clear" | "claim";
  readonly orders: number;
  readonly tokens: number;
  readonly transactions: number;
  readonly gas: number;
  readonly gasPerOrder: number;
  readonly bytes: number;
  /** Of the whole step; of sending alone where there are transactions, the local EVM's time included. */
  readonly ms: number;
}

const OWNERS = 50;
const BATCH = 20;
const CLAIM_BATCH = 100;
/** Orders that are looked at in one page of the clearing. */
const PAGE = 2000;
const [WINDOW_LENGTH, TIMEOUT] = [10_000_000, 10_000_000];

/**
 * Places a random market, clears it by the solver's answer, and claims all of it.
 *
 * @throws Error where the auction refuses a step, or pays out otherwise than the verifier says
 */
export async function measureWindow({
  orders: count,
  tokens: tokenCount,
}: {
  orders: number;
  tokens: number;
}): Promise<WindowRow[]> {
  const book = sealedFamily("market", tokenCount, count, 1);
  const { minimums } = book;
  const world = await createSealedMarket({
    ...{ minimums, windowLength: WINDOW_LENGTH, timeout: TIMEOUT, owners: OWNERS, funds: 1n << 127n },
  });
  const { market, owners, keeper, ethers, networkHelpers, provider } = world;
  const { auction } = market;

  let gas = 0;
  let bytes = 0;
  let transactions = 0;
  const send = async (data: Hex): Promise<void> => {
    gas += await world.send(data);
    bytes += (data.length - 2) / 2;
    transactions++;
  };
  const rows: WindowRow[] = [];
  const step = async (name: WindowRow["step"], run: () => Promise<void>): Promise<void> => {
    [gas, bytes, transactions] = [0, 0, 0];
    const begun = performance.now();
    await run();
    const ms = Math.round(performance.now() - begun);
    const gasPerOrder = Math.round(gas / count);
    rows.push({ step: name, orders: count, tokens: tokenCount, transactions, gas, gasPerOrder, bytes, ms });
    console.error(`${name} done`);
  };

  const window = Math.floor((await networkHelpers.time.latest()) / WINDOW_LENGTH) + 1;
  await networkHelpers.time.increaseTo(window * WINDOW_LENGTH);
  const placements = await sign(book, market, owners, await networkHelpers.time.latest());
  await step("place", async () => {
    for (let from = 0; from < count; from += BATCH)
      await send(encodePlace(placements.slice(from, from + BATCH)));
  });
  await networkHelpers.time.increaseTo((window + 1) * WINDOW_LENGTH);

  const call = (transaction: { to: string; data: string }): Promise<string> =>
    ethers.provider.call(transaction);
  const { orders } = await readWindow(market, window, { call });
  const standing = { minimums, orders: orders.filter((order) => order !== null) };
  let solution = solveSealed({ minimums, orders: [] });
  await step("solve", () => {
    solution = solveSealed(standing);
    return Promise.resolve();
  });

  const { prices, marginal } = solution;
  await step("clear", async () => {
    for (let progress = emptyProgress; progress.next < count;) {
      const { next } = progress;
      const own = marginal.filter((each) => each.id >= next && each.id < next + PAGE);
      const data = encodeClear({ window, prices, marginal: own, progress, maxOrders: PAGE });
      const answer = await ethers.provider.call({
        to: auction,
        data,
        from: keeper.address,
        gasLimit: mostGas,
      });
      progress = decodeClearResult(answer);
      await send(data);
    }
  });

  // One sell token after the other, as a keeper sorts them.
  const sorted = standing.orders.toSorted((a, b) => a.sellToken - b.sellToken);
  await networkHelpers.time.increaseTo((window + 3) * WINDOW_LENGTH);
  await step("claim", async () => {
    for (let from = 0; from < count; from += CLAIM_BATCH) {
      const ids = sorted.slice(from, from + CLAIM_BATCH).map((order) => order.id);
      await send(encodeClaim(window, ids));
    }
  });

  // All that is left in the auction is less than an atom for each order.
  const { sold } = verifySealed(standing, solution);
  for (const [t, token] of world.tokens.entries()) {
    const dust = await token.balanceOf(auction);
    if (dust > BigInt(count) || (sold[t] ?? 0n) === 0n) throw new Error(`Token ${t}: ${dust} are left.`);
  }
  await provider.close();
  return rows;
}

/** One placement per order of the book, of owners in turn, one sell token after the other within a batch. */
async function sign(
  book: SealedBook,
  market: AuctionMarket,
  owners: readonly Wallet[],
  now: number,
): Promise<Placement[]> {
  const placements: Placement[] = [];
  const orders = book.orders.toSorted((a, b) => a.sellToken - b.sellToken);
  for (const [index, { sellToken, buyToken, amount, asked }] of orders.entries()) {
    const owner = owners[index % owners.length];
    const [sell, buy] = [market.tokens[sellToken], market.tokens[buyToken]];
    if (owner === undefined || sell === undefined || buy === undefined)
      throw new Error("The book is broken.");
    const nonce = BigInt(Math.floor(index / owners.length));
    const intent = buildSealedIntent(
      { sellToken: sell, buyToken: buy, sellAmount: amount, buyAmount: asked, nonce, windows: 1, now },
      market,
    );
    placements.push(await signSealedIntent(intent, market, owner));
  }
  return placements;
}
