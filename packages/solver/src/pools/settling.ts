import { FILL_TOLERANCE } from "../candidates.ts";
import type { Effort } from "../effort.ts";
import { at } from "../engine/access.ts";
import type { Part } from "../parts.ts";
import { type Answer, answerFrom, isBetter, type PartSwapCost } from "./answer.ts";
import type { Approach } from "./approach.ts";
import { settleAtPrices } from "./atPrices.ts";
import { type Balance, closeIn } from "./closeIn.ts";
import { unfundedAmong } from "./expected.ts";
import type { Agent } from "./ladder.ts";
import { unfundedIn } from "./swaps.ts";

/** A fill-or-kill member of which the equilibrium fills this share is more likely than not to find its whole. */
const LIKELY = 0.5;
/** A member counts as content if the price misses its limit by no more than this share. */
const PRICE_TOLERANCE = 1e-11;
/** Fill-or-kill members that are tried beside those that fill, one by one, where there is no deadline. */
const MOST_ADDITIONS = 24;
/** Share of its input with which a swap counts as funded before amounts are integers. */
const FUNDED = 1 - 1e-6;
/** Times that members are given up, or pools left out, until the rest balances. */
const MOST_REMOVALS = 24;

/** Prices, and the share that each member fills there. */
type Start = Pick<Balance, "prices" | "share">;

interface Relaxed {
  readonly balance: Balance;
  readonly agents: readonly Agent[];
}

/** An answer, and what it was made of. */
interface Settled {
  readonly answer: Answer;
  readonly balance: Balance;
  readonly agents: readonly Agent[];
  readonly whole: ReadonlySet<number>;
}

/** Makes answers with pools at prices close to those of an equilibrium: each costs some milliseconds, however many the pools. */
export class Settling {
  readonly #part: Part;
  readonly #approach: Approach;
  readonly #yardstick: Float64Array;
  readonly #cost: PartSwapCost | undefined;
  readonly #effort: Effort;
  #best: Settled | undefined;

  constructor(
    part: Part,
    approach: Approach,
    yardstick: Float64Array,
    cost: PartSwapCost | undefined,
    effort: Effort,
  ) {
    this.#part = part;
    this.#approach = approach;
    this.#yardstick = yardstick;
    this.#cost = cost;
    this.#effort = effort;
  }

