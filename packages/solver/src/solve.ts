import { assemble, type Execution } from "./assemble.ts";
import { type Cleared, clearPart } from "./clear.ts";
import { explainBatchFull, explainLonely, explainPart } from "./explain.ts";
import { type Part, split } from "./parts.ts";
import { type Candidate, screen } from "./screen.ts";
import type { Book, Solution, SolveOptions, SolveStats, Unfilled } from "./types.ts";
import { referencePrices } from "./value.ts";
import { verifySolution } from "./verify.ts";

/** What the contract can index. */
const MOST_FILLS = 65_536;
const DEFAULT_SEARCH_BUDGET = 600;
/** Sets tried over all parts together. */
const WHOLE_BUDGET_FACTOR = 8;
/** How often a part whose answer is refused may drop intents and try again, before nothing of it is settled. */
const MOST_RETRIES = 3;

/**
 * Finds clearing prices and fills for a book.
 *
 * A pure function: the same book gives the same solution, whatever the order of its intents. It never throws, and every
 * solution has passed {@link verifySolution}; at worst it is empty. docs/MATCHER.md explains how it works.
 *
 * @param book what may be matched; intents that break the bounds of {@link BookIntent} are answered with "malformed"
 */
export function solve(book: Book, options: SolveOptions = {}): Solution {
  const screened = screen(book);
  const { parts, lonely } = split(screened.candidates);
  const unfilled = [...screened.unfilled, ...lonely.map(explainLonely)];
  const clearing = new BookClearing(book, options);
  const results = parts.map((part) => clearing.clear(part));
  const { kept, cut } = cutToSize(results, options.maxFills ?? MOST_FILLS, clearing);
  unfilled.push(
    ...kept.flatMap(({ part, cleared }) => explainPart(part, cleared.ledger, cleared.indicative)),
    ...cut,
  );
  const stats = clearing.stats(screened.candidates);
  const { executions, prices } = collect(kept);
  return assemble(book, executions, prices, inBookOrder(book, unfilled), stats);
}

interface Result {
  readonly part: Part;
  readonly cleared: Cleared;
}

/** Clears the parts of one book one by one and keeps count of the effort. */
class BookClearing {
  readonly #book: Book;
  readonly #references: ReadonlyMap<string, bigint>;
  readonly #perPart: number;
  #budget: number;
  #parts = 0;
  #rounds = 0;
  #evaluations = 0;
  #converged = true;
  #fallbacks = 0;
  #degraded = 0;

  constructor(book: Book, options: SolveOptions) {
    this.#book = book;
    this.#references = referencePrices(book);
    this.#perPart = options.searchBudget ?? DEFAULT_SEARCH_BUDGET;
    this.#budget = this.#perPart * WHOLE_BUDGET_FACTOR;
  }

  /** Clears a part; drops what the verifier refuses and clears again, until it accepts. */
  clear(whole: Part): Result {
    this.#parts++;
    let part = whole;
    for (let retry = 0; ; retry++) {
      const cleared = this.#clearOnce(part);
      const refused = this.#refused(part, cleared);
      if (refused.size === 0)
        return { part: whole, cleared: part === whole ? cleared : widen(whole, cleared) };
      if (retry === 0) this.#degraded++;
      if (retry === MOST_RETRIES) return { part: whole, cleared: { ...cleared, ledger: undefined } };
      part = { ...part, members: part.members.filter((member) => !refused.has(member.intent.id)) };
    }
  }

  #clearOnce(part: Part): Cleared {
    const budget = Math.min(this.#budget, this.#perPart);
    const cleared = clearPart(part, this.#referenceOf(part), budget);
    this.#budget = Math.max(0, this.#budget - cleared.rounds);
    this.#rounds += cleared.rounds;
    this.#evaluations += cleared.evaluations;
    this.#converged &&= cleared.converged;
    if (cleared.swept) this.#fallbacks++;
    return cleared;
  }

  stats(candidates: readonly Candidate[]): SolveStats {
    return {
      candidates: candidates.length,
      components: this.#parts,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      converged: this.#converged,
      fallbacks: this.#fallbacks,
      degraded: this.#degraded,
    };
  }

  /** Ids of the intents to drop so that the verifier has no more objection; empty if it has none now. */
  #refused(part: Part, cleared: Cleared): Set<string> {
    const { executions, prices } = collect([{ part, cleared }]);
    const alone: Book = { ...this.#book, intents: part.members.map((member) => member.intent) };
    const unfilled = explainPart(part, cleared.ledger, cleared.indicative);
    const solution = assemble(alone, executions, prices, unfilled, this.stats([]));
    const violations = verifySolution(alone, solution);
    if (violations.length === 0) return new Set();
    const named = violations.flatMap(({ fill }) =>
      fill === undefined ? [] : (solution.fills[fill]?.intentId ?? []),
    );
    return new Set(named.length > 0 ? named : solution.fills.map((fill) => fill.intentId));
  }

  #referenceOf(part: Part): Float64Array | undefined {
    const prices = part.tokens.map((token) => Number(this.#references.get(token) ?? 0n));
    return prices.every((price) => price > 0) ? Float64Array.from(prices) : undefined;
  }
}

/** An answer for a part without some members, as an answer for the whole part. */
function widen(whole: Part, cleared: Cleared): Cleared {
  return { ...cleared, ledger: cleared.ledger?.transferTo(whole) };
}

function collect(results: readonly Result[]): { executions: Execution[]; prices: Map<string, bigint> } {
  const executions: Execution[] = [];
  const prices = new Map<string, bigint>();
  for (const { part, cleared } of results) {
    part.members.forEach(({ intent }, i) => {
      const executed = cleared.ledger?.executed[i] ?? 0n;
      if (executed > 0n) executions.push({ intent, executed });
    });
    part.tokens.forEach((token, t) => prices.set(token, cleared.ledger?.prices[t] ?? 1n));
  }
  return { executions, prices };
}

/** Where the batch is too large, clears again with the fills that gain most. */
function cutToSize(
  results: readonly Result[],
  maxFills: number,
  clearing: BookClearing,
): { kept: Result[]; cut: Unfilled[] } {
  let kept = [...results];
  const cut: Unfilled[] = [];
  for (;;) {
    const fills = kept.flatMap(({ cleared }) => cleared.ledger?.ranking() ?? []);
    if (fills.length <= maxFills) return { kept, cut };
    const spare = new Set(
      fills
        .sort((a, b) => a.gain - b.gain)
        .slice(0, fills.length - maxFills)
        .map(({ id }) => id),
    );
    cut.push(...[...spare].map((id) => explainBatchFull(id, maxFills)));
    kept = kept.map(({ part, cleared }) => {
      const members = part.members.filter((member) => !spare.has(member.intent.id));
      return members.length === part.members.length
        ? { part, cleared }
        : clearing.clear({ ...part, members });
    });
  }
}

/** Answers come in the order in which the book asks. */
function inBookOrder(book: Book, unfilled: readonly Unfilled[]): Unfilled[] {
  const position = new Map(book.intents.map((intent, i) => [intent.id, i]));
  return [...unfilled].sort((a, b) => (position.get(a.intentId) ?? 0) - (position.get(b.intentId) ?? 0));
}
