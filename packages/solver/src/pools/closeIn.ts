/** Prices at which intents and pools balance, from prices that are close: Newton's method on what pools answer in closed form. */
import { FILL_TOLERANCE } from "../candidates.ts";
import { add, at } from "../engine/access.ts";
import { solveLinear } from "../engine/linear.ts";
import { type Market, marketOf } from "../market.ts";
import { Groups, type Part } from "../parts.ts";
import { type Agent, inputAt } from "./ladder.ts";

/**
 * By which share a pool's average price may be better than the clearing price: half of what a swap may gain. It balances in the middle of
 * that, so that it can give way to both sides.
 */
export const BAND = 2 ** -21;
/** Steps at most; how far a step may move the logarithm of a price. */
const MOST_STEPS = 40;
const LONGEST = 0.02;
/** An imbalance of more than this share of the one before has hardly become less. */
const HARDLY = 0.9;
/** Where fill-or-kill members are to fill another share than at the start, stages in which they come to it, and steps of each. */
const STAGES = 8;
const STEPS_OF_STAGE = 6;
/** Imbalance that counts as none, as a share of what a token turns over: far less than what pools may give way by. */
const BALANCED = 1e-10;
/** A limit counts as met within this share. */
const MET = 1e-11;
/** Only ratios of prices count; a pull of this share of its turnover keeps each where it is. */
const PULL = 1e-9;
/** Change of a price by which the slope of a concentrated pool's answer is measured. */
const NUDGE = 2 ** -20;

/** Prices that balance, and what fills at them. */
export interface Balance {
  readonly prices: Float64Array;
  /** Share that each member fills. */
  readonly share: Float64Array;
  /** Members whose limits are the prices of their pairs. */
  readonly marginal: readonly number[];
  /** Per token, the value that intents sell less what they buy. */
  readonly gross: Float64Array;
  /** The value that each agent takes that takes anything. */
  readonly taken: ReadonlyMap<Agent, number>;
}

/**
 * Closes in on prices at which everything balances. Members fill whole or not at all, as they did at the start, but for those whose
 * limits are prices: they fill what is missing. Who comes to its limit on the way changes sides.
 *
 * @param start prices that are close, and what each member fills there
 * @param whole fill-or-kill members that fill, whatever the prices, while all others of them do not; without it they all keep what
 *   they fill
 * @returns `undefined` where the steps lead nowhere
 */
export function closeIn(
  part: Part,
  agents: readonly Agent[],
  start: { readonly prices: Float64Array; readonly share: Float64Array },
  whole?: ReadonlySet<number>,
): Balance | undefined {
  return new Newton(part, agents, start, whole).run();
}

class Newton {
  readonly #part: Part;
  readonly #agents: readonly Agent[];
  readonly #market: Market;
  readonly #log: Float64Array;
  readonly #share: Float64Array;
  /** Members that fill what is missing. */
  #marginal: number[] = [];
  /** How far the next step may move the logarithm of a price, and what was out of balance before the last one. */
  #reach = LONGEST;
  #imbalance = Infinity;
  /** Members that have a rival for their nonce keep what they fill. */
  readonly #isFixed: Uint8Array;
  /** Fill-or-kill members whose share changes, and from what to what. */
  readonly #changing: { readonly member: number; readonly from: number; readonly to: number }[] = [];

