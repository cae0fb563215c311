import { Answers, LARGE_PART } from "./answers.ts";
import { chooseByProgram } from "./choose.ts";
import { chooseBalanced } from "./balance.ts";
import { FILL_TOLERANCE, proposalsFrom } from "./candidates.ts";
import { combine } from "./combine.ts";
import { at } from "./engine/access.ts";
import type { Effort } from "./effort.ts";
import { type Equilibrium, findEquilibrium } from "./equilibrium.ts";
import type { Ledger } from "./ledger.ts";
import { type Market, marketOf, restrict } from "./market.ts";
import type { Part } from "./parts.ts";
import { tryOut } from "./tryOut.ts";

/** A fill-or-kill member of which the equilibrium fills this share is more likely than not to find its whole. */
const LIKELY = 0.5;
/** A forced member counts as content if the price misses its limit by no more than this share: rounding may mend that. */
const PRICE_TOLERANCE = 1e-9;
/** Share of the gains that a program may miss. */
const PROGRAM_GAP = 1e-3;
/** Adding back one by one may cost one part in so many of the price vectors. */
const ADD_BACK_SHARE = 4;
/** An answer that misses no more than this share of what its equilibrium gains is good enough for a large part. */
const NEARLY = 1e-6;
const NOBODY: ReadonlySet<number> = new Set();

/** What became of a part. */
export interface Cleared {
  /** Prices and fills, or `undefined` where nothing settles. */
  readonly ledger: Ledger | undefined;
  /** Prices of the equilibrium in which everybody may fill in part: what the market would say. */
  readonly indicative: Float64Array;
  readonly rounds: number;
  readonly evaluations: number;
  readonly certified: boolean;
  readonly swept: boolean;
}

/** Prices that are known beforehand, one per token of the part. */
export interface KnownPrices {
  /** What an atom of each token is worth, by which answers are compared. */
  readonly reference?: Float64Array | undefined;
  /** Where to look for the equilibrium first. */
  readonly start?: Float64Array | undefined;
}

/** Clears one part of the book. */
export function clearPart(part: Part, effort: Effort, known: KnownPrices = {}): Cleared {
  return new Clearing(part, effort, known).run();
}

/** A trader that is to trade whole, and the share by which the price misses its limit. */
interface Broken {
  readonly k: number;
  readonly missing: number;
}

class Clearing {
  readonly #part: Part;
  readonly #known: KnownPrices;
  readonly #effort: Effort;
  readonly #budget: number;
  #rounds = 0;
  #evaluations = 0;
  #certified = true;
  #swept = false;

  constructor(part: Part, effort: Effort, known: KnownPrices) {
    this.#part = part;
    this.#known = known;
    this.#effort = effort;
    this.#budget = effort.budgetOfPart;
  }

