/**
 * What the keeper remembers. Every method is one transaction: when its promise resolves, the change is on disk and
 * survives a kill at any moment. Each change of an intent's status writes its event in the same transaction.
 */
import type { Address, Hex, IntentReason, IntentStatus } from "@walras/sdk";
import type {
  AdmittedIntent,
  Attempt,
  SimulatedCall,
  SimulatedSettlement,
  StoredBatch,
  StoredCall,
  StoredEvent,
  StoredIntent,
  StoredTransaction,
} from "../domain.ts";

import type { MirrorCursor, MirroredEvent, MirroredOrder, MirroredWindow } from "../sealed/Order.ts";

export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** What a change of a transaction leaves behind. */
export type Written = { transaction: StoredTransaction; events: StoredEvent[] };

export interface Store {
  /* INTENTS */

  /** Keeps an intent. A second call with the same hash changes nothing and returns what is there. */
  addIntent(admitted: AdmittedIntent, now: number): Promise<{ created: boolean; intent: StoredIntent }>;
  getIntent(intentHash: Hex): Promise<StoredIntent | null>;
  /** Newest first. @throws KeeperError `InvalidCursor` */
  listIntents(filter: {
    owner: Address;
    status?: IntentStatus;
    limit: number;
    cursor?: string;
  }): Promise<Page<StoredIntent>>;
  /** All of the instant lane that may still settle (open, partiallyFilled, invalid, executing), oldest first. */
  listLiveIntents(): Promise<StoredIntent[]>;
  /** All of an auction that are not placed and may still be (open, invalid), oldest first. */
  listWaitingIntents(auction: Address): Promise<StoredIntent[]>;
  /**
   * Sets status and reason and writes an event if either differs from what is there; returns the events written.
   * An intent that is `executing` is left alone, for its batch decides about it; so is one that is `placed`, and one that
   * is over.
   */
  updateIntents(
    changes: { intentHash: Hex; status: IntentStatus; reason: IntentReason | null }[],
    now: number,
  ): Promise<StoredEvent[]>;

  /* EVENTS */

  /** Events of one intent after `afterId`, oldest first. */
  listEvents(intentHash: Hex, afterId?: number): Promise<StoredEvent[]>;

  /* BATCHES, AND CALLS OF AUCTIONS */

  /**
   * Keeps a simulated batch with its first signed attempt, before it is broadcast; its intents become `executing`.
   * @throws KeeperError `BatchOutdated` when one of them is executing or over by now; nothing is kept then
   */
  addBatch(
    settlement: SimulatedSettlement,
    attempt: Omit<Attempt, "batchId">,
    now: number,
  ): Promise<{ batch: StoredBatch; events: StoredEvent[] }>;
  /**
   * Keeps a simulated call of an auction with its first signed attempt; the intents that it places become `executing`.
   * @throws KeeperError `BatchOutdated` as `addBatch`
   */
  addCall(
    call: SimulatedCall,
    attempt: Omit<Attempt, "batchId">,
    now: number,
  ): Promise<{ call: StoredCall; events: StoredEvent[] }>;
  /** Keeps a further signed attempt (a replacement or a cancellation), before it is broadcast. */
  addAttempt(attempt: Attempt, now: number): Promise<StoredTransaction>;
  markSubmitted(batchId: string, now: number): Promise<StoredTransaction>;
  /** Books the fills as they were mined; their intents become `filled` or `partiallyFilled`. */
  markMined(batchId: string, mined: NonNullable<StoredBatch["mined"]>, now: number): Promise<Written>;
  markConfirmed(batchId: string, now: number): Promise<StoredTransaction>;
  /** Its block is gone: takes the booked fills back; it is pending again. */
  markReorged(batchId: string, now: number): Promise<Written>;
  /**
   * It will not settle: its intents are open again, with the reason. `replaced` when another transaction took its
   * account nonce, else `failed`.
   */
  markFailed(
    batchId: string,
    failure: IntentReason,
    now: number,
    status?: "failed" | "replaced",
  ): Promise<Written>;
  getBatch(batchId: string): Promise<StoredBatch | null>;
  /** Newest first. */
  listBatches(filter: { limit: number; cursor?: string }): Promise<Page<StoredBatch>>;
  /** Batches and calls, oldest first. */
  listPendingTransactions(): Promise<StoredTransaction[]>;
  /** The newest that count as confirmed, of batches and calls. */
  listConfirmedTransactions(limit: number): Promise<StoredTransaction[]>;
  /** The batches that hold a fill of the intent, oldest first. */
  listBatchesOfIntent(intentHash: Hex): Promise<StoredBatch[]>;

  /* AUCTIONS: A MIRROR OF THEIR EVENTS */

  /** The blocks up to which the auction's events were read, newest first; the older of them tell where a reorg began. */
  listAuctionCursors(auction: Address): Promise<MirrorCursor[]>;
  /** Takes in what has happened up to `cursor`, oldest first; intents follow what has become of their orders. */
  applyAuctionEvents(
    auction: Address,
    events: readonly MirroredEvent[],
    cursor: MirrorCursor,
    now: number,
  ): Promise<StoredEvent[]>;
  /** Takes back what happened after the block of this number, after a reorg; the intents follow. */
  rewindAuction(auction: Address, to: number, now: number): Promise<StoredEvent[]>;
  /** The orders that an intent has been, oldest first. */
  listOrdersOfIntent(intentHash: Hex): Promise<MirroredOrder[]>;
  /** The orders of a window that are not closed. */
  listOpenOrders(auction: Address, window: number): Promise<MirroredOrder[]>;
  /** The windows that hold such orders, oldest first. */
  listOpenWindows(auction: Address): Promise<MirroredWindow[]>;
  getWindow(auction: Address, window: number): Promise<MirroredWindow | null>;
  /** Windows with orders, newest first. */
  listWindows(filter: { auction?: Address; limit: number; cursor?: string }): Promise<Page<MirroredWindow>>;

  /** How many intents may still settle, and how many batches and calls are pending; for health. */
  counts(): Promise<{ openIntents: number; pendingBatches: number }>;

  close(): Promise<void>;
}
