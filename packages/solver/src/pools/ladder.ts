import { divideUp, MAX_UINT128 } from "../arithmetic.ts";
import type { Member, PartPool } from "../parts.ts";
import { toNumber } from "../ratio.ts";
import { amountOutOf, depthOf, type Side } from "./pool.ts";

/** One direction of one pool, as a trader: it gives the one token for the other, at its own average price. */
export interface Agent {
  readonly pool: PartPool;
  readonly sells: Side;
  /** Tokens of the part. */
  readonly tokenIn: number;
  readonly tokenOut: number;
}

/** A rung of an agent's ladder, as it stands in a part. */
export interface Rung {
  readonly agent: Agent;
  /** What the pool takes and gives in all when this rung and all below it are full. */
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly member: Member;
}

/** Where the first rungs of all are: shares of the pool's depth, in powers of two. */
const WIDEST = { first: -40, last: 8, step: 1 };
const IDLE = { first: -36, last: 6, step: 4 };
/** Distances from the input that is expected, as powers of two of it, at which rungs lie on both sides. */
const NEAR_BITS = [36, 32, 28, 25, 22, 19, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1];
/** Beyond them, the powers of two of it at which further rungs lie. */
const FAR_BITS = [1, 2, 4, 7, 12];
/** A rung of fewer atoms would lose too much of itself to rounding, where it is to be filled in integers. */
const LEAST_RUNG = 4096n;
/** Distances above an input that is to be met to the atom. */
const PINNED_BITS = [30, 20, 10, 4];

/** Both directions of every pool. */
export function agentsOf(pools: readonly PartPool[]): Agent[] {
  return pools.flatMap((pool): Agent[] => [
    { pool, sells: 0, tokenIn: pool.tokens[0], tokenOut: pool.tokens[1] },
    { pool, sells: 1, tokenIn: pool.tokens[1], tokenOut: pool.tokens[0] },
  ]);
}

/** What the agent gives for an input; 0 where it cannot take so much. */
export function answerOf({ pool, sells }: Agent, amountIn: bigint): bigint {
  return amountOutOf(pool.pool, sells, amountIn);
}

/** Inputs at which rungs end when nothing is known of what the agent will be asked for. */
export function widePoints(agent: Agent): bigint[] {
  return pointsOver(agent, WIDEST);
}

/** A few inputs for an agent that has not been asked for anything so far. */
export function idlePoints(agent: Agent): bigint[] {
  return pointsOver(agent, IDLE);
}

function pointsOver(agent: Agent, { first, last, step }: typeof WIDEST): bigint[] {
  const depth = depthOf(agent.pool.pool, agent.sells);
  const scale = Math.max(2 ** 12, Number.isFinite(depth) ? depth : 0);
  const points: bigint[] = [];
  for (let bits = first; bits <= last; bits += step) points.push(toInteger(scale * 2 ** bits));
  return points;
}

/** Inputs close to the one that is expected, and some far from it, in case it is not that one. */
export function nearPoints(expected: bigint): bigint[] {
  const points = [expected];
  for (const bits of NEAR_BITS) {
    const distance = expected >> BigInt(bits);
    points.push(expected - distance, expected + distance);
  }
  for (const bits of FAR_BITS) points.push(expected << BigInt(bits), expected >> BigInt(bits));
  return points;
}

/** The one input that is expected to the atom, and some more in case it does not suffice. */
export function pinnedPoints(expected: bigint): bigint[] {
  const beyond = PINNED_BITS.map((bits) => expected + (expected >> BigInt(bits)) + LEAST_RUNG);
  return [expected, ...beyond, ...FAR_BITS.map((bits) => expected << BigInt(bits))];
}

/**
 * An agent's answer to prices as a ladder of traders with limits. The agent swaps the input of which the average price,
 * fee and all, is the clearing price: what it gives is then worth what it takes, nothing is left over and nothing is lacking. The
 * average gets worse as the input grows, so the answer grows with the price, and rung i, from input x[i-1] to x[i], may fill as
 * soon as the price is at the average of x[i]. A rung filled in part is safe too: the average of less is better.
 *
 * @param points inputs at which rungs end, in any order
 * @param first number of wallets and nonces of the part that are taken
 * @param style "floating": rungs of any size, for an equilibrium in floating point; "integer": for fills in integers;
 *   "pinned": for those, the first rung of any size, as it is to be met to the atom
 */
