import type { Answers } from "./answers.ts";
import { type Proposal, proposalsFromWindow } from "./candidates.ts";
import type { Effort } from "./effort.ts";
import type { Part } from "./parts.ts";
import { connectedGroups, findRings, settleableSets, SMALL_PART } from "./search.ts";
import { priceWindow } from "./window.ts";

/** Fill-or-kill members that are tried one by one at prices found, and the work that this may cost in all. */
const MOST_ADDITIONS = 32;
const ADDITION_WORK = 20_000;
/** Rings that are tried, those with the highest bound first. */
const MOST_RINGS = 120;
/** Parts above this size are trusted to the equilibrium: in a thick market few fill-or-kill members stay out by chance. */
const LARGE_PART = 300;

/**
 * Looks for sets of members that settle together although the equilibrium does not find them: with fill-or-kill members
 * whose amounts dictate the prices, with partial members that have to stand back, or with amounts of few atoms.
 *
 * @param guess prices of about the right size
 * @param budget sets that may be tried
 * @returns the number of sets tried
 */
export function combine(
  part: Part,
  answers: Answers,
  guess: Float64Array,
  budget: number,
  effort: Effort,
): number {
  return new Combiner(part, answers, guess, budget, effort).run();
}

class Combiner {
  readonly #part: Part;
  readonly #answers: Answers;
  readonly #guess: Float64Array;
  readonly #budget: number;
  readonly #effort: Effort;
  #tried = 0;

  constructor(part: Part, answers: Answers, guess: Float64Array, budget: number, effort: Effort) {
    this.#part = part;
    this.#answers = answers;
    this.#guess = guess;
    this.#budget = budget;
    this.#effort = effort;
  }

  run(): number {
    const size = this.#part.members.length;
    if (size <= SMALL_PART) this.#tryAllSets();
    else if (size <= LARGE_PART || this.#answers.best === undefined) this.#tryRings();
    this.#addWhole();
    return this.#tried;
  }

  get #isExhausted(): boolean {
    return this.#tried >= this.#budget || this.#effort.isOver;
  }

  #isWhole(index: number): boolean {
    return this.#part.members[index]?.whole ?? false;
  }

  #tryAllSets(): void {
    const isUnmatched = this.#answers.best === undefined;
    const everybody = new Set(this.#part.members.keys());
    for (const set of settleableSets(this.#part, isUnmatched)) {
      if (this.#isExhausted) return;
      // Others may spoil a set whose amounts just meet, so it is tried alone too.
      this.#trySet(set, everybody);
      this.#trySet(set);
    }
  }

  /** Rings through fill-or-kill members left out, those that could gain most first; then unions that settle together. */
  #tryRings(): void {
    const members = [...this.#part.members.keys()];
    const out = members.filter((i) => this.#isWhole(i) && this.#answers.executed(i) === 0n);
    const ranked = findRings(this.#part, out).map((ring) => ({ ring, bound: this.#answers.bound(ring) }));
    ranked.sort((a, b) => b.bound - a.bound);
    const found: { ring: number[]; score: number }[] = [];
    for (const { ring } of ranked.slice(0, MOST_RINGS)) {
      if (this.#isExhausted) break;
      const score = this.#trySet(ring);
      if (score !== undefined) found.push({ ring, score });
    }
    found.sort((a, b) => b.score - a.score);
    let union: number[] = [];
    for (const { ring } of found) {
      if (this.#isExhausted) break;
      const wider = [...new Set([...union, ...ring])];
      const nonces = new Set(wider.map((i) => this.#part.members[i]?.nonce));
      if (nonces.size < wider.length || wider.length === union.length) continue;
      if (union.length === 0 || this.#trySet(wider) !== undefined) union = wider;
    }
    if (union.length > 0) this.#trySet(union, new Set(members));
  }

  /**
   * Tries to settle a set, with whoever else is allowed filling in part at its prices; returns the worth of the best
   * answer that has all its fill-or-kill members.
   */
  #trySet(set: readonly number[], allowed: ReadonlySet<number> = new Set(set)): number | undefined {
    this.#tried++;
    let proposals: Proposal[] = [];
    for (const group of connectedGroups(this.#part, set)) {
      const window = priceWindow(this.#part, group, this.#guess);
      if (window === undefined) return undefined;
      const atLimits = this.#part.members.length <= SMALL_PART || this.#answers.best === undefined;
      const added = proposalsFromWindow(this.#part, group, window, atLimits);
      proposals = mergeGroups(this.#part, proposals, group, added);
    }
    const whole = set.filter((i) => this.#isWhole(i));
    let best: number | undefined;
    for (const proposal of proposals) {
      const score = this.#answers.offerExactly(proposal, whole, allowed);
      if (score !== undefined) best = Math.max(best ?? 0, score);
    }
    return best;
  }

  /** At the prices of the best answer, adds fill-or-kill members that it leaves out as long as that gains. */
  #addWhole(): void {
    const start = this.#answers.best;
    if (start === undefined) return;
    const proposal: Proposal = { prices: start.prices, likelyFull: new Set() };
    const members = [...this.#part.members.keys()];
    const outside = members.filter(
      (i) => this.#isWhole(i) && this.#answers.executed(i) === 0n && start.isWithinLimit(start.member(i)),
    );
    const tries = Math.min(MOST_ADDITIONS, Math.ceil(ADDITION_WORK / members.length));
    for (const index of outside.slice(0, tries)) {
      if (this.#effort.isOver) return;
      const whole = members.filter((i) => this.#isWhole(i) && this.#answers.executed(i) > 0n);
      const nonce = this.#part.members[index]?.nonce;
      if (whole.some((i) => this.#part.members[i]?.nonce === nonce)) continue;
      this.#answers.offerExactly(proposal, [...whole, index], new Set(members));
    }
  }
}

/** Price vectors for the groups so far with those of one more group, which shares no token with them. */
function mergeGroups(
  part: Part,
  before: readonly Proposal[],
  group: readonly number[],
  added: readonly Proposal[],
): Proposal[] {
  if (before.length === 0) return [...added];
  const own = new Set(group.flatMap((i) => [part.members[i]?.sell, part.members[i]?.buy]));
  return added.map((proposal, k) => ({
    prices: proposal.prices.map((price, t) =>
      own.has(t) ? price : (before[Math.min(k, before.length - 1)]?.prices[t] ?? price),
    ),
    likelyFull: proposal.likelyFull,
  }));
}
