/** Queries about the mirror of the auctions: their orders and windows as the chain's events tell them. */
import {
  decodePrice,
  encodePrice,
  type Address,
  type AuctionEvent,
  type ClearedToken,
  type ClearEvent,
  type Hex,
} from "@walras/sdk";
import type { Kysely } from "kysely";
import type { StoredEvent } from "../domain.ts";
import type { MirrorCursor, MirroredEvent, MirroredOrder, MirroredWindow } from "../sealed/Order.ts";
import { cutPage, decodeCursor } from "./cursor.ts";
import { settleIntent } from "./intents.ts";
import type { AuctionOrderRow, AuctionWindowRow, Database } from "./schema.ts";
import type { Page } from "./Store.ts";

type Db = Kysely<Database>;

/** What an order has as long as it stands. */
const open = {
  state: "placed",
  executed: "0",
  bought: "0",
  closing_fee: "0",
  returned: "0",
  rolled_window: null,
  rolled_id: null,
  closed_block: null,
  closed_in: null,
} as const;

function orderOf(row: AuctionOrderRow): MirroredOrder {
  const isRolled = row.rolled_window !== null && row.rolled_id !== null;
  return {
    auction: row.auction,
    window: row.window,
    id: row.order_id,
    intentHash: row.intent_hash,
    owner: row.owner,
    state: row.state,
    fee: BigInt(row.placing_fee) + BigInt(row.closing_fee),
    closingFee: BigInt(row.closing_fee),
    executed: BigInt(row.executed),
    bought: BigInt(row.bought),
    returned: BigInt(row.returned),
    rolledTo: isRolled ? { window: row.rolled_window ?? 0, id: row.rolled_id ?? 0 } : null,
    placedBlock: row.placed_block,
    placedIn: row.placed_in,
    closedBlock: row.closed_block,
    closedIn: row.closed_in,
  };
}

/** How many blocks are remembered for finding out where a reorg began. */
const rememberedCursors = 256;

export async function listCursors(db: Db, auction: Address): Promise<MirrorCursor[]> {
  const query = db.selectFrom("auction_cursors").selectAll().where("auction", "=", auction);
  const rows = await query.orderBy("block_number", "desc").execute();
  return rows.map(({ block_number: number, block_hash: hash }) => ({ number, hash }));
}

async function addCursor(db: Db, auction: Address, { number, hash }: MirrorCursor): Promise<void> {
  await db
    .insertInto("auction_cursors")
    .values({ auction, block_number: number, block_hash: hash })
    .execute();
  const old = (await listCursors(db, auction)).at(rememberedCursors);
  if (old === undefined) return;
  await db
    .deleteFrom("auction_cursors")
    .where("auction", "=", auction)
    .where("block_number", "<=", old.number)
    .execute();
}

/** Takes in events that follow on what the mirror has, oldest first, and brings their intents in line with them. */
export async function applyEvents(
  db: Db,
  auction: Address,
  events: readonly MirroredEvent[],
  cursor: MirrorCursor,
  now: number,
): Promise<StoredEvent[]> {
  const touched = new Map<Hex, Hex>();
  for (const event of events) {
    const intentHash = await applyEvent(db, auction, event);
    if (intentHash !== null) touched.set(intentHash, event.transactionHash);
  }
  await addCursor(db, auction, cursor);
  return settleIntents(db, touched, now);
}

/** @returns the intent whose order it is about; null when it is about none */
async function applyEvent(db: Db, auction: Address, mirrored: MirroredEvent): Promise<Hex | null> {
  const { event, blockNumber, transactionHash } = mirrored;
  switch (event.event) {
    case "Clear":
      await applyClear(db, auction, event, mirrored);
      return null;
    case "Place": {
      const { window, id, intentHash, owner, fee } = event;
      await insertOrder(db, {
        ...{ auction, window, order_id: id, intent_hash: intentHash, owner, placing_fee: fee.toString() },
        ...{ placed_block: blockNumber, placed_in: transactionHash, ...open },
      });
      return intentHash;
    }
    case "Cancel":
    case "Refund":
    case "Claim":
    case "Roll":
      return applyToOrder(db, auction, event, mirrored);
    default:
      return null;
  }
}

