import { at } from "./engine/access.ts";
import type { Market } from "./market.ts";

/** Above this many candidates only single changes are tried, below also exchanges of two. */
const MOST_FOR_EXCHANGES = 300;
/** Changes that are made at most. */
const MOST_CHANGES = 600;
/** Sum of imbalances, each as a share of its token's volume, at which prices can do the rest. */
const ENOUGH = 1e-5;

/**
 * Chooses which fill-or-kill traders trade whole, so that at given prices what is sold of each token is worth about what
 * is bought of it; the little that is left prices can settle. Local search: the change, or the exchange of two, that
 * lessens the imbalance most, until none does.
 *
 * @param market all traders; those not among the candidates trade as `flow` says
 * @param candidates traders that may be chosen
 * @param chosen where the search starts
 * @returns the traders chosen
 */
export function chooseBalanced(
  market: Market,
  prices: Float64Array,
  flow: Float64Array,
  candidates: readonly number[],
  chosen: ReadonlySet<number>,
): Set<number> {
  const choice = new Set(candidates.filter((k) => chosen.has(k)));
  const isCandidate = new Set(candidates);
  // A token's imbalance counts as a share of what could be traded of it: that is how far its price would have to move.
  const weight = new Float64Array(market.tokens);
  const off = new Float64Array(market.tokens);
  const move = (k: number, value: number): void => {
    off[at(market.sell, k)] = at(off, at(market.sell, k)) + value;
    off[at(market.buy, k)] = at(off, at(market.buy, k)) - value;
  };
  const worth = (k: number): number =>
    at(market.amount, k) * at(prices, at(market.isBuy, k) === 1 ? at(market.buy, k) : at(market.sell, k));
  for (let k = 0; k < market.count; k++) {
    const value = isCandidate.has(k) ? worth(k) : at(flow, k);
    weight[at(market.sell, k)] = at(weight, at(market.sell, k)) + value;
    weight[at(market.buy, k)] = at(weight, at(market.buy, k)) + value;
    if (!isCandidate.has(k) || choice.has(k)) move(k, value);
  }
  const cost = (token: number, value: number): number =>
    value === 0 ? 0 : Math.abs(value) / at(weight, token);

  const change = (k: number): number => {
    const value = choice.has(k) ? -worth(k) : worth(k);
    const a = at(market.sell, k);
    const b = at(market.buy, k);
    return (
      cost(a, at(off, a) + value) - cost(a, at(off, a)) + cost(b, at(off, b) - value) - cost(b, at(off, b))
    );
  };
  const flip = (k: number): void => {
    move(k, choice.has(k) ? -worth(k) : worth(k));
    if (!choice.delete(k)) choice.add(k);
  };
  for (let changes = 0; changes < MOST_CHANGES; changes++) {
    const total = off.reduce((sum, value, token) => sum + cost(token, value), 0);
    if (total <= ENOUGH) break;
    const best = bestChange(candidates, change, flip, -1e-9 * total);
    if (best.length === 0) break;
    for (const k of best) flip(k);
  }
  return choice;
}

/** The single change that lessens the imbalance most, or else the best pair of changes; empty if none helps. */
function bestChange(
  candidates: readonly number[],
  change: (k: number) => number,
  flip: (k: number) => void,
  least: number,
): number[] {
  let best: number[] = [];
  let gain = least;
  for (const k of candidates) {
    const delta = change(k);
    if (delta >= gain) continue;
    gain = delta;
    best = [k];
  }
  if (best.length > 0 || candidates.length > MOST_FOR_EXCHANGES) return best;
  for (const [i, first] of candidates.entries()) {
    const alone = change(first);
    flip(first);
    for (const second of candidates.slice(i + 1)) {
      const delta = alone + change(second);
      if (delta >= gain) continue;
      gain = delta;
      best = [first, second];
    }
    flip(first);
  }
  return best;
}
