import { addressKey } from "./arithmetic.ts";
import { assemble, type Execution } from "./assemble.ts";
import { type Cleared, clearPart } from "./clear.ts";
import { Effort } from "./effort.ts";
import { explainBatchFull, explainLonely, explainPart } from "./explain.ts";
import { chooseFills } from "./fewer.ts";
import { type Part, split } from "./parts.ts";
import { feeBelowGas, missingForGas, mostFee } from "./gas.ts";
import type { PartSwapCost } from "./pools/answer.ts";
import { clearWithPools } from "./pools/clearWithPools.ts";
import type { Swap } from "./pools/pool.ts";
import { roundFloatPrices } from "./prices.ts";
import { screen } from "./screen.ts";
import type { Book, GasCost, Solution, SolveOptions, SolveStats, Unfilled } from "./types.ts";
import { type PricedPart, referencePrices } from "./value.ts";
import { type Violation, verifySolution } from "./verify.ts";

/** What the contract can index. */
const MOST_FILLS = 65_536;
/** How often a part whose answer is refused may drop intents and try again, before nothing of it is settled. */
const MOST_RETRIES = 3;

/** Time that an answer's value, bound and verification take, as a multiple of that for screening and splitting. */
const FINISHING = 2.5;

/**
 * Finds clearing prices and fills for a book.
 *
 * A pure function, but for the deadline: the same book gives the same solution, whatever the order of its intents. It never throws, and every
 * solution has passed {@link verifySolution}; at worst it is empty. docs/MATCHER.md explains how it works.
 *
 * @param book what may be matched; intents that break the bounds of {@link BookIntent} are answered with "malformed"
 */
export function solve(book: Book, options: SolveOptions = {}): Solution {
  return new BookClearing(book, options).run();
}

interface Result {
  /** The part as it was before anything was cut to size: what the bound is about. */
  readonly original: Part;
  readonly part: Part;
  readonly cleared: Cleared;
  readonly swaps: readonly Swap[];
}

/** Clears the parts of one book and keeps count of the effort. */
class BookClearing {
  readonly #book: Book;
  readonly #maxFills: number;
  readonly #references: ReadonlyMap<string, bigint>;
  readonly #startPrices: ReadonlyMap<string, bigint>;
  readonly #swapCost: SolveOptions["swapCost"];
  #effort: Effort;
  readonly #gas: GasCost | undefined;
  readonly #unfilled: Unfilled[] = [];
  #candidates = 0;
  #components = 0;
  #rounds = 0;
  #evaluations = 0;
  #certified = true;
  #fallbacks = 0;
  #degraded = 0;

  constructor(book: Book, options: SolveOptions) {
    this.#book = book;
    this.#maxFills = Math.min(MOST_FILLS, options.maxFills ?? MOST_FILLS);
    this.#references = referencePrices(book);
    this.#startPrices = options.startPrices ?? new Map<string, bigint>();
    this.#swapCost = options.swapCost;
    this.#effort = new Effort(options);
    this.#gas = options.gas;
  }

