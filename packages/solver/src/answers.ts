import { allocate, type Roles } from "./allocate.ts";
import { surplusOf } from "./arithmetic.ts";
import type { Proposal } from "./candidates.ts";
import type { Effort } from "./effort.ts";
import { CLEAR, type Ledger } from "./ledger.ts";
import type { Member, Part } from "./parts.ts";
import { isLess, type Ratio } from "./ratio.ts";

/** Worth of a unit of volume against a unit of surplus: it only decides between equals. */
const VOLUME_WEIGHT = 1e-9;
/** An answer replaces another only if it is worth more by this share. */
const LEAST_GAIN = 1e-9;

/** Above this size every try counts, and those that are given up for a shortage are twice as many each time. */
export const LARGE_PART = 300;
/** Up to it they are twice as many every so many times (a power of two). */
const PATIENCE_BITS = 2;

/** Turns proposals for a part into answers by exact allocation, and keeps the best one. */
export class Answers {
  readonly #part: Part;
  /** Worth of an atom of each token, by which answers are compared. */
  readonly yardstick: Float64Array;
  /** Per member, whether another one has its nonce. */
  readonly #hasRival: Uint8Array;
  #best: { readonly ledger: Ledger; readonly score: number } | undefined;

  constructor(part: Part, yardstick: Float64Array) {
    this.#part = part;
    this.yardstick = yardstick;
    const first = new Map<number, number>();
    this.#hasRival = new Uint8Array(part.members.length);
    part.members.forEach(({ nonce }, index) => {
      const rival = first.get(nonce);
      if (rival === undefined) first.set(nonce, index);
      else this.#hasRival[index] = this.#hasRival[rival] = 1;
    });
  }

  /** The best answer so far. */
  get best(): Ledger | undefined {
    return this.#best?.ledger;
  }

  /** What the best answer so far is worth; 0 where there is none. */
  get score(): number {
    return this.#best?.score ?? 0;
  }

  /** What a member executes in the best answer so far. */
  executed(member: number): bigint {
    return this.#best?.ledger.executed[member] ?? 0n;
  }

  /**
   * Fills at the proposed prices, with as many of the whole ones as can be had, and keeps the answer if it is the best.
   *
   * @returns the worth of the answer, if there is one
   */
  offer(
    { prices, likelyFull }: Proposal,
    whole: readonly number[],
    allowed: ReadonlySet<number>,
    effort: Effort,
  ): number | undefined {
    const patience = this.#part.members.length > LARGE_PART ? 0 : PATIENCE_BITS;
    let kept = [...whole];
    for (let tries = 0; ; tries++) {
      const roles: Roles = { whole: kept, partial: this.#partialsBeside(kept, allowed, prices), likelyFull };
      const result = allocate(this.#part, prices, roles);
      if (result.ledger !== undefined) return this.#keep(result.ledger);
      const drop = new Set(
        result.refused.length > 0
          ? result.refused
          : this.#leastBuyers(kept, result.short, prices, 2 ** (tries >> patience)),
      );
      if (drop.size === 0 || (effort.isOver && this.#best !== undefined)) return undefined;
      kept = kept.filter((index) => !drop.has(index));
    }
  }

  /** Fills at the proposed prices with all of the whole ones or not at all; returns the worth of the answer, if there is one. */
  offerExactly(
    proposal: Proposal,
    whole: readonly number[],
    allowed: ReadonlySet<number>,
  ): number | undefined {
    const roles: Roles = { whole, partial: this.#partialsBeside(whole, allowed, proposal.prices) };
    const { ledger } = allocate(this.#part, proposal.prices, roles);
    if (ledger === undefined) return undefined;
    return this.#keep(ledger);
  }

  /** The partial members that may fill beside the whole ones: of rivals for a nonce only the best at these prices. */
  #partialsBeside(
    whole: readonly number[],
    allowed: ReadonlySet<number>,
    prices: readonly bigint[],
  ): number[] {
    const { members } = this.#part;
    const near = Float64Array.from(prices, Number);
    const partials: number[] = [];
    const taken = new Map<number, number | undefined>();
    for (const index of whole) taken.set(members[index]?.nonce ?? -1, undefined);
    const even: Ratio = { num: 1n, den: 1n };
    const betterThanLimit = ({ sell, buy, limit }: Member): Ratio => ({
      num: (prices[sell] ?? 0n) * limit.den,
      den: (prices[buy] ?? 0n) * limit.num,
    });
    members.forEach((member, index) => {
      if (member.whole || !allowed.has(index)) return;
      // Doubles rule out most; integers decide where it is close.
      const { sell, buy, limitNear, nonce } = member;
      const better = (near[sell] ?? 1) / (near[buy] ?? 1) / limitNear;
      if (better < 1 - CLEAR || (better < 1 + CLEAR && isLess(betterThanLimit(member), even))) return;
      if (this.#hasRival[index] !== 1) {
        partials.push(index);
        return;
      }
      if (!taken.has(nonce)) {
        taken.set(nonce, index);
        return;
      }
      const rival = members[taken.get(nonce) ?? -1];
      if (rival !== undefined && isLess(betterThanLimit(rival), betterThanLimit(member)))
        taken.set(nonce, index);
    });
    for (const index of taken.values()) if (index !== undefined) partials.push(index);
    return partials.sort((a, b) => a - b);
  }

  /** Of the whole intents, the smallest that buy a token that is short; the smallest of all if none does. */
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
    const isShort = new Set(short);
    const intents = whole.filter((index) => this.#part.members[index]?.isPool !== true);
    const buyers = intents.filter((index) => isShort.has(this.#part.members[index]?.buy ?? -1));
    const ranked = (buyers.length > 0 ? buyers : intents).map((index) => ({ index, value: worth(index) }));
    ranked.sort((a, b) => (a.value < b.value ? -1 : 1));
    return ranked.slice(0, count).map(({ index }) => index);
  }

  #keep(ledger: Ledger): number {
    const score = worthOf(ledger, this.yardstick);
    const least = this.#best === undefined ? 0 : this.#best.score * (1 + LEAST_GAIN);
    if (score > least) this.#best = { ledger, score };
    return score;
  }

  /**
   * About the most that a set can gain: with what is bought of each token sold within the set, the sum of surpluses does
   * not depend on the clearing prices, and no member adds more than its amount at the worth of its tokens.
   */
  bound(set: readonly number[]): number {
    const worth = (token: number): number => this.yardstick[token] ?? 1;
    return set.reduce((sum, i) => {
      const member = this.#part.members[i];
      if (member === undefined) return sum;
      const limit = (member.limitNear * worth(member.buy)) / worth(member.sell);
      const size = Number(member.cap) * worth(member.intent.kind === "sell" ? member.sell : member.buy);
      const gain = member.intent.kind === "sell" ? size * (1 - limit) : size * (1 / limit - 1);
      return sum + (member.whole ? gain : Math.max(0, gain));
    }, 0);
  }
}

/** What the fills are worth to the signers beyond their limits, and a little for volume. What a pool gains counts for nothing. */
export function worthOf(ledger: Ledger, yardstick: Float64Array): number {
  const worth = (token: number): number => yardstick[token] ?? 1;
  return ledger.part.members.reduce((sum, member, i) => {
    const amounts = ledger.amounts[i];
    if (amounts === undefined || amounts.sold === 0n || member.isPool === true) return sum;
    const gained = member.intent.kind === "sell" ? member.buy : member.sell;
    const surplus = Number(surplusOf(member.intent, amounts)) * worth(gained);
    return sum + surplus + VOLUME_WEIGHT * Number(amounts.bought) * worth(member.buy);
  }, 0);
}
