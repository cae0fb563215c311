/** What the keeper counts, for its operator: everything since the start of the process, in the form that Prometheus reads. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Address } from "@walras/sdk";
import type { TransactionReceipt } from "./chain/Chain.ts";
import type { StoredBatch, StoredTransaction } from "./domain.ts";
import type { SealedCounts } from "./sealed/counters.ts";

/** What is looked at when the metrics are read. */
export type MetricsSources = {
  settlement: Address;
  sealed: () => SealedCounts;
  /** What waits in the store. */
  waiting: () => Promise<{ openIntents: number; pendingBatches: number }>;
  blockNumber: () => number | null;
};

const solveBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const gapBuckets = [0, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.5];

export class Metrics {
  readonly #registry = new Registry();
  readonly #settlement: Address;
  readonly #solveSeconds = new Histogram({
    name: "walras_solve_seconds",
    help: "Time of the instant lane's solves.",
    buckets: solveBuckets,
    registers: [this.#registry],
  });
  readonly #gap = new Histogram({
    name: "walras_batch_gap_ratio",
    help: "Of what no batch of the same book exceeds, the share that a settled batch misses.",
    buckets: gapBuckets,
    registers: [this.#registry],
  });
  readonly #uncertified = new Counter({
    name: "walras_batches_uncertified_total",
    help: "Settled batches of which an equilibrium holds no certificate.",
    registers: [this.#registry],
  });
  readonly #settled = new Counter({
    name: "walras_batches_settled_total",
    help: "Batches that were mined; by the executor where they swap on pools.",
    labelNames: ["route"],
    registers: [this.#registry],
  });
  readonly #fills = new Counter({
    name: "walras_fills_settled_total",
    help: "Fills of settled batches.",
    registers: [this.#registry],
  });
  readonly #failed = new Counter({
    name: "walras_transactions_failed_total",
    help: "Transactions that reverted on chain or were taken back.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });
  readonly #gas = new Counter({
    name: "walras_gas_used_total",
    help: "Gas of the transactions that did what they were for.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });
  readonly #paid = new Counter({
    name: "walras_gas_paid_ether_total",
    help: "What that gas cost, in the chain's coin; data fees of a rollup apart.",
    labelNames: ["kind"],
    registers: [this.#registry],
  });

  constructor({ settlement, sealed, waiting, blockNumber }: MetricsSources) {
    this.#settlement = settlement;
    this.#countSealed(sealed);
    this.#gauge("walras_open_intents", "Intents that may still fill.", async () => {
      return (await waiting()).openIntents;
    });
    this.#gauge("walras_pending_batches", "Batches and calls that are on their way.", async () => {
      return (await waiting()).pendingBatches;
    });
    this.#gauge("walras_block_number", "The newest block that the keeper has seen.", blockNumber);
  }

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All of it. @throws KeeperError `StoreFailed` */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** A solve of the instant lane has ended. */
  readonly solved = (elapsedMs: number): void => {
    this.#solveSeconds.observe(elapsedMs / 1000);
  };

  /** A transaction has been mined, or has come to nothing. */
  readonly landed = (transaction: StoredTransaction, receipt: TransactionReceipt | null): void => {
    const { kind } = transaction;
    if (receipt === null) {
      this.#failed.inc({ kind });
      return;
    }
    const { gasUsed, effectiveGasPrice } = receipt;
    this.#gas.inc({ kind }, Number(gasUsed));
    this.#paid.inc({ kind }, Number(gasUsed * effectiveGasPrice) / 1e18);
    if (kind === "settle") this.#batchSettled(transaction);
  };

  #batchSettled({ to, fills, value }: StoredBatch): void {
    this.#settled.inc({ route: to === this.#settlement ? "direct" : "executor" });
    this.#fills.inc(fills.length);
    if (value === null) return;
    if (!value.certified) this.#uncertified.inc();
    // A bound of nothing is reached by every batch.
    this.#gap.observe(value.bound === 0n ? 0 : Number(value.gap) / Number(value.bound));
  }

  #countSealed(counts: () => SealedCounts): void {
    const texts: [name: string, help: string, count: keyof SealedCounts][] = [
      ["walras_orders_placed_total", "Orders that this keeper has placed.", "placed"],
      ["walras_windows_cleared_total", "Windows that this keeper has cleared.", "cleared"],
      ["walras_orders_closed_total", "Orders that it has paid out, rolled or refunded.", "closed"],
      ["walras_fee_collections_total", "Fees of one token that it has taken out of an auction.", "collected"],
      ["walras_lost_races_total", "Clearings that somebody else had finished first.", "lostRaces"],
    ];
    for (const [name, help, count] of texts) {
      new Counter({
        ...{ name, help, registers: [this.#registry] },
        collect() {
          this.reset();
          this.inc(counts()[count]);
        },
      });
    }
  }

  #gauge(name: string, help: string, read: () => number | null | Promise<number>): void {
    new Gauge({
      ...{ name, help, registers: [this.#registry] },
      async collect() {
        const value = await read();
        if (value !== null) this.set(value);
      },
    });
  }
}
