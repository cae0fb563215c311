import { worthOf } from "../answers.ts";
import { addressKey } from "../arithmetic.ts";
import { type Cleared, clearPart, gainsOf, type KnownPrices } from "../clear.ts";
import type { Effort } from "../effort.ts";
import { at } from "../engine/access.ts";
import { findEquilibrium } from "../equilibrium.ts";
import { Ledger } from "../ledger.ts";
import { marketOf } from "../market.ts";
import { type Part, withoutPools } from "../parts.ts";
import { type Answer, answerFrom, isBetter, type PartSwapCost } from "./answer.ts";
import { type Approach, Approaches, FEW_AGENTS, type Style, withLadders } from "./approach.ts";
import { changeOf, type Expected, withRoom } from "./expected.ts";
import { type Agent, agentsOf } from "./ladder.ts";
import type { Swap } from "./pool.ts";
import { Settling } from "./settling.ts";
import { neededInputs } from "./swaps.ts";

/** Tries in integers. */
const MOST_TRIES = 6;
const MOST_TRIES_OF_MANY = 24;
const TRIES_IN_ANY_CASE = 2;
/** A share of an input by which a next equilibrium changes it that is too large for a pinned ladder. */
const UNSETTLED = 1e-6;
/** By which share pools' prices are to be better than they have to be where limits of others make all prices. */
const ROOM = 2 ** -40;
/** Shares of the time left for finding what pools will be asked for, and for each try in integers. */
const SHARE_FOR_APPROACH = 0.3;
const SHARE_FOR_TRY = 0.5;
/** The same for the answer without pools: where it may be worth more than one with them that is there, and where it cannot. */
const SHARE_FOR_BARE = { likely: 0.8, unlikely: 0.1 };
/** Pools that are tried without, one by one, where swaps cost gas. */
const MOST_OMISSIONS = 8;

/** A part cleared with the help of its pools. */
export interface ClearedWithPools extends Cleared {
  readonly swaps: readonly Swap[];
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

class PoolClearing {
  readonly #part: Part;
  readonly #effort: Effort;
  readonly #known: KnownPrices;
  readonly #cost: PartSwapCost | undefined;
  readonly #approaches: Approaches;
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
    this.#approaches = new Approaches(part, ({ evaluations }) => {
      this.#rounds++;
      this.#evaluations += evaluations;
    });
  }

  run(): ClearedWithPools {
    const approach = this.#approaches.funded(
      agentsOf(this.#part.pools),
      this.#known.start,
      this.#effort.shareOf(SHARE_FOR_APPROACH),
    );
    this.#yardstick = Float64Array.from(this.#known.reference ?? approach.strictPrices);
    this.#indicative = Float64Array.from(approach.prices);
    const settling = this.#settlingAt(approach);
    let best = settling.first();
    // Whatever becomes of the pools, there is this answer.
    const bare = this.#clearAlone(best?.worth ?? 0);
    const isMany = approach.agents.length > FEW_AGENTS;
    if (isMany && best !== undefined) best = settling.improve(best);
    else best = this.#better(this.#clear(approach, bare !== undefined || best !== undefined), best);
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

  #settlingAt(approach: Approach): Settling {
    return new Settling(this.#part, approach, this.#yardstick, this.#cost, this.#effort);
  }

  #better(answer: Answer | undefined, other: Answer | undefined): Answer | undefined {
    return answer !== undefined && isBetter(answer, other) ? answer : other;
  }

  /** The answer without pools. It gets little time where all that it could gain is less than what is known to be gained with them. */
  #clearAlone(gained: number): Answer | undefined {
    const pieces = withoutPools(this.#part).map((part) => {
      const market = marketOf(part);
      const { prices, ...rest } = findEquilibrium(market, this.#indicative);
      return { part, prices, most: gainsOf(market, { prices, ...rest }, this.#yardstick) };
    });
    const isLikely = pieces.reduce((sum, { most }) => sum + most, 0) > gained;
    const effort = this.#effort.shareOf(isLikely ? SHARE_FOR_BARE.likely : SHARE_FOR_BARE.unlikely);
    let left = pieces.reduce((sum, { part }) => sum + part.members.length, 0);
    const cleared = pieces.map(({ part, prices: start }) => {
      const share = part.members.length / left;
      left -= part.members.length;
      // Where nothing else is known, a piece is searched best by its own prices.
      const piece = clearPart(part, effort.shareOf(share), { reference: this.#known.reference, start });
      this.#count(piece);
      return piece.ledger;
    });
    const ledgers = cleared.filter((ledger) => ledger !== undefined);
    if (ledgers.length === 0) return undefined;
    const ledger = Ledger.of(this.#part, ledgers);
    return { ledger, swaps: [], worth: worthOf(ledger, this.#yardstick), sold: 0, left: 0 };
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
      const approach = this.#approaches.funded(agentsOf(rest), this.#indicative, this.#effort);
      const settled = this.#settlingAt(approach).first();
      const isEnough = settled !== undefined && approach.agents.length > FEW_AGENTS;
      const answer = isEnough ? settled : this.#clear(approach, true);
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
    const { part, rungs } = withLadders(this.#part, agents, inputs, style);
    const known = { reference: this.#yardstick, start };
    const cleared = clearPart(part, this.#effort.shareOf(SHARE_FOR_TRY), known);
    this.#count(cleared);
    const { ledger } = cleared;
    if (ledger === undefined) return {};
    const answer = answerFrom(this.#part, ledger, rungs, this.#yardstick, this.#cost);
    return { ledger, answer, found: neededInputs(ledger, rungs) };
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
      inputs = isDecided
        ? this.#approaches.around(agents, prices, this.#forcedIn(ledger), new Map(), this.#effort).expected
        : found;
      style = "pinned";
    }
    return best;
  }

  /** The fill-or-kill members that fill. */
  #forcedIn(ledger: Ledger): Set<number> {
    const filled = [...this.#part.members.keys()].filter((i) => (ledger.executed[i] ?? 0n) > 0n);
    return new Set(filled.filter((i) => this.#part.members[i]?.whole));
  }

  #count({ rounds, evaluations, certified, swept }: Cleared): void {
    this.#rounds += rounds;
    this.#evaluations += evaluations;
    this.#certified &&= certified;
    this.#swept ||= swept;
  }
}
