import { at } from "../engine/access.ts";
import type { Equilibrium } from "../equilibrium.ts";
import type { Part } from "../parts.ts";
import { type Agent, answerOf, inputAt, type Rung } from "./ladder.ts";

/** A rung counts as full, and the price as beyond it, from here on. */
const FULL = 1 - 1e-9;
/** A swap that finds less than this share of its input waits for another one; what is missing of more may be imprecision. */
const FUNDED = 0.99;
/** By how much a pool's price is to be better than what it has to be, beside a share: atoms. */
const ROOM_ATOMS = 8;
/** The share of an input that may be given up for it. */
const MOST_ROOM_BITS = 16n;

/** Inputs that are expected of some pools' agents, of which all others are expected to stand idle. */
export type Expected = ReadonlyMap<Agent, bigint>;

/** An equilibrium of a part with its agents' ladders, and what it says of them. */
export interface State extends Pick<Equilibrium, "prices" | "strictPrices" | "fill" | "flow"> {
  readonly agents: readonly Agent[];
  /** `fill` and `flow` are by its members. */
  readonly part: Part;
  readonly rungs: readonly Rung[];
}

/**
 * What each agent is asked for in an equilibrium: what its rungs take; or where the price lies between two of them, its whole
 * answer to that price.
 */
export function expectedOf({ part, rungs, prices, fill, flow }: State): Expected {
  const first = part.members.length - rungs.length;
  const expected = new Map<Agent, bigint>();
  const isPartly = new Set<Agent>();
  rungs.forEach(({ agent }, i) => {
    const share = at(fill, first + i);
    if (share <= 0) return;
    if (share < FULL) isPartly.add(agent);
    const taken = at(flow, first + i) / at(prices, agent.tokenIn);
    if (taken >= 1) expected.set(agent, (expected.get(agent) ?? 0n) + BigInt(Math.floor(taken)));
  });
  for (const agent of expected.keys()) {
    if (isPartly.has(agent)) continue;
    const price = at(prices, agent.tokenIn) / at(prices, agent.tokenOut);
    expected.set(agent, inputAt(agent, price));
  }
  return expected;
}

/**
 * A little less for each agent, at which its price is better by what rounding may take: where limits of others make all prices,
 * the pools must be content with them.
 *
 * @param room by which share its price is to be better
 */
export function withRoom(expected: Expected, room: number): Expected {
  return new Map(
    [...expected].map(([agent, amountIn]) => {
      const out = Number(answerOf(agent, amountIn));
      const fewest = Math.max(1, Math.min(Number(amountIn), out));
      const less = inputAt(agent, (out / Number(amountIn)) * (1 + room + ROOM_ATOMS / fewest));
      const least = amountIn - (amountIn >> MOST_ROOM_BITS);
      return [agent, less > least ? less : least] as const;
    }),
  );
}

/** The agents whose swaps do not find their inputs in a state. */
export function unfundedOf({ part, rungs, flow }: State): Agent[] {
  const first = part.members.length - rungs.length;
  const gross = new Float64Array(part.tokens.length);
  const taken = new Map<Agent, number>();
  part.members.forEach(({ sell, buy }, i) => {
    const agent = rungs[i - first]?.agent;
    const value = at(flow, i);
    if (agent !== undefined) {
      if (value > 0) taken.set(agent, (taken.get(agent) ?? 0) + value);
      return;
    }
    gross[sell] = at(gross, sell) + value;
    gross[buy] = at(gross, buy) - value;
  });
  return unfundedAmong(gross, taken, FUNDED);
}

/**
 * The agents whose swaps do not find their inputs, all done that can be done before; those that come least close to it first.
 *
 * @param gross per token, the value that intents sell less what they buy
 * @param swapped the value that each agent takes
 * @param least share of its input with which a swap counts as funded
 */
export function unfundedAmong(
  gross: Float64Array,
  swapped: ReadonlyMap<Agent, number>,
  least: number,
): Agent[] {
  const taken = new Map(swapped);
  const held = gross.map((value) => Math.max(0, value));
  const fundingOf = ([{ tokenIn }, value]: [Agent, number]): number => at(held, tokenIn) / value;
  for (;;) {
    const [best] = [...taken].sort((a, b) => fundingOf(b) - fundingOf(a));
    if (best === undefined || fundingOf(best) < least) break;
    const [agent, value] = best;
    taken.delete(agent);
    held[agent.tokenIn] = at(held, agent.tokenIn) - value;
    held[agent.tokenOut] = at(held, agent.tokenOut) + value;
  }
  return [...taken].sort((a, b) => fundingOf(a) - fundingOf(b)).map(([agent]) => agent);
}

/** The largest share by which an agent's input differs, of the larger one. */
export function changeOf(before: Expected, after: Expected): number {
  let most = 0;
  for (const agent of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [Number(before.get(agent) ?? 0n), Number(after.get(agent) ?? 0n)];
    if (a !== b) most = Math.max(most, Math.abs(a - b) / Math.max(a, b));
  }
  return most;
}