async function applyClear(
  db: Db,
  auction: Address,
  { window, clearer, weiPerOrder, results }: ClearEvent,
  { blockNumber, transactionHash }: MirroredEvent,
): Promise<void> {
  const cleared = {
    clearer,
    wei_per_order: weiPerOrder.toString(),
    outcomes: results.map(outcomeWord).join(","),
    block_number: blockNumber,
    transaction_hash: transactionHash,
  };
  await db
    .insertInto("auction_windows")
    .values({ auction, window, ...cleared })
    .onConflict((conflict) => conflict.columns(["auction", "window"]).doUpdateSet(cleared))
    .execute();
}

/** As the contract keeps a token's result: price << 128 | bonus, 0 for one that did not trade. */
function outcomeWord(result: ClearedToken | null): bigint {
  return result === null ? 0n : (encodePrice(result.price) << 128n) | result.bonus;
}

function resultOf(word: string): ClearedToken | null {
  const outcome = BigInt(word);
  if (outcome === 0n) return null;
  return { price: decodePrice(outcome >> 128n), bonus: BigInt.asUintN(128, outcome) };
}

async function applyToOrder(
  db: Db,
  auction: Address,
  event: Extract<AuctionEvent, { event: "Cancel" | "Refund" | "Claim" | "Roll" }>,
  { blockNumber, transactionHash }: MirroredEvent,
): Promise<Hex | null> {
  const order = await db
    .selectFrom("auction_orders")
    .selectAll()
    .where("auction", "=", auction)
    .where("window", "=", event.window)
    .where("order_id", "=", event.id)
    .executeTakeFirst();
  // Placed before the first block that the mirror has read.
  if (order === undefined) return null;
  const closed = { closed_block: blockNumber, closed_in: transactionHash };
  const change = (columns: Partial<AuctionOrderRow>) =>
    db.updateTable("auction_orders").set(columns).where("seq", "=", order.seq).execute();
  switch (event.event) {
    case "Cancel":
      await change({ ...closed, state: "cancelled" });
      break;
    case "Refund":
      await change({ ...closed, state: "refunded" });
      break;
    case "Claim":
      await change({
        ...{ ...closed, state: "claimed", executed: event.executed.toString() },
        ...{ bought: event.bought.toString(), closing_fee: event.fee.toString() },
        returned: event.returned.toString(),
      });
      break;
    case "Roll":
      // The claim of what it has bought comes before it, in the same transaction.
      await change({ state: "rolled", rolled_window: event.newWindow, rolled_id: event.newId });
      await insertOrder(db, {
        ...{ auction, window: event.newWindow, order_id: event.newId, placing_fee: "0" },
        ...{ intent_hash: order.intent_hash, owner: order.owner },
        ...{ placed_block: blockNumber, placed_in: transactionHash, ...open },
      });
      break;
  }
  return order.intent_hash;
}

async function insertOrder(db: Db, row: Omit<AuctionOrderRow, "seq">): Promise<void> {
  await db.insertInto("auction_orders").values(row).execute();
  const { auction, window } = row;
  const uncleared = {
    ...{ clearer: null, wei_per_order: "0", outcomes: "" },
    ...{ block_number: null, transaction_hash: null },
  };
  await db
    .insertInto("auction_windows")
    .values({ auction, window, ...uncleared })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Forgets what happened after a block that is still canonical, and takes their intents back with it. */
export async function rewind(db: Db, auction: Address, to: number, now: number): Promise<StoredEvent[]> {
  const orders = await db
    .selectFrom("auction_orders")
    .selectAll()
    .where("auction", "=", auction)
    .where((where) => where.or([where("placed_block", ">", to), where("closed_block", ">", to)]))
    .execute();
  for (const { seq, placed_block } of orders) {
    if (placed_block > to) await db.deleteFrom("auction_orders").where("seq", "=", seq).execute();
    else await db.updateTable("auction_orders").set(open).where("seq", "=", seq).execute();
  }
  await db
    .updateTable("auction_windows")
    .set({ clearer: null, block_number: null, transaction_hash: null })
    .where("auction", "=", auction)
    .where("block_number", ">", to)
    .execute();
  await db
    .deleteFrom("auction_windows")
    .where("auction", "=", auction)
    .where("window", "not in", (left) =>
      left.selectFrom("auction_orders").select("window").where("auction", "=", auction),
    )
    .execute();
  await db
    .deleteFrom("auction_cursors")
    .where("auction", "=", auction)
    .where("block_number", ">", to)
    .execute();
  const touched = new Map<Hex, Hex | null>(orders.map(({ intent_hash }) => [intent_hash, null]));
  return settleIntents(db, touched, now);
}

/** Of the intents touched, those that are here; the other ones came by other keepers, or by their owners. */
async function settleIntents(
  db: Db,
  touched: ReadonlyMap<Hex, Hex | null>,
  now: number,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const [intentHash, transactionHash] of touched) {
    const known = await db
      .selectFrom("intents")
      .select("seq")
      .where("intent_hash", "=", intentHash)
      .executeTakeFirst();
    if (known === undefined) continue;
    const event = await settleIntent(db, intentHash, { reason: null, batchId: null, transactionHash }, now);
    if (event !== null) events.push(event);
  }
  return events;
}

