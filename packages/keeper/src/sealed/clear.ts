/** Clears windows that have locked: reads every order, solves, verifies, and sends the solution, page by page if need be. */
import { isDeepStrictEqual } from "node:util";
import {
  auctionAbi,
  clearableUntil,
  clearingKey,
  decodeAuctionError,
  decodeAuctionLog,
  emptyProgress,
  encodeClear,
  lockOf,
  outcomeOf,
  parseHex,
  readWindow,
  type ClearProgress,
  type Hex,
  type PlacedOrder,
} from "@walras/sdk";
import { verifySealed, type SealedBook, type SealedSolution } from "@walras/solver";
import { AbiCoder, Interface, keccak256, toBeHex } from "ethers";
import type { SimulatedCall } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { gasLimitCap, simulateTransaction, simulatedCall } from "../pipeline/simulate.ts";
import { answerOf, callAt, viewOf } from "./auctionMarket.ts";
import type { MirroredWindow } from "./Order.ts";
import { paidOf, stepCost } from "./pays.ts";
import type { SealedDeps, SealedMoment } from "./SealedDeps.ts";

/** A window's complete set and what was found for it; the prices stand for the solution on chain. */
type Solved = { window: number; orders: PlacedOrder[]; count: number; solution: SealedSolution };

/** What a look at a locked window has come to. */
export type ClearOutcome =
  | { call: SimulatedCall }
  /** `lost`: somebody else has cleared it. */
  | { call: null; lost: boolean };

const none: ClearOutcome = { call: null, lost: false };

/** No page smaller than this; a window that needs smaller ones cannot be cleared at all. */
const smallestPage = 16;

const clearPageTopic = parseHex(new Interface(auctionAbi).getEvent("ClearPage")?.topicHash, "topic", 32);

/** For how many blocks orders that do not pay are remembered; a reorganisation may change them. */
const rememberedBlocks = 50;

/** How far back the pages of a clearing are searched. */
const searchedBlocks = 10_000;

/** Whether a window can be cleared at this time, if nobody has done so. */
export function isClearable({ auction, head }: SealedMoment, window: number): boolean {
  return head.timestamp >= lockOf(auction, window) && head.timestamp <= clearableUntil(auction, window);
}

export type ClearerDeps = Pick<SealedDeps, "chain" | "account" | "logger" | "solver" | "atOwnCost">;

/** Clears windows. Remembers the solution of the one that it is at, what size of page fits a transaction, and what does not pay. */
export class Clearer {
  readonly #deps: ClearerDeps;
  #solved: (Solved & { auction: Hex }) | null = null;
  #pageSize = Number.POSITIVE_INFINITY;
  /** The orders of windows whose fees did not pay when they were read, until a block. */
  readonly #unpaid = new Map<string, { orders: PlacedOrder[]; count: number; untilBlock: number }>();

  constructor(deps: ClearerDeps) {
    this.#deps = deps;
  }

  /**
   * The next call that takes the clearing of a window on, simulated on the latest block.
   *
   * @throws KeeperError `NodeUnreachable`, `SolverFailed`; `Internal` for a solution that does not verify
   */
  async draft(
    { window, clearing }: Pick<MirroredWindow, "window" | "clearing">,
    moment: SealedMoment,
  ): Promise<ClearOutcome> {
    const { chain, account, logger } = this.#deps;
    const { auction, head, gasPrice } = moment;
    const key = `${auction.auction}/${window}`;
    const seen = this.#unpaid.get(key);
    this.#unpaid.delete(key);
    if (clearing !== null || !isClearable(moment, window)) return none;
    // A locked window does not change; only what gas costs does.
    if (seen !== undefined && head.number < seen.untilBlock && !this.#pays(seen.orders, seen.count, moment)) {
      this.#unpaid.set(key, seen);
      return none;
    }
    const read = await readWindow(auction, window, { call: callAt(chain, head) });
    const orders = read.orders.filter((order) => order !== null);
    if (read.state !== "locked" || orders.length === 0) return { call: null, lost: read.state === "cleared" };
    if (!this.#pays(orders, read.count, moment)) {
      const { count } = read;
      this.#unpaid.set(key, { orders, count, untilBlock: head.number + rememberedBlocks });
      return none;
    }

    const solved = await this.#solve({ window, orders, count: read.count }, moment);
    let { progress, ...begun } = await this.#resume(solved, moment);
    for (;;) {
      const end = Math.min(read.count, progress.next + this.#pageSize);
      const page = {
        ...{ window, prices: solved.solution.prices, progress, ...begun },
        marginal: solved.solution.marginal.filter(({ id }) => id >= progress.next && id < end),
        ...(end === read.count ? {} : { maxOrders: end - progress.next }),
      };
      const [to, calldata] = [auction.auction, encodeClear(page)];
      const simulation = await simulateTransaction(
        { chain, keeper: account.address },
        { to, data: calldata, gasPrice },
      );
      if (simulation.outcome === "accepted") {
        const call = { kind: "clear" as const, to, window, intentHashes: [], calldata };
        return { call: simulatedCall(call, simulation) };
      }
      const error = simulation.outcome === "reverted" ? decodeAuctionError(simulation.revertData) : null;
      if (error?.name === "AlreadyCleared") return { call: null, lost: true };
      const length = end - progress.next;
      const isTooMuch = error === null || error.name === "Empty";
      if (isTooMuch && length > smallestPage) {
        const share =
          simulation.outcome === "tooBig" ? Number((90n * gasLimitCap) / simulation.gas) / 100 : 0.5;
        this.#pageSize = Math.max(smallestPage, Math.floor(length * Math.min(0.9, share)));
        logger.info(
          { step: "clear", window, pageSize: this.#pageSize },
          "too much at once; clearing in pages",
        );
        continue;
      }
      logger.error({ step: "clear", window, problem: error?.message ?? "too much gas" }, "not accepted");
      // What was begun with these prices may be spoilt: begin again, as a solution of its own.
      if (error?.name !== "WrongProgress") return none;
      [progress, begun] = [emptyProgress, { salt: saltOf(head.number) }];
    }
  }

  /** Whether the orders' fees pay for clearing the window. */
  #pays(orders: PlacedOrder[], count: number, moment: SealedMoment): boolean {
    const each = stepCost("clearing", moment, count);
    const paid = orders.reduce((sum, order) => sum + paidOf(each, order), 0n);
    const pays = this.#deps.atOwnCost || paid >= each * BigInt(count);
    if (!pays)
      this.#deps.logger.debug({ step: "clear", orders: count }, "its fees do not pay for clearing it");
    return pays;
  }

  async #solve(set: Omit<Solved, "solution">, { auction }: SealedMoment): Promise<Solved> {
    const known = this.#solved;
    const isKnown = known?.window === set.window && known.auction === auction.auction;
    // A reorganisation may have put other orders into the window.
    if (isKnown && isDeepStrictEqual(known.orders, set.orders)) return known;
    const { solver, logger } = this.#deps;
    const book: SealedBook = { minimums: auction.minimums, orders: set.orders };
    const start = performance.now();
    const solution = await solver.solveSealed(book);
    const { violations } = verifySealed(book, solution);
    if (violations.length > 0) {
      const cause = new Error(violations.map(({ message }) => message).join(" "));
      throw new KeeperError("Internal", {}, { cause });
    }
    const { full, partial, method } = solution.certificate;
    const elapsedMs = Math.round(performance.now() - start);
    const { window, orders } = set;
    logger.info({ step: "clear", window, orders: orders.length, full, partial, method, elapsedMs }, "solved");
    this.#solved = { ...set, solution, auction: auction.auction };
    return this.#solved;
  }