  run(): Cleared {
    const market = marketOf(this.#part);
    const relaxed = this.#findFirst(market);
    const answers = new Answers(this.#part, this.#known.reference ?? relaxed.strictPrices);
    this.#equilibrate(market, relaxed, answers);
    const canTrade = relaxed.flow.some((value) => value > 0);
    if (canTrade && !this.#effort.isOver && this.#isUndecided(answers)) {
      this.#rounds += combine(this.#part, answers, relaxed.strictPrices, this.#budget, this.#effort);
    }
    return {
      ledger: answers.best,
      indicative: relaxed.prices,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      certified: this.#certified,
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
    // An answer at once, by those that the prices fill whole: all that follows is for a better one.
    const sure = filled.filter((k) => at(equilibrium.fill, k) >= 1 - FILL_TOLERANCE);
    const begun = this.#effort.leftMs;
    const members = sure.map((k) => at(market.member, k));
    this.#offerAll(answers, market, equilibrium, members, left);
    if (this.#isTooLate(begun)) return;
    const likely = new Set(filled.filter((k) => at(equilibrium.fill, k) >= LIKELY));
    this.#force(answers, market, equilibrium, filled, likely, left);
    this.#chooseAtFixedPrices(answers, market, equilibrium, left);
    const task = { part: this.#part, market, relaxed: equilibrium, answers };
    this.#rounds += tryOut({ ...task, allowed: left, effort: this.#effort });
    if (likely.size < filled.length && !this.#effort.isOver)
      this.#force(answers, market, equilibrium, filled, new Set(filled), left);
    if (this.#part.members.length <= LARGE_PART)
      this.#addBack(answers, market, equilibrium, left, this.#budget / ADD_BACK_SHARE);
  }

  /** Whether there is less time left than what was begun then has taken so far. */
  #isTooLate(begun: number): boolean {
    const { leftMs, isOver } = this.#effort;
    return isOver || leftMs < begun - leftMs;
  }

  /**
   * Lets a program choose at the prices at which everybody may fill in part: partial fills that stop short of their cap
   * balance what is chosen, so that prices need not move.
   */
  #chooseAtFixedPrices(
    answers: Answers,
    market: Market,
    relaxed: Equilibrium,
    left: ReadonlySet<number>,
  ): void {
    const { mip, programMs: timeMs } = this.#effort;
    if (mip === undefined || timeMs === 0) return;
    const volume = relaxed.flow.reduce((sum, value) => sum + value, 0);
    const task = { part: this.#part, market, prices: relaxed.prices, volume, worth: answers.yardstick };
    const chosen = chooseByProgram(task, mip, { timeMs, gap: PROGRAM_GAP });
    if (chosen === undefined) return;
    const members = chosen.map((k) => at(market.member, k));
    this.#offerAll(answers, market, relaxed, members, left);
  }

  /** Local search: adds back one fill-or-kill member after the other that the best answer leaves out, as long as that gains. */
  #addBack(
    answers: Answers,
    market: Market,
    relaxed: Equilibrium,
    left: ReadonlySet<number>,
    budget: number,
  ): void {
    const whole = traders(market).filter((k) => this.#part.members[at(market.member, k)]?.whole);
    const gain = (k: number): number =>
      at(market.amount, k) * (1 - at(market.limit, k) * this.#inverse(relaxed, market, k));
    let isBetter = true;
    while (isBetter) {
      isBetter = false;
      const base = answers.best;
      if (base === undefined) return;
      const isIn = (k: number): boolean => answers.executed(at(market.member, k)) > 0n;
      const chosen = whole.filter(isIn);
      const nonces = new Set(chosen.map((k) => this.#part.members[at(market.member, k)]?.nonce));
      const outside = whole.filter(
        (k) => !isIn(k) && gain(k) > 0 && !nonces.has(this.#part.members[at(market.member, k)]?.nonce),
      );
      outside.sort((a, b) => gain(b) - gain(a));
      for (const k of outside) {
        if (this.#effort.isOver || this.#rounds > budget) return;
        this.#settleChosen(answers, market, relaxed.prices, new Set([...chosen, k]), left);
        if (answers.best === base) continue;
        isBetter = true;
        break;
      }
    }
  }

  #inverse({ prices }: Equilibrium, market: Market, k: number): number {
    return at(prices, at(market.buy, k)) / at(prices, at(market.sell, k));
  }

  /**
   * Lets the chosen traders trade whole at any price, and gives up the one that misses its limit most until all are content;
   * returns those that missed theirs at first.
   */
  #settleChosen(
    answers: Answers,
    market: Market,
    start: Float64Array,
    chosen: Set<number>,
    left: ReadonlySet<number>,
  ): { readonly broken: Broken[]; readonly equilibrium: Equilibrium } {
    let first: { readonly broken: Broken[]; readonly equilibrium: Equilibrium } | undefined;
    let prices = start;
    for (;;) {
      const { forced, equilibrium, broken } = this.#forceWhole(market, prices, chosen, left);
      first ??= { broken, equilibrium };
      const [worst] = broken.sort((a, b) => b.missing - a.missing);
      if (worst === undefined) {
        const members = [...chosen].map((k) => at(market.member, k));
        this.#offerAll(answers, forced, equilibrium, members, left);
        return first;
      }
      chosen.delete(worst.k);
      prices = equilibrium.prices;
      if (this.#effort.isOver) return first;
    }
  }

  /** The equilibrium in which the chosen trade whole at any price, and those whose limit its prices break. */
  #forceWhole(market: Market, start: Float64Array, chosen: ReadonlySet<number>, left: ReadonlySet<number>) {
    const kept = new Set([...chosen].map((k) => at(market.member, k)));
    const isIn = (i: number): boolean =>
      left.has(i) && (this.#part.members[i]?.whole !== true || kept.has(i));
    const forced = restrict(market, isIn, kept);
    const equilibrium = this.#find(forced, start);
    const fill = new Map(traders(forced).map((k) => [at(forced.member, k), at(equilibrium.fill, k)]));
    const broken = [...chosen].flatMap((k): Broken[] => {
      const isShort = (fill.get(at(market.member, k)) ?? 0) < 1 - FILL_TOLERANCE;
      const missing = isShort ? Infinity : at(market.limit, k) * this.#inverse(equilibrium, market, k) - 1;
      return missing > PRICE_TOLERANCE ? [{ k, missing }] : [];
    });
    return { forced, equilibrium, broken };
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
    const begun = this.#effort.leftMs;
    let choice = first;
    for (;;) {
      const open = candidates.filter((k) => !banned.has(k));
      choice = chooseBalanced(market, relaxed.prices, elastic, open, choice);
      if (banned.size === 0) {
        // What is balanced but for a little, partial fills balance at the same prices.
        const members = [...choice].map((k) => at(market.member, k));
        this.#offerAll(answers, market, relaxed, members, left);
        if (this.#isTooLate(begun)) return;
      }
      const { forced, equilibrium, broken } = this.#forceWhole(market, relaxed.prices, choice, left);
      if (broken.length === 0) {
        const members = [...choice].map((k) => at(market.member, k));
        this.#offerAll(answers, forced, equilibrium, members, left);
        return;
      }
      broken.sort((a, b) => b.missing - a.missing);
      const count = this.#part.members.length > LARGE_PART ? broken.length : Math.ceil(broken.length / 4);
      for (const { k } of broken.slice(0, count)) banned.add(k);
      if (this.#effort.isOver) return;
    }
  }

  #offerAll(
    answers: Answers,
    market: Market,
    equilibrium: Equilibrium,
    whole: readonly number[],
    left: ReadonlySet<number>,
  ): void {
    const isLarge = this.#part.members.length > LARGE_PART;
    const enough = isLarge ? gainsOf(market, equilibrium, answers.yardstick) * (1 - NEARLY) : Infinity;
    for (const proposal of proposalsFrom(this.#part, market, equilibrium)) {
      const score = answers.offer(proposal, whole, left, this.#effort);
      const isOver = this.#effort.isOver && answers.best !== undefined;
      // Of a large part each answer takes its time, and the first is hardly ever improved.
      if (isOver || (score ?? 0) >= enough) return;
    }
  }

  /** The equilibrium of all, from known prices if they lead there. */
  #findFirst(market: Market): Equilibrium {
    const { start } = this.#known;
    const warm = start && findEquilibrium(market, start, () => this.#effort.isOver);
    if (!warm?.certified) return this.#find(market);
    this.#count(warm);
    return warm;
  }

  #find(market: Market, start?: Float64Array): Equilibrium {
    const equilibrium = findEquilibrium(market, start, () => this.#effort.isOver);
    this.#count(equilibrium);
    return equilibrium;
  }

  #count({ evaluations, certified, swept }: Equilibrium): void {
    this.#rounds++;
    this.#evaluations += evaluations;
    this.#certified &&= certified;
    this.#swept ||= swept;
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

/** What all fills of an equilibrium gain, an atom of each token worth what the yardstick says. */
export function gainsOf(market: Market, { prices, flow }: Equilibrium, yardstick: Float64Array): number {
  const { count, sell, buy, limit, isBuy } = market;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const [a, b] = [at(sell, k), at(buy, k)];
    const gained = at(isBuy, k) === 1 ? a : b;
    const better = at(prices, a) / at(prices, b) / at(limit, k);
    const value = at(flow, k) * (at(isBuy, k) === 1 ? better - 1 : 1 - 1 / better);
    sum += (Math.max(0, value) * at(yardstick, gained)) / at(prices, gained);
  }
  return sum;
}

function traders(market: Market): number[] {
  return [...Array(market.count).keys()];
}
