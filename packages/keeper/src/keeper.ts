/** The daemon's heart: follows the chain, takes up pending batches, makes new ones. */
import type { HealthStatus, Hex } from "@walras/sdk";
import type { StoredEvent, StoredIntent } from "./domain.ts";

/** What the keeper knows of itself; the HTTP side adds who it is. */
export type HealthState = {
  /** `down`: the node or the store does not answer. `degraded`: the node is behind, or batches do not get through. */
  status: HealthStatus;
  /** The newest block that the keeper has seen. */
  block: { number: number; timestamp: number; ageSeconds: number } | null;
  /** `error` says what is wrong, with the node or else with the keeper. */
  node: { reachable: boolean; latencyMs: number | null; error?: string };
  openIntents: number;
  pendingBatches: number;
};

export interface Keeper {
  /** Takes up what is pending in the store, then follows the chain and makes batches until `stop`. */
  start(): Promise<void>;
  /** Ends after the step under way. Safe to call twice. */
  stop(): Promise<void>;
  /**
   * Takes an intent out of every batch to come. The caller has checked that its owner asks for it. Idempotent.
   * @throws KeeperError `NotFound`; `NotCancellable` when it is executing, filled or expired
   */
  cancelIntent(intentHash: Hex): Promise<StoredIntent>;
  health(): Promise<HealthState>;
  /** Calls `listener` with every later event of the intent, until the returned function is called. */
  subscribe(intentHash: Hex, listener: (event: StoredEvent) => void): () => void;
  /** Says that the store has a new intent, so that the batcher need not wait for a block. */
  intentArrived(): void;
}
