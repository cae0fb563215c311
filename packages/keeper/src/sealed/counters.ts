/** What the sealed lane has done, counted for the operator. */
import { decodeAuctionLogs } from "@walras/sdk";
import type { TransactionReceipt } from "../chain/Chain.ts";
import type { StoredTransaction } from "../domain.ts";

/** Since the start of the process, in transactions of this keeper that were mined. */
export type SealedCounts = {
  /** Intents that were placed. */
  placed: number;
  /** Windows that were cleared. */
  cleared: number;
  /** Orders that were paid out, rolled or refunded. */
  closed: number;
  /** Fees of one token that were taken out of an auction. */
  collected: number;
  /** Clearings that somebody else had finished first. */
  lostRaces: number;
};

export class SealedCounters {
  readonly #counts: SealedCounts = { placed: 0, cleared: 0, closed: 0, collected: 0, lostRaces: 0 };

  get counts(): SealedCounts {
    return { ...this.#counts };
  }

  readonly lostRace = (): void => {
    this.#counts.lostRaces += 1;
  };

  readonly landed = (transaction: StoredTransaction, receipt: TransactionReceipt | null): void => {
    const { kind, to } = transaction;
    if (kind === "settle") return;
    if (receipt === null) {
      if (kind === "clear") this.lostRace();
      return;
    }
    for (const { event } of decodeAuctionLogs(receipt.logs, to)) {
      if (event === "Place") this.#counts.placed += 1;
      if (event === "Clear") this.#counts.cleared += 1;
      if (event === "Collect") this.#counts.collected += 1;
      if (event === "Claim" || event === "Refund") this.#counts.closed += 1;
    }
  };
}
