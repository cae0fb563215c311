/**
 * The keeper's wire: what its HTTP API takes and gives, as JSON. The keeper builds its schemas against these types and
 * the client reads them; amounts are decimal strings of atoms, addresses are checksummed, instants are ISO 8601 in UTC.
 */
import type { PlaceableSignature, WindowState } from "../auction/Auction.ts";
import type { Address, Hex } from "../hex.ts";
import type { DecimalString, SerializedIntent } from "../intent/Intent.ts";

/** "instant": settled in a batch as soon as one fits; "sealed": placed into a window of an auction. */
export const lanes = ["instant", "sealed"] as const;
export type Lane = (typeof lanes)[number];

/**
 * Where an intent stands.
 * - `open`: waiting for a batch
 * - `executing`: in a batch that has been submitted and not mined yet; of the sealed lane, being placed
 * - `placed`: an order in a window (sealed lane): its tokens are in the auction, and the window decides
 * - `partiallyFilled`: filled in part, the rest is open
 * - `filled`, `cancelled`, `expired`: over
 * - `invalid`: cannot settle now (nonce spent elsewhere, balance or allowance gone); `reason` tells why
 */
export const intentStatuses = [
  "open",
  "executing",
  "placed",
  "partiallyFilled",
  "filled",
  "cancelled",
  "expired",
  "invalid",
] as const;
export type IntentStatus = (typeof intentStatuses)[number];

export const batchStatuses = [
  "simulated",
  "submitted",
  "mined",
  "confirmed",
  "failed",
  "replaced",
  "reorged",
] as const;
export type BatchStatus = (typeof batchStatuses)[number];

export const healthStatuses = ["ok", "degraded", "down"] as const;
export type HealthStatus = (typeof healthStatuses)[number];

/**
 * Body of `POST /v1/intents`. With `chainId`, the keeper refuses an intent that is meant for another chain. Without `lane`
 * it is for the instant lane. For the sealed one, `auction` is the contract that it is signed for; scheme "permit2" is of
 * that lane.
 */
export type PostIntentBody = {
  intent: SerializedIntent;
  signature: PlaceableSignature;
  chainId?: number;
  lane?: Lane;
  auction?: Address;
};

/** Body of `POST /v1/intents/:hash/cancel`: the owner's signature of `Cancel(bytes32 intentHash)`. */
export type CancelIntentBody = { signature: Hex };

/** Why an intent is not settled yet, or not any more: a code for programs and a sentence for people. */
export type IntentReason = { code: string; message: string };

/** One execution of an intent in a batch. */
export type IntentFill = {
  batchId: string;
  /** Null while the batch has not been submitted. */
  transactionHash: Hex | null;
  /** Of sellAmount for kind "sell" (fee included), of buyAmount for kind "buy". */
  executed: DecimalString;
  /** Sell-token atoms that left the owner, fee included. */
  sold: DecimalString;
  /** Buy-token atoms that the receiver got. */
  bought: DecimalString;
  /** Sell-token atoms of `sold` that the keeper took. */
  fee: DecimalString;
  /** The transaction is as deep as the keeper's configured depth. */
  confirmed: boolean;
};

/** An order of an auction: its window, and its position there. */
export type OrderRef = { window: number; orderId: number };

/** What a cleared or void window did with an order. */
export type OrderView = OrderRef & {
  state: WindowState;
  /** Sell-token atoms that were traded. */
  executed: DecimalString;
  /** Buy-token atoms for that, what was over included. */
  bought: DecimalString;
  /** Sell-token atoms of fees that the order has paid. */
  fee: DecimalString;
  /** Whether the order is closed on chain: claimed, rolled, refunded or cancelled. */
  paid: boolean;
  /** Sell-token atoms that have gone back to the owner. */
  refunded: DecimalString;
  /** The order that the rest has become, null if it has not. */
  rolledTo: OrderRef | null;
};

/** Where an intent of the sealed lane stands in its auction. */
export type SealedView = {
  auction: Address;
  /** The orders that it has been, newest last; empty before it is placed. */
  orders: OrderView[];
};

/** Answer of `POST /v1/intents` (201; 200 for a duplicate), `GET /v1/intents/:hash` and the cancel. */
export type IntentView = {
  /** The EIP-712 digest: the one id of an intent everywhere. */
  intentHash: Hex;
  owner: Address;
  intent: SerializedIntent;
  signature: PlaceableSignature;
  lane: Lane;
  /** Null in the instant lane. */
  sealed: SealedView | null;
  status: IntentStatus;
  /** The sum of `executed` over the fills. */
  filledAmount: DecimalString;
  sold: DecimalString;
  bought: DecimalString;
  fee: DecimalString;
  /** What the owner got beyond the limit: buy-token atoms for kind "sell", unspent sell-token atoms for kind "buy". */
  surplus: DecimalString;
  reason: IntentReason | null;
  createdAt: string;
  updatedAt: string;
  fills: IntentFill[];
};

