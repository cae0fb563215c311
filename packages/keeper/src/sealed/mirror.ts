/** Keeps the store's mirror of an auction equal to what the canonical chain says. */
import { decodeAuctionLog, type Address } from "@walras/sdk";
import type { Logger } from "pino";
import type { Chain } from "../chain/Chain.ts";
import type { BlockRef, StoredEvent } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { Store } from "../store/Store.ts";
import type { MirrorCursor, MirroredEvent } from "./Order.ts";

export type MirrorDeps = {
  chain: Pick<Chain, "blockByNumber" | "logs">;
  store: Store;
  logger: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
};

/** What providers commonly answer in one call. */
const blocksAtOnce = 2_000;

/**
 * Brings the mirror up to a block. Whatever happened to the chain since the last time, it ends with what is canonical now: it
 * keeps nothing but what the store has, so it makes no difference whether the keeper was running.
 *
 * @param from tells where an auction's events begin; asked for one that was never read
 * @returns the events of intents that followed
 * @throws KeeperError `NodeUnreachable`, `StoreFailed`
 */
export async function syncMirror(
  auction: Address,
  head: BlockRef,
  from: () => Promise<number>,
  deps: MirrorDeps,
): Promise<StoredEvent[]> {
  const { chain, store, logger, clock } = deps;
  const events: StoredEvent[] = [];
  const cursors = await store.listAuctionCursors(auction);
  const canonical = await lastCanonical(cursors, head, deps);
  const first = canonical === null ? await from() : 0;
  const [last] = cursors;
  if (last !== undefined && canonical?.hash !== last.hash) {
    const to = canonical?.number ?? first - 1;
    logger.warn({ step: "mirror", auction, from: last.number, to }, "taken back");
    events.push(...(await store.rewindAuction(auction, to, clock())));
  }

  let next = canonical === null ? first : canonical.number + 1;
  while (next <= head.number) {
    const end = Math.min(head.number, next + blocksAtOnce - 1);
    const logs = await chain.logs({ address: auction, topics: [], fromBlock: next, toBlock: end });
    const found = logs.flatMap((log): MirroredEvent[] => {
      const event = decodeAuctionLog(log);
      const { blockNumber, transactionHash } = log;
      return event === null ? [] : [{ event, blockNumber, transactionHash }];
    });
    // Logs are asked for by number. If the chain has changed meanwhile, the block that they end with says so the next time.
    const hash = end === head.number ? head.hash : (await blockAt(end, deps)).hash;
    events.push(...(await store.applyAuctionEvents(auction, found, { number: end, hash }, clock())));
    if (found.length > 0) logger.info({ step: "mirror", auction, block: end, events: found.length }, "read");
    next = end + 1;
  }
  return events;
}

/** The newest block that the mirror has ended with and that the chain still has; null when none of them is. */
async function lastCanonical(
  cursors: readonly MirrorCursor[],
  head: BlockRef,
  deps: MirrorDeps,
): Promise<MirrorCursor | null> {
  for (const cursor of cursors) {
    if (cursor.number > head.number) continue;
    const { hash } = cursor.number === head.number ? head : await blockAt(cursor.number, deps);
    if (hash === cursor.hash) return cursor;
  }
  return null;
}

async function blockAt(number: number, { chain }: MirrorDeps): Promise<BlockRef> {
  const block = await chain.blockByNumber(number);
  if (block === null) throw new KeeperError("NodeUnreachable", { problem: `it has no block ${number}` });
  return block;
}