  /** Where the clearing by this solution has come to: begun by this keeper, perhaps before it was killed. */
  async #resume(
    solved: Solved,
    { auction, head }: SealedMoment,
  ): Promise<{ progress: ClearProgress; salt?: Hex }> {
    const { chain, account } = this.#deps;
    const { window, solution } = solved;
    const key = clearingKey(window, account.address, solution.prices);
    const call = callAt(chain, head);
    const answer = answerOf(
      auction.auction,
      "progressOf",
      await call(viewOf(auction.auction, "progressOf", [key])),
    );
    const hash = String(answer[0]);
    if (BigInt(hash) === 0n) return { progress: emptyProgress };
    const windowTopic = parseHex(toBeHex(window, 32), "topic", 32);
    const logs = await chain.logs({
      ...{ address: auction.auction, topics: [clearPageTopic, windowTopic, key] },
      ...{ fromBlock: Math.max(0, head.number - searchedBlocks + 1), toBlock: head.number },
    });
    for (const log of logs.toReversed()) {
      const event = decodeAuctionLog(log);
      if (event?.event !== "ClearPage") continue;
      const progress = progressAt(solved, event.next, auction.tokens.length);
      if (hashOf(progress) === hash) return { progress };
    }
    return { progress: emptyProgress, salt: saltOf(head.number) };
  }
}

/** Makes the same prices a solution of their own. */
function saltOf(block: number): Hex {
  return parseHex(toBeHex(block, 32), "salt", 32);
}

/** What the contract has summed up when it has looked at the orders before `next`. */
export function progressAt(
  { orders, solution }: Pick<Solved, "orders" | "solution">,
  next: number,
  tokens: number,
): ClearProgress {
  const sold = new Array<bigint>(tokens).fill(0n);
  const bought = new Array<bigint>(tokens).fill(0n);
  const named = new Map(solution.marginal.map(({ id, executed }) => [id, executed]));
  const resultOf = (token: number) => {
    const price = solution.prices[token];
    return price === undefined ? null : { price, bonus: 0n };
  };
  let hasShort = false;
  for (const order of orders) {
    if (order.id >= next) continue;
    const { sellToken, buyToken } = order;
    const marginal = named.get(order.id) ?? null;
    const outcome = outcomeOf(order, resultOf(sellToken), resultOf(buyToken), marginal);
    if (outcome.band === "inTheMoney" && marginal !== null) hasShort = true;
    sold[sellToken] = (sold[sellToken] ?? 0n) + outcome.executed;
    bought[buyToken] = (bought[buyToken] ?? 0n) + outcome.bought;
  }
  return { next, hasShort, sold, bought };
}

function hashOf({ next, hasShort, sold, bought }: ClearProgress): string {
  const type = "tuple(uint32 next, bool hasShort, uint256[] sold, uint256[] bought)";
  return keccak256(AbiCoder.defaultAbiCoder().encode([type], [[next, hasShort, sold, bought]]));
}
