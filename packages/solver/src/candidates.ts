import { at } from "./engine/access.ts";
import type { Equilibrium } from "./equilibrium.ts";
import type { Market } from "./market.ts";
import { Groups, type Member, type Part } from "./parts.ts";
import {
  type FixedFlow,
  integerPrices,
  MARGIN_UNIT,
  type PriceWish,
  roundFloatPrices,
  type Tight,
} from "./prices.ts";
import type { Window } from "./window.ts";

/** A fill counts as nothing below this share, and as whole above one less this share. */
export const FILL_TOLERANCE = 1e-6;
/** A marginal fill gets a price better than its limit by this many atoms of what it buys, so that rounding keeps the limit. */
const MARGIN_ATOMS = 4;
const LARGEST_MARGIN = 2 ** -10;

/** Share of the price within which a limit counts as met. */
const MET = 2 ** -36;

/** What prices to try, and what is expected to fill at them. */
export interface Proposal {
  readonly prices: readonly bigint[];
  readonly likelyFull: ReadonlySet<number>;
}

/** Integer price vectors made of an equilibrium, the most faithful first; each is worked out when it is asked for. */
export function* proposalsFrom(part: Part, market: Market, equilibrium: Equilibrium): Generator<Proposal> {
  const { prices, strictPrices, wish, fill } = equilibrium;
  const traders = [...Array(market.count).keys()];
  const marginal = marginalTraders(market, equilibrium);
  const full = traders.filter((k) => at(wish, k) >= 1 - FILL_TOLERANCE);
  const likelyFull = new Set(full.filter((k) => at(fill, k) === 1).map((k) => at(market.member, k)));
  const fixed = full.flatMap((k) => fixedFlow(part, at(market.member, k), at(fill, k)));
  const linked = marginal.map((k) => [at(market.sell, k), at(market.buy, k)] as const);
  const wishFor = (tight: Tight[]): PriceWish => ({ guess: prices, tight, fixed, linked });

  const safe = marginal.map((k) => withMargin(part, at(market.member, k), at(fill, k)));
  const exact = safe.map(({ member }): Tight => ({ member, margin: 0n }));
  // Whoever fills whole at a limit that is the price is left out by a vector that has to be rounded for the sake of a margin.
  const isTied =
    equilibrium.certified && (hasTie(market, marginal) || full.some((k) => isMet(market, prices, k)));
  const vectors = [
    ...(marginal.length > 0 ? [() => integerPrices(part, wishFor(safe))] : []),
    ...(marginal.length === 0 || isTied ? [() => integerPrices(part, wishFor(exact))] : []),
    () => roundFloatPrices(strictPrices),
  ];
  for (const make of vectors) {
    const vector = make();
    if (vector !== undefined) yield { prices: vector, likelyFull };
  }
}

/** Traders whose limit is the price, those with the greatest fills first. */
function marginalTraders(market: Market, { wish, flow }: Equilibrium): number[] {
  return [...Array(market.count).keys()]
    .filter((k) => at(wish, k) > FILL_TOLERANCE && at(wish, k) < 1 - FILL_TOLERANCE)
    .sort((a, b) => at(flow, b) - at(flow, a));
}

/** Whether the limit of a trader is the price of its pair. */
function isMet(market: Market, prices: Float64Array, k: number): boolean {
  const price = at(prices, at(market.sell, k)) / at(prices, at(market.buy, k));
  return Math.abs(price / at(market.limit, k) - 1) <= MET;
}

/** A limit that is to be a price, with a margin that rounding may take from what it buys. */
export function withMargin(part: Part, member: number, share: number): Tight {
  const { intent, cap, isPool } = part.members[member] ?? { intent: undefined, cap: 0n };
  if (intent === undefined) return { member, margin: 0n };
  const { limitBuyAmount, sellAmount, kind } = intent;
  const whole = kind === "buy" ? Number(cap) : (Number(cap) / Number(sellAmount)) * Number(limitBuyAmount);
  // Of a pool's rung, the price of a few atoms must not decide for all that the pool takes.
  const bought = Math.max(isPool === true ? Number(limitBuyAmount) : 1, share * whole);
  const margin = Math.min(LARGEST_MARGIN, MARGIN_ATOMS / bought);
  return { member, margin: BigInt(Math.ceil(margin * Number(MARGIN_UNIT))) };
}

/** Whether marginal limits tie tokens in a cycle: then only prices without margin can meet them all. */
function hasTie(market: Market, marginal: readonly number[]): boolean {
  const groups = new Groups();
  return marginal.some((k) => !groups.join(String(at(market.sell, k)), String(at(market.buy, k))));
}

/**
 * Integer price vectors made of a window in which a set can settle.
 *
 * @param atLimits whether to try the limit of each member as the price too: with amounts of few atoms only some prices
 *   give amounts that keep every limit after rounding, and those are found at the limits
 */
export function proposalsFromWindow(
  part: Part,
  set: readonly number[],
  window: Window,
  atLimits: boolean,
): Proposal[] {
  const guess = window.prices;
  const whole = set.filter((index) => part.members[index]?.whole);
  const linked = window.trading.flatMap((index) => {
    const member = part.members[index];
    return member === undefined ? [] : [[member.sell, member.buy] as const];
  });
  const tight = window.tight.map((member): Tight => ({ member, margin: 0n }));
  const fixed = whole.flatMap((index) => fixedFlow(part, index, 1));
  const vectors = [integerPrices(part, { guess, tight, fixed, linked }), roundFloatPrices(guess)];
  if (atLimits) {
    for (const member of set) {
      vectors.push(integerPrices(part, { guess, tight: [{ member, margin: 0n }], fixed: [], linked: [] }));
    }
  }
  return vectors.flatMap((prices) =>
    prices === undefined ? [] : [{ prices, likelyFull: new Set<number>() }],
  );
}

/**
 * Integer price vectors at which known fills balance.
 *
 * @param full partially fillable members that fill to their cap
 * @param linked pairs of tokens that members which fill in part trade
 */
export function proposalsFromFills(
  part: Part,
  guess: Float64Array,
  whole: readonly number[],
  full: readonly number[],
  linked: readonly (readonly [number, number])[],
): Proposal[] {
  const fixed = [...whole, ...full].flatMap((index) => fixedFlow(part, index, 1));
  const vectors = [integerPrices(part, { guess, tight: [], fixed, linked }), roundFloatPrices(guess)];
  const likelyFull = new Set(full);
  return vectors.flatMap((prices) => (prices === undefined ? [] : [{ prices, likelyFull }]));
}

function fixedFlow(part: Part, index: number, share: number): FixedFlow[] {
  const member = part.members[index];
  if (member === undefined) return [];
  const { sell, buy, intent } = member;
  const amount = share === 1 ? netAmount(member) : BigInt(Math.round(Number(netAmount(member)) * share));
  return [{ from: sell, to: buy, priced: intent.kind === "sell" ? sell : buy, amount }];
}

/** Atoms that reach the market in a full fill: net of fee for kind "sell", bought for kind "buy". */
function netAmount({ intent, cap }: Member): bigint {
  return intent.kind === "buy" ? cap : cap - (intent.fee * cap) / intent.sellAmount;
}
