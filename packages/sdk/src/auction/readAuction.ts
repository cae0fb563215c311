import { Result } from "ethers";
import { SdkError } from "../errors.ts";
import { parseAddress, parseHex, type Address } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import type { EthCall } from "../intent/verifySignature.ts";
import { windowStates, type AuctionMarket, type OrderTerms, type WindowState } from "./Auction.ts";
import { auctionInterface } from "./auctionInterface.ts";
import { readOutcomeWord } from "./auctionLogs.ts";
import type { ClearedToken } from "./outcomeOf.ts";
import { clearableUntil, lockOf } from "./windows.ts";

/** An order as it stands in its window. */
export type PlacedOrder = OrderTerms & {
  /** Its position in the window. */
  id: number;
  owner: Address;
  /** Gets what is bought. */
  receiver: Address;
  /** What is left to pay fees with, in sell-token atoms. */
  budget: bigint;
  /** Sell-token atoms per wei of metered cost, scaled by 1e18. */
  feePerWei: bigint;
  /** The last second of its validity. */
  validTo: number;
};

/** A window as it stands. */
export type AuctionWindow = {
  window: number;
  state: WindowState;
  /** The second, block time, at which it locks. */
  lock: number;
  /** The last second in which it can be cleared. */
  clearableUntil: number;
  /** How many orders have been placed, with those that are gone. */
  count: number;
  /** By id; null for one that was cancelled, paid out or rolled. */
  orders: (PlacedOrder | null)[];
  /** Null while it is not cleared. */
  clearing: WindowClearing | null;
};

export type WindowClearing = {
  clearer: Address;
  /** What stands for the solution. */
  key: `0x${string}`;
  /** What clearing costs each order, in wei. */
  weiPerOrder: bigint;
  /** One per token of the market; null for one that did not trade. */
  results: (ClearedToken | null)[];
};

export type ReadWindowOptions = {
  call: EthCall;
  /** How many orders go into one call. Default: 500. */
  chunkSize?: number;
};

type Ask = (name: string, args?: readonly unknown[]) => Promise<unknown[]>;

/** Asks the auction, and reads what it answers. */
function asking(auction: Address, call: EthCall): Ask {
  const to = parseAddress(auction, "auction");
  return async (name, args = []) => {
    const data = parseHex(auctionInterface.encodeFunctionData(name, args), "data");
    const answer = await call({ to, data });
    try {
      return Array.from<unknown>(auctionInterface.decodeFunctionResult(name, answer));
    } catch (cause) {
      throw new SdkError("AuctionUnreadable", { auction: to, what: name }, { cause });
    }
  };
}

const amount = (value: unknown) => checkAmount(value, "amount", 256);
const list = (value: unknown): unknown[] => (value instanceof Result ? value.toArray() : []);

/**
 * Reads what an auction trades, and its clock. None of it ever changes.
 *
 * @param chainId of the chain that `call` asks
 *
 * @example
 * const market = await readAuction(auction, 1, { call: (transaction) => provider.call(transaction) });
 *
 * @throws SdkError `AuctionUnreadable` when there is no auction; errors of `call` pass through
 */
export async function readAuction(
  auction: Address,
  chainId: number,
  { call }: { call: EthCall },
): Promise<AuctionMarket> {
  const ask = asking(auction, call);
  const [[market], [windowLength], [timeout], [permit2]] = await Promise.all([
    ask("market"),
    ask("WINDOW_LENGTH"),
    ask("TIMEOUT"),
    ask("PERMIT2"),
  ]);
  const [tokens, minimums] = list(market);
  return {
    chainId,
    auction: parseAddress(auction, "auction"),
    tokens: list(tokens).map((token) => parseAddress(token)),
    minimums: list(minimums).map(amount),
    windowLength: Number(windowLength),
    timeout: Number(timeout),
    permit2: parseAddress(permit2, "permit2"),
  };
}

/**
 * Reads a window: where it stands, all of its orders, and how it was cleared. Several calls; to see one and the same block in
 * all of them, have `call` name it.
 *
 * @example
 * const { state, orders, clearing } = await readWindow(market, windowAt(market, now) - 1, { call });
 *
 * @throws SdkError `AuctionUnreadable`; errors of `call` pass through
 */
export async function readWindow(
  market: Pick<AuctionMarket, "auction" | "windowLength" | "timeout">,
  window: number,
  { call, chunkSize = 500 }: ReadWindowOptions,
): Promise<AuctionWindow> {
  const ask = asking(market.auction, call);
  const [[state], [count]] = await Promise.all([ask("stateOf", [window]), ask("orderCount", [window])]);
  const orders: (PlacedOrder | null)[] = [];
  while (orders.length < Number(count)) {
    const from = orders.length;
    const [chunk] = await ask("orders", [window, from, Math.min(chunkSize, Number(count) - from)]);
    const read = list(chunk).map((order, index) => readOrder(list(order), from + index));
    if (read.length === 0)
      throw new SdkError("AuctionUnreadable", { auction: market.auction, what: "orders" });
    orders.push(...read);
  }
  return {
    window,
    state: windowStates[Number(state)] ?? "void",
    lock: lockOf(market, window),
    clearableUntil: clearableUntil(market, window),
    count: orders.length,
    orders,
    clearing: windowStates[Number(state)] === "cleared" ? await readClearing(ask, window) : null,
  };
}

/**
 * What an order of a cleared window has sold, and what it gets for that, as the contract says it. It answers as long as the
 * order is there; afterwards, the event `Claim` tells.
 *
 * @throws SdkError `AuctionUnreadable`; errors of `call` pass through, `NotCleared` and `NoOrder` among them
 */
export async function readOutcome(
  market: Pick<AuctionMarket, "auction">,
  window: number,
  id: number,
  { call }: { call: EthCall },
): Promise<{ executed: bigint; bought: bigint }> {
  const [executed, bought] = await asking(market.auction, call)("outcome", [window, id]);
  return { executed: amount(executed), bought: amount(bought) };
}

function readOrder(fields: unknown[], id: number): PlacedOrder | null {
  const [owner, receiver, sellToken, buyToken, sells, asked, budget, feePerWei, validTo] = fields;
  if (amount(sells) === 0n) return null;
  return {
    id,
    owner: parseAddress(owner, "owner"),
    receiver: parseAddress(receiver, "receiver"),
    sellToken: Number(sellToken),
    buyToken: Number(buyToken),
    amount: amount(sells),
    asked: amount(asked),
    budget: amount(budget),
    feePerWei: amount(feePerWei),
    validTo: Number(validTo),
  };
}

async function readClearing(ask: Ask, window: number): Promise<WindowClearing> {
  const [[clearer, key, weiPerOrder], [prices, bonuses]] = await Promise.all([
    ask("clearingOf", [window]),
    ask("pricesOf", [window]),
  ]);
  const bonusOf = list(bonuses).map(amount);
  return {
    clearer: parseAddress(clearer, "clearer"),
    key: parseHex(key, "key", 32),
    weiPerOrder: amount(weiPerOrder),
    results: list(prices).map((price, token) =>
      readOutcomeWord((amount(price) << 128n) | (bonusOf[token] ?? 0n)),
    ),
  };
}
