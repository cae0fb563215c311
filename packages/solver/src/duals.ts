import { at } from "./engine/access.ts";
import type { Member } from "./parts.ts";

/** What a member adds to the bound at dual prices y, in floating point: `max(0, brings y[sell] - takes y[buy])`. */
export interface BoundTerm {
  readonly sell: number;
  readonly buy: number;
  readonly brings: number;
  readonly takes: number;
}

/** Visits of a term that looking for a lower bound may cost. */
const MOST_VISITS = 1_500_000;
const MOST_SWEEPS = 40;
/** A sweep that lowers the bound by less than this share is the last one. */
const LEAST_GAIN = 1e-4;

/** The terms of the bound that a member stands for, fees included as far as they are proportional. */
export function boundTerms(members: readonly Member[]): BoundTerm[] {
  return members.map(({ intent, cap, sell, buy, whole }) => {
    const [give, limit, fee] = [intent.sellAmount, intent.limitBuyAmount, whole ? 0n : intent.fee].map(
      Number,
    );
    const share = Number(cap) / (intent.kind === "sell" ? (give ?? 1) : (limit ?? 1));
    return { sell, buy, brings: share * ((give ?? 0) - (fee ?? 0)), takes: share * (limit ?? 0) };
  });
}

/**
 * Dual prices at which the bound is low: the best of the guesses, each scaled in several ways to keep above the floor, then
 * one price after the other set where the bound, a convex function of it, is least. Floats: what they find is only a
 * proposal.
 *
 * @param floor least value of each dual price
 */
export function lowerDuals(
  terms: readonly BoundTerm[],
  floor: Float64Array,
  guesses: readonly Float64Array[],
): Float64Array {
  let best = floor;
  let least = sumAt(terms, floor);
  const keep = (duals: Float64Array): void => {
    const sum = sumAt(terms, duals);
    if (!(sum < least)) return;
    best = duals;
    least = sum;
  };
  for (const guess of guesses) {
    const ratios = [...guess].flatMap((price, t) =>
      price > 0 && at(floor, t) > 0 ? [at(floor, t) / price] : [],
    );
    ratios.sort((a, b) => b - a);
    const step = Math.max(1, Math.ceil(ratios.length / 8));
    for (let i = 0; i < ratios.length; i += step) {
      keep(floor.map((lowest, t) => Math.max(lowest, at(guess, t) * (ratios[i] ?? 0))));
    }
  }
  return sweepDown(terms, floor, best, least);
}

function sweepDown(
  terms: readonly BoundTerm[],
  floor: Float64Array,
  start: Float64Array,
  sum: number,
): Float64Array {
  const duals = Float64Array.from(start);
  const ofToken = Array.from(floor, (): BoundTerm[] => []);
  for (const term of terms) {
    ofToken[term.sell]?.push(term);
    ofToken[term.buy]?.push(term);
  }
  let before = sum;
  const sweeps = Math.min(MOST_SWEEPS, Math.floor(MOST_VISITS / (3 * terms.length)));
  for (let sweep = 0; sweep < sweeps && before > 0; sweep++) {
    ofToken.forEach((own, t) => {
      duals[t] = Math.max(at(floor, t), lowestPoint(own, t, duals));
    });
    const now = sumAt(terms, duals);
    if (!(now < before * (1 - LEAST_GAIN))) break;
    before = now;
  }
  return duals;
}

/** Where the sum of the terms of one token is least, the other prices held: sellers raise it, buyers lower it. */
function lowestPoint(terms: readonly BoundTerm[], token: number, duals: Float64Array): number {
  let slope = 0;
  const kinks = terms.flatMap(({ sell, buy, brings, takes }) => {
    if (sell === token) return brings > 0 ? [{ price: (takes * at(duals, buy)) / brings, bend: brings }] : [];
    slope -= takes;
    return [{ price: (brings * at(duals, sell)) / takes, bend: takes }];
  });
  kinks.sort((a, b) => a.price - b.price);
  for (const { price, bend } of kinks) {
    slope += bend;
    if (slope >= 0) return price;
  }
  return at(duals, token);
}

function sumAt(terms: readonly BoundTerm[], duals: Float64Array): number {
  return terms.reduce(
    (sum, { sell, buy, brings, takes }) =>
      sum + Math.max(0, brings * at(duals, sell) - takes * at(duals, buy)),
    0,
  );
}