export function ladderOf(
  agent: Agent,
  points: readonly bigint[],
  first: { wallet: number; nonce: number },
  style: "floating" | "integer" | "pinned",
): Rung[] {
  const rungs: Rung[] = [];
  let [x, out] = [0n, 0n];
  const ascending = [...new Set(points)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const amountIn of ascending) {
    const amountOut = amountIn > 0n && amountIn <= MAX_UINT128 ? answerOf(agent, amountIn) : 0n;
    const gives = amountOut - out;
    if (gives <= 0n || amountOut > MAX_UINT128) continue;
    const index = rungs.length;
    const isFree = style === "floating" || (style === "pinned" && index === 0);
    if (!isFree && (gives < LEAST_RUNG || amountIn - x < LEAST_RUNG)) continue;
    // Each rung below this one may lose an atom of what it takes to rounding.
    const asked = divideUp(gives * (amountIn + BigInt(index)), amountOut);
    const own = { wallet: first.wallet + index, nonce: first.nonce + index };
    const rung = memberOf(agent, index, gives, asked, own);
    const member = style === "floating" ? { ...rung, ...limitOf(amountIn, amountOut) } : rung;
    rungs.push({ agent, amountIn, amountOut, member });
    [x, out] = [amountIn, amountOut];
  }
  return rungs;
}

function limitOf(num: bigint, den: bigint): Pick<Member, "limit" | "limitNear"> {
  return { limit: { num, den }, limitNear: toNumber({ num, den }) };
}

/**
 * A rung that takes so much and gives so much of what it takes at the clearing prices: kind "buy", so that what it takes is exact.
 *
 * @param whole whether it takes all or nothing
 */
export function rungOf(
  agent: Agent,
  { takes, gives, whole }: { takes: bigint; gives: bigint; whole: boolean },
  own: { wallet: number; nonce: number },
): Rung {
  const rung = memberOf(agent, whole ? 0 : 1, gives, takes, own);
  const intent = { ...rung.intent, kind: "buy" as const, partiallyFillable: !whole };
  const member = { ...rung, intent, cap: takes, whole };
  return { agent, amountIn: takes, amountOut: gives, member };
}

function memberOf(
  { pool, sells, tokenIn, tokenOut }: Agent,
  index: number,
  gives: bigint,
  asked: bigint,
  own: { wallet: number; nonce: number },
): Member {
  const [sellToken, buyToken] =
    sells === 0 ? [pool.pool.tokens[1], pool.pool.tokens[0]] : [pool.pool.tokens[0], pool.pool.tokens[1]];
  const limitBuyAmount = asked < 1n ? 1n : asked;
  return {
    intent: {
      id: `pool ${pool.pool.address} ${sells} ${index}`,
      owner: pool.pool.address,
      sellToken,
      buyToken,
      kind: "sell",
      sellAmount: gives,
      buyAmount: limitBuyAmount,
      limitBuyAmount,
      partiallyFillable: true,
      filled: 0n,
      maxFee: 0n,
      fee: 0n,
      nonce: 0n,
    },
    sell: tokenOut,
    buy: tokenIn,
    cap: gives,
    ...limitOf(limitBuyAmount, gives),
    ...own,
    whole: false,
    isPool: true,
  };
}

/** The input up to which the agent's average price is at least `least`, in atoms that it gives per atom that it takes. */
export function inputAt(agent: Agent, least: number): bigint {
  const depth = Math.max(2 ** 12, depthOf(agent.pool.pool, agent.sells));
  const isGood = (amountIn: bigint): boolean => {
    const out = answerOf(agent, amountIn);
    return out > 0n && Number(out) >= least * Number(amountIn);
  };
  let high = toInteger(depth);
  for (let i = 0; i < 64 && isGood(high); i++) high *= 2n;
  let low = 0n;
  while (high - low > 1n + (high >> 48n)) {
    const middle = (low + high) / 2n;
    if (isGood(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function toInteger(value: number): bigint {
  return Number.isFinite(value) && value >= 1 ? BigInt(Math.floor(value)) : 0n;
}
