/** The nouns of the sealed lane, as the keeper's store has them: a mirror of what the chain says. */
import type { Address, AuctionEvent, ClearedToken, Hex } from "@walras/sdk";

/** How an order has ended; "placed": it has not. */
export const orderStates = ["placed", "cancelled", "claimed", "rolled", "refunded"] as const;
export type OrderState = (typeof orderStates)[number];

/** An order of an auction, by whomever it was placed. Amounts are atoms. */
export type MirroredOrder = {
  auction: Address;
  window: number;
  id: number;
  intentHash: Hex;
  owner: Address;
  state: OrderState;
  /** Fees so far: for placing it (of a rolled one, nothing), and, once it is closed, for clearing and closing it. */
  fee: bigint;
  /** Of these, what was charged for clearing and closing it. */
  closingFee: bigint;
  executed: bigint;
  bought: bigint;
  /** Sell-token atoms that went back when it was claimed. Of a cancelled or refunded one the chain tells nothing here. */
  returned: bigint;
  rolledTo: { window: number; id: number } | null;
  placedBlock: number;
  placedIn: Hex;
  closedBlock: number | null;
  closedIn: Hex | null;
};

/** A window in which there is, or was, at least one order. */
export type MirroredWindow = {
  auction: Address;
  window: number;
  /** How many orders were placed, with those that are gone, and how many of them are not closed. */
  orders: number;
  open: number;
  /** Null while it is not cleared. */
  clearing: {
    clearer: Address;
    weiPerOrder: bigint;
    /** One per token of the market; null for one that did not trade. */
    results: (ClearedToken | null)[];
    blockNumber: number;
    transactionHash: Hex;
  } | null;
};

/** How far the mirror has read: up to and including this block. */
export type MirrorCursor = { number: number; hash: Hex };

/** An event of an auction, and where it stands in the chain. */
export type MirroredEvent = { event: AuctionEvent; blockNumber: number; transactionHash: Hex };
