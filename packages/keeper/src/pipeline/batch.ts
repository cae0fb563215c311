/** From a book to a settlement that the latest block accepts: solve, encode, simulate, and again without the offender. */
import { zeroAddress, type Hex } from "@walras/sdk";
import type { Pool, Solution } from "@walras/solver";
import type { Logger } from "pino";
import type { SimulatedSettlement } from "../domain.ts";
import { blame, type Blamed } from "./blame.ts";
import { restingStatus, withoutIntents, type DraftBook, type IntentChange } from "./book.ts";
import { batchValue, encodeSolution } from "./encode.ts";
import { isInvolved, swapFailure, withPools, type Liquidity, type SwapFailure } from "./liquidity.ts";
import { gasLimitCap, simulateCall, simulatedSettlement, type SimulationDeps } from "./simulate.ts";
import type { SitOut } from "./sitOut.ts";
import { unfilledReason, type SolveLimits, type Solver } from "./solve.ts";
import { Suspicion } from "./suspicion.ts";

export type MadeBatch = {
  /** Null when nothing of the book can settle now. */
  settlement: SimulatedSettlement | null;
  /** What is to be said of the intents of the book that are not in the settlement. */
  changes: IntentChange[];
};

export type BatchMakerDeps = SimulationDeps & {
  solver: Solver;
  sitOut: SitOut;
  /** Pools to draw on, if the keeper has an executor. */
  liquidity?: Liquidity | undefined;
  logger: Logger;
  /** From 0 to 1, for who is left out of a try. */
  random: () => number;
  /** Told how long each solve took. */
  solved?: ((elapsedMs: number) => void) | undefined;
};

/** Tries for one batch. Each failure takes somebody out of the book or makes the batch smaller, so few are needed. */
const mostTries = 24;

/** Where batches start: 350 fills take some 12 million gas. */
const mostFills = 350;

/** A batch of so few fills does not run out of gas by its size. */
const fewFills = 8;

/** Reasons for which an intent cannot settle, as opposed to not yet. */
const invalidating = [
  "InvalidSignature",
  "NotApproved",
  "NonceSpent",
  "TransferFailed",
  "InvalidDecay",
  "WrongSettler",
];

/** Makes batches. Remembers what size of batch fits a transaction. */
export class BatchMaker {
  readonly #deps: BatchMakerDeps;
  #maxFills = mostFills;
  /** Whether the next batch is for those that only the keeper's account may settle, if there are any. */
  #isTheirTurn = false;

  constructor(deps: BatchMakerDeps) {
    this.#deps = deps;
  }

