import type { AuctionPrice, OrderTerms } from "./Auction.ts";

/** A token's result in a cleared window. */
export type ClearedToken = {
  price: AuctionPrice;
  /** What was over of this token, for each atom that was bought of it, scaled by 2^96. */
  bonus: bigint;
};

/**
 * Where the prices put an order.
 * - `inTheMoney`: they are better than its limit, so it is executed whole
 * - `atTheLimit`: within the tolerance, so it is executed as far as the clearer found the other side for it
 * - `outOfTheMoney`: they are worse than its limit, so it is not executed
 */
export type OrderBand = "inTheMoney" | "atTheLimit" | "outOfTheMoney";

/** What became of an order. Amounts in atoms. */
export type OrderOutcome = {
  band: OrderBand;
  /** Sold. */
  executed: bigint;
  /** Bought at the price, never worse than the limit. */
  bought: bigint;
  /** Its part of what was over of the bought token; the receiver gets `bought + bonus`. */
  bonus: bigint;
  /** Not executed. */
  rest: bigint;
};

/* The tolerances, as shifts: AuctionMath.sol says why these. */
const muShift = 16n;
const deltaShift = 30n;
const epsilonShift = 20n;

/** A difference of exponents from which on the smaller side counts for nothing, as no amount makes up for it. */
const widest = 256;

/** Both sides of `amount * price of the sold >= asked * price of the bought` as integers, exactly. */
function compare(order: OrderTerms, sell: AuctionPrice, buy: AuctionPrice) {
  const difference = Math.max(-widest, Math.min(widest, sell.exponent - buy.exponent));
  const raised = (value: bigint, by: number) => value << BigInt(Math.max(0, by));
  const need = order.asked * buy.mantissa;
  return {
    have: raised(order.amount * sell.mantissa, difference),
    needInTheMoney: raised(need + (need >> muShift), -difference),
    needAtTheLimit: raised(need - (need >> deltaShift), -difference),
  };
}

/** Where prices put an order. */
export function orderBand(order: OrderTerms, sell: AuctionPrice, buy: AuctionPrice): OrderBand {
  const { have, needInTheMoney, needAtTheLimit } = compare(order, sell, buy);
  if (have >= needInTheMoney) return "inTheMoney";
  return have < needAtTheLimit ? "outOfTheMoney" : "atTheLimit";
}

/** Buy-token atoms for `executed` sell-token atoms of an order: by the prices, and never below its limit. */
function boughtFor(executed: bigint, order: OrderTerms, sell: AuctionPrice, buy: AuctionPrice): bigint {
  const limit = (executed * order.asked + order.amount - 1n) / order.amount;
  const value = executed * sell.mantissa;
  const less = value - (value >> epsilonShift);
  const difference = BigInt(Math.max(-widest, Math.min(widest, sell.exponent - buy.exponent)));
  const atPrice =
    difference < 0n ? (less >> -difference) / buy.mantissa : (less << difference) / buy.mantissa;
  return atPrice > limit ? atPrice : limit;
}

/**
 * What becomes of an order in a cleared window: the contract's own arithmetic, to the atom.
 *
 * @param order its terms in the window
 * @param sell the sell token's result, null when it did not trade in the window
 * @param buy the buy token's result, null when it did not trade
 * @param marginal what the clearer stated for the order, in sell-token atoms; null or 0 for nothing
 *
 * @example
 * const { executed, bought, bonus } = outcomeOf(order, cleared[order.sellToken], cleared[order.buyToken], null);
 */
export function outcomeOf(
  order: OrderTerms,
  sell: ClearedToken | null,
  buy: ClearedToken | null,
  marginal: bigint | null,
): OrderOutcome {
  const nothing = { executed: 0n, bought: 0n, bonus: 0n, rest: order.amount };
  if (sell === null || buy === null) return { band: "outOfTheMoney", ...nothing };
  const band = orderBand(order, sell.price, buy.price);
  // The contract keeps no amount as 0.
  const stated = marginal ?? 0n;
  const executed = stated === 0n && band === "inTheMoney" ? order.amount : stated;
  if (band === "outOfTheMoney" || executed === 0n) return { band, ...nothing };
  const bought = boughtFor(executed, order, sell.price, buy.price);
  return { band, executed, bought, bonus: (bought * buy.bonus) >> 96n, rest: order.amount - executed };
}
