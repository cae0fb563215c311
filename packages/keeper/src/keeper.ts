/** The daemon's heart: follows the chain, takes up pending batches, makes new ones. */
import { lanes, type Address, type HealthStatus, type Hex, type Lane } from "@walras/sdk";
import type { Logger } from "pino";
import type { Chain } from "./chain/Chain.ts";
import { DataFees } from "./chain/dataFees.ts";
import { BlockFollower } from "./chain/follower.ts";
import type { BlockRef, StoredEvent, StoredIntent } from "./domain.ts";
import { KeeperError } from "./errors.ts";
import { Metrics } from "./metrics.ts";
import { BatchMaker } from "./pipeline/batch.ts";
import { BatchFollower } from "./pipeline/confirm.ts";
import { Liquidity, type LiquidityOptions } from "./pipeline/liquidity.ts";
import { Notifier, type EventListener } from "./pipeline/notify.ts";
import { runRound, type RoundDeps } from "./pipeline/round.ts";
import { SitOut } from "./pipeline/sitOut.ts";
import { WorkerSolver } from "./pipeline/workerSolver.ts";
import type { Solver } from "./pipeline/solve.ts";
import type { ServedAuction } from "./sealed/auctionMarket.ts";
import { SealedCounters, type SealedCounts } from "./sealed/counters.ts";
import { firstBlockOf } from "./sealed/firstBlock.ts";
import { syncMirror } from "./sealed/mirror.ts";
import { SealedLane } from "./sealed/round.ts";
import type { Account } from "./signer/account.ts";
import type { Store } from "./store/Store.ts";

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
  /** The time of the newest block that the keeper has seen, in seconds; null before the first. */
  blockTime(): number | null;
  /** What the sealed lane has done since the start. */
  sealedCounts(): SealedCounts;
  /** What has been counted since the start, for Prometheus. */
  readonly metrics: Pick<Metrics, "contentType" | "text">;
  /** Calls `listener` with every later event of the intent, until the returned function is called. */
  subscribe(intentHash: Hex, listener: (event: StoredEvent) => void): () => void;
  /** Says that the store has a new intent, so that the batcher need not wait for a block. */
  intentArrived(): void;
}

export type KeeperDeps = {
  chain: Chain;
  store: Store;
  account: Account;
  /** The settlement contract. */
  settlement: Address;
  options: {
    pollIntervalMs: number;
    maxBlockAgeSeconds: number;
    confirmations: number;
    batchIntervalMs: number;
    maxFeePerGas: bigint | undefined;
    replaceAfterBlocks: number;
    fee: "cap" | "none";
    tokenValues: ReadonlyMap<string, bigint>;
    solveTimeBudgetMs: number;
    /** Sealed lane: do also what the fees do not pay for. */
    atOwnCost: boolean;
    /** The block from which the auctions' events are read. Default: the one in which each was deployed. */
    auctionsFromBlock: number | undefined;
    /** Pools to draw on. Default: none. */
    liquidity?: LiquidityOptions | undefined;
  };
  /** The auctions that are served, once `checkDeployment` has passed. */
  auctions: () => readonly ServedAuction[];
  /** Has to pass once before anything is done, each time that the keeper starts. A rejection is tried again. */
  checkDeployment: () => Promise<void>;
  logger: Logger;
  /** Milliseconds since 1970. Default: this machine's clock. */
  clock?: () => number;
};

/** The longest wait between two tries while something is wrong. */
const longestBackoffMs = 15_000;

/** The longest time without a look at the book, with or without a new block. */
const longestIdleMs = 10_000;

export function createKeeper(deps: KeeperDeps): Keeper {
  return new KeeperLoop(deps);
}

class KeeperLoop implements Keeper {
  readonly #deps: KeeperDeps;
  readonly #clock: () => number;
  readonly #notifier = new Notifier();
  readonly #blocks: BlockFollower;
  readonly #batches: BatchFollower;
  readonly #round: RoundDeps;
  readonly #solver: Solver;
  readonly #sealed: SealedLane;
  readonly #counters = new SealedCounters();
  readonly metrics: Metrics;
  /** What was sent last, so that neither lane has to wait for the other for long. */
  #lastLane: "instant" | "sealed" = "instant";
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  /** Ends the wait under way. */
  #wake: () => void = () => undefined;

  #deploymentChecked = false;
  /** Whether there is anything that the last round has not seen. */
  #news = true;
  #lastRoundAt = Number.NEGATIVE_INFINITY;
  /** Ticks in a row that went wrong, and the last one's error. */
  #failures = 0;
  #failure: unknown = null;
  /** Why the keeper could not send what it had, in words. */
  #problem: string | null = null;
  #wasStalled = false;

