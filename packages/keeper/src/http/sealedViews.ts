/** From the mirror of the auctions to the wire. */
import {
  clearableUntil,
  lockOf,
  windowAt,
  type AuctionView,
  type Hex,
  type IntentView,
  type OrderView,
  type WindowState,
  type WindowView,
} from "@walras/sdk";
import type { StoredIntent } from "../domain.ts";
import type { ServedAuction } from "../sealed/auctionMarket.ts";
import type { MirroredOrder, MirroredWindow } from "../sealed/Order.ts";
import type { Store } from "../store/Store.ts";
import { intentView } from "./views.ts";

type OrderInWindow = { order: MirroredOrder; state: WindowState };

/** Where a window stands at a time of the chain. */
export function windowStateAt(
  market: ServedAuction,
  { window, clearing }: Pick<MirroredWindow, "window" | "clearing">,
  time: number,
): WindowState {
  const current = windowAt(market, time);
  if (window >= current) return window === current ? "open" : "future";
  if (clearing !== null) return "cleared";
  return time > clearableUntil(market, window) ? "void" : "locked";
}

/**
 * The orders that an intent has been, with the states of their windows.
 *
 * @param market undefined when the auction is not served any more; then an uncleared window counts as locked
 * @param time of the chain, in seconds
 */
export async function ordersWithState(
  intentHash: Hex,
  { store, market, time }: { store: Store; market: ServedAuction | undefined; time: number },
): Promise<OrderInWindow[]> {
  const orders = await store.listOrdersOfIntent(intentHash);
  return Promise.all(
    orders.map(async (order) => {
      const window = await store.getWindow(order.auction, order.window);
      const clearing = window?.clearing ?? null;
      if (market === undefined) return { order, state: clearing === null ? "locked" : "cleared" };
      return { order, state: windowStateAt(market, { window: order.window, clearing }, time) };
    }),
  );
}

/** The bits of a budget that an order keeps (AuctionOrder.sol); what it rounds off never leaves the owner. */
const budgetBits = 25;

function keptBudget(value: bigint): bigint {
  const dropped = BigInt(Math.max(0, value.toString(2).length - budgetBits));
  return (value >> dropped) << dropped;
}

/** What was given back of orders that ended without a claim: what they still had to sell, and the rest of the budget. */
function handedBack(
  { signed: { intent } }: StoredIntent,
  orders: readonly MirroredOrder[],
  index: number,
): bigint {
  const { state, returned } = orders[index] ?? { state: "placed", returned: 0n };
  if (state !== "cancelled" && state !== "refunded") return returned;
  const [first, ...later] = orders.slice(0, index + 1);
  const before = orders.slice(0, index);
  const executed = before.reduce((sum, order) => sum + order.executed, 0n);
  const placing = (first?.fee ?? 0n) - (first?.closingFee ?? 0n);
  const closing = [first, ...later].slice(0, -1).reduce((sum, order) => sum + (order?.closingFee ?? 0n), 0n);
  return intent.sellAmount - intent.maxFee - executed + keptBudget(intent.maxFee - placing) - closing;
}

export function sealedIntentView(stored: StoredIntent, found: readonly OrderInWindow[]): IntentView {
  const orders = found.map(({ order }) => order);
  const views = found.map(({ order, state }, index): OrderView => {
    const { window, id, executed, bought, fee, rolledTo } = order;
    return {
      ...{ window, orderId: id, state },
      executed: executed.toString(),
      bought: bought.toString(),
      fee: fee.toString(),
      paid: order.state !== "placed",
      refunded: handedBack(stored, orders, index).toString(),
      rolledTo: rolledTo === null ? null : { window: rolledTo.window, orderId: rolledTo.id },
    };
  });
  const auction = stored.auction ?? stored.owner;
  return { ...intentView(stored, []), lane: "sealed", sealed: { auction, orders: views } };
}

/** @param time of the chain, in seconds */
export function auctionView(market: ServedAuction, time: number): AuctionView {
  const { chainId, auction, tokens, minimums, windowLength, timeout, permit2 } = market;
  return {
    ...{ chainId, auction, windowLength, timeout, permit2 },
    tokens: [...tokens],
    minimums: minimums.map(String),
    currentWindow: windowAt(market, time),
  };
}

/** @param time of the chain, in seconds */
export function windowView(mirrored: MirroredWindow, market: ServedAuction, time: number): WindowView {
  const { window, orders, clearing } = mirrored;
  return {
    ...{ auction: market.auction, window, orders },
    state: windowStateAt(market, mirrored, time),
    lock: lockOf(market, window),
    clearableUntil: clearableUntil(market, window),
    clearing:
      clearing === null
        ? null
        : {
            clearer: clearing.clearer,
            transactionHash: clearing.transactionHash,
            results: market.tokens.flatMap((token, index) => {
              const result = clearing.results[index] ?? null;
              if (result === null) return [];
              const { mantissa, exponent } = result.price;
              return [{ token, mantissa: mantissa.toString(), exponent, bonus: result.bonus.toString() }];
            }),
          },
  };
}
