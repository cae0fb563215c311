/** The embedded store: one SQLite file, one writer, every change on disk before its promise resolves. */
import { DatabaseSync } from "node:sqlite";
import type { Address, Hex, IntentReason, IntentStatus } from "@walras/sdk";
import { Kysely, SqliteDialect } from "kysely";
import type { AdmittedIntent, Attempt, SimulatedCall, SimulatedSettlement, StoredBatch } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { MirrorCursor, MirroredEvent } from "../sealed/Order.ts";
import * as auctions from "./auctions.ts";
import * as batches from "./batches.ts";
import * as intents from "./intents.ts";
import { migrate } from "./migrations.ts";
import { kyselyDatabase } from "./nodeSqlite.ts";
import { intentOf } from "./rows.ts";
import type { Database } from "./schema.ts";
import type { Store } from "./Store.ts";

/** Which deployment the intents of a store are for. */
export type StoreIdentity = { chainId: number; settlement: Address };

/**
 * Opens the database at `path`, and makes it if there is none.
 *
 * One keeper at a time: two of them on one file would sign competing transactions. The lock is the operating system's,
 * so it is gone with the process that held it, however that ended.
 *
 * @param path a file, or ":memory:" for a store that is gone when it is closed
 * @throws KeeperError `StoreInUse`, `WrongStore`, `StoreUnusable`
 */
export async function openSqliteStore(path: string, identity: StoreIdentity): Promise<Store> {
  const lock = path === ":memory:" ? null : takeLock(path);
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 5000 });
    file.exec("PRAGMA journal_mode = WAL");
    file.exec("PRAGMA synchronous = FULL");
    file.exec("PRAGMA foreign_keys = ON");
    const damage = file.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    if (damage !== "ok") throw new Error(String(damage));

    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: kyselyDatabase(file) }) });
    await migrate(db);
    await checkIdentity(db, path, identity);
    return new SqliteStore(db, lock);
  } catch (cause) {
    file?.close();
    lock?.close();
    if (cause instanceof KeeperError) throw cause;
    throw new KeeperError("StoreUnusable", { path, problem: problemOf(cause) }, { cause });
  }
}

function problemOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Holds an exclusive lock on a file beside the database until it is closed or the process ends. */
function takeLock(path: string): DatabaseSync {
  let lock: DatabaseSync;
  try {
    lock = new DatabaseSync(`${path}.lock`);
  } catch (cause) {
    throw new KeeperError("StoreUnusable", { path, problem: problemOf(cause) }, { cause });
  }
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    lock.close();
    const busy = problemOf(cause).includes("locked");
    throw busy
      ? new KeeperError("StoreInUse", { path }, { cause })
      : new KeeperError("StoreUnusable", { path, problem: problemOf(cause) }, { cause });
  }
}

async function checkIdentity(db: Kysely<Database>, path: string, identity: StoreIdentity): Promise<void> {
  const wanted = { chainId: identity.chainId.toString(), settlement: identity.settlement };
  await db
    .insertInto("meta")
    .values(Object.entries(wanted).map(([key, value]) => ({ key, value })))
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const stored = Object.fromEntries(
    (await db.selectFrom("meta").selectAll().execute()).map(({ key, value }) => [key, value]),
  );
  if (stored["chainId"] === wanted.chainId && stored["settlement"] === wanted.settlement) return;
  throw new KeeperError("WrongStore", {
    path,
    storedChainId: stored["chainId"] ?? "",
    storedSettlement: stored["settlement"] ?? "",
    ...wanted,
  });
}

class SqliteStore implements Store {
  readonly #db: Kysely<Database>;
  readonly #lock: DatabaseSync | null;
  #closed = false;

  constructor(db: Kysely<Database>, lock: DatabaseSync | null) {
    this.#db = db;
    this.#lock = lock;
  }

