import { at } from "./engine/access.ts";
import type { Member, Part } from "./parts.ts";

/** Parts up to this size are searched through every set of their members. */
export const SMALL_PART = 8;
/** Rings longer than this are left to the equilibrium. */
const LONGEST_RING = 4;
/** Steps that the search for rings may take in all. */
const RING_STEPS = 300_000;
/** Limits whose product is 1 to within this, in logarithms, just meet. */
const LOG_TIE = 1e-11;

/**
 * All sets of members that could settle together: each member on a cycle of the set, no two with one nonce, no cycle of
 * limits that contradicts itself. Largest sets first.
 *
 * @param withoutWhole whether sets without a fill-or-kill member count; the equilibrium answers for those already
 */
export function settleableSets(part: Part, withoutWhole: boolean): number[][] {
  const count = part.members.length;
  const sets: number[][] = [];
  for (let bits = (1 << count) - 1; bits > 0; bits--) {
    const set = [...Array(count).keys()].filter((i) => (bits & (1 << i)) !== 0);
    if (!withoutWhole && !set.some((i) => part.members[i]?.whole)) continue;
    if (isSettleable(part, set)) sets.push(set);
  }
  return sets.sort((a, b) => b.length - a.length);
}

/** Whether a set passes the tests that need no prices. */
function isSettleable(part: Part, set: readonly number[]): boolean {
  const members = set.flatMap((i) => part.members[i] ?? []);
  if (new Set(members.map((member) => member.nonce)).size < members.length) return false;
  return isEachOnCycle(part, set) && areLimitsConsistent(part, set);
}

/**
 * Rings of two to four members, each selling what the next buys, through at least one of `starts`, with limits that do not
 * contradict each other. Each ring comes once.
 */
export function findRings(part: Part, starts: readonly number[]): number[][] {
  const bySell: { index: number; member: Member; log: number }[][] = part.tokens.map(() => []);
  part.members.forEach((member, index) => {
    bySell[member.sell]?.push({ index, member, log: Math.log(member.limitNear) });
  });
  const isStart = new Set(starts);
  const rings: number[][] = [];
  let steps = 0;
  for (const start of starts) {
    const first = part.members[start];
    if (first === undefined) continue;
    const path = [start];
    const tokens = new Set([first.sell]);
    const walk = (token: number, log: number): void => {
      tokens.add(token);
      for (const { index, member, log: own } of bySell[token] ?? []) {
        if (++steps > RING_STEPS) break;
        // A ring through several starts belongs to the least of them.
        if (index < start && isStart.has(index)) continue;
        if (path.some((i) => part.members[i]?.nonce === member.nonce)) continue;
        path.push(index);
        if (member.buy === first.sell) {
          if (log + own <= LOG_TIE) rings.push([...path]);
        } else if (path.length < LONGEST_RING && !tokens.has(member.buy)) walk(member.buy, log + own);
        path.pop();
      }
      tokens.delete(token);
    };
    walk(first.buy, Math.log(first.limitNear));
  }
  return rings;
}

/** The set in groups that share no token. */
export function connectedGroups(part: Part, set: readonly number[]): number[][] {
  const group = part.tokens.map((_, t) => t);
  for (const i of set) {
    const member = part.members[i];
    if (member === undefined) continue;
    const from = group[member.sell];
    const into = group[member.buy] ?? member.buy;
    group.forEach((g, t) => {
      if (g === from) group[t] = into;
    });
  }
  const groups = new Map<number, number[]>();
  for (const i of set) {
    const key = group[part.members[i]?.sell ?? 0] ?? 0;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [i]);
    else list.push(i);
  }
  return [...groups.values()];
}

/** Whether every member lies on a cycle of the set: the token bought leads back to the token sold. */
function isEachOnCycle(part: Part, set: readonly number[]): boolean {
  return set.every((i) => {
    const target = part.members[i]?.sell;
    const reached = new Set([part.members[i]?.buy]);
    for (const token of reached) {
      if (token === target) return true;
      for (const j of set) if (part.members[j]?.sell === token) reached.add(part.members[j]?.buy);
    }
    return false;
  });
}

/** Whether prices exist that meet all limits: no cycle whose limits multiply to more than 1 (Bellman–Ford, in logarithms). */
function areLimitsConsistent(part: Part, set: readonly number[]): boolean {
  const log = new Float64Array(part.tokens.length);
  for (let round = 0; round <= part.tokens.length; round++) {
    let isChanged = false;
    for (const i of set) {
      const member = part.members[i];
      if (member === undefined) continue;
      const least = at(log, member.buy) + Math.log(member.limitNear);
      if (at(log, member.sell) >= least - LOG_TIE) continue;
      log[member.sell] = least;
      isChanged = true;
    }
    if (!isChanged) return true;
  }
  return false;
}