  /**
   * @param head the number of the block that the draft was made at, for who sits out
   * @throws KeeperError `NodeUnreachable`, `SolverFailed`
   */
  async make(draft: DraftBook, head: number): Promise<MadeBatch> {
    const { solver, sitOut, logger, random } = this.#deps;
    const out = new LeftOut(draft);
    const suspicion = new Suspicion(random);
    for (const { intentHash } of draft.candidates.values()) {
      const reason = sitOut.reason(intentHash, head);
      if (reason !== null) out.add({ intentHash, reason });
    }

    const drawn = await this.#readPools(draft, out);
    const { swapCost } = drawn;
    let { pools } = drawn;
    let isFresh = true;

    for (let i = 0; i < mostTries; i++) {
      if (i === mostTries / 2) out.addFragile();
      const remaining = withoutIntents(draft.book, new Set([...out.hashes, ...suspicion.doubted]));
      const book = pools.length === 0 ? remaining : withPools(remaining, pools);
      const { solution, elapsedMs } = await solver.solve(book, {
        maxFills: this.#maxFills,
        gas: draft.gas,
        swapCost,
      });
      this.#deps.solved?.(elapsedMs);
      const [intents, fills, swaps] = [book.intents.length, solution.fills.length, solution.swaps.length];
      const { surplus, bound, gap, ...rest } = batchValue(solution);
      const value = { ...rest, surplus: surplus.toString(), bound: bound.toString(), gap: gap.toString() };
      logger.debug({ step: "solve", intents, fills, swaps, elapsedMs, value }, "solved");
      if (fills === 0) {
        if (suspicion.nothingLeft()) continue;
        // Fewer fills than belong together: whoever must be filled whole may need several others.
        if (this.#maxFills < mostFills && solution.unfilled.some(({ reason }) => reason === "batch-full")) {
          this.#maxFills = Math.min(mostFills, Math.ceil(this.#maxFills * 1.5));
          continue;
        }
        return { settlement: null, changes: out.changes(solution) };
      }

      const { settlement, liquidity } = this.#deps;
      const executor = liquidity?.options.executor;
      const encoded = encodeSolution(solution, draft.candidates, { settlement, executor, pools });
      const { calldata, to } = encoded;
      const simulation = await simulateCall(this.#deps, calldata, to).catch((error: unknown) => {
        // It may be the batch that is too much for the node. Should it be, the next one must not be as large again.
        this.#shrink(Math.max(fills, fewFills), 0.5);
        throw error;
      });
      if (simulation.outcome === "accepted") {
        this.#maxFills = Math.min(mostFills, Math.ceil(this.#maxFills * 1.25));
        const gasLimit = simulation.gasLimit.toString();
        logger.info(
          { step: "simulate", fills, swaps, gasLimit, value },
          "the latest block accepts the batch",
        );
        const settled = encoded.fills.map(({ intentHash }) => intentHash);
        this.#strike(suspicion.guilty(settled).map(suspected), head);
        for (const intentHash of suspicion.doubted) out.add(suspected(intentHash));
        return {
          settlement: simulatedSettlement(encoded, simulation),
          changes: out.changes(solution),
        };
      }
      const failure =
        swaps > 0 && simulation.outcome === "reverted" && executor !== undefined
          ? swapFailure(simulation.error, executor)
          : null;
      if (failure !== null) {
        logger.info({ step: "simulate", swaps, ...failure }, "a swap fails; making the batch anew");
        // Once with the pools as they stand now, then without those that are to blame, and without any where none is.
        pools = isFresh ? await this.#poolsNow(draft) : this.#withoutFaulty(pools, failure, head);
        isFresh = false;
      } else if (simulation.outcome === "tooBig") {
        this.#shrink(fills, Number((100n * gasLimitCap) / simulation.gas) / 100);
      } else if (simulation.error.name === "Empty" && fills > fewFills) {
        // Without data, it was most likely gas: too many fills, or one that burns it all, which shows when they are few.
        this.#shrink(fills, 0.5);
      } else {
        const named = await blame(simulation.error, encoded, draft.candidates, this.#deps);
        this.#strike(named, head);
        for (const offender of named) out.add(offender);
        if (named.length === 0) suspicion.batchWasBad(encoded.fills.map(({ intentHash }) => intentHash));
      }
    }
    logger.warn(
      { step: "simulate", tries: mostTries },
      "gave up on this batch; a later block brings another try",
    );
    const guilty = suspicion.guilty([]).map(suspected);
    this.#strike(guilty, head);
    for (const offender of guilty) out.add(offender);
    return { settlement: null, changes: out.changes(null) };
  }

