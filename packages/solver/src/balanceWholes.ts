import type { Dice } from "./annealing.ts";
import { BalancedSet } from "./balancedSet.ts";
import { f64 } from "./engine/access.ts";
import type { Trial } from "./trial.ts";

/** Costs of a unit of value that fills beyond its limit, as multiples of by how much, in turn until no limit is broken. */
const BREACHES = [100, 1_000, 10_000];
/** A change must lessen the cost by this share of all gains. */
const LEAST_CHANGE = 1e-9;
/** Broken limits that come to no more than this, in values that tokens turn over on average, count as kept. */
const KEPT = 1e-15;

/**
 * Makes of a trial a set that balances by itself, with everybody's limit kept, where all fill whole or not at all: then prices have to
 * follow from the set.
 *
 * @param dice says where to begin
 * @param isOver whether to give up
 * @returns whether all limits are kept
 */
export function balanceWholes(trial: Trial, dice: Dice, isOver: () => boolean): boolean {
  const set = new BalancedSet(trial);
  for (const breach of BREACHES) {
    if (!descend(trial, set, breach, dice, isOver)) return false;
    if (set.breach <= KEPT) break;
  }
  set.store();
  return set.breach <= KEPT;
}

/**
 * Changes one trader or two as long as that gains, broken limits counted as a cost.
 *
 * @returns whether it came to where no such change gains
 */
function descend(trial: Trial, set: BalancedSet, breach: number, dice: Dice, isOver: () => boolean): boolean {
  const { count, gain } = trial;
  const least = LEAST_CHANGE * trial.scale * trial.tokens;
  const costAfter = (i: number): number => {
    if (!set.has(i) && !set.canJoin(i)) return Infinity;
    const gained = set.gained + (set.has(i) ? -f64(gain, i) : f64(gain, i));
    return breach * set.breachAfter(i) - gained;
  };
  let i = dice.below(count);
  for (let idle = 0; idle < count; idle++) {
    if (isOver()) return false;
    i = (i + 1) % count;
    const enough = breach * set.breach - set.gained - least;
    const alone = costAfter(i);
    if (alone === Infinity || !set.change(i)) continue;
    let lowest = Math.min(alone, enough);
    let other = -1;
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const both = costAfter(j);
      if (both >= lowest) continue;
      lowest = both;
      other = j;
    }
    if (other >= 0) set.change(other);
    else if (alone >= enough) {
      set.change(i);
      continue;
    }
    idle = 0;
  }
  return true;
}
