/** One round of the sealed lane: what is most pressing among clearing, placing, paying out and rolling is sent. */
import type { Address, IntentReason } from "@walras/sdk";
import type { BlockRef, SimulatedCall, StoredCall } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { IntentChange } from "../pipeline/book.ts";
import { readMeans, submitCall } from "../pipeline/submit.ts";
import type { ServedAuction } from "./auctionMarket.ts";
import { Clearer } from "./clear.ts";
import { Collector } from "./collect.ts";
import { Closer } from "./close.ts";
import type { MirroredWindow } from "./Order.ts";
import { draftPlace } from "./place.ts";
import type { SealedDeps, SealedMoment } from "./SealedDeps.ts";

export type SealedOutcome = {
  call: StoredCall | null;
  /** Why the keeper itself could not send what it had, if so. */
  problem: IntentReason | null;
  /** Whether an intent has left under the round, so that another one is worth while at once. */
  again: boolean;
};

/** For how many blocks a window rests that left nothing to be done. */
const restBlocks = 5;

const nothing: SealedOutcome = { call: null, problem: null, again: false };

/** The sealed lane of a keeper, for all the auctions that it serves. Only one transaction of the keeper is on its way at a time. */
export class SealedLane {
  readonly #deps: SealedDeps;
  readonly #clearer: Clearer;
  readonly #closer: Closer;
  readonly #collector: Collector;
  readonly #restUntil = new Map<string, number>();

  constructor(deps: SealedDeps) {
    this.#deps = deps;
    this.#clearer = new Clearer(deps);
    this.#closer = new Closer(deps);
    this.#collector = new Collector(deps);
  }

  /**
   * Sends the most pressing call, if there is one; says of intents that cannot be placed why.
   *
   * @throws KeeperError as `submitCall`; `NodeUnreachable`, `StoreFailed`, `SolverFailed`
   */
  async run(
    head: BlockRef,
    blockInterval: number,
    auctions: readonly ServedAuction[],
  ): Promise<SealedOutcome> {
    const { chain, logger, dataFees } = this.#deps;
    if (auctions.length === 0) return nothing;
    const means = await readMeans(this.#deps);
    const { maxPriorityFeePerGas } = await chain.fees();
    const gasPrice = head.baseFeePerGas + maxPriorityFeePerGas;
    for (const auction of auctions) {
      const chainFee = await dataFees.at(auction.auction, head);
      const call = await this.#draft({ auction, head, blockInterval, gasPrice, chainFee });
      if (call === null) continue;
      if ("code" in means) return { ...nothing, problem: means };
      try {
        const submission = await submitCall(call, means, this.#deps);
        if (!submission.submitted) return { ...nothing, problem: submission.reason };
        return { ...nothing, call: submission.batch };
      } catch (error) {
        if (!(error instanceof KeeperError) || error.code !== "BatchOutdated") throw error;
        logger.info({ step: "submit", problem: error.message }, "an intent left meanwhile");
        return { ...nothing, again: true };
      }
    }
    return nothing;
  }

  async #draft(moment: SealedMoment): Promise<SimulatedCall | null> {
    const { store, clock, lostRace, logger } = this.#deps;
    const { auction } = moment.auction;
    const place = await draftPlace(moment, Math.floor(clock() / 1000), this.#deps);
    await this.#update(place.changes);
    if (place.call !== null && place.isUrgent) return place.call;

    const { number } = moment.head;
    const windows = (await store.listOpenWindows(auction)).filter(
      ({ window }) => number >= (this.#restUntil.get(`${auction}/${window}`) ?? 0),
    );
    for (const window of windows) {
      const outcome = await this.#clearer.draft(window, moment);
      if (outcome.call !== null) return outcome.call;
      if (outcome.lost) {
        lostRace();
        logger.info({ step: "clear", auction, window: window.window }, "somebody else has cleared it");
      }
    }
    for (const window of windows) {
      const call = await this.#closer.draft(window, moment);
      if (call !== null) return call;
    }
    this.#rest(auction, windows, moment);
    return place.call ?? this.#collector.draft(moment);
  }

  /** Windows that were cleared some blocks ago and leave nothing to be done at present prices are not read in every block. */
  #rest(auction: Address, windows: readonly MirroredWindow[], { head }: SealedMoment): void {
    for (const [key, until] of this.#restUntil) if (until <= head.number) this.#restUntil.delete(key);
    for (const { window, clearing } of windows) {
      if (clearing === null || head.number < clearing.blockNumber + restBlocks) continue;
      this.#restUntil.set(`${auction}/${window}`, head.number + restBlocks);
    }
  }

  async #update(changes: IntentChange[]): Promise<void> {
    const { store, notifier, logger, clock } = this.#deps;
    const events = await store.updateIntents(changes, clock());
    notifier.publish(events);
    for (const { intentHash, status, reason } of events) {
      logger.info({ step: "place", intentHash, status, reason }, "intent");
    }
  }
}