/** Query of `GET /v1/intents`. */
export type ListIntentsQuery = { owner: Address; status?: IntentStatus; limit?: number; cursor?: string };
export type IntentPage = { intents: IntentView[]; nextCursor: string | null };

/** Data of `event: status` in `GET /v1/intents/:hash/events`. */
export type IntentEvent = {
  /** Also the id of the server-sent event; opaque, sent back as `Last-Event-ID`. */
  id: string;
  intentHash: Hex;
  status: IntentStatus;
  reason: IntentReason | null;
  at: string;
  batchId?: string | null;
  transactionHash?: Hex | null;
};

/** One direction of a pair: who sells `sellToken` for `buyToken`. */
export type BookSummary = {
  sellToken: Address;
  buyToken: Address;
  /** How many open intents. */
  intents: number;
  /** What they still offer together, in sell-token atoms. */
  sellAmount: DecimalString;
  /** The lowest limit price: buy-token atoms per sell-token atom, a decimal number such as "0.0031", for display. */
  bestLimitPrice: string;
};
export type BooksView = { books: BookSummary[] };

/** Answer of `GET /v1/books/:sellToken/:buyToken`: the open intents, lowest limit price first. */
export type BookView = { intents: IntentView[] };

export type BatchFill = IntentFill & { intentHash: Hex };

/** What a batch is worth to the signers beyond their limits, and how far that is from the most that its book allowed. */
export type BatchValueView = {
  /** What the figures count: "reference" is 10^-18 of the keeper's reference token, "equilibrium" atoms times the equilibrium's prices. */
  basis: "reference" | "equilibrium";
  surplus: DecimalString;
  /** No batch of the same book was worth more: proven by linear duality. */
  bound: DecimalString;
  /** `bound - surplus`. */
  gap: DecimalString;
  /** Whether the prices come from equilibria that hold a certificate; else from the best that was found. */
  certified: boolean;
};

export type BatchView = {
  id: string;
  status: BatchStatus;
  transactionHash: Hex | null;
  blockNumber: number | null;
  tokens: Address[];
  /** One per token, on the batch's common scale. */
  prices: DecimalString[];
  /** Null for a batch that was made before values were kept. */
  value: BatchValueView | null;
  gasUsed: number | null;
  fills: BatchFill[];
  createdAt: string;
};

/** Query of `GET /v1/batches`; newest first. */
export type ListBatchesQuery = { limit?: number; cursor?: string };
export type BatchPage = { batches: BatchView[]; nextCursor: string | null };

/** An auction that the keeper serves. */
export type AuctionView = {
  chainId: number;
  auction: Address;
  /** Strictly ascending. */
  tokens: Address[];
  /** One per token: the least that an order may sell or ask of it. */
  minimums: DecimalString[];
  /** Seconds. */
  windowLength: number;
  /** Seconds after the lock. */
  timeout: number;
  permit2: Address;
  /** The window that takes orders now. */
  currentWindow: number;
};

/** Answer of `GET /v1/auctions`. */
export type AuctionsView = { auctions: AuctionView[] };

/** A token's result in a cleared window. */
export type TokenResultView = {
  token: Address;
  /** The price is mantissa * 2^exponent, on a scale of the window's own. */
  mantissa: DecimalString;
  exponent: number;
  /** What was over of this token, for each atom that was bought of it, scaled by 2^96. */
  bonus: DecimalString;
};

/** One window of an auction. */
export type WindowView = {
  auction: Address;
  window: number;
  state: WindowState;
  /** Seconds since 1970, block time. */
  lock: number;
  /** The last second in which it can be cleared. */
  clearableUntil: number;
  /** How many orders have been placed, with those that are gone. */
  orders: number;
  /** Null while it is not cleared. */
  clearing: { clearer: Address; transactionHash: Hex | null; results: TokenResultView[] } | null;
};

/** Query of `GET /v1/windows`; newest first. */
export type ListWindowsQuery = { auction?: Address; limit?: number; cursor?: string };
export type WindowPage = { windows: WindowView[]; nextCursor: string | null };

export type HealthView = {
  status: HealthStatus;
  chainId: number;
  settlement: Address;
  /** The newest block that the keeper has seen. */
  block: { number: number; timestamp: number; ageSeconds: number } | null;
  node: { reachable: boolean; latencyMs: number | null; error?: string };
  openIntents: number;
  pendingBatches: number;
  version: string;
};

/** Body of every answer that is not 2xx. */
export type KeeperErrorBody = { code: string; message: string; hint: string };
