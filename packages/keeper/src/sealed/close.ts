/** Pays out, rolls and refunds the orders of windows that are over, in batches that share a sell token. */
import {
  clearableUntil,
  encodeClaim,
  encodeOrderRefund,
  encodeRoll,
  lockOf,
  readWindow,
  windowAt,
  type AuctionError,
  type Hex,
  type PlacedOrder,
} from "@walras/sdk";
import type { CallKind, SimulatedCall } from "../domain.ts";
import { attemptCall } from "./attempt.ts";
import { answerOf, callAt, viewOf } from "./auctionMarket.ts";
import { sift } from "./blame.ts";
import type { MirroredWindow } from "./Order.ts";
import { chargeOf, paidOf, stepCost } from "./pays.ts";
import type { SealedDeps, SealedMoment } from "./SealedDeps.ts";

/** How many orders a call closes at most; some 4 million gas. */
const mostOrders = 60;

const encodings = { claim: encodeClaim, roll: encodeRoll, refund: encodeOrderRefund };
type ClosingKind = keyof typeof encodings & CallKind;

type Closing = { kind: ClosingKind; order: PlacedOrder };

/** Closes orders. Remembers those whose tokens could not be moved, and leaves them for some blocks. */
export class Closer {
  readonly #deps: SealedDeps;

  constructor(deps: SealedDeps) {
    this.#deps = deps;
  }

  /**
   * The next call that closes orders of a window, simulated on the latest block; null when there is none to be made.
   *
   * @throws KeeperError `NodeUnreachable`, `StoreFailed`
   */
  async draft(mirrored: MirroredWindow, moment: SealedMoment): Promise<SimulatedCall | null> {
    const { auction, head } = moment;
    const { window, clearing } = mirrored;
    const isVoid = clearing === null && head.timestamp > clearableUntil(auction, window);
    if (clearing === null && !isVoid) return null;
    // A refund is charged nothing.
    if (isVoid && !this.#deps.atOwnCost) return null;

    const read = await readWindow(auction, window, { call: callAt(this.#deps.chain, head) });
    if (read.state !== (isVoid ? "void" : "cleared")) return null;
    const ready = read.orders
      .filter((order) => order !== null)
      .filter(
        ({ id }) => this.#deps.sitOut.reason(sitOutKey(auction.auction, window, id), head.number) === null,
      );
    const closings = isVoid
      ? ready.map((order): Closing => ({ kind: "refund", order }))
      : await this.#closings(ready, window, read.clearing?.weiPerOrder ?? 0n, moment);

    for (const kind of ["claim", "roll", "refund"] as const) {
      const chosen = closings
        .filter((closing) => closing.kind === kind)
        .map(({ order }) => order)
        .toSorted((a, b) => a.sellToken - b.sellToken || a.id - b.id)
        .slice(0, mostOrders);
      if (chosen.length === 0) continue;
      const call = await this.#draftOf(kind, chosen, window, moment);
      if (call !== null) return call;
    }
    return null;
  }

  /** What is to be done with each order of a cleared window that pays for it. */
  async #closings(
    orders: PlacedOrder[],
    window: number,
    weiPerOrder: bigint,
    moment: SealedMoment,
  ): Promise<Closing[]> {
    const { auction, head } = moment;
    const { chain, atOwnCost } = this.#deps;
    const requests = orders.map(({ id }) => viewOf(auction.auction, "outcome", [window, id]));
    const answers = await chain.callMany(requests, head);
    const lock = lockOf(auction, windowAt(auction, head.timestamp));

    return orders.flatMap((order, index): Closing[] => {
      const answer = answers[index];
      if (answer?.ok !== true) return [];
      const [executed] = answerOf(auction.auction, "outcome", answer.data);
      const rest = order.amount - BigInt(String(executed));
      const asked = (rest * order.asked + order.amount - 1n) / order.amount;
      const minimumOf = (token: number) => auction.minimums[token] ?? 0n;
      const goesOn =
        rest > 0n &&
        order.validTo >= lock &&
        rest >= minimumOf(order.sellToken) &&
        asked >= minimumOf(order.buyToken);
      const kind = goesOn ? "roll" : "claim";

      // The clearer's share is taken first.
      const { feePerWei } = order;
      const left = { budget: order.budget - chargeOf(weiPerOrder, order), feePerWei };
      const cost = stepCost(goesOn ? "rolling" : "claiming", moment, Math.min(orders.length, mostOrders));
      return atOwnCost || paidOf(cost, left) >= cost ? [{ kind, order }] : [];
    });
  }

  async #draftOf(
    kind: ClosingKind,
    orders: PlacedOrder[],
    window: number,
    { auction, head, gasPrice }: SealedMoment,
  ): Promise<SimulatedCall | null> {
    const { chain, account, sitOut, logger } = this.#deps;
    const to = auction.auction;
    const attempt = (tried: PlacedOrder[]) => {
      const ids = tried.map(({ id }) => id);
      const calldata = encodings[kind](window, ids);
      return attemptCall({ kind, to, window, intentHashes: [], calldata }, { chain, account, gasPrice });
    };
    const { found, bad } = await sift(orders, attempt, culpritOf);
    for (const { item, error } of bad) {
      const { name: code, message } = error;
      sitOut.strike(sitOutKey(to, window, item.id), head.number, { code, message });
      logger.info(
        { step: kind, window, id: item.id, problem: message },
        "an order cannot be closed and sits out",
      );
    }
    return found?.accepted ?? null;
  }
}

/** The order that an error names; a payment that fails names the receiver. */
function culpritOf({ orderId, args }: AuctionError, orders: readonly PlacedOrder[]): number | null {
  const index = orders.findIndex(
    ({ id, owner, receiver }) => id === orderId || args["to"] === owner || args["to"] === receiver,
  );
  return index === -1 ? null : index;
}

/** Under what an order sits out: no intent's hash looks like this. */
function sitOutKey(auction: Hex, window: number, id: number): Hex {
  return `${auction}/${window}/${id}`;
}
