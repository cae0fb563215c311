import type { IntentReason } from "@walras/sdk";
import type {
  Book,
  GasCost,
  SealedBook,
  SealedSolution,
  Solution,
  SolveOptions,
  UnfilledReason,
} from "@walras/solver";

export type SolveLimits = {
  maxFills: number;
  /** What a fill costs the keeper; without it fees are not judged. */
  gas?: GasCost | undefined;
  /** What the gas of one swap costs. */
  swapCost?: SolveOptions["swapCost"];
};

/** Finds batches. The keeper's is a thread of its own (`workerSolver.ts`), so that nothing else waits for it. */
export interface Solver {
  /** @throws KeeperError `SolverFailed` */
  solve(book: Book, limits: SolveLimits): Promise<{ solution: Solution; elapsedMs: number }>;
  /** Ends a solve under way, which then fails. Safe to call twice. */
  stop(): Promise<void>;
}

/** Finds the outcome of a sealed window. */
export interface SealedSolver {
  /** @throws KeeperError `SolverFailed` */
  solveSealed(book: SealedBook): Promise<SealedSolution>;
}

/** The solver's code in the keeper's spelling: "no-counterparty" becomes "NoCounterparty". */
export function unfilledReason(reason: UnfilledReason, detail: string): IntentReason {
  const code = reason.replace(/(^|-)([a-z])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
  return { code, message: detail };
}
