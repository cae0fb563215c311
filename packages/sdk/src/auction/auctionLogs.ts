import { Result } from "ethers";
import type { LogEntry } from "../batch/settlementLogs.ts";
import { parseAddress, parseHex, type Address, type Hex } from "../hex.ts";
import { checkAmount } from "../intent/validateIntent.ts";
import { auctionInterface } from "./auctionInterface.ts";
import type { ClearedToken } from "./outcomeOf.ts";
import { decodePrice } from "./price.ts";

/** An intent has become an order; `fee` sell-token atoms have gone to who brought it. */
export type PlaceEvent = {
  event: "Place";
  intentHash: Hex;
  owner: Address;
  window: number;
  id: number;
  fee: bigint;
};

/** The window is cleared. `results` has one entry per token of the market, null for one that did not trade. */
export type ClearEvent = {
  event: "Clear";
  window: number;
  clearer: Address;
  key: Hex;
  /** What clearing costs each order, in wei. */
  weiPerOrder: bigint;
  results: (ClearedToken | null)[];
};

/** An order is closed or rolled: it has sold `executed` for `bought` and paid `fee`; `returned` went back. */
export type ClaimEvent = {
  event: "Claim";
  window: number;
  id: number;
  executed: bigint;
  bought: bigint;
  fee: bigint;
  returned: bigint;
};

export type AuctionEvent =
  | PlaceEvent
  | ClearEvent
  | ClaimEvent
  /** The owner has taken the order back. */
  | { event: "Cancel"; window: number; id: number }
  /** A page of a clearing was verified, up to order `next`. */
  | { event: "ClearPage"; window: number; key: Hex; next: number }
  /** The rest of an order is an order of another window. */
  | { event: "Roll"; window: number; id: number; newWindow: number; newId: number }
  /** An order of a void window has gone back. */
  | { event: "Refund"; window: number; id: number }
  /** A clearer has taken its fees. */
  | { event: "Collect"; clearer: Address; token: Address; to: Address; amount: bigint }
  /** `owner` approved an intent on chain, or took the approval back. */
  | { event: "Approval"; owner: Address; intentHash: Hex; approved: boolean }
  /** `owner` spent the nonces `word * 256 + i` for every bit `i` that is set in `mask`. */
  | { event: "CancelNonces"; owner: Address; word: bigint; mask: bigint };

const number = (value: unknown) => Number(checkAmount(value, "number", 53));
const amount = (value: unknown) => checkAmount(value, "amount", 256);
const hash = (value: unknown) => parseHex(value, "hash", 32);
const address = (value: unknown) => parseAddress(value);

/** A token's outcome word, `price << 128 | bonus`; null for 0, a token that did not trade. */
export function readOutcomeWord(word: bigint): ClearedToken | null {
  return word === 0n ? null : { price: decodePrice(word >> 128n), bonus: BigInt.asUintN(128, word) };
}

/** How the arguments of each event are read, in their order in the ABI. */
const readers: Record<string, (args: unknown[]) => AuctionEvent> = {
  Place: ([intentHash, owner, window, id, fee]) => ({
    event: "Place",
    intentHash: hash(intentHash),
    owner: address(owner),
    window: number(window),
    id: number(id),
    fee: amount(fee),
  }),
  Cancel: ([window, id]) => ({ event: "Cancel", window: number(window), id: number(id) }),
  ClearPage: ([window, key, next]) => ({
    event: "ClearPage",
    window: number(window),
    key: hash(key),
    next: number(next),
  }),
  Clear: ([window, clearer, key, weiPerOrder, outcomes]) => ({
    event: "Clear",
    window: number(window),
    clearer: address(clearer),
    key: hash(key),
    weiPerOrder: amount(weiPerOrder),
    results:
      outcomes instanceof Result ? outcomes.toArray().map((word) => readOutcomeWord(amount(word))) : [],
  }),
  Claim: ([window, id, executed, bought, fee, returned]) => ({
    event: "Claim",
    window: number(window),
    id: number(id),
    executed: amount(executed),
    bought: amount(bought),
    fee: amount(fee),
    returned: amount(returned),
  }),
  Roll: ([window, id, newWindow, newId]) => ({
    event: "Roll",
    window: number(window),
    id: number(id),
    newWindow: number(newWindow),
    newId: number(newId),
  }),
  Refund: ([window, id]) => ({ event: "Refund", window: number(window), id: number(id) }),
  Collect: ([clearer, token, to, value]) => ({
    event: "Collect",
    clearer: address(clearer),
    token: address(token),
    to: address(to),
    amount: amount(value),
  }),
  Approval: ([owner, intentHash, approved]) => ({
    event: "Approval",
    owner: address(owner),
    intentHash: hash(intentHash),
    approved: approved === true,
  }),
  CancelNonces: ([owner, word, mask]) => ({
    event: "CancelNonces",
    owner: address(owner),
    word: amount(word),
    mask: amount(mask),
  }),
};

/** Names of the events that are read; a test holds them equal to the ABI's. */
export const readAuctionEvents: readonly string[] = Object.keys(readers);

/**
 * Reads one log of an auction; null for an event that is not one of its own.
 *
 * @param log must come from the auction: another contract can emit what looks the same
 */
export function decodeAuctionLog(log: LogEntry): AuctionEvent | null {
  // A log without topics is legal, and ethers trips over it.
  const parsed = log.topics.length === 0 ? null : auctionInterface.parseLog(log);
  return (
    (parsed === null ? undefined : readers[parsed.name])?.(Array.from<unknown>(parsed?.args ?? [])) ?? null
  );
}

/**
 * Reads the logs of a transaction's receipt, or of a range of blocks: every event of the auction, in their order.
 *
 * @param auction logs of other contracts are passed over
 *
 * @example
 * const [placed] = decodeAuctionLogs(receipt.logs, market.auction).filter(({ event }) => event === "Place");
 *
 * @throws SdkError `InvalidAddress`
 */
export function decodeAuctionLogs(logs: readonly LogEntry[], auction: Address): AuctionEvent[] {
  const contract = parseAddress(auction, "auction").toLowerCase();
  return logs
    .filter((log) => log.address.toLowerCase() === contract)
    .map((log) => decodeAuctionLog(log))
    .filter((event) => event !== null);
}
