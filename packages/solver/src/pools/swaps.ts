import { addressKey } from "../arithmetic.ts";
import { at } from "../engine/access.ts";
import type { Ledger } from "../ledger.ts";
import { unfundedAmong } from "./expected.ts";
import { type Agent, answerOf, type Rung } from "./ladder.ts";
import type { Swap } from "./pool.ts";

/** A swap may gain the keeper no more than this share of it at the clearing prices, and so many atoms of either token. */
const LARGEST_GAIN_BITS = 20n;
const LARGEST_GAIN_ATOMS = 128n;

/** Above this share of an input that is not needed, the price is too good for the pool rather than rounded. */
const NEEDLESS_BITS = 30n;

/** What rungs of one agent take and give together. */
interface Taken {
  readonly bought: bigint;
  readonly sold: bigint;
}

/** What each agent's rungs do in a ledger of which they are the last members. */
function takenBy(ledger: Ledger, rungs: readonly Rung[]): Map<Agent, Taken> {
  const first = ledger.part.members.length - rungs.length;
  const taken = new Map<Agent, Taken>();
  rungs.forEach(({ agent }, i) => {
    const { bought, sold } = ledger.amounts[first + i] ?? { bought: 0n, sold: 0n };
    if (bought === 0n) return;
    const before = taken.get(agent) ?? { bought: 0n, sold: 0n };
    taken.set(agent, { bought: before.bought + bought, sold: before.sold + sold });
  });
  return taken;
}

/** What each agent would have to take for what its rungs give in a ledger; what they take, where that is about the same. */
export function neededInputs(ledger: Ledger, rungs: readonly Rung[]): Map<Agent, bigint> {
  const inputs = new Map<Agent, bigint>();
  for (const [agent, { bought, sold }] of takenBy(ledger, rungs)) {
    const needed = inputFor(agent, sold, bought);
    inputs.set(agent, bought - needed > bought >> NEEDLESS_BITS ? needed : bought);
  }
  return inputs;
}

/** The least input, up to one that suffices, for which an agent gives so much. */
function inputFor(agent: Agent, amountOut: bigint, enough: bigint): bigint {
  let [low, high] = [0n, enough];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (answerOf(agent, middle) >= amountOut) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The swaps that a ledger with rungs amounts to, in an order in which each finds its input.
 *
 * @param fills the same ledger without the rungs
 * @returns `undefined` if a pool would not give what its rungs give, or there is no such order, or the keeper would gain by it
 */
export function swapsOf(ledger: Ledger, rungs: readonly Rung[], fills: Ledger): Swap[] | undefined {
  const swaps: { readonly agent: Agent; readonly swap: Swap }[] = [];
  for (const [agent, { bought: amountIn }] of takenBy(ledger, rungs)) {
    const { pool } = agent.pool;
    const [tokenIn, tokenOut] =
      agent.sells === 0 ? [pool.tokens[0], pool.tokens[1]] : [pool.tokens[1], pool.tokens[0]];
    const amountOut = answerOf(agent, amountIn);
    const [priceIn, priceOut] = [ledger.prices[agent.tokenIn] ?? 1n, ledger.prices[agent.tokenOut] ?? 1n];
    const [given, got] = [amountIn * priceIn, amountOut * priceOut];
    const most = (given >> LARGEST_GAIN_BITS) + LARGEST_GAIN_ATOMS * (priceIn + priceOut);
    if (amountOut === 0n || got > given + most) return undefined;
    swaps.push({ agent, swap: { pool: pool.address, tokenIn, tokenOut, amountIn, amountOut } });
  }
  if (new Set(swaps.map(({ swap }) => addressKey(swap.pool))).size < swaps.length) return undefined;
  return inOrder(swaps, grossOf(fills));
}

/** The agents whose swaps do not find their inputs in a ledger, those first that come least close to them. */
export function unfundedIn(ledger: Ledger, rungs: readonly Rung[], fills: Ledger): Agent[] {
  const prices = Float64Array.from(ledger.prices, Number);
  const gross = Float64Array.from(grossOf(fills), (amount, t) => Number(amount) * at(prices, t));
  const taken = [...takenBy(ledger, rungs)].map(
    ([agent, { bought }]) => [agent, Number(bought) * at(prices, agent.tokenIn)] as const,
  );
  return unfundedAmong(gross, new Map(taken), 1);
}

/** Per token, what fills sell, fees and all, less what they buy. */
function grossOf({ part, amounts }: Ledger): bigint[] {
  const gross = part.tokens.map(() => 0n);
  part.members.forEach(({ sell, buy }, i) => {
    const { sold, bought } = amounts[i] ?? { sold: 0n, bought: 0n };
    gross[sell] = (gross[sell] ?? 0n) + sold;
    gross[buy] = (gross[buy] ?? 0n) - bought;
  });
  return gross;
}

/** Swaps whose input is there first, so that others find theirs; in the end every buyer must be paid. */
function inOrder(
  swaps: readonly { readonly agent: Agent; readonly swap: Swap }[],
  gross: readonly bigint[],
): Swap[] | undefined {
  const held = gross.map((amount) => (amount > 0n ? amount : 0n));
  const ordered: Swap[] = [];
  const left = new Set(swaps);
  while (left.size > 0) {
    const next = [...left].find(({ agent, swap }) => (held[agent.tokenIn] ?? 0n) >= swap.amountIn);
    if (next === undefined) return undefined;
    left.delete(next);
    const { agent, swap } = next;
    held[agent.tokenIn] = (held[agent.tokenIn] ?? 0n) - swap.amountIn;
    held[agent.tokenOut] = (held[agent.tokenOut] ?? 0n) + swap.amountOut;
    ordered.push(swap);
  }
  const isPaid = held.every((amount, t) => amount + least(gross[t] ?? 0n, 0n) >= 0n);
  return isPaid ? ordered : undefined;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
