import { Answers } from "./answers.ts";
import { chooseBalanced } from "./balance.ts";
import { FILL_TOLERANCE, proposalsFrom } from "./candidates.ts";
import { combine } from "./combine.ts";
import { at } from "./demand.ts";
import { type Equilibrium, findEquilibrium } from "./equilibrium.ts";
import type { Ledger } from "./ledger.ts";
import { type Market, marketOf, restrict } from "./market.ts";
import type { Part } from "./parts.ts";

/** A fill-or-kill member of which the equilibrium fills this share is more likely than not to find its whole. */
const LIKELY = 0.5;
/** A forced member counts as content if the price misses its limit by no more than this share: rounding may mend that. */
const PRICE_TOLERANCE = 1e-9;
/** Above this size all broken fill-or-kill members are given up at once, which costs little where there are many. */
const LARGE_PART = 300;
const NOBODY: ReadonlySet<number> = new Set();

/** What became of a part. */
export interface Cleared {
  /** Prices and fills, or `undefined` where nothing settles. */
  readonly ledger: Ledger | undefined;
  /** Prices of the equilibrium in which everybody may fill in part: what the market would say. */
  readonly indicative: Float64Array;
  readonly rounds: number;
  readonly evaluations: number;
  readonly converged: boolean;
  readonly swept: boolean;
}

/** Clears one part of the book. */
export function clearPart(part: Part, reference: Float64Array | undefined, budget: number): Cleared {
  return new Clearing(part, reference, budget).run();
}

class Clearing {
  readonly #part: Part;
  readonly #reference: Float64Array | undefined;
  readonly #budget: number;
  #rounds = 0;
  #evaluations = 0;
  #converged = true;
  #swept = false;

  constructor(part: Part, reference: Float64Array | undefined, budget: number) {
    this.#part = part;
    this.#reference = reference;
    this.#budget = budget;
  }

