import { f64 } from "../engine/access.ts";
import { boughtOf, leastExecuted, reaches, type Standing, standingOf } from "./auctionMath.ts";
import type { Guide } from "./guides.ts";
import type { Pair, SealedMarket } from "./market.ts";
import type { MarginalAmount, SealedBook, SealedOrder, SealedPrice } from "./types.ts";

/** Share of the price, as a shift, by which a limit may exceed it and still be used: rounding of doubles, no more. */
const USABLE_SHIFT = 40n;

/** One order that the prices let trade. */
export interface Trader {
  readonly order: SealedOrder;
  readonly standing: Standing;
  /** The least that it must execute: 0 in the band, nearly everything beyond it. */
  readonly least: bigint;
  executed: bigint;
  bought: bigint;
}

/** The traders of one pair, the lowest limit first. */
export interface Lane {
  readonly sell: number;
  readonly buy: number;
  readonly traders: readonly Trader[];
}

/**
 * What everybody executes at given prices, in atoms, and what each token has left: the state that the repair changes. It
 * keeps the sums of every token; no trader leaves its bounds.
 */
export class Amounts {
  readonly tokens: number;
  readonly prices: readonly SealedPrice[];
  readonly lanes: readonly Lane[];
  /** Per token, the lanes that sell it and those that buy it. */
  readonly selling: readonly (readonly Lane[])[];
  readonly buying: readonly (readonly Lane[])[];
  /** Per token, sold less bought. */
  readonly left: bigint[];

  constructor(book: SealedBook, market: SealedMarket, prices: readonly SealedPrice[], guide: Guide) {
    this.tokens = book.minimums.length;
    this.prices = prices;
    this.left = book.minimums.map(() => 0n);
    const selling: Lane[][] = book.minimums.map(() => []);
    const buying: Lane[][] = book.minimums.map(() => []);
    this.lanes = market.pairs.flatMap((pair, k): Lane[] => {
      const traders = this.#tradersOf(book, pair);
      if (traders.length === 0) return [];
      const lane = { sell: pair.sell, buy: pair.buy, traders };
      this.#fill(traders, toBigInt(f64(guide.sold, k)));
      selling[pair.sell]?.push(lane);
      buying[pair.buy]?.push(lane);
      return [lane];
    });
    this.selling = selling;
    this.buying = buying;
  }

  #tradersOf(book: SealedBook, { sell, buy, members }: Pair): Trader[] {
    const sellPrice = this.price(sell);
    const buyPrice = this.price(buy);
    const traders: Trader[] = [];
    for (const i of members) {
      const order = book.orders[i];
      if (order === undefined) continue;
      const standing = standingOf(order, sellPrice, buyPrice);
      if (standing === "out" || !isUsable(order, sellPrice, buyPrice)) continue;
      const least = standing === "in" ? leastExecuted(order.amount, book.minimums[sell] ?? 0n) : 0n;
      traders.push({ order, standing, least, executed: 0n, bought: 0n });
    }
    return traders.sort((a, b) => byLimit(a.order, b.order));
  }

  /** Those beyond the band execute in full; what the pair should sell beyond that, those in the band, lowest limit first. */
  #fill(traders: readonly Trader[], wanted: bigint): void {
    let rest = wanted;
    for (const trader of traders) {
      if (trader.standing !== "in") continue;
      this.set(trader, trader.order.amount);
      rest -= trader.order.amount;
    }
    for (const trader of traders) {
      if (rest <= 0n) return;
      if (trader.standing === "in") continue;
      const { amount } = trader.order;
      this.set(trader, rest < amount ? rest : amount);
      rest -= amount;
    }
  }

  price(token: number): SealedPrice {
    return this.prices[token] ?? { mantissa: 1n, exponent: 0 };
  }

  /** What a trader would be owed for so much. */
  owed({ order }: Trader, executed: bigint): bigint {
    return executed === 0n
      ? 0n
      : boughtOf(order, executed, this.price(order.sellToken), this.price(order.buyToken));
  }

  /** Lets a trader execute so much. */
  set(trader: Trader, executed: bigint): void {
    const bought = this.owed(trader, executed);
    const { sellToken, buyToken } = trader.order;
    this.left[sellToken] = this.leftOf(sellToken) + executed - trader.executed;
    this.left[buyToken] = this.leftOf(buyToken) - bought + trader.bought;
    trader.executed = executed;
    trader.bought = bought;
  }

  leftOf(token: number): bigint {
    return this.left[token] ?? 0n;
  }

  /** What the auction has to be told beside the prices. */
  marginal(): MarginalAmount[] {
    return this.lanes
      .flatMap(({ traders }) => traders)
      .filter(({ standing, executed, order }) =>
        standing === "in" ? executed < order.amount : executed > 0n,
      )
      .map(({ order, executed }) => ({ id: order.id, executed }))
      .sort((a, b) => a.id - b.id);
  }
}

/** Whether the price meets the limit but for the rounding of doubles. */
function isUsable({ amount, asked }: SealedOrder, sell: SealedPrice, buy: SealedPrice): boolean {
  const need = asked * buy.mantissa;
  return reaches(amount * sell.mantissa, sell.exponent - buy.exponent, need - (need >> USABLE_SHIFT));
}

/** Lowest limit first, then the largest, then the first placed: nothing else tells equal orders apart. */
function byLimit(a: SealedOrder, b: SealedOrder): number {
  const difference = a.asked * b.amount - b.asked * a.amount;
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  if (a.amount !== b.amount) return a.amount > b.amount ? -1 : 1;
  return a.id - b.id;
}

function toBigInt(value: number): bigint {
  return Number.isFinite(value) && value > 0 ? BigInt(Math.round(value)) : 0n;
}
