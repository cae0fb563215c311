import { allocate, type Roles } from "./allocate.ts";
import { surplusOf } from "./arithmetic.ts";
import { chooseBalanced } from "./balance.ts";
import { FILL_TOLERANCE, type Proposal, proposalsFrom, proposalsFromWindow } from "./candidates.ts";
import { at } from "./demand.ts";
import { type Equilibrium, findEquilibrium } from "./equilibrium.ts";
import type { Ledger } from "./ledger.ts";
import { type Market, marketOf, restrict } from "./market.ts";
import type { Part } from "./parts.ts";
import { toNumber } from "./ratio.ts";
import { connectedGroups, findRings, settleableSets, SMALL_PART } from "./search.ts";
import { priceWindow } from "./window.ts";

/** Worth of a unit of volume against a unit of surplus: it only decides between equals. */
const VOLUME_WEIGHT = 1e-9;
/** An answer replaces another only if it is worth more by this share. */
const LEAST_GAIN = 1e-9;
/** Fill-or-kill members that are tried one by one at prices found, and the work that this may cost in all. */
const MOST_ADDITIONS = 32;
const ADDITION_WORK = 20_000;
/** A fill-or-kill member of which the equilibrium fills this share is more likely than not to find its whole. */
const LIKELY = 0.5;
/** A forced member counts as content if the price misses its limit by no more than this share: rounding may mend that. */
const PRICE_TOLERANCE = 1e-9;
/** Rings that are tried, those with the highest bound first. */
const MOST_RINGS = 120;
const NOBODY: ReadonlySet<number> = new Set();
/** Parts above this size are trusted to the equilibrium: in a thick market few fill-or-kill members stay out by chance. */
const LARGE_PART = 300;

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

interface Answer {
  readonly ledger: Ledger;
  readonly score: number;
}

class Clearing {
  readonly #part: Part;
  /** Worth of an atom of each token, by which answers are compared. */
  #yardstick: Float64Array | undefined;
  #budget: number;
  #rounds = 0;
  #evaluations = 0;
  #converged = true;
  #swept = false;
  #best: Answer | undefined;

  constructor(part: Part, reference: Float64Array | undefined, budget: number) {
    this.#part = part;
    this.#yardstick = reference;
    this.#budget = budget;
  }

  run(): Cleared {
    const indicative = this.#equilibrate();
    if (this.#isUndecided()) {
      const size = this.#part.members.length;
      if (size <= SMALL_PART) this.#tryAllSets();
      else if (size <= LARGE_PART || this.#best === undefined) this.#tryRings();
      this.#addWhole();
    }
    return {
      ledger: this.#best?.ledger,
      indicative,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      converged: this.#converged,
      swept: this.#swept,
    };
  }

  /** Whether a choice is open that the equilibrium does not make: a fill-or-kill member or a rival for a nonce left out. */
  #isUndecided(): boolean {
    const nonces = new Set<number>();
    return this.#part.members.some((member, i) => {
      const isRival = nonces.has(member.nonce);
      nonces.add(member.nonce);
      return isRival || (member.whole && (this.#best?.ledger.executed[i] ?? 0n) === 0n);
    });
  }

  /** The equilibrium of all, of rivals for a nonce only the best; then with the fill-or-kill members decided. */
  #equilibrate(): Float64Array {
    const left = new Set(this.#part.members.keys());
    let market = marketOf(this.#part);
    let equilibrium = this.#find(market);
    const indicative = equilibrium.prices;
    this.#yardstick ??= equilibrium.strictPrices;
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
      this.#offerAll(market, equilibrium, new Set(members), left);
      return indicative;
    }
    const likely = new Set(filled.filter((k) => at(equilibrium.fill, k) >= LIKELY));
    this.#force(market, equilibrium, filled, likely, left);
    if (likely.size < filled.length) this.#force(market, equilibrium, filled, new Set(filled), left);
    return indicative;
  }

