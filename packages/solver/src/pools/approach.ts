import type { Effort } from "../effort.ts";
import { at } from "../engine/access.ts";
import { type Equilibrium, findEquilibrium } from "../equilibrium.ts";
import { type Market, marketOf, restrict } from "../market.ts";
import type { Part } from "../parts.ts";
import { changeOf, type Expected, expectedOf, type State, unfundedOf } from "./expected.ts";
import {
  type Agent,
  idlePoints,
  ladderOf,
  nearPoints,
  pinnedPoints,
  type Rung,
  widePoints,
} from "./ladder.ts";

/** Equilibria in floating point, each with rungs where the one before says: of few agents until they settle, of many to come close. */
const MOST_APPROACHES = { few: 16, many: 3 };
/** Up to so many agents it is their inputs to the atom that are tried; more of them move each other's. */
export const FEW_AGENTS = 3;
/** A share of an input by which a next equilibrium changes it that is small enough to stop. */
const SETTLED = 1e-9;

/** A state, and what it says that agents will be asked for. */
export interface Approach extends State {
  readonly market: Market;
  readonly equilibrium: Equilibrium;
  readonly expected: Expected;
}

/** "floating": rungs for an equilibrium; "near": for fills round what is expected; "pinned": for just that. */
export type Style = "floating" | "near" | "pinned";

/** Looks for the prices at which a part and its pools' agents balance, in floating point. */
export class Approaches {
  readonly #part: Part;
  readonly #onEquilibrium: (equilibrium: Equilibrium) => void;

  /** @param onEquilibrium told of every equilibrium found */
  constructor(part: Part, onEquilibrium: (equilibrium: Equilibrium) => void) {
    this.#part = part;
    this.#onEquilibrium = onEquilibrium;
  }

  /**
   * The agents whose swaps find their inputs one after the other, and what is expected of them. Pools whose prices differ trade
   * with each other, each with what the other one is still to give: of such agents half are left out, those first that come
   * least close to their inputs, and so on with those that then trade; at last one by one, with rungs as close as they get.
   */
  funded(all: readonly Agent[], start: Float64Array | undefined, effort: Effort): Approach {
    let agents = all;
    let approach = this.#step(agents, new Map(), start, undefined, effort);
    for (let unfunded = unfundedOf(approach); unfunded.length > 0; unfunded = unfundedOf(approach)) {
      const out = new Set(unfunded.slice(0, Math.ceil(unfunded.length / 2)));
      agents = agents.filter((agent) => !out.has(agent));
      const rest = new Map([...approach.expected].filter(([agent]) => !out.has(agent)));
      approach = this.#step(agents, rest, approach.prices, undefined, effort);
      if (effort.isOver) return approach;
    }
    return this.fundedAround([...approach.expected.keys()], approach, undefined, effort);
  }

  /** The same from an approach that is close, without the agents that do not find their inputs there. */
  fundedAround(
    some: readonly Agent[],
    { prices, expected }: Approach,
    forced: ReadonlySet<number> | undefined,
    effort: Effort,
  ): Approach {
    let agents = some;
    let [start, guess] = [prices, expected];
    for (;;) {
      const approach = this.around(agents, start, forced, guess, effort);
      const [unfunded] = unfundedOf(approach);
      if (unfunded === undefined || effort.isOver) return approach;
      agents = agents.filter((agent) => agent !== unfunded);
      [start, guess] = [approach.prices, approach.expected];
    }
  }

  /**
   * Equilibria in which everybody may fill in part, the rungs closer to each agent's answer each time.
   *
   * @param forced fill-or-kill members that trade whole at any price, while all others of them stay out
   */
  around(
    agents: readonly Agent[],
    start: Float64Array | undefined,
    forced: ReadonlySet<number> | undefined,
    guess: Expected,
    effort: Effort,
  ): Approach {
    const near = new Map([...guess].filter(([agent]) => agents.includes(agent)));
    let approach = this.#step(agents, near, start, forced, effort);
    const most = agents.length > FEW_AGENTS ? MOST_APPROACHES.many : MOST_APPROACHES.few;
    for (let i = 1; i < most && approach.expected.size > 0; i++) {
      const before = approach.expected;
      approach = this.#step(agents, before, approach.prices, forced, effort);
      if (changeOf(before, approach.expected) < SETTLED || effort.isOver) break;
    }
    return approach;
  }

  #step(
    agents: readonly Agent[],
    guess: Expected,
    start: Float64Array | undefined,
    forced: ReadonlySet<number> | undefined,
    effort: Effort,
  ): Approach {
    const { part, rungs } = withLadders(this.#part, agents, guess, "floating");
    const all = marketOf(part);
    const isIn = (i: number): boolean => part.members[i]?.whole !== true || forced?.has(i) === true;
    const market = forced === undefined ? all : restrict(all, isIn, forced);
    const equilibrium = findEquilibrium(market, start, () => effort.isOver);
    this.#onEquilibrium(equilibrium);
    const fill = new Float64Array(part.members.length);
    const flow = new Float64Array(part.members.length);
    market.member.forEach((member, k) => {
      fill[member] = at(equilibrium.fill, k);
      flow[member] = at(equilibrium.flow, k);
    });
    const { prices, strictPrices } = equilibrium;
    const state = { agents, part, rungs, prices, strictPrices, fill, flow };
    return { ...state, market, equilibrium, expected: expectedOf(state) };
  }
}

/** The part with the agents' ladders as members, behind those that stand for intents. */
export function withLadders(
  whole: Part,
  agents: readonly Agent[],
  expected: Expected,
  style: Style,
): { part: Part; rungs: Rung[] } {
  const { members, wallets } = whole;
  const rungs: Rung[] = [];
  const nonces = members.reduce((most, { nonce }) => Math.max(most, nonce + 1), 0);
  for (const agent of agents) {
    const input = expected.get(agent);
    const first = { wallet: wallets.length + rungs.length, nonce: nonces + rungs.length };
    if (style === "floating") {
      const points =
        input !== undefined ? nearPoints(input) : expected.size === 0 ? widePoints(agent) : idlePoints(agent);
      rungs.push(...ladderOf(agent, points, first, style));
    } else if (input === undefined) rungs.push(...ladderOf(agent, idlePoints(agent), first, "integer"));
    else if (style === "near") rungs.push(...ladderOf(agent, nearPoints(input), first, "integer"));
    else rungs.push(...ladderOf(agent, pinnedPoints(input), first, style));
  }
  return { part: withRungs(whole, rungs), rungs };
}

/** The part with rungs behind its members, each with a wallet of its own that holds what it gives. */
export function withRungs(part: Part, rungs: readonly Rung[]): Part {
  return {
    ...part,
    members: [...part.members, ...rungs.map(({ member }) => member)],
    wallets: [...part.wallets, ...rungs.map(({ member }) => member.intent.sellAmount)],
  };
}
