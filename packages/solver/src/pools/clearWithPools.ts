import { worthOf } from "../answers.ts";
import { type Cleared, clearPart, type KnownPrices } from "../clear.ts";
import { at } from "../engine/access.ts";
import type { Effort } from "../effort.ts";
import { type Equilibrium, findEquilibrium } from "../equilibrium.ts";
import type { Ledger } from "../ledger.ts";
import { marketOf, restrict } from "../market.ts";
import { type Part, type PartPool, withoutPools } from "../parts.ts";
import {
  type Agent,
  agentsOf,
  answerOf,
  idlePoints,
  inputAt,
  ladderOf,
  nearPoints,
  pinnedPoints,
  type Rung,
  widePoints,
} from "./ladder.ts";
import type { Swap } from "./pool.ts";
import { neededInputs, swapsOf } from "./swaps.ts";

/** Equilibria in floating point, each with rungs where the one before says, before integers are tried; and tries of those. */
const MOST_APPROACHES = 16;
const MOST_TRIES = 6;
/** Shares of an input by which a next equilibrium changes it: small enough to stop, and too large for a pinned ladder. */
const SETTLED = 1e-9;
const UNSETTLED = 1e-6;
/** A rung counts as full, and the price as beyond it, from here on. */
const FULL = 1 - 1e-9;
/** A swap that finds less than this share of its input waits for another one; what is missing of more may be imprecision. */
const FUNDED = 0.99;
/** By how much a pool's price is to be better than what it has to be: a share, and atoms. */
const ROOM = 2 ** -40;
const ROOM_ATOMS = 8;
/** The share of an input that may be given up for it. */
const MOST_ROOM_BITS = 16n;
/** Pools that are tried without, one by one, where swaps cost gas. */
const MOST_OMISSIONS = 8;

/** A part cleared with the help of its pools. */
export interface ClearedWithPools extends Cleared {
  readonly swaps: readonly Swap[];
}

/** What the gas of one swap costs: so many atoms of a token of the part. */
export interface PartSwapCost {
  readonly token: number;
  readonly amount: bigint;
}

/**
 * Clears a part with its pools as further traders, each of which answers prices by the swap that is worth what it costs at
 * them; never worse than without pools, the gas of swaps counted.
 */
export function clearWithPools(
  part: Part,
  effort: Effort,
  known: KnownPrices,
  cost: PartSwapCost | undefined,
): ClearedWithPools {
  return new PoolClearing(part, effort, known, cost).run();
}

/** An answer of the whole part, and what it is worth with the gas of its swaps taken off. */
interface Answer {
  readonly ledger: Ledger;
  readonly swaps: readonly Swap[];
  readonly worth: number;
}

/** Inputs that are expected of some pools' agents, of which all others are expected to stand idle. */
type Expected = ReadonlyMap<Agent, bigint>;

/** An equilibrium of a part with its agents' ladders, and what it says of them. */
interface State extends Pick<Equilibrium, "prices" | "strictPrices" | "fill" | "flow"> {
  readonly agents: readonly Agent[];
  /** `fill` and `flow` are by its members. */
  readonly part: Part;
  readonly rungs: readonly Rung[];
}

interface Approach extends State {
  readonly expected: Expected;
}

/** "floating": rungs for an equilibrium; "near": for fills round what is expected; "pinned": for just that. */
type Style = "floating" | "near" | "pinned";

class PoolClearing {
  readonly #part: Part;
  readonly #effort: Effort;
  readonly #known: KnownPrices;
  readonly #cost: PartSwapCost | undefined;
  #yardstick = new Float64Array();
  #indicative = new Float64Array();
  #rounds = 0;
  #evaluations = 0;
  #certified = true;
  #swept = false;

  constructor(part: Part, effort: Effort, known: KnownPrices, cost: PartSwapCost | undefined) {
    this.#part = part;
    this.#effort = effort;
    this.#known = known;
    this.#cost = cost;
  }