  /**
   * Lets chosen fill-or-kill traders trade whole at any price, the others not at all, and the partial ones as they like;
   * bans those whose limit the prices break, the worst first, and chooses anew, until all that are chosen are content.
   */
  #force(
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
        this.#offerAll(forced, equilibrium, kept, left);
        return;
      }
      broken.sort((a, b) => b.missing - a.missing);
      const count = this.#part.members.length > LARGE_PART ? broken.length : Math.ceil(broken.length / 4);
      for (const { k } of broken.slice(0, count)) banned.add(k);
    }
  }

  #offerAll(
    market: Market,
    equilibrium: Equilibrium,
    whole: ReadonlySet<number>,
    left: ReadonlySet<number>,
  ): void {
    for (const proposal of proposalsFrom(this.#part, market, equilibrium))
      this.#offer(proposal, [...whole], left);
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

  /** Fills at the proposed prices, with as many of the whole ones as can be had, and keeps the answer if it is the best. */
  #offer({ prices, likelyFull }: Proposal, whole: readonly number[], allowed: ReadonlySet<number>): boolean {
    let kept = [...whole];
    for (let tries = 0; ; tries++) {
      const roles: Roles = { whole: kept, partial: this.#partialsBeside(kept, allowed, prices), likelyFull };
      const result = allocate(this.#part, prices, roles);
      if (result.ledger !== undefined) return this.#keep(result.ledger);
      const drop =
        result.refused.length > 0
          ? result.refused
          : this.#leastBuyers(kept, result.short, prices, 2 ** (tries >> 2));
      if (drop.length === 0) return false;
      kept = kept.filter((index) => !drop.includes(index));
    }
  }

  /** The partial members that may fill beside the whole ones: of rivals for a nonce only the best at these prices. */
  #partialsBeside(
    whole: readonly number[],
    allowed: ReadonlySet<number>,
    prices: readonly bigint[],
  ): number[] {
    const taken = new Map<number, number | undefined>();
    for (const index of whole) taken.set(this.#part.members[index]?.nonce ?? -1, undefined);
    const gain = (index: number): bigint => {
      const member = this.#part.members[index];
      if (member === undefined) return 0n;
      return (prices[member.sell] ?? 0n) * member.limit.den - (prices[member.buy] ?? 0n) * member.limit.num;
    };
    this.#part.members.forEach((member, index) => {
      if (member.whole || !allowed.has(index) || gain(index) < 0n) return;
      if (!taken.has(member.nonce)) {
        taken.set(member.nonce, index);
        return;
      }
      const rival = taken.get(member.nonce);
      if (rival !== undefined && gain(index) > gain(rival)) taken.set(member.nonce, index);
    });
    return [...taken.values()].filter((index) => index !== undefined).sort((a, b) => a - b);
  }

  /** Of the whole members, the smallest that buy a token that is short; the smallest of all if none does. */
  #leastBuyers(
    whole: readonly number[],
    short: readonly number[],
    prices: readonly bigint[],
    count: number,
  ): number[] {
    const worth = (index: number): bigint => {
      const member = this.#part.members[index];
      if (member === undefined) return 0n;
      return member.cap * (prices[member.intent.kind === "sell" ? member.sell : member.buy] ?? 0n);
    };
    const buyers = whole.filter((index) => short.includes(this.#part.members[index]?.buy ?? -1));
    const ranked = (buyers.length > 0 ? buyers : whole).map((index) => ({ index, value: worth(index) }));
    ranked.sort((a, b) => (a.value < b.value ? -1 : 1));
    return ranked.slice(0, count).map(({ index }) => index);
  }

  #keep(ledger: Ledger): boolean {
    const score = this.#score(ledger);
    const isBetter =
      this.#best === undefined
        ? score > 0
        : score > this.#best.score + LEAST_GAIN * Math.abs(this.#best.score);
    if (isBetter) this.#best = { ledger, score };
    return isBetter;
  }

  #score(ledger: Ledger): number {
    const worth = (token: number): number => this.#yardstick?.[token] ?? 1;
    return ledger.part.members.reduce((sum, member, i) => {
      const amounts = ledger.amounts[i];
      if (amounts === undefined || amounts.sold === 0n) return sum;
      const gained = member.intent.kind === "sell" ? member.buy : member.sell;
      const surplus = Number(surplusOf(member.intent, amounts)) * worth(gained);
      return sum + surplus + VOLUME_WEIGHT * Number(amounts.bought) * worth(member.buy);
    }, 0);
  }

  #tryAllSets(): void {
    for (const set of settleableSets(this.#part)) {
      if (this.#budget <= 0) return;
      this.#trySet(set);
    }
  }

  /** Rings through fill-or-kill members left out, those that could gain most first; then unions that settle together. */
  #tryRings(): void {
    const before = this.#best?.ledger;
    const out = this.#part.members.flatMap((member, i) =>
      member.whole && (before?.executed[i] ?? 0n) === 0n ? [i] : [],
    );
    const rings = findRings(this.#part, out);
    const ranked = rings
      .map((ring) => ({ ring, bound: this.#bound(ring) }))
      .sort((a, b) => b.bound - a.bound);
    const found: { ring: number[]; score: number }[] = [];
    for (const { ring } of ranked.slice(0, MOST_RINGS)) {
      if (this.#budget <= 0) break;
      const score = this.#trySet(ring);
      if (score !== undefined) found.push({ ring, score });
    }
    found.sort((a, b) => b.score - a.score);
    let union: number[] = [];
    for (const { ring } of found) {
      if (this.#budget <= 0) break;
      const wider = [...new Set([...union, ...ring])];
      const nonces = new Set(wider.map((i) => this.#part.members[i]?.nonce));
      if (nonces.size < wider.length || wider.length === union.length) continue;
      if (union.length === 0 || this.#trySet(wider) !== undefined) union = wider;
    }
    if (union.length > 0) this.#trySet(union, true);
  }

  /**
   * About the most that a set can gain: with what is bought of each token sold within the set, the sum of surpluses does
   * not depend on the clearing prices, and no member adds more than its amount at the worth of its tokens.
   */
  #bound(set: readonly number[]): number {
    const worth = (token: number): number => this.#yardstick?.[token] ?? 1;
    return set.reduce((sum, i) => {
      const member = this.#part.members[i];
      if (member === undefined) return sum;
      const limit = (toNumber(member.limit) * worth(member.buy)) / worth(member.sell);
      const size = Number(member.cap) * worth(member.intent.kind === "sell" ? member.sell : member.buy);
      const gain = member.intent.kind === "sell" ? size * (1 - limit) : size * (1 / limit - 1);
      return sum + (member.whole ? gain : Math.max(0, gain));
    }, 0);
  }

  /** Tries to settle a set, on request with whoever else can fill in part at its prices; returns the score of the best answer that has all its fill-or-kill members. */
  #trySet(set: readonly number[], withOthers = this.#part.members.length <= SMALL_PART): number | undefined {
    this.#budget--;
    this.#rounds++;
    const whole = set.filter((i) => this.#part.members[i]?.whole);
    const allowed = new Set(withOthers ? this.#part.members.keys() : set);
    const prices = new Float64Array(this.#part.tokens.length).fill(1);
    let proposals: Proposal[] = [];
    for (const group of connectedGroups(this.#part, set)) {
      const window = priceWindow(this.#part, group, this.#yardstick ?? prices);
      if (window === undefined) return undefined;
      proposals = mergeGroups(this.#part, proposals, group, proposalsFromWindow(this.#part, group, window));
    }
    let best: number | undefined;
    for (const proposal of proposals) {
      const roles: Roles = { whole, partial: this.#partialsBeside(whole, allowed, proposal.prices) };
      const result = allocate(this.#part, proposal.prices, roles);
      if (result.ledger === undefined) continue;
      this.#keep(result.ledger);
      best = Math.max(best ?? -Infinity, this.#score(result.ledger));
    }
    return best;
  }

  /** At the prices of the best answer, adds fill-or-kill members that it leaves out as long as that gains. */
  #addWhole(): void {
    const start = this.#best?.ledger;
    if (start === undefined) return;
    const everybody = new Set(this.#part.members.keys());
    const outside = this.#part.members.flatMap((member, i) =>
      member.whole && start.executed[i] === 0n && start.isWithinLimit(member) ? [i] : [],
    );
    const tries = Math.min(MOST_ADDITIONS, Math.ceil(ADDITION_WORK / this.#part.members.length));
    for (const index of outside.slice(0, tries)) {
      const current = this.#best?.ledger ?? start;
      const whole = this.#part.members.flatMap((member, i) =>
        member.whole && (current.executed[i] ?? 0n) > 0n ? [i] : [],
      );
      const nonces = new Set(whole.map((i) => this.#part.members[i]?.nonce));
      if (nonces.has(this.#part.members[index]?.nonce)) continue;
      const wider = [...whole, index];
      const roles: Roles = { whole: wider, partial: this.#partialsBeside(wider, everybody, start.prices) };
      const result = allocate(this.#part, start.prices, roles);
      if (result.ledger !== undefined) this.#keep(result.ledger);
    }
  }
}

function traders(market: Market): number[] {
  return [...Array(market.count).keys()];
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
