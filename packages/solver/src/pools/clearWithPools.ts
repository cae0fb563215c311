import { worthOf } from "../answers.ts";
import { addressKey } from "../arithmetic.ts";
import { type Cleared, clearPart, type KnownPrices } from "../clear.ts";
import { at } from "../engine/access.ts";
import type { Effort } from "../effort.ts";
import { findEquilibrium } from "../equilibrium.ts";
import type { Ledger } from "../ledger.ts";
import { marketOf, restrict } from "../market.ts";
import { type Part, withoutPools } from "../parts.ts";
import {
  type Agent,
  agentsOf,
  idlePoints,
  ladderOf,
  nearPoints,
  pinnedPoints,
  type Rung,
  widePoints,
} from "./ladder.ts";
import { changeOf, type Expected, expectedOf, type State, unfundedOf, withRoom } from "./expected.ts";
import type { Swap } from "./pool.ts";
import { neededInputs, swapsOf } from "./swaps.ts";

/** Equilibria in floating point, each with rungs where the one before says, before integers are tried; and tries of those. */
const MOST_APPROACHES = 16;
const MOST_TRIES = 6;
const MOST_TRIES_OF_MANY = 24;
const TRIES_IN_ANY_CASE = 2;
/** Shares of an input by which a next equilibrium changes it: small enough to stop, and too large for a pinned ladder. */
const SETTLED = 1e-9;
const UNSETTLED = 1e-6;
/** By which share pools' prices are to be better than they have to be where limits of others make all prices. */
const ROOM = 2 ** -40;
/** Up to so many agents it is their inputs to the atom that are tried; more of them move each other's. */
const FEW_AGENTS = 3;
/** Answers whose worth differs by no more than this share count as worth the same, and amounts as equal within the next one. */
const LEAST_GAIN = 1e-9;
const EQUAL = 1e-14;
/** Shares of the time left for finding what pools will be asked for, for the answer without them, and for each try in integers. */
const SHARE_FOR_APPROACH = 0.3;
const SHARE_FOR_BARE = 0.4;
const SHARE_FOR_TRY = 0.5;
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
  /** Worth of all that intents sell, and of what that leaves for the keeper. */
  readonly sold: number;
  readonly left: number;
}