  /** @throws KeeperError `StoreFailed` for whatever the database throws */
  async #run<Result>(work: (db: Kysely<Database>) => Promise<Result>): Promise<Result> {
    try {
      return await this.#db.transaction().execute(work);
    } catch (cause) {
      if (cause instanceof KeeperError) throw cause;
      throw new KeeperError("StoreFailed", { problem: problemOf(cause) }, { cause });
    }
  }

  addIntent(admitted: AdmittedIntent, now: number) {
    return this.#run((db) => intents.addIntent(db, admitted, now));
  }

  async getIntent(intentHash: Hex) {
    const row = await this.#run((db) => intents.getIntentRow(db, intentHash));
    return row === null ? null : intentOf(row);
  }

  listIntents(filter: { owner: Address; status?: IntentStatus; limit: number; cursor?: string }) {
    return this.#run((db) => intents.listIntents(db, filter));
  }

  listLiveIntents() {
    return this.#run((db) => intents.listLiveIntents(db));
  }

  listWaitingIntents(auction: Address) {
    return this.#run((db) => intents.listWaitingIntents(db, auction));
  }

  updateIntents(
    changes: { intentHash: Hex; status: IntentStatus; reason: IntentReason | null }[],
    now: number,
  ) {
    return this.#run((db) => intents.updateIntents(db, changes, now));
  }

  listEvents(intentHash: Hex, afterId = 0) {
    return this.#run((db) => intents.listEvents(db, intentHash, afterId));
  }

  addBatch(settlement: SimulatedSettlement, attempt: Omit<Attempt, "batchId">, now: number) {
    return this.#run((db) => batches.addBatch(db, settlement, attempt, now));
  }

  addCall(call: SimulatedCall, attempt: Omit<Attempt, "batchId">, now: number) {
    return this.#run((db) => batches.addCall(db, call, attempt, now));
  }

  addAttempt(attempt: Attempt, now: number) {
    return this.#run((db) => batches.addAttempt(db, attempt, now));
  }

  markSubmitted(batchId: string, now: number) {
    return this.#run((db) => batches.markSubmitted(db, batchId, now));
  }

  markMined(batchId: string, mined: NonNullable<StoredBatch["mined"]>, now: number) {
    return this.#run((db) => batches.markMined(db, batchId, mined, now));
  }

  markConfirmed(batchId: string, now: number) {
    return this.#run((db) => batches.markConfirmed(db, batchId, now));
  }

  markReorged(batchId: string, now: number) {
    return this.#run((db) => batches.markReorged(db, batchId, now));
  }

  markFailed(batchId: string, failure: IntentReason, now: number, status: "failed" | "replaced" = "failed") {
    return this.#run((db) => batches.markFailed(db, batchId, failure, now, status));
  }

  getBatch(batchId: string) {
    return this.#run((db) => batches.getBatch(db, batchId));
  }

  listBatches(filter: { limit: number; cursor?: string }) {
    return this.#run((db) => batches.listBatches(db, filter));
  }

  listPendingTransactions() {
    return this.#run((db) => batches.listPendingTransactions(db));
  }

  listConfirmedTransactions(limit: number) {
    return this.#run((db) => batches.listConfirmedTransactions(db, limit));
  }

  listBatchesOfIntent(intentHash: Hex) {
    return this.#run((db) => batches.listBatchesOfIntent(db, intentHash));
  }

  listAuctionCursors(auction: Address) {
    return this.#run((db) => auctions.listCursors(db, auction));
  }

  applyAuctionEvents(auction: Address, events: readonly MirroredEvent[], cursor: MirrorCursor, now: number) {
    return this.#run((db) => auctions.applyEvents(db, auction, events, cursor, now));
  }

  rewindAuction(auction: Address, to: number, now: number) {
    return this.#run((db) => auctions.rewind(db, auction, to, now));
  }

  listOrdersOfIntent(intentHash: Hex) {
    return this.#run((db) => auctions.listOrdersOfIntent(db, intentHash));
  }

  listOpenOrders(auction: Address, window: number) {
    return this.#run((db) => auctions.listOpenOrders(db, auction, window));
  }

  listOpenWindows(auction: Address) {
    return this.#run((db) => auctions.listOpenWindows(db, auction));
  }

  getWindow(auction: Address, window: number) {
    return this.#run((db) => auctions.getWindow(db, auction, window));
  }

  listWindows(filter: { auction?: Address; limit: number; cursor?: string }) {
    return this.#run((db) => auctions.listWindows(db, filter));
  }

  counts() {
    return this.#run(async (db) => {
      const { openIntents } = await db
        .selectFrom("intents")
        .select((count) => count.fn.countAll<number>().as("openIntents"))
        .where("status", "in", intents.liveStatuses)
        .executeTakeFirstOrThrow();
      const pendingBatches = (await batches.listPendingTransactions(db)).length;
      return { openIntents, pendingBatches };
    });
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#db.destroy();
    this.#lock?.close();
  }
}