/** The orders that an intent has been, oldest first. */
export async function listOrdersOfIntent(db: Db, intentHash: Hex): Promise<MirroredOrder[]> {
  const rows = await db
    .selectFrom("auction_orders")
    .selectAll()
    .where("intent_hash", "=", intentHash)
    .orderBy("seq")
    .execute();
  return rows.map(orderOf);
}

/** The orders of a window that are not closed, by their ids. */
export async function listOpenOrders(db: Db, auction: Address, window: number): Promise<MirroredOrder[]> {
  const rows = await db
    .selectFrom("auction_orders")
    .selectAll()
    .where("auction", "=", auction)
    .where("window", "=", window)
    .where("state", "=", "placed")
    .orderBy("order_id")
    .execute();
  return rows.map(orderOf);
}

async function withCounts(db: Db, rows: AuctionWindowRow[]): Promise<MirroredWindow[]> {
  const windows: MirroredWindow[] = [];
  for (const row of rows) {
    const { auction, window, clearer, block_number: blockNumber, transaction_hash: transactionHash } = row;
    const states = await db
      .selectFrom("auction_orders")
      .select(["state", (of) => of.fn.countAll<number>().as("count")])
      .where("auction", "=", auction)
      .where("window", "=", window)
      .groupBy("state")
      .execute();
    const isCleared = clearer !== null && blockNumber !== null && transactionHash !== null;
    windows.push({
      auction,
      window,
      orders: states.reduce((sum, { count }) => sum + count, 0),
      open: states.find(({ state }) => state === "placed")?.count ?? 0,
      clearing: isCleared
        ? {
            ...{ clearer, blockNumber, transactionHash, weiPerOrder: BigInt(row.wei_per_order) },
            results: row.outcomes.split(",").map(resultOf),
          }
        : null,
    });
  }
  return windows;
}

export async function getWindow(db: Db, auction: Address, window: number): Promise<MirroredWindow | null> {
  const rows = await db
    .selectFrom("auction_windows")
    .selectAll()
    .where("auction", "=", auction)
    .where("window", "=", window)
    .execute();
  return (await withCounts(db, rows))[0] ?? null;
}

/** Windows with orders, newest first. */
export async function listWindows(
  db: Db,
  { auction, limit, cursor }: { auction?: Address; limit: number; cursor?: string },
): Promise<Page<MirroredWindow>> {
  let query = db.selectFrom("auction_windows").selectAll();
  if (auction !== undefined) query = query.where("auction", "=", auction);
  if (cursor !== undefined) query = query.where("seq", "<", decodeCursor(cursor));
  const rows = await query
    .orderBy("seq", "desc")
    .limit(limit + 1)
    .execute();
  const { page, nextCursor } = cutPage(rows, limit);
  return { items: await withCounts(db, page), nextCursor };
}

/** Windows that hold orders which are not closed, oldest first. */
export async function listOpenWindows(db: Db, auction: Address): Promise<MirroredWindow[]> {
  const rows = await db
    .selectFrom("auction_windows")
    .selectAll()
    .where("auction", "=", auction)
    .where("window", "in", (orders) =>
      orders
        .selectFrom("auction_orders")
        .select("window")
        .where("auction", "=", auction)
        .where("state", "=", "placed"),
    )
    .orderBy("window")
    .execute();
  return withCounts(db, rows);
}