  run(): Solution {
    const begun = this.#effort.leftMs;
    const screened = screen(this.#book);
    const { parts, lonely } = split(screened.candidates, this.#book.pools);
    // What is left to do when the clearing is over takes about as long for each intent as what has been done by now.
    this.#effort = this.#effort.less(FINISHING * (begun - this.#effort.leftMs));
    this.#candidates = screened.candidates.length;
    this.#components = parts.length;
    this.#unfilled.push(...screened.unfilled, ...lonely.map(explainLonely));
    let results = this.#cutToSize(this.#dropUnpaid(this.#clearAll(parts)));
    for (let retry = 0; ; retry++) {
      const solution = this.#assemble(results);
      const violations = verifySolution(this.#book, solution);
      if (violations.length === 0) return solution;
      this.#degraded++;
      if (violations.some(({ swap }) => swap !== undefined)) {
        results = results.map((result) => this.#clearWithoutSwaps(result));
        continue;
      }
      const refused = refusedIntents(violations, solution);
      results = results.map((result) => this.#clearWithout(result, refused, retry >= MOST_RETRIES));
    }
  }

  /** Clears the parts one after the other, each in its share of the time that is left. */
  #clearAll(parts: readonly Part[]): Result[] {
    let left = parts.reduce((sum, { members }) => sum + members.length, 0);
    return parts.map((part) => {
      const share = part.members.length / left;
      left -= part.members.length;
      return this.#clear(this.#withoutUnpaid(part), part, this.#effort.shareOf(share));
    });
  }

  #clear(part: Part, original: Part, effort = this.#effort): Result {
    const known = {
      reference: pricesOf(part, this.#references),
      start: pricesOf(part, this.#startPrices),
    };
    const { swaps, ...cleared } =
      part.pools.length === 0
        ? { swaps: [], ...clearPart(part, effort, known) }
        : clearWithPools(part, effort, known, this.#swapCostIn(part));
    this.#effort.spend(cleared.rounds);
    this.#rounds += cleared.rounds;
    this.#evaluations += cleared.evaluations;
    this.#certified &&= cleared.certified;
    if (cleared.swept) this.#fallbacks++;
    return { original, part, cleared, swaps };
  }

  #swapCostIn(part: Part): PartSwapCost | undefined {
    const cost = this.#swapCost;
    const token = cost === undefined ? -1 : part.tokens.indexOf(addressKey(cost.token));
    return cost === undefined || token < 0 ? undefined : { token, amount: cost.amount };
  }

  #clearWithoutSwaps(result: Result): Result {
    return result.swaps.length === 0 ? result : this.#clear({ ...result.part, pools: [] }, result.original);
  }

  /** Clears a part again without those of its members that are named; at the last try it settles nothing of it. */
  #clearWithout(result: Result, ids: ReadonlySet<string>, isLast: boolean): Result {
    const { original, part, cleared } = result;
    const rest = { ...part, members: part.members.filter((member) => !ids.has(member.intent.id)) };
    if (rest.members.length === part.members.length) return result;
    if (isLast) return { original, part, cleared: { ...cleared, ledger: undefined }, swaps: [] };
    const { cleared: again, swaps } = this.#clear(rest, original);
    return { original, part, cleared: { ...again, ledger: again.ledger?.transferTo(part) }, swaps };
  }

  /** The part without those who would not pay for their gas even if all that is left of them filled. */
  #withoutUnpaid(part: Part): Part {
    const gas = this.#gas;
    if (gas === undefined) return part;
    const members = part.members.filter(({ intent, cap }) => {
      const fee = mostFee(intent, cap);
      const missing = missingForGas(intent, fee, gas);
      if (missing !== undefined) this.#leaveUnpaid(intent.id, fee, missing, gas);
      return missing === undefined;
    });
    return { ...part, members };
  }

  #leaveUnpaid(intentId: string, fee: bigint, missing: bigint, gas: GasCost): void {
    this.#unfilled.push({ intentId, reason: "fee-below-gas", detail: feeBelowGas(fee, missing, gas) });
  }

  /** Where a part of an intent fills of which the fee is less than its gas, clears again without it. */
  #dropUnpaid(all: Result[]): Result[] {
    const gas = this.#gas;
    if (gas === undefined) return all;
    for (let results = all; ;) {
      const unpaid = new Set<string>();
      for (const { part, cleared } of results) {
        part.members.forEach(({ intent }, i) => {
          const amounts = cleared.ledger?.amounts[i];
          if (amounts === undefined || amounts.sold === 0n) return;
          const missing = missingForGas(intent, amounts.fee, gas);
          if (missing === undefined) return;
          unpaid.add(intent.id);
          this.#leaveUnpaid(intent.id, amounts.fee, missing, gas);
        });
      }
      if (unpaid.size === 0) return results;
      results = results.map((result) => this.#without(result, unpaid));
    }
  }

  /** Clears a part again without those of its members that are named, for good. */
  #without(result: Result, ids: ReadonlySet<string>): Result {
    const { part, original } = result;
    const rest = { ...part, members: part.members.filter((member) => !ids.has(member.intent.id)) };
    return rest.members.length === part.members.length ? result : this.#clear(rest, original);
  }

