import type { Mip } from "./mip.ts";
import type { SolveOptions } from "./types.ts";

/** Time for one program where the caller sets no deadline. */
const UNHURRIED_MS = 10_000;
/** A program gets no more than this share of the time left, so that its answer can still be used. */
const SHARE_FOR_PROGRAM = 0.4;
const DEFAULT_SEARCH_BUDGET = 600;
/** Price vectors tried over all parts together, against those for one part. */
const WHOLE_BUDGET_FACTOR = 8;

/** What is left of the work and the time that a caller grants to the search for better answers. */
export class Effort {
  readonly mip: Mip | undefined;
  readonly #options: SolveOptions;
  readonly #perPart: number;
  readonly #deadline: SolveOptions["deadline"];
  #budget: number;

  constructor(options: SolveOptions) {
    const { searchBudget = DEFAULT_SEARCH_BUDGET, deadline, mip } = options;
    this.#options = options;
    this.mip = mip;
    this.#perPart = searchBudget;
    this.#deadline = deadline;
    this.#budget = searchBudget * WHOLE_BUDGET_FACTOR;
  }

  /** Price vectors that the next part may try. */
  get budgetOfPart(): number {
    return Math.min(this.#budget, this.#perPart);
  }

  spend(rounds: number): void {
    this.#budget = Math.max(0, this.#budget - rounds);
  }

  /** Whether the deadline has passed: what has been found by now is the answer. */
  get isOver(): boolean {
    return this.#deadline !== undefined && this.#deadline.now() >= this.#deadline.at;
  }

  /** The same effort for one thing of several: with a deadline when this share of the time left has passed. */
  shareOf(share: number): Effort {
    const { deadline } = this.#options;
    if (deadline === undefined) return this;
    const at = deadline.now() + share * this.leftMs;
    return new Effort({ ...this.#options, deadline: { ...deadline, at } });
  }

  /** The same effort with a deadline so many milliseconds earlier, but with half of the time that is left at least. */
  less(ms: number): Effort {
    const { deadline } = this.#options;
    if (deadline === undefined) return this;
    const at = deadline.at - Math.min(ms, this.leftMs / 2);
    return new Effort({ ...this.#options, deadline: { ...deadline, at } });
  }

  /** Whether there is a deadline at all. */
  get isTimed(): boolean {
    return this.#deadline !== undefined;
  }

  /** Milliseconds until the deadline. */
  get leftMs(): number {
    return this.#deadline === undefined ? Infinity : Math.max(0, this.#deadline.at - this.#deadline.now());
  }

  /** Milliseconds that a program may take now. */
  get programMs(): number {
    if (this.#deadline === undefined) return UNHURRIED_MS;
    return Math.max(0, SHARE_FOR_PROGRAM * (this.#deadline.at - this.#deadline.now()));
  }
}
