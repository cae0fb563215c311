import type { IntentReason } from "@walras/sdk";
import { solve, type Book, type Solution, type UnfilledReason } from "@walras/solver";

export type SolveLimits = { maxFills: number };

/**
 * Finds batches within a time budget. The solver has no clock, so its search is cut by what the last one took: it is
 * halved when that was over the budget, and grows back when it was well below.
 */
export class Solver {
  readonly #timeBudgetMs: number;
  readonly #clock: () => number;
  #searchBudget = fullSearch;

  /** @param clock milliseconds, for measuring only */
  constructor(timeBudgetMs: number, clock: () => number = () => performance.now()) {
    this.#timeBudgetMs = timeBudgetMs;
    this.#clock = clock;
  }

  get searchBudget(): number {
    return this.#searchBudget;
  }

  solve(book: Book, { maxFills }: SolveLimits): { solution: Solution; elapsedMs: number } {
    const start = this.#clock();
    const solution = solve(book, { maxFills, searchBudget: this.#searchBudget });
    const elapsedMs = this.#clock() - start;
    if (elapsedMs > this.#timeBudgetMs) this.#searchBudget = Math.max(1, this.#searchBudget >> 1);
    else if (elapsedMs < this.#timeBudgetMs / 4) {
      this.#searchBudget = Math.min(fullSearch, this.#searchBudget * 2);
    }
    return { solution, elapsedMs };
  }
}

/** Price vectors that may be tried for the fill-or-kill intents of one part of the book: the solver's own default. */
const fullSearch = 600;

/** The solver's code in the keeper's spelling: "no-counterparty" becomes "NoCounterparty". */
export function unfilledReason(reason: UnfilledReason, detail: string): IntentReason {
  const code = reason.replace(/(^|-)([a-z])/g, (_, _dash: string, letter: string) => letter.toUpperCase());
  return { code, message: detail };
}