  constructor(
    part: Part,
    agents: readonly Agent[],
    { prices, share: fill }: { readonly prices: Float64Array; readonly share: Float64Array },
    whole: ReadonlySet<number> | undefined,
  ) {
    this.#part = part;
    this.#agents = agents;
    this.#market = marketOf(part);
    this.#log = prices.map(Math.log);
    const users = new Map<number, number>();
    for (const { nonce } of part.members) users.set(nonce, (users.get(nonce) ?? 0) + 1);
    this.#isFixed = Uint8Array.from(part.members, (member, i) =>
      member.whole || (users.get(member.nonce) ?? 0) > 1 || this.#isShort(i) ? 1 : 0,
    );
    this.#share = Float64Array.from(part.members, (member, i) => {
      const share = at(fill, i);
      if (member.whole) {
        const to = whole === undefined ? share : whole.has(i) ? 1 : 0;
        if (to !== share) this.#changing.push({ member: i, from: share, to });
        return to;
      }
      if (this.#isFixed[i] === 1) return share;
      return share <= FILL_TOLERANCE ? 0 : share >= 1 - FILL_TOLERANCE ? 1 : share;
    });
    part.members.forEach((_, i) => {
      const share = at(this.#share, i);
      if (this.#isFixed[i] === 0 && share > 0 && share < 1) this.#marginal.push(i);
    });
  }

  run(): Balance | undefined {
    for (let stage = 1; stage <= STAGES && this.#changing.length > 0; stage++) {
      for (const { member, from, to } of this.#changing)
        this.#share[member] = from + ((to - from) * stage) / STAGES;
      [this.#reach, this.#imbalance] = [LONGEST, Infinity];
      for (let step = 0; step < STEPS_OF_STAGE && stage < STAGES; step++) {
        this.#keepForest();
        const isStill = this.#step();
        if (isStill === undefined) return undefined;
        if (!this.#changeSides() && isStill) break;
      }
    }
    for (let step = 0; step < MOST_STEPS; step++) {
      this.#keepForest();
      const isStill = this.#step();
      if (isStill === undefined) return undefined;
      if (this.#changeSides() || !isStill) continue;
      return this.#balance();
    }
    return undefined;
  }

  #balance(): Balance {
    const { tokens, sell, buy, count } = this.#market;
    const prices = this.#log.map(Math.exp);
    const gross = new Float64Array(tokens);
    for (let i = 0; i < count; i++) {
      const value = at(this.#share, i) * this.#full(i, prices);
      add(gross, at(sell, i), value);
      add(gross, at(buy, i), -value);
    }
    const taken = new Map<Agent, number>();
    for (const agent of this.#agents) {
      const [input] = answerAt(agent, at(prices, agent.tokenIn) / at(prices, agent.tokenOut));
      if (input > 0) taken.set(agent, input * at(prices, agent.tokenIn));
    }
    return { prices, share: this.#share, marginal: this.#marginal, gross, taken };
  }

  /** The value that a full fill moves. */
  #full(i: number, prices: Float64Array): number {
    const { sell, buy, amount, isBuy } = this.#market;
    return at(amount, i) * at(prices, at(isBuy, i) === 1 ? at(buy, i) : at(sell, i));
  }

  /** Whether a member's wallet might not pay for all that draws on it. */
  #isShort(index: number): boolean {
    const { wallet, wallets, amount, gross, isBuy, limit } = this.#market;
    const own = at(wallet, index);
    if (own < 0) return false;
    let asked = 0;
    this.#part.members.forEach((member, i) => {
      if (member.wallet !== own) return;
      const most = at(amount, i) * at(gross, i);
      asked += at(isBuy, i) === 1 ? most / at(limit, i) : most;
    });
    return asked > at(wallets, own);
  }

  /** Limits that close a cycle contradict each other or say nothing new: those members keep what they fill. */
  #keepForest(): void {
    const groups = new Groups();
    this.#marginal = this.#marginal.filter((i) =>
      groups.join(String(at(this.#market.sell, i)), String(at(this.#market.buy, i))),
    );
  }

  /** One step of Newton's method; whether everything balanced before it, or `undefined` if there is no step. */
  #step(): boolean | undefined {
    const { tokens, sell, buy, isBuy, limit } = this.#market;
    const size = tokens + this.#marginal.length;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    const turnover = new Float64Array(tokens);
    const price = this.#log.map(Math.exp);
    const flow = (from: number, to: number, value: number): void => {
      add(right, from, -value);
      add(right, to, value);
      add(turnover, from, value);
      add(turnover, to, value);
    };
    const slope = (from: number, to: number, by: number, value: number): void => {
      add(matrix, from * size + by, value);
      add(matrix, to * size + by, -value);
    };
    for (let i = 0; i < this.#market.count; i++) {
      const share = at(this.#share, i);
      if (share === 0) continue;
      const priced = at(isBuy, i) === 1 ? at(buy, i) : at(sell, i);
      const value = share * this.#full(i, price);
      flow(at(sell, i), at(buy, i), value);
      slope(at(sell, i), at(buy, i), priced, value);
    }
    for (const agent of this.#agents) {
      const { tokenIn, tokenOut } = agent;
      const [input, fall] = answerAt(agent, at(price, tokenIn) / at(price, tokenOut));
      if (!(input > 0)) continue;
      const [value, change] = [input * at(price, tokenIn), fall * at(price, tokenIn)];
      flow(tokenOut, tokenIn, value);
      slope(tokenOut, tokenIn, tokenIn, value - change);
      slope(tokenOut, tokenIn, tokenOut, change);
    }
    let isStill = true;
    for (let t = 0; t < tokens; t++) {
      if (Math.abs(at(right, t)) > BALANCED * at(turnover, t)) isStill = false;
      add(matrix, t * size + t, PULL * at(turnover, t));
    }
    // Values in the unit of what a token turns over on average, so that they go with the logarithms of prices.
    const unit = turnover.reduce((sum, value) => sum + value, 0) / tokens;
    for (let k = 0; k < tokens * size; k++) matrix[k] = at(matrix, k) / unit;
    for (let t = 0; t < tokens; t++) right[t] = at(right, t) / unit;
    const imbalance = right.subarray(0, tokens).reduce((sum, value) => sum + Math.abs(value), 0);
    this.#marginal.forEach((i, m) => {
      const [a, b, column] = [at(sell, i), at(buy, i), tokens + m];
      slope(a, b, column, this.#full(i, price) / unit);
      matrix[column * size + a] = 1;
      matrix[column * size + b] = -1;
      const missing = Math.log(at(limit, i)) - at(this.#log, a) + at(this.#log, b);
      right[column] = missing;
      if (Math.abs(missing) > MET) isStill = false;
    });
    solveLinear(matrix, right, size);
    if (!right.every(Number.isFinite)) return undefined;
    const longest = right.subarray(0, tokens).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Where pools come in or go out a step leads too far; steps to and fro get ever shorter.
    this.#reach =
      imbalance > HARDLY * this.#imbalance ? this.#reach / 2 : Math.min(LONGEST, 1.5 * this.#reach);
    this.#imbalance = imbalance;
    const length = Math.min(1, this.#reach / longest);
    for (let t = 0; t < tokens; t++) add(this.#log, t, length * at(right, t));
    this.#marginal.forEach((i, m) => {
      add(this.#share, i, length * at(right, tokens + m));
    });
    return isStill;
  }

  /** Puts those whose limits have become prices among the marginal ones, and takes those out that fill whole or not at all. */
  #changeSides(): boolean {
    const { sell, buy, limit, count } = this.#market;
    const before = this.#marginal.length;
    this.#marginal = this.#marginal.filter((i) => at(this.#share, i) > 0 && at(this.#share, i) < 1);
    const isMarginal = new Set(this.#marginal);
    let hasChanged = this.#marginal.length < before;
    for (let i = 0; i < count; i++) {
      if (this.#isFixed[i] === 1 || isMarginal.has(i)) continue;
      const share = Math.min(1, Math.max(0, at(this.#share, i)));
      this.#share[i] = share;
      const better = at(this.#log, at(sell, i)) - at(this.#log, at(buy, i)) - Math.log(at(limit, i));
      if (share === 1 ? better >= -MET : share === 0 ? better <= MET : false) continue;
      this.#marginal.push(i);
      hasChanged = true;
    }
    return hasChanged;
  }
}

/**
 * What an agent takes at a clearing price (atoms that it gives per atom that it takes) in the middle of its band, and by how much that
 * falls with the logarithm of the price.
 */
function answerAt(agent: Agent, clearing: number): [number, number] {
  const price = clearing * (1 + BAND / 2);
  const { pool } = agent.pool;
  if (pool.kind === "concentrated") {
    const input = Number(inputAt(agent, price));
    return [input, (input - Number(inputAt(agent, price * (1 + NUDGE)))) / NUDGE];
  }
  const [x, y] = agent.sells === 0 ? pool.reserves : [pool.reserves[1], pool.reserves[0]];
  const gives = Number(y) / price;
  return [gives - Number(x) / (1 - Number(pool.feePerThousand) / 1000), gives];
}
