import { FILL_TOLERANCE } from "./candidates.ts";
import type { Effort } from "./effort.ts";
import { at } from "./engine/access.ts";
import { findEquilibrium } from "./equilibrium.ts";
import type { Ledger } from "./ledger.ts";
import { type Market, marketOf, restrict } from "./market.ts";
import type { Member, Part } from "./parts.ts";

/** Times that fills are ranked anew at the prices found, and sizes tried at each ranking. */
const RANKINGS = 4;
const SIZES = 8;
/** A ranking that gains less than this share is the last one. */
const LEAST_GAIN = 1e-3;
const NOBODY: ReadonlySet<number> = new Set();

/** A part with the answer of which only some fills may stay. */
export interface Crowded {
  readonly part: Part;
  readonly ledger: Ledger;
  /** What an atom of each token is worth, where that is known. */
  readonly reference: Float64Array | undefined;
  /** Prices at which the part would balance if everybody could fill in part. */
  readonly indicative: Float64Array;
}

/**
 * Chooses the fills that stay where a batch may hold only so many: those that gain most at prices at which they balance. At given
 * prices that is a ranking; without the others the prices move, so a few rankings follow each other, each with equilibria of as many
 * of the first as leave no more fills than there may be.
 *
 * @param most fills that may stay in all parts together
 * @returns the members that stay, at most so many
 */
export function chooseFills(crowded: readonly Crowded[], most: number, effort: Effort): Set<Member> {
  // Parts without a common measure count as if the mean fill of each were of the same size.
  const isReferenced = crowded.every(({ reference }) => reference !== undefined);
  const parts = crowded.map((part) => new CrowdedPart(part, isReferenced));
  let best: Choice = { chosen: [], gain: -Infinity };
  for (let i = 0; i < RANKINGS; i++) {
    const before = best.gain;
    best = bestOfRanking(parts, most, best, effort);
    if (effort.isOver || best.gain <= before + LEAST_GAIN * Math.abs(before)) break;
  }
  return new Set(best.chosen);
}

interface Choice {
  readonly chosen: readonly Member[];
  readonly gain: number;
}

/** Ranks all fills at the present prices, and finds how many of the first leave about as many fills as there may be. */
function bestOfRanking(parts: readonly CrowdedPart[], most: number, known: Choice, effort: Effort): Choice {
  const ranked = parts.flatMap((part) => part.ranking());
  ranked.sort((a, b) => b.gain - a.gain);
  let best = known;
  let [least, greatest] = [most, ranked.length];
  let size = most;
  for (let i = 0; i < SIZES; i++) {
    const first = ranked.slice(0, size);
    const found = parts.map((part) => part.fillAmong(first));
    const chosen = found.flatMap((choice) => choice.chosen);
    const gain = found.reduce((sum, choice) => sum + choice.gain, 0);
    if (chosen.length <= most) {
      least = size;
      if (gain > best.gain) {
        best = { chosen, gain };
        for (const part of parts) part.keep();
      }
    } else greatest = size;
    if (effort.isOver && best.gain > -Infinity) break;
    // As many more as fills are missing, if that is between what was too few and what was too many.
    const next = Math.round((size * most) / Math.max(1, chosen.length));
    const isBetween = next > least && next < greatest;
    size = isBetween ? next : (least + greatest) >> 1;
    if (size <= least || size >= greatest) break;
  }
  return best;
}

interface Ranked {
  readonly part: CrowdedPart;
  readonly index: number;
  readonly gain: number;
}

class CrowdedPart {
  readonly #part: Part;
  readonly #market: Market;
  readonly #filled: readonly number[];
  readonly #yardstick: Float64Array;
  #prices: Float64Array;
  #last: Float64Array;

  constructor({ part, ledger, reference, indicative }: Crowded, isReferenced: boolean) {
    this.#part = part;
    this.#yardstick = (isReferenced ? reference : undefined) ?? scaled(ledger, indicative);
    this.#prices = Float64Array.from(ledger.prices, Number);
    this.#last = this.#prices;
    const filled = new Set(part.members.keys().filter((i) => (ledger.executed[i] ?? 0n) > 0n));
    this.#filled = [...filled];
    this.#market = restrict(marketOf(part), (i) => filled.has(i), NOBODY);
  }

  /** The fills with what each gains whole at the present prices. */
  ranking(): Ranked[] {
    return this.#filled.map((index, k) => ({
      part: this,
      index,
      gain: this.#gainOf(this.#market, k, this.#prices),
    }));
  }

  /** Those who fill if only those ranked first may. */
  fillAmong(first: readonly Ranked[]): Choice {
    const among = new Set(first.filter(({ part }) => part === this).map(({ index }) => index));
    const market = restrict(this.#market, (i) => among.has(i), NOBODY);
    const chosen: Member[] = [];
    let gain = 0;
    // What pools would make of it is not known before: all may fill.
    const equilibrium = this.#part.pools.length > 0 ? undefined : findEquilibrium(market, this.#prices);
    this.#last = equilibrium?.prices ?? this.#prices;
    for (let k = 0; k < market.count; k++) {
      const share = equilibrium === undefined ? 1 : at(equilibrium.fill, k);
      const member = this.#part.members[at(market.member, k)];
      if (member === undefined || share <= FILL_TOLERANCE) continue;
      chosen.push(member);
      gain += share * this.#gainOf(market, k, this.#last);
    }
    return { chosen, gain };
  }

  /** Takes the prices of the last equilibrium for the next ranking. */
  keep(): void {
    this.#prices = this.#last;
  }

  #gainOf({ sell, buy, limit, amount, isBuy }: Market, k: number, prices: Float64Array): number {
    const [a, b] = [at(sell, k), at(buy, k)];
    const price = at(prices, a) / at(prices, b);
    return at(isBuy, k) === 1
      ? at(this.#yardstick, a) * at(amount, k) * (1 / at(limit, k) - 1 / price)
      : at(this.#yardstick, b) * at(amount, k) * (price - at(limit, k));
  }
}

/** Prices on the scale on which the mean fill buys for one. */
function scaled({ part, amounts, fills }: Ledger, prices: Float64Array): Float64Array {
  let bought = 0;
  part.members.forEach(({ buy }, i) => (bought += Number(amounts[i]?.bought ?? 0n) * at(prices, buy)));
  return prices.map((price) => (price * fills) / bought);
}