/** A state, and what it says that agents will be asked for. */
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
    const approach = this.#approachFunded(
      agentsOf(this.#part.pools),
      this.#known.start,
      this.#effort.shareOf(SHARE_FOR_APPROACH),
    );
    this.#yardstick = Float64Array.from(this.#known.reference ?? approach.strictPrices);
    this.#indicative = Float64Array.from(approach.prices);
    // Whatever becomes of the pools, there is this answer.
    const bare = this.#clearAlone();
    let best = this.#clear(approach, bare !== undefined);
    if (best !== undefined && this.#cost !== undefined) best = this.#withoutDearSwaps(best);
    if (bare !== undefined && (best === undefined || bare.worth > best.worth)) best = bare;
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

  /** The answer without pools. */
  #clearAlone(): Answer | undefined {
    const alone = withoutPools(this.#part);
    if (alone.members.length === 0) return undefined;
    const known = { reference: this.#yardstick, start: this.#known.start };
    const bare = clearPart(alone, this.#effort.shareOf(SHARE_FOR_BARE), known);
    this.#count(bare);
    if (bare.ledger === undefined) return undefined;
    const worth = worthOf(bare.ledger, this.#yardstick);
    return { ledger: bare.ledger.transferTo(this.#part), swaps: [], worth, sold: 0, left: 0 };
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
      const approach = this.#approachFunded(agentsOf(rest), this.#indicative, this.#effort);
      const answer = this.#clear(approach, true);
      if (answer !== undefined && answer.worth > best.worth) best = answer;
    }
    return best;
  }

  #valueOf({ tokenIn, amountIn }: Swap): number {
    return Number(amountIn) * at(this.#yardstick, this.#part.tokens.indexOf(addressKey(tokenIn)));
  }

  /**
   * The best answer with the pools of an approach.
   *
   * @param hasAnother whether there is an answer to fall back on when the time is over
   */
  #clear(approach: Approach, hasAnother: boolean): Answer | undefined {
    return approach.agents.length > FEW_AGENTS
      ? this.#clearMany(approach, hasAnother)
      : this.#clearFew(approach, hasAnother);
  }

  /**
   * With many pools that trade with each other: rungs on both sides of what is expected, closer round what each was asked for in
   * the try before.
   */
  #clearMany({ agents, expected, prices }: Approach, hasAnother: boolean): Answer | undefined {
    let best: Answer | undefined;
    let inputs = expected;
    for (let i = 0; i < MOST_TRIES_OF_MANY && !(hasAnother && this.#effort.isOver); i++) {
      const { answer, found } = this.#try(agents, inputs, "near", prices);
      if (answer !== undefined && isBetter(answer, best)) best = answer;
      if (found === undefined || (this.#effort.isOver && i >= TRIES_IN_ANY_CASE)) break;
      if (best !== undefined && changeOf(inputs, found) < UNSETTLED) break;
      inputs = found;
    }
    return best;
  }

  /** Clears the part with ladders for some agents. */
  #try(
    agents: readonly Agent[],
    inputs: Expected,
    style: Style,
    start: Float64Array,
  ): { readonly ledger?: Ledger; readonly answer?: Answer | undefined; readonly found?: Expected } {
    const { part, rungs } = this.#withLadders(agents, inputs, style);
    const known = { reference: this.#yardstick, start };
    const cleared = clearPart(part, this.#effort.shareOf(SHARE_FOR_TRY), known);
    this.#count(cleared);
    const { ledger } = cleared;
    if (ledger === undefined) return {};
    return { ledger, answer: this.#answer(ledger, rungs), found: neededInputs(ledger, rungs) };
  }

  #clearFew({ agents, expected, prices }: Approach, hasAnother: boolean): Answer | undefined {
    let best: Answer | undefined;
    let inputs = expected;
    // Who is to fill whole is decided with rungs everywhere; then the pools' part in that can be worked out.
    let style: Style = this.#part.members.some(({ whole }) => whole) ? "near" : "pinned";
    let hasRoom = false;
    for (let i = 0; i < MOST_TRIES && !(hasAnother && this.#effort.isOver); i++) {
      const { ledger, answer, found } = this.#try(agents, inputs, style, prices);
      if (answer !== undefined && isBetter(answer, best)) best = answer;
      // The first answer is worked out whatever the time.
      if (this.#effort.isOver && (best !== undefined || i >= TRIES_IN_ANY_CASE)) break;
      if (ledger === undefined || found === undefined) {
        if (style === "pinned" && hasRoom) break;
        if (style === "pinned") {
          hasRoom = true;
          inputs = withRoom(inputs, ROOM);
        }
        style = "pinned";
        continue;
      }
      const change = changeOf(inputs, found);
      if (style === "pinned" && answer === undefined && !hasRoom && change < UNSETTLED) {
        hasRoom = true;
        inputs = withRoom(inputs, ROOM);
        continue;
      }
      if (change === 0 && style === "pinned") break;
      const isDecided = style === "near" || change > UNSETTLED;
      inputs = isDecided ? this.#approach(agents, prices, ledger, new Map(), this.#effort).expected : found;
      style = "pinned";
    }
    return best;
  }

  /**
   * The agents whose swaps find their inputs one after the other, and what is expected of them. Pools whose prices differ trade
   * with each other, each with what the other one is still to give: of such agents half are left out, those first that come
   * least close to their inputs, and so on with those that then trade; at last one by one, with rungs as close as they get.
   */
  #approachFunded(all: readonly Agent[], start: Float64Array | undefined, effort: Effort): Approach {
    let agents = all;
    let approach = this.#step(agents, new Map(), start, undefined, effort);
    for (let unfunded = unfundedOf(approach); unfunded.length > 0; unfunded = unfundedOf(approach)) {
      const out = new Set(unfunded.slice(0, Math.ceil(unfunded.length / 2)));
      agents = agents.filter((agent) => !out.has(agent));
      const rest = new Map([...approach.expected].filter(([agent]) => !out.has(agent)));
      approach = this.#step(agents, rest, approach.prices, undefined, effort);
      if (effort.isOver) return approach;
    }
    for (agents = [...approach.expected.keys()]; ;) {
      approach = this.#approach(agents, approach.prices, undefined, approach.expected, effort);
      const [unfunded] = unfundedOf(approach);
      if (unfunded === undefined || effort.isOver) return approach;
      agents = agents.filter((agent) => agent !== unfunded);
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
    decided: Ledger | undefined,
    guess: Expected,
    effort: Effort,
  ): Approach {
    const near = new Map([...guess].filter(([agent]) => agents.includes(agent)));
    let approach = this.#step(agents, near, start, decided, effort);
    for (let i = 1; i < MOST_APPROACHES && approach.expected.size > 0; i++) {
      const before = approach.expected;
      approach = this.#step(agents, before, approach.prices, decided, effort);
      if (changeOf(before, approach.expected) < SETTLED || effort.isOver) break;
    }
    return approach;
  }

  #step(
    agents: readonly Agent[],
    guess: Expected,
    start: Float64Array | undefined,
    decided: Ledger | undefined,
    effort: Effort,
  ): Approach {
    const { part, rungs } = this.#withLadders(agents, guess, "floating");
    const forced = new Set<number>();
    part.members.forEach(({ whole }, i) => {
      if (whole && (decided?.executed[i] ?? 0n) > 0n) forced.add(i);
    });
    const all = marketOf(part);
    const isIn = (i: number): boolean => part.members[i]?.whole !== true || forced.has(i);
    const market = decided === undefined ? all : restrict(all, isIn, forced);
    const equilibrium = findEquilibrium(market, start, () => effort.isOver);
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
    const worth = worthOf(fills, this.#yardstick) - swaps.length * gas;
    return { ledger: fills, swaps, worth, ...this.#tally(fills, swaps) };
  }

  #tally(fills: Ledger, swaps: readonly Swap[]): { sold: number; left: number } {
    const tokens = this.#part.tokens;
    const left = tokens.map(() => 0n);
    const add = (token: number, amount: bigint): void => {
      left[token] = (left[token] ?? 0n) + amount;
    };
    let sold = 0;
    this.#part.members.forEach(({ sell, buy }, i) => {
      const amounts = fills.amounts[i];
      if (amounts === undefined) return;
      add(sell, amounts.sold);
      add(buy, -amounts.bought);
      sold += Number(amounts.sold) * at(this.#yardstick, sell);
    });
    for (const { tokenIn, tokenOut, amountIn, amountOut } of swaps) {
      add(tokens.indexOf(addressKey(tokenIn)), -amountIn);
      add(tokens.indexOf(addressKey(tokenOut)), amountOut);
    }
    return { sold, left: left.reduce((sum, amount, t) => sum + Number(amount) * at(this.#yardstick, t), 0) };
  }
}

/**
 * Whether an answer is worth more. Where that differs by rounding only, the one that fills more is better, and then the one that
 * leaves less over.
 */
function isBetter(answer: Answer, best: Answer | undefined): boolean {
  if (best === undefined) return true;
  const slack = LEAST_GAIN * Math.abs(best.worth);
  if (Math.abs(answer.worth - best.worth) > slack) return answer.worth > best.worth;
  const more = answer.sold - best.sold;
  return Math.abs(more) > EQUAL * best.sold ? more > 0 : answer.left < best.left;
}