  /**
   * The pools for a batch. An intent that names the keeper's account as its settler cannot be settled by its executor: where
   * there are such, batches with pools and batches with them take turns.
   */
  async #readPools(
    { book, candidates }: DraftBook,
    out: LeftOut,
  ): Promise<{ pools: Pool[]; swapCost?: SolveLimits["swapCost"] }> {
    const { liquidity, chain } = this.#deps;
    if (liquidity === undefined) return { pools: [] };
    const exclusive = [...candidates.values()].filter(
      ({ signed: { intent } }) => intent.settler !== zeroAddress,
    );
    if (exclusive.length > 0) {
      this.#isTheirTurn = !this.#isTheirTurn;
      if (this.#isTheirTurn) return { pools: [] };
    }
    const head = await chain.latestBlock();
    const pools = await liquidity.read(book, head);
    if (pools.length > 0) {
      const message =
        "Only the keeper's own account may settle it; it waits for a batch that needs no pools.";
      for (const { intentHash } of exclusive)
        out.add({ intentHash, reason: { code: "WaitsItsTurn", message } });
    }
    return { pools, swapCost: liquidity.swapCost(head) };
  }

  async #poolsNow({ book }: DraftBook): Promise<Pool[]> {
    const { liquidity, chain } = this.#deps;
    return liquidity === undefined ? [] : liquidity.read(book, await chain.latestBlock());
  }

  #withoutFaulty(pools: readonly Pool[], { culprit }: SwapFailure, head: number): Pool[] {
    const faulty = culprit === null ? [] : pools.filter((pool) => isInvolved(pool, culprit));
    this.#deps.liquidity?.leaveOut(faulty, head);
    return faulty.length === 0 ? [] : pools.filter((pool) => !faulty.includes(pool));
  }

  #shrink(fills: number, factor: number): void {
    this.#maxFills = Math.max(2, Math.floor(fills * factor));
    const { logger } = this.#deps;
    logger.info(
      { step: "simulate", fills, maxFills: this.#maxFills },
      "the batch is too much at once; making it smaller",
    );
  }

  #strike(offenders: Blamed[], head: number): void {
    const { sitOut, logger } = this.#deps;
    for (const { intentHash, reason } of offenders) {
      sitOut.strike(intentHash, head, reason);
      logger.info({ step: "simulate", intentHash, reason }, "an intent spoils the batch and sits out");
    }
  }
}

function suspected(intentHash: Hex): Blamed {
  const message = "A batch with it was refused without a reason; it waits for another one.";
  return { intentHash, reason: { code: "SimulationFailed", message } };
}

/** The intents of a draft that are left out of its batch, and what is to be said of them. */
class LeftOut {
  readonly #draft: DraftBook;
  readonly #changes = new Map<Hex, IntentChange>();

  constructor(draft: DraftBook) {
    this.#draft = draft;
  }

  get hashes(): Set<string> {
    return new Set(this.#changes.keys());
  }

  add({ intentHash, reason }: Blamed): void {
    const intent = this.#draft.candidates.get(intentHash);
    if (intent === undefined) return;
    const status = invalidating.includes(reason.code) ? "invalid" : restingStatus(intent);
    this.#changes.set(intentHash, { intentHash, status, reason });
  }

  /**
   * Leaves out every intent that has a contract of its own run in the batch. Whoever posts many that fail cannot be got rid
   * of one at a time; those that bring nothing but a signature shall settle all the same.
   */
  addFragile(): void {
    const message =
      "Too many intents spoilt this batch; those with a condition or a contract's signature wait.";
    for (const { intentHash, signed } of this.#draft.candidates.values()) {
      const isFragile = signed.intent.condition !== zeroAddress || signed.signature.scheme === "eip1271";
      if (isFragile && !this.#changes.has(intentHash)) {
        this.add({ intentHash, reason: { code: "CrowdedOut", message } });
      }
    }
  }

  /** The word on everybody who is not in the batch; a solution adds why it has left others out. */
  changes(solution: Solution | null): IntentChange[] {
    const changes = [...this.#changes.values()];
    for (const { intentId, reason, detail } of solution?.unfilled ?? []) {
      const intent = this.#draft.candidates.get(intentId);
      if (intent === undefined || this.#changes.has(intent.intentHash)) continue;
      const { intentHash } = intent;
      changes.push({ intentHash, status: restingStatus(intent), reason: unfilledReason(reason, detail) });
    }
    return changes;
  }
}