  /** With the fill-or-kill members that the equilibrium fills whole, and then also with those that it fills for the most part. */
  first(): Answer | undefined {
    const { fill, prices, agents } = this.#approach;
    const wholes = [...this.#part.members.keys()].filter((i) => this.#part.members[i]?.whole);
    const relaxed = this.#relaxed({ prices, share: fill }, agents);
    const start = relaxed?.balance ?? { prices, share: fill };
    const sets = [1 - FILL_TOLERANCE, LIKELY].map((least) => wholes.filter((i) => at(fill, i) >= least));
    for (const [i, set] of sets.entries()) {
      if (i > 0 && (set.length === sets[i - 1]?.length || this.#effort.isOver)) continue;
      // What hardly lacks balance, partial fills and pools may balance where prices are; else prices have to move.
      if (relaxed !== undefined) this.#settleRelaxed(new Set(set), relaxed);
      this.#try(new Set(set), start, agents);
    }
    return this.#best?.answer;
  }

  /** The balance in which fill-or-kill members may fill in part, with those agents whose swaps find their inputs. */
  #relaxed(start: Start, all: readonly Agent[]): Relaxed | undefined {
    let agents = all;
    for (;;) {
      const balance = closeIn(this.#part, agents, start);
      if (balance === undefined) return undefined;
      const unfunded = firstOf(unfundedAmong(balance.gross, balance.taken, FUNDED));
      if (unfunded.size === 0 || this.#effort.isOver) return { balance, agents };
      agents = agents.filter((agent) => !unfunded.has(agent));
    }
  }

  #settleRelaxed(whole: ReadonlySet<number>, first: Relaxed): void {
    let relaxed: Relaxed | undefined = first;
    for (let i = 0; i < MOST_REMOVALS && relaxed !== undefined; i++) {
      const unfunded = firstOf(this.#settle(whole, relaxed.balance, relaxed.agents));
      if (unfunded.size === 0 || this.#effort.isOver) return;
      const rest = relaxed.agents.filter((agent) => !unfunded.has(agent));
      relaxed = this.#relaxed(relaxed.balance, rest);
    }
  }

  /** Adds fill-or-kill members that the best answer leaves out, those first that would gain most, as long as that gains. */
  improve(known: Answer): Answer {
    let tries = 0;
    for (let base = this.#best; base !== undefined; base = this.#best === base ? undefined : this.#best) {
      for (const index of this.#outside(base)) {
        if (this.#effort.isOver || (!this.#effort.isTimed && ++tries > MOST_ADDITIONS))
          return this.#best?.answer ?? known;
        this.#try(new Set([...base.whole, index]), base.balance, this.#approach.agents);
        if (this.#best !== base) break;
      }
    }
    return this.#best?.answer ?? known;
  }

  /** Fill-or-kill members within their limits that do not fill, and whose nonce is free. */
  #outside({ whole, balance: { prices, share } }: Settled): number[] {
    const { members } = this.#part;
    const nonces = new Set(members.flatMap(({ nonce }, i) => (at(share, i) > 0 ? [nonce] : [])));
    const gainOf = (i: number): number => {
      const member = members[i];
      if (member === undefined) return 0;
      const { sell, buy, limitNear, cap, intent } = member;
      const value = Number(cap) * at(prices, intent.kind === "sell" ? sell : buy);
      return value * (1 - (limitNear * at(prices, buy)) / at(prices, sell));
    };
    return [...members.keys()]
      .filter((i) => members[i]?.whole && !whole.has(i) && !nonces.has(members[i].nonce) && gainOf(i) > 0)
      .sort((a, b) => gainOf(b) - gainOf(a));
  }

  /** Settles with some fill-or-kill members, without those whose limits that breaks, and keeps the answer if it is the best. */
  #try(chosen: Set<number>, start: Start, all: readonly Agent[]): void {
    let agents = all;
    for (let i = 0; i < MOST_REMOVALS; i++) {
      const balance = closeIn(this.#part, agents, start, chosen);
      if (balance === undefined) return;
      const broken = this.#broken(chosen, balance);
      let unfunded = firstOf(unfundedAmong(balance.gross, balance.taken, FUNDED));
      if (broken.length === 0 && unfunded.size === 0) {
        unfunded = firstOf(this.#settle(chosen, balance, agents));
        if (unfunded.size === 0) return;
      }
      if (this.#effort.isOver) return;
      for (const index of broken) chosen.delete(index);
      agents = agents.filter((agent) => !unfunded.has(agent));
    }
  }

  /** The worse half of those whose limits prices break. */
  #broken(chosen: ReadonlySet<number>, { prices }: Balance): number[] {
    const missing = (i: number): number => {
      const member = this.#part.members[i];
      if (member === undefined) return 0;
      return (member.limitNear * at(prices, member.buy)) / at(prices, member.sell) - 1;
    };
    const broken = [...chosen].filter((i) => missing(i) > PRICE_TOLERANCE);
    return broken.sort((a, b) => missing(b) - missing(a)).slice(0, Math.ceil(broken.length / 2));
  }

  /** Settles at standing prices, and keeps the answer if it is the best; returns the agents whose swaps find no input, if that is why not. */
  #settle(whole: ReadonlySet<number>, balance: Balance, agents: readonly Agent[]): Agent[] {
    const settled = settleAtPrices(this.#part, agents, balance, [...whole], this.#yardstick, this.#effort);
    if (settled === undefined) return [];
    const { ledger, rungs } = settled;
    const answer = answerFrom(this.#part, ledger, rungs, this.#yardstick, this.#cost);
    if (answer === undefined) return unfundedIn(ledger, rungs, ledger.transferTo(this.#part));
    if (isBetter(answer, this.#best?.answer)) this.#best = { answer, balance, agents, whole };
    return [];
  }
}

/** The first quarter of some agents. */
function firstOf(agents: readonly Agent[]): Set<Agent> {
  return new Set(agents.slice(0, Math.ceil(agents.length / 4)));
}