  constructor(deps: KeeperDeps) {
    const { chain, store, account, settlement, options, logger, clock = Date.now } = deps;
    this.#deps = deps;
    this.#clock = clock;
    this.#blocks = new BlockFollower({ chain, maxBlockAgeSeconds: options.maxBlockAgeSeconds, clock });
    const sitOut = new SitOut();
    const { maxFeePerGas, confirmations, replaceAfterBlocks, fee, tokenValues } = options;
    const submit = {
      chain,
      store,
      account,
      settlement,
      maxFeePerGas,
      notifier: this.#notifier,
      logger,
      clock,
    };
    const solver = new WorkerSolver({ timeBudgetMs: options.solveTimeBudgetMs, logger });
    this.#solver = solver;
    const simulation = { chain, settlement, keeper: account.address };
    const liquidity = options.liquidity && new Liquidity(chain, options.liquidity);
    const metrics = (this.metrics = new Metrics({
      settlement,
      sealed: () => this.#counters.counts,
      waiting: () => store.counts(),
      blockNumber: () => this.#blocks.state.head?.number ?? null,
    }));
    const { solved } = metrics;
    const random = Math.random;
    const maker = new BatchMaker({ ...simulation, solver, sitOut, liquidity, logger, random, solved });
    const landed: typeof metrics.landed = (...what) => {
      this.#counters.landed(...what);
      metrics.landed(...what);
    };
    this.#batches = new BatchFollower({
      ...{ ...submit, confirmations, replaceAfterBlocks, sitOut, liquidity, landed },
    });
    const { atOwnCost } = options;
    const dataFees = new DataFees(chain);
    const { lostRace } = this.#counters;
    this.#sealed = new SealedLane({
      ...{
        ...submit,
        solver,
        sitOut: new SitOut(),
        atOwnCost,
        tokenValues,
        confirmations,
        lostRace,
        dataFees,
      },
    });
    this.#round = { ...submit, maker, sitOut, fee, tokenValues, confirmations, dataFees };
  }

  async start(): Promise<void> {
    if (this.#running !== null) return;
    // The first tick is part of the start: what was pending is taken up before the keeper says that it is there.
    await this.#tick();
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    // A solve under way has nothing to lose; what else is under way ends by itself.
    await this.#solver.stop();
    await this.#running;
  }

  subscribe(intentHash: Hex, listener: EventListener): () => void {
    return this.#notifier.subscribe(intentHash, listener);
  }

  intentArrived(): void {
    this.#news = true;
    this.#wake();
  }

  async cancelIntent(intentHash: Hex): Promise<StoredIntent> {
    const { store, logger } = this.#deps;
    const reason = { code: "CancelledByOwner", message: "Its owner has cancelled it." };
    const events = await store.updateIntents([{ intentHash, status: "cancelled", reason }], this.#clock());
    this.#notifier.publish(events);
    const intent = await store.getIntent(intentHash);
    if (intent === null) throw new KeeperError("NotFound", { what: "intent", id: intentHash });
    if (intent.status !== "cancelled") throw new KeeperError("NotCancellable", { status: intent.status });
    if (events.length > 0) logger.info({ step: "cancel", intentHash }, "cancelled by its owner");
    return intent;
  }

  blockTime(): number | null {
    return this.#blocks.state.head?.timestamp ?? null;
  }

  sealedCounts(): SealedCounts {
    return this.#counters.counts;
  }

  async health(): Promise<HealthState> {
    const { head, reachable, latencyMs, error, stalled, behind } = this.#blocks.state;
    const age = head === null ? 0 : Math.max(0, Math.floor(this.#clock() / 1000) - head.timestamp);
    const block = head === null ? null : { number: head.number, timestamp: head.timestamp, ageSeconds: age };
    let counts = { openIntents: 0, pendingBatches: 0 };
    let storeError: string | null = null;
    try {
      counts = await this.#deps.store.counts();
    } catch (failure) {
      storeError = messageOf(failure);
    }

    const late = stalled ? `the newest block is ${age} seconds old` : null;
    const failure = this.#failure === null ? null : messageOf(this.#failure);
    const waiting = behind ? "the node is catching up" : late;
    const problem = storeError ?? error ?? failure ?? this.#problem ?? waiting;
    const storeFailed = this.#failure instanceof KeeperError && this.#failure.code === "StoreFailed";
    const down = storeError !== null || storeFailed || !reachable;
    return {
      status: down ? "down" : problem === null ? "ok" : "degraded",
      block,
      node: { reachable, latencyMs, ...(problem === null ? {} : { error: problem }) },
      ...counts,
    };
  }

  async #loop(): Promise<void> {
    for (;;) {
      await this.#pause();
      if (this.#stop.signal.aborted) return;
      await this.#tick();
    }
  }

  /** How long to wait after a tick: until the chain is to be looked at again, or sooner if a batch is due before. */
  #waitMs(): number {
    const { pollIntervalMs, batchIntervalMs } = this.#deps.options;
    if (this.#failures > 0) return Math.min(longestBackoffMs, pollIntervalMs * 2 ** (this.#failures - 1));
    if (!this.#news) return pollIntervalMs;
    const untilDue = this.#lastRoundAt + batchIntervalMs - this.#clock();
    return Math.min(pollIntervalMs, Math.max(0, untilDue));
  }

  async #pause(): Promise<void> {
    const start = performance.now();
    for (;;) {
      // News may have shortened the wait since it was last looked at.
      const left = this.#waitMs() - (performance.now() - start);
      if (left <= 0 || this.#stop.signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(resolve, left, null);
      this.#wake = () => {
        resolve(null);
      };
      await promise;
      clearTimeout(timer);
    }
  }

  /** One step of the daemon. Nothing that goes wrong in it ends the process: it is logged, and tried again later. */
  async #tick(): Promise<void> {
    const { logger } = this.#deps;
    try {
      await this.#step();
      if (this.#failures > 0) logger.info({ failures: this.#failures }, "going on");
      this.#failures = 0;
      this.#failure = null;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#failures = Math.min(this.#failures + 1, 30);
      this.#failure = error;
      if (error instanceof KeeperError && error.retryable && error.code !== "Internal") {
        logger.warn({ code: error.code, problem: error.message, failures: this.#failures }, "trying again");
      } else {
        logger.error({ err: error, failures: this.#failures }, "unexpected; trying again");
      }
    }
  }

  async #step(): Promise<void> {
    const { chain, checkDeployment, logger, options } = this.#deps;
    if (!this.#deploymentChecked) {
      await checkDeployment();
      this.#deploymentChecked = true;
    }
    const event = await this.#blocks.poll();
    this.#reportStall();
    const { head, behind } = this.#blocks.state;
    if (head === null || behind) return;

    if (event?.type === "reorg") {
      logger.warn({ step: "follow", block: head.number, ancestor: event.ancestor }, "reorg");
      await this.#batches.doubt(event.ancestor);
    }
    // Time passes without blocks where they are mined on demand; intents expire all the same.
    const isOld = this.#clock() - this.#lastRoundAt > longestIdleMs;
    if (event !== null || isOld) this.#news = true;
    if (!this.#news) return;
    await this.#readAuctions(head);
    const { onItsWay } = await this.#batches.follow(head);
    if (onItsWay) {
      // Nothing can be done before the next block, which is news by itself.
      this.#news = false;
      return;
    }
    if (this.#clock() - this.#lastRoundAt < options.batchIntervalMs) return;

    this.#news = false;
    this.#lastRoundAt = this.#clock();
    try {
      // What was booked just now may have been mined after the head that was followed.
      const latest = await chain.latestBlock();
      this.#problem = null;
      for (const lane of this.#lastLane === "sealed" ? lanes : lanes.toReversed()) {
        const { sent, problem, again } = await this.#runLane(lane, latest);
        if (again) this.#news = true;
        if (problem !== null) {
          logger.warn({ step: "submit", lane, reason: problem }, "nothing sent");
          this.#problem = problem.message;
        }
        if (!sent) continue;
        this.#lastLane = lane;
        break;
      }
    } catch (error) {
      this.#news = true;
      throw error;
    }
  }

  async #runLane(lane: Lane, head: BlockRef) {
    const { blockInterval } = this.#blocks;
    if (lane === "sealed") {
      const { call, ...outcome } = await this.#sealed.run(head, blockInterval, this.#deps.auctions());
      return { sent: call !== null, ...outcome };
    }
    const { batch, ...outcome } = await runRound(head, blockInterval, this.#round);
    return { sent: batch !== null, ...outcome };
  }

  /** What has happened to the auctions' orders, by whomever, up to this block. */
  async #readAuctions(head: BlockRef): Promise<void> {
    const { chain, store, logger, auctions, options } = this.#deps;
    const deps = { chain, store, logger, clock: this.#clock };
    const { auctionsFromBlock: given } = options;
    for (const served of auctions()) {
      const from = () => (given === undefined ? firstBlockOf(served, head, deps) : Promise.resolve(given));
      const events = await syncMirror(served.auction, head, from, deps);
      this.#notifier.publish(events);
      for (const { intentHash, status, reason } of events) {
        logger.info({ step: "mirror", intentHash, status, reason }, "intent");
      }
    }
  }

  #reportStall(): void {
    const { stalled, head } = this.#blocks.state;
    if (stalled !== this.#wasStalled) {
      const { logger } = this.#deps;
      if (stalled) logger.warn({ step: "follow", block: head?.number }, "no new block for too long");
      else logger.info({ step: "follow", block: head?.number }, "blocks are coming again");
    }
    this.#wasStalled = stalled;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