  run(): Cleared {
    const market = marketOf(this.#part);
    const relaxed = this.#find(market);
    const answers = new Answers(this.#part, this.#reference ?? relaxed.strictPrices);
    this.#equilibrate(market, relaxed, answers);
    if (relaxed.flow.some((value) => value > 0) && this.#isUndecided(answers)) {
      this.#rounds += combine(this.#part, answers, relaxed.strictPrices, this.#budget);
    }
    return {
      ledger: answers.best,
      indicative: relaxed.prices,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      converged: this.#converged,
      swept: this.#swept,
    };
  }

  /**
   * Whether a choice is open that the equilibrium does not make: a fill-or-kill member or a rival for a nonce is left out,
   * or rounding has left nothing.
   */
  #isUndecided(answers: Answers): boolean {
    if (answers.best === undefined) return true;
    const nonces = new Set<number>();
    return this.#part.members.some((member, i) => {
      const isRival = nonces.has(member.nonce);
      nonces.add(member.nonce);
      return isRival || (member.whole && answers.executed(i) === 0n);
    });
  }

  /** The equilibrium of all, of rivals for a nonce only the best; then with the fill-or-kill members decided. */
  #equilibrate(everybody: Market, relaxed: Equilibrium, answers: Answers): void {
    const left = new Set(this.#part.members.keys());
    let market = everybody;
    let equilibrium = relaxed;
    for (
      let rivals = this.#rivals(market, equilibrium);
      rivals.length > 0;
      rivals = this.#rivals(market, equilibrium)
    ) {
      for (const index of rivals) left.delete(index);
      market = restrict(market, (i) => left.has(i), NOBODY);
      equilibrium = this.#find(market, equilibrium.prices);
    }
    const whole = traders(market).filter((k) => this.#part.members[at(market.member, k)]?.whole);
    const filled = whole.filter((k) => at(equilibrium.fill, k) > FILL_TOLERANCE);
    if (filled.every((k) => at(equilibrium.fill, k) >= 1 - FILL_TOLERANCE)) {
      const members = filled.map((k) => at(market.member, k));
      this.#offerAll(answers, market, equilibrium, members, left);
      return;
    }
    const likely = new Set(filled.filter((k) => at(equilibrium.fill, k) >= LIKELY));
    this.#force(answers, market, equilibrium, filled, likely, left);
    if (likely.size < filled.length) this.#force(answers, market, equilibrium, filled, new Set(filled), left);
  }

  /**
   * Lets chosen fill-or-kill traders trade whole at any price, the others not at all, and the partial ones as they like;
   * bans those whose limit the prices break, the worst first, and chooses anew, until all that are chosen are content.
   */
  #force(
    answers: Answers,
    market: Market,
    relaxed: Equilibrium,
    candidates: readonly number[],
    first: ReadonlySet<number>,
    left: ReadonlySet<number>,
  ): void {
    const elastic = relaxed.flow.map((value, k) =>
      this.#part.members[at(market.member, k)]?.whole ? 0 : value,
    );
    const banned = new Set<number>();
    let choice = first;
    for (;;) {
      const open = candidates.filter((k) => !banned.has(k));
      choice = chooseBalanced(market, relaxed.prices, elastic, open, choice);
      const kept = new Set([...choice].map((k) => at(market.member, k)));
      const isIn = (i: number): boolean =>
        left.has(i) && (this.#part.members[i]?.whole !== true || kept.has(i));
      const forced = restrict(market, isIn, kept);
      const equilibrium = this.#find(forced, relaxed.prices);
      const fill = new Map(traders(forced).map((k) => [at(forced.member, k), at(equilibrium.fill, k)]));
      const broken = [...choice].flatMap((k) => {
        const price = at(equilibrium.prices, at(market.sell, k)) / at(equilibrium.prices, at(market.buy, k));
        const isShort = (fill.get(at(market.member, k)) ?? 0) < 1 - FILL_TOLERANCE;
        const missing = isShort ? Infinity : at(market.limit, k) / price - 1;
        return missing > PRICE_TOLERANCE ? [{ k, missing }] : [];
      });
      if (broken.length === 0) {
        this.#offerAll(answers, forced, equilibrium, [...kept], left);
        return;
      }
      broken.sort((a, b) => b.missing - a.missing);
      const count = this.#part.members.length > LARGE_PART ? broken.length : Math.ceil(broken.length / 4);
      for (const { k } of broken.slice(0, count)) banned.add(k);
    }
  }

  #offerAll(
    answers: Answers,
    market: Market,
    equilibrium: Equilibrium,
    whole: readonly number[],
    left: ReadonlySet<number>,
  ): void {
    for (const proposal of proposalsFrom(this.#part, market, equilibrium))
      answers.offer(proposal, whole, left);
  }

  #find(market: Market, start?: Float64Array): Equilibrium {
    const equilibrium = findEquilibrium(market, start);
    this.#rounds++;
    this.#evaluations += equilibrium.evaluations;
    this.#converged &&= equilibrium.converged;
    this.#swept ||= equilibrium.swept;
    return equilibrium;
  }

  /** Members that fill although a rival for their nonce gains more. */
  #rivals(market: Market, { prices, fill, flow }: Equilibrium): number[] {
    const gain = (k: number): number =>
      at(flow, k) *
      (1 - (at(market.limit, k) * at(prices, at(market.buy, k))) / at(prices, at(market.sell, k)));
    const bestOfNonce = new Map<number, number>();
    const rivals: number[] = [];
    for (const k of traders(market)) {
      const member = this.#part.members[at(market.member, k)];
      if (member === undefined || at(fill, k) <= FILL_TOLERANCE) continue;
      const rival = bestOfNonce.get(member.nonce);
      if (rival === undefined) {
        bestOfNonce.set(member.nonce, k);
        continue;
      }
      const isBetter = gain(k) > gain(rival);
      rivals.push(at(market.member, isBetter ? rival : k));
      if (isBetter) bestOfNonce.set(member.nonce, k);
    }
    return rivals;
  }
}

function traders(market: Market): number[] {
  return [...Array(market.count).keys()];
}