  run(): ClearedWithPools {
    let best = this.#clear(this.#part.pools, this.#known.start);
    if (best !== undefined && this.#cost !== undefined) best = this.#withoutDearSwaps(best);
    const alone = withoutPools(this.#part);
    const bare =
      alone.members.length === 0
        ? undefined
        : clearPart(alone, this.#effort, { reference: this.#yardstick, start: this.#known.start });
    if (bare?.ledger !== undefined) {
      this.#count(bare);
      const worth = worthOf(bare.ledger, this.#yardstick);
      if (best === undefined || worth > best.worth)
        best = { ledger: bare.ledger.transferTo(this.#part), swaps: [], worth };
    }
    return {
      ledger: best?.ledger,
      swaps: best?.swaps ?? [],
      indicative: this.#indicative,
      rounds: this.#rounds,
      evaluations: this.#evaluations,
      certified: this.#certified,
      swept: this.#swept,
    };
  }

  /** Leaves out pools, that with the least swap first, as long as the gas that this saves is worth more than they bring. */
  #withoutDearSwaps(found: Answer): Answer {
    let best = found;
    const tried = new Set<string>();
    for (let i = 0; i < MOST_OMISSIONS && !this.#effort.isOver; i++) {
      const [least] = best.swaps
        .filter(({ pool }) => !tried.has(pool))
        .map((swap) => ({ swap, value: this.#valueOf(swap) }))
        .sort((a, b) => a.value - b.value);
      if (least === undefined) return best;
      tried.add(least.swap.pool);
      const used = new Set(best.swaps.map(({ pool }) => pool));
      const rest = this.#part.pools.filter(
        ({ pool: { address } }) => address !== least.swap.pool && used.has(address),
      );
      const answer = this.#clear(rest, this.#indicative);
      if (answer !== undefined && answer.worth > best.worth) best = answer;
    }
    return best;
  }

  #valueOf({ tokenIn, amountIn }: Swap): number {
    return Number(amountIn) * at(this.#yardstick, this.#part.tokens.indexOf(tokenIn.toLowerCase()));
  }

  /** The best answer with some of the pools. */
  #clear(pools: readonly PartPool[], start: Float64Array | undefined): Answer | undefined {
    const { agents, expected, prices, strictPrices } = this.#approachFunded(agentsOf(pools), start);
    if (this.#yardstick.length === 0) {
      this.#yardstick = Float64Array.from(this.#known.reference ?? strictPrices);
      this.#indicative = Float64Array.from(prices);
    }
    let best: Answer | undefined;
    let inputs = expected;
    // Who is to fill whole is decided with rungs everywhere; then the pools' part in that can be worked out.
    let style: Style = this.#part.members.some(({ whole }) => whole) ? "near" : "pinned";
    let failed = 0;
    for (let i = 0; i < MOST_TRIES; i++) {
      const { part, rungs } = this.#withLadders(agents, inputs, style);
      const cleared = clearPart(part, this.#effort, { reference: this.#yardstick, start: prices });
      this.#count(cleared);
      const { ledger } = cleared;
      const answer = ledger && this.#answer(ledger, rungs);
      if (answer !== undefined && (best === undefined || answer.worth > best.worth)) best = answer;
      if (this.#effort.isOver) break;
      const found = ledger && neededInputs(ledger, rungs);
      const change = found === undefined ? 1 : changeOf(inputs, found);
      if (
        style === "pinned" &&
        answer === undefined &&
        failed++ === 0 &&
        (change < UNSETTLED || ledger === undefined)
      ) {
        inputs = withRoom(inputs);
        continue;
      }
      if (ledger === undefined || found === undefined || (change === 0 && style === "pinned")) break;
      const isDecided = style === "near" || change > UNSETTLED;
      inputs = isDecided ? this.#approach(agents, prices, ledger, found).expected : found;
      style = "pinned";
    }
    return best;
  }

  /**
   * The agents whose swaps find their inputs one after the other, and what is expected of them. Pools whose prices differ trade
   * with each other, each with what the other one is still to give; one such agent after the other is left out.
   */
  #approachFunded(all: readonly Agent[], start: Float64Array | undefined): Approach {
    for (let agents = all, near = start; ;) {
      const approach = this.#approach(agents, near);
      const unfunded = leastFunded(approach);
      if (unfunded === undefined) return approach;
      agents = agents.filter((agent) => agent !== unfunded);
      near = approach.prices;
    }
  }

  /**
   * Equilibria in which everybody may fill in part, the rungs closer to each agent's answer each time.
   *
   * @param decided fills of which the fill-or-kill ones stay, and no others join them
   */
  #approach(
    agents: readonly Agent[],
    start: Float64Array | undefined,
    decided?: Ledger,
    guess: Expected = new Map(),
  ): Approach {
    let approach = this.#step(agents, guess, start, decided);
    for (let i = 1; i < MOST_APPROACHES && approach.expected.size > 0; i++) {
      const before = approach.expected;
      approach = this.#step(agents, before, approach.prices, decided);
      if (changeOf(before, approach.expected) < SETTLED) break;
    }
    return approach;
  }

  #step(
    agents: readonly Agent[],
    guess: Expected,
    start: Float64Array | undefined,
    decided: Ledger | undefined,
  ): Approach {
    const { part, rungs } = this.#withLadders(agents, guess, "floating");
    const forced = new Set<number>();
    part.members.forEach(({ whole }, i) => {
      if (whole && (decided?.executed[i] ?? 0n) > 0n) forced.add(i);
    });
    const all = marketOf(part);
    const isIn = (i: number): boolean => part.members[i]?.whole !== true || forced.has(i);
    const market = decided === undefined ? all : restrict(all, isIn, forced);
    const equilibrium = findEquilibrium(market, start);
    this.#rounds++;
    this.#evaluations += equilibrium.evaluations;
    const fill = new Float64Array(part.members.length);
    const flow = new Float64Array(part.members.length);
    market.member.forEach((member, k) => {
      fill[member] = at(equilibrium.fill, k);
      flow[member] = at(equilibrium.flow, k);
    });
    const { prices, strictPrices } = equilibrium;
    const state = { agents, part, rungs, prices, strictPrices, fill, flow };
    return { ...state, expected: expectedOf(state) };
  }

  #count({ rounds, evaluations, certified, swept }: Cleared): void {
    this.#rounds += rounds;
    this.#evaluations += evaluations;
    this.#certified &&= certified;
    this.#swept ||= swept;
  }

  /** The part with the agents' ladders as members, behind those that stand for intents. */
  #withLadders(agents: readonly Agent[], expected: Expected, style: Style): { part: Part; rungs: Rung[] } {
    const { members, wallets } = this.#part;
    const rungs: Rung[] = [];
    const nonces = members.reduce((most, { nonce }) => Math.max(most, nonce + 1), 0);
    for (const agent of agents) {
      const input = expected.get(agent);
      const first = { wallet: wallets.length + rungs.length, nonce: nonces + rungs.length };
      if (style === "floating") {
        const points =
          input !== undefined
            ? nearPoints(input)
            : expected.size === 0
              ? widePoints(agent)
              : idlePoints(agent);
        rungs.push(...ladderOf(agent, points, first, style));
      } else if (input === undefined) rungs.push(...ladderOf(agent, idlePoints(agent), first, "integer"));
      else if (style === "near") rungs.push(...ladderOf(agent, nearPoints(input), first, "integer"));
      else rungs.push(...ladderOf(agent, pinnedPoints(input), first, style));
    }
    const part = {
      ...this.#part,
      members: [...members, ...rungs.map(({ member }) => member)],
      wallets: [...wallets, ...rungs.map(({ member }) => member.cap)],
    };
    return { part, rungs };
  }

  #answer(ledger: Ledger, rungs: readonly Rung[]): Answer | undefined {
    const fills = ledger.transferTo(this.#part);
    const swaps = swapsOf(ledger, rungs, fills);
    if (swaps === undefined) return undefined;
    const gas =
      this.#cost === undefined ? 0 : Number(this.#cost.amount) * at(this.#yardstick, this.#cost.token);
    return { ledger: fills, swaps, worth: worthOf(fills, this.#yardstick) - swaps.length * gas };
  }
}

/**
 * What each agent is asked for in an equilibrium: what its rungs take; or where the price lies between two of them, its whole
 * answer to that price.
 */
function expectedOf({ part, rungs, prices, fill, flow }: State): Expected {
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
 */
function withRoom(expected: Expected): Expected {
  return new Map(
    [...expected].map(([agent, amountIn]) => {
      const out = Number(answerOf(agent, amountIn));
      const fewest = Math.max(1, Math.min(Number(amountIn), out));
      const less = inputAt(agent, (out / Number(amountIn)) * (1 + ROOM + ROOM_ATOMS / fewest));
      const least = amountIn - (amountIn >> MOST_ROOM_BITS);
      return [agent, less > least ? less : least] as const;
    }),
  );
}

/** The agent, if any, whose swap does not find its input and comes least close to it, all done that can be done before. */
function leastFunded({ part, rungs, flow }: State): Agent | undefined {
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
  const held = gross.map((value) => Math.max(0, value));
  const fundingOf = ([{ tokenIn }, value]: [Agent, number]): number => at(held, tokenIn) / value;
  for (;;) {
    const [best] = [...taken].sort((a, b) => fundingOf(b) - fundingOf(a));
    if (best === undefined) return undefined;
    if (fundingOf(best) < FUNDED) break;
    const [agent, value] = best;
    taken.delete(agent);
    held[agent.tokenIn] = at(held, agent.tokenIn) - value;
    held[agent.tokenOut] = at(held, agent.tokenOut) + value;
  }
  return [...taken].sort((a, b) => fundingOf(a) - fundingOf(b))[0]?.[0];
}

/** The largest share by which an agent's input differs, of the larger one. */
function changeOf(before: Expected, after: Expected): number {
  let most = 0;
  for (const agent of new Set([...before.keys(), ...after.keys()])) {
    const [a, b] = [Number(before.get(agent) ?? 0n), Number(after.get(agent) ?? 0n)];
    if (a !== b) most = Math.max(most, Math.abs(a - b) / Math.max(a, b));
  }
  return most;
}