  /** Where the batch is too large, clears again with the fills that gain most. */
  #cutToSize(results: Result[]): Result[] {
    const fills = results.reduce((sum, { cleared }) => sum + (cleared.ledger?.fills ?? 0), 0);
    if (fills <= this.#maxFills) return results;
    const crowded = results.flatMap(({ part, cleared: { ledger, indicative } }) =>
      ledger === undefined ? [] : [{ part, ledger, reference: pricesOf(part, this.#references), indicative }],
    );
    const staying = chooseFills(crowded, this.#maxFills, this.#effort);
    const cut = results.map((result): Result => {
      const { part, original, cleared } = result;
      if (cleared.ledger === undefined) return result;
      for (const other of explainPart(part, cleared.ledger, cleared.indicative)) this.#unfilled.push(other);
      part.members.forEach((member, i) => {
        const isFilled = (cleared.ledger?.executed[i] ?? 0n) > 0n;
        if (isFilled && !staying.has(member))
          this.#unfilled.push(explainBatchFull(member.intent.id, this.#maxFills));
      });
      const members = part.members.filter((member) => staying.has(member));
      const again = this.#clear({ ...part, members }, original);
      return { ...again, cleared: { ...again.cleared, indicative: cleared.indicative } };
    });
    return this.#dropUnpaid(cut);
  }

  #assemble(results: readonly Result[]): Solution {
    const executions: Execution[] = [];
    for (const { part, cleared } of results) {
      part.members.forEach(({ intent, sell, buy }, i) => {
        const executed = cleared.ledger?.executed[i] ?? 0n;
        const [sellKey, buyKey] = [part.tokens[sell] ?? "", part.tokens[buy] ?? ""];
        if (executed > 0n) executions.push({ intent, sellKey, buyKey, executed });
      });
    }
    const priced = results.map(({ original, cleared: { ledger, indicative } }): PricedPart => {
      const equilibrium = roundFloatPrices(indicative) ?? original.tokens.map(() => 1n);
      return { part: original, prices: ledger?.prices ?? equilibrium, equilibrium };
    });
    const explained = results.flatMap(({ part, cleared }) =>
      explainPart(part, cleared.ledger, cleared.indicative),
    );
    const unfilled = inBookOrder(this.#book, [...this.#unfilled, ...explained]);
    const swaps = results.flatMap((result) => result.swaps);
    const isOver = (): boolean => this.#effort.isOver;
    return assemble(this.#book, executions, swaps, priced, unfilled, this.#stats(), isOver);
  }

  #stats(): SolveStats {
    return {
      candidates: this.#candidates,
      components: this.#components,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      certified: this.#certified,
      fallbacks: this.#fallbacks,
      degraded: this.#degraded,
    };
  }
}

/** One positive price per token of the part, or `undefined` where a token has none. */
function pricesOf(part: Part, known: ReadonlyMap<string, bigint>): Float64Array | undefined {
  const prices = part.tokens.map((token) => Number(known.get(token) ?? 0n));
  return prices.every((price) => price > 0) ? Float64Array.from(prices) : undefined;
}

/** Ids of the fills to take out so that the verifier has no more objection: those that it names, or else all. */
function refusedIntents(violations: readonly Violation[], solution: Solution): Set<string> {
  const named = violations.flatMap(({ fill }) =>
    fill === undefined ? [] : (solution.fills[fill]?.intentId ?? []),
  );
  return new Set(named.length > 0 ? named : solution.fills.map((fill) => fill.intentId));
}

/** Answers come in the order in which the book asks. */
function inBookOrder(book: Book, unfilled: readonly Unfilled[]): Unfilled[] {
  const answers = new Map<string, Unfilled | Unfilled[]>();
  for (const answer of unfilled) {
    const others = answers.get(answer.intentId);
    if (others === undefined) answers.set(answer.intentId, answer);
    else answers.set(answer.intentId, [others, answer].flat());
  }
  const ordered: Unfilled[] = [];
  for (const { id } of book.intents) {
    const answer = answers.get(id);
    if (answer === undefined) continue;
    if (Array.isArray(answer)) ordered.push(...answer);
    else ordered.push(answer);
    answers.delete(id);
  }
  return ordered;
}
