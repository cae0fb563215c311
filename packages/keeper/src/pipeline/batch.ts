/** From a book to a settlement that the latest block accepts: solve, encode, simulate, and again without the offender. */
import type { Hex, SettlementError } from "@walras/sdk";
import type { Solution } from "@walras/solver";
import type { Logger } from "pino";
import type { SimulatedSettlement } from "../domain.ts";
import { blame, type Blamed } from "./blame.ts";
import { restingStatus, withoutIntents, type DraftBook, type IntentChange } from "./book.ts";
import { encodeSolution, type EncodedSettlement } from "./encode.ts";
import { gasLimitCap, simulateCall, simulatedSettlement, type SimulationDeps } from "./simulate.ts";
import type { SitOut } from "./sitOut.ts";
import { unfilledReason, type Solver } from "./solve.ts";

export type MadeBatch = {
  /** Null when nothing of the book can settle now. */
  settlement: SimulatedSettlement | null;
  /** What is to be said of the intents of the book that are not in the settlement. */
  changes: IntentChange[];
};

export type BatchMakerDeps = SimulationDeps & { solver: Solver; sitOut: SitOut; logger: Logger };

/** Simulations for one batch. Each failure takes somebody out of the book or makes the batch smaller, so few are needed. */
const mostSimulations = 24;

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

  constructor(deps: BatchMakerDeps) {
    this.#deps = deps;
  }

  /**
   * @param head the number of the block that the draft was made at, for who sits out
   * @throws KeeperError `NodeUnreachable`
   */
  async make(draft: DraftBook, head: number): Promise<MadeBatch> {
    const { solver, sitOut, logger } = this.#deps;
    const reasonOf = new Map<Hex, IntentChange>();
    const excluded = new Set<string>();
    const exclude = ({ intentHash, reason }: Blamed): void => {
      const intent = draft.candidates.get(intentHash);
      if (intent === undefined) return;
      const status = invalidating.includes(reason.code) ? "invalid" : restingStatus(intent);
      excluded.add(intentHash);
      reasonOf.set(intentHash, { intentHash, status, reason });
    };
    for (const { intentHash } of draft.candidates.values()) {
      const reason = sitOut.reason(intentHash, head);
      if (reason !== null) exclude({ intentHash, reason });
    }

    for (let i = 0; i < mostSimulations; i++) {
      const { solution, elapsedMs } = solver.solve(withoutIntents(draft.book, excluded), {
        maxFills: this.#maxFills,
      });
      logger.debug(
        {
          step: "solve",
          intents: draft.candidates.size - excluded.size,
          fills: solution.fills.length,
          elapsedMs,
        },
        "solved",
      );
      if (solution.fills.length === 0)
        return { settlement: null, changes: changesOf(draft, solution, reasonOf) };

      const encoded = encodeSolution(solution, draft.candidates);
      const simulation = await simulateCall(this.#deps, encoded.calldata);
      if (simulation.outcome === "accepted") {
        this.#maxFills = Math.min(mostFills, Math.ceil(this.#maxFills * 1.25));
        logger.info(
          { step: "simulate", fills: encoded.fills.length, gasLimit: simulation.gasLimit.toString() },
          "the latest block accepts the batch",
        );
        const settlement = simulatedSettlement(encoded, simulation);
        return { settlement, changes: changesOf(draft, solution, reasonOf) };
      }
      if (simulation.outcome === "tooBig") {
        this.#shrink(encoded.fills.length, Number((100n * gasLimitCap) / simulation.gas) / 100);
        continue;
      }
      for (const offender of await this.#offenders(simulation.error, encoded, draft, head)) exclude(offender);
    }
    logger.warn(
      { step: "simulate", simulations: mostSimulations },
      "gave up on this batch; the next block brings another try",
    );
    return { settlement: null, changes: [...reasonOf.values()] };
  }

  #shrink(fills: number, factor: number): void {
    this.#maxFills = Math.max(2, Math.floor(fills * factor));
    this.#deps.logger.info(
      { step: "simulate", fills, maxFills: this.#maxFills },
      "the batch takes too much gas",
    );
  }

  /** Who sits out after a revert. Nobody does when the batch was only too big, which ends with a smaller one. */
  async #offenders(
    error: SettlementError,
    encoded: EncodedSettlement,
    draft: DraftBook,
    head: number,
  ): Promise<Blamed[]> {
    const { sitOut, logger } = this.#deps;
    // Without data, it was most likely gas: too many fills, or one that burns it all.
    if (error.name === "Empty" && encoded.fills.length > fewFills) {
      this.#shrink(encoded.fills.length, 0.5);
      return [];
    }
    const named = await blame(error, encoded, draft.candidates, this.#deps);
    const offenders = named.length > 0 ? named : suspects(error, encoded, sitOut);
    for (const { intentHash, reason } of offenders) {
      sitOut.strike(intentHash, head, reason);
      logger.info({ step: "simulate", intentHash, reason }, "an intent spoils the batch and sits out");
    }
    return offenders;
  }
}

/**
 * Half of the fills, when a revert names none: those who were under suspicion most often. Whoever is innocent settles
 * with the other half, now or soon, and is forgiven, so that suspicion gathers on the guilty.
 */
function suspects(error: SettlementError, { fills }: EncodedSettlement, sitOut: SitOut): Blamed[] {
  const reason = { code: "SimulationFailed", message: `A batch with it was refused: ${error.message}` };
  return fills
    .map(({ intentHash }, index) => ({ intentHash, index, count: sitOut.count(intentHash) }))
    .sort((a, b) => b.count - a.count || a.index - b.index)
    .slice(0, Math.ceil(fills.length / 2))
    .map(({ intentHash }) => ({ intentHash, reason }));
}

function changesOf(draft: DraftBook, solution: Solution, reasonOf: Map<Hex, IntentChange>): IntentChange[] {
  const changes = [...reasonOf.values()];
  for (const { intentId, reason, detail } of solution.unfilled) {
    const intent = draft.candidates.get(intentId);
    if (intent === undefined) continue;
    const { intentHash } = intent;
    changes.push({ intentHash, status: restingStatus(intent), reason: unfilledReason(reason, detail) });
  }
  return changes;
}
