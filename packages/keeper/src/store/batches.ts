/** Queries about batches and calls, their parts and their attempts. Each runs inside the caller's transaction. */
import { randomUUID } from "node:crypto";
import type { BatchStatus, Hex, IntentReason } from "@walras/sdk";
import type { Kysely } from "kysely";
import type {
  Attempt,
  BatchValue,
  SimulatedCall,
  SimulatedSettlement,
  StoredBatch,
  StoredCall,
  StoredEvent,
  StoredTransaction,
} from "../domain.ts";
import { finalStatuses, pendingBatchStatuses } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { cutPage, decodeCursor } from "./cursor.ts";
import { getIntentRow, settleIntent, type Cause } from "./intents.ts";
import {
  attemptRow,
  fillRow,
  minedColumns,
  reasonColumns,
  transactionOf,
  valueColumns,
  type BatchParts,
} from "./rows.ts";
import type { BatchRow, Database } from "./schema.ts";
import type { Page, Written } from "./Store.ts";

type Db = Kysely<Database>;

async function withParts(db: Db, rows: BatchRow[]): Promise<StoredTransaction[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const prices = await db
    .selectFrom("batch_prices")
    .selectAll()
    .where("batch_id", "in", ids)
    .orderBy("token_index")
    .execute();
  const fills = await db
    .selectFrom("batch_fills")
    .selectAll()
    .where("batch_id", "in", ids)
    .orderBy("fill_index")
    .execute();
  const intents = await db
    .selectFrom("call_intents")
    .selectAll()
    .where("batch_id", "in", ids)
    .orderBy("intent_index")
    .execute();
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("batch_id", "in", ids)
    .orderBy("seq")
    .execute();

  const none = (): BatchParts => ({ prices: [], fills: [], intents: [], attempts: [] });
  const parts = new Map<string, BatchParts>(ids.map((id) => [id, none()]));
  for (const price of prices) parts.get(price.batch_id)?.prices.push(price);
  for (const fill of fills) parts.get(fill.batch_id)?.fills.push(fill);
  for (const intent of intents) parts.get(intent.batch_id)?.intents.push(intent);
  for (const attempt of attempts) parts.get(attempt.batch_id)?.attempts.push(attempt);
  return rows.map((row) => transactionOf(row, parts.get(row.id) ?? none()));
}

async function getTransaction(db: Db, id: string): Promise<StoredTransaction | null> {
  const rows = await db.selectFrom("batches").selectAll().where("id", "=", id).execute();
  return (await withParts(db, rows))[0] ?? null;
}

async function requireTransaction(db: Db, id: string): Promise<StoredTransaction> {
  const transaction = await getTransaction(db, id);
  if (transaction === null) throw new KeeperError("NotFound", { what: "batch", id });
  return transaction;
}

function isBatch(transaction: StoredTransaction): transaction is StoredBatch {
  return transaction.kind === "settle";
}

export async function getBatch(db: Db, batchId: string): Promise<StoredBatch | null> {
  const transaction = await getTransaction(db, batchId);
  return transaction !== null && isBatch(transaction) ? transaction : null;
}

export async function listBatches(
  db: Db,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<StoredBatch>> {
  let query = db.selectFrom("batches").selectAll().where("kind", "=", "settle");
  if (cursor !== undefined) query = query.where("seq", "<", decodeCursor(cursor));
  const rows = await query
    .orderBy("seq", "desc")
    .limit(limit + 1)
    .execute();

  const { page, nextCursor } = cutPage(rows, limit);
  const items = (await withParts(db, page)).filter(isBatch);
  return { items, nextCursor };
}

export async function listConfirmedTransactions(db: Db, limit: number): Promise<StoredTransaction[]> {
  const query = db.selectFrom("batches").selectAll().where("status", "=", "confirmed");
  return withParts(db, await query.orderBy("seq", "desc").limit(limit).execute());
}

export async function listPendingTransactions(db: Db): Promise<StoredTransaction[]> {
  const rows = await db
    .selectFrom("batches")
    .selectAll()
    .where("status", "in", pendingBatchStatuses)
    .orderBy("seq")
    .execute();
  return withParts(db, rows);
}

export async function listBatchesOfIntent(db: Db, intentHash: Hex): Promise<StoredBatch[]> {
  const rows = await db
    .selectFrom("batches")
    .selectAll()
    .where("id", "in", (fills) =>
      fills.selectFrom("batch_fills").select("batch_id").where("intent_hash", "=", intentHash),
    )
    .orderBy("seq")
    .execute();
  return (await withParts(db, rows)).filter(isBatch);
}

/** Brings every intent of the batch or call in line with it. */
async function settleIntents(
  db: Db,
  transaction: StoredTransaction,
  reason: IntentReason | null,
  transactionHash: Hex | null,
  now: number,
): Promise<StoredEvent[]> {
  const batchId = isBatch(transaction) ? transaction.id : null;
  const cause: Cause = { reason, batchId, transactionHash };
  const events: StoredEvent[] = [];
  const hashes = isBatch(transaction)
    ? transaction.fills.map(({ intentHash }) => intentHash)
    : transaction.intentHashes;
  for (const intentHash of hashes) {
    const event = await settleIntent(db, intentHash, cause, now);
    if (event !== null) events.push(event);
  }
  return events;
}

/** What is to be sent was made from what the store said some time ago. Whoever was cancelled since then must not be in it. */
async function checkStillOpen(db: Db, intentHashes: Hex[]): Promise<void> {
  for (const intentHash of intentHashes) {
    const row = await getIntentRow(db, intentHash);
    if (row === null) throw new KeeperError("NotFound", { what: "intent", id: intentHash });
    if (
      row.status === "executing" ||
      row.status === "placed" ||
      finalStatuses.some((status) => status === row.status)
    ) {
      throw new KeeperError("BatchOutdated", { intentHash, status: row.status });
    }
  }
}

async function addRow(
  db: Db,
  { kind, to, window, calldata }: Pick<SimulatedCall, "to" | "calldata"> & Pick<BatchRow, "kind" | "window">,
  value: BatchValue | null,
  now: number,
): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto("batches")
    .values({
      ...{ id, kind, target: to, window, calldata },
      status: "simulated",
      ...valueColumns(value),
      ...minedColumns(null),
      failure_code: null,
      failure_message: null,
      created_at: now,
      updated_at: now,
    })
    .execute();
  return id;
}

export async function addBatch(
  db: Db,
  settlement: SimulatedSettlement,
  attempt: Omit<Attempt, "batchId">,
  now: number,
): Promise<{ batch: StoredBatch; events: StoredEvent[] }> {
  await checkStillOpen(
    db,
    settlement.fills.map(({ intentHash }) => intentHash),
  );
  const id = await addRow(db, { ...settlement, kind: "settle", window: null }, settlement.value, now);
  for (const [index, token] of settlement.tokens.entries()) {
    const price = (settlement.prices[index] ?? 0n).toString();
    await db.insertInto("batch_prices").values({ batch_id: id, token_index: index, token, price }).execute();
  }
  for (const [index, fill] of settlement.fills.entries()) {
    await db
      .insertInto("batch_fills")
      .values(fillRow(id, fill, index))
      .execute();
  }
  await db
    .insertInto("attempts")
    .values(attemptRow({ ...attempt, batchId: id }))
    .execute();

  const batch = await getBatch(db, id);
  if (batch === null) throw new KeeperError("NotFound", { what: "batch", id });
  return { batch, events: await settleIntents(db, batch, null, attempt.transactionHash, now) };
}

export async function addCall(
  db: Db,
  simulated: SimulatedCall,
  attempt: Omit<Attempt, "batchId">,
  now: number,
): Promise<{ call: StoredCall; events: StoredEvent[] }> {
  await checkStillOpen(db, simulated.intentHashes);
  const id = await addRow(db, simulated, null, now);
  for (const [index, intentHash] of simulated.intentHashes.entries()) {
    const row = { batch_id: id, intent_index: index, intent_hash: intentHash };
    await db.insertInto("call_intents").values(row).execute();
  }
  await db
    .insertInto("attempts")
    .values(attemptRow({ ...attempt, batchId: id }))
    .execute();
  const call = await requireTransaction(db, id);
  if (call.kind === "settle") throw new KeeperError("NotFound", { what: "call", id });
  return { call, events: await settleIntents(db, call, null, attempt.transactionHash, now) };
}

export async function addAttempt(db: Db, attempt: Attempt, now: number): Promise<StoredTransaction> {
  await move(db, attempt.batchId, ["simulated", "submitted", "reorged"], null, {}, now);
  await db.insertInto("attempts").values(attemptRow(attempt)).execute();
  return requireTransaction(db, attempt.batchId);
}

/** Takes the batch from one of `from` to `to` (null: where it is). Anything else is a fault of the caller. */
async function move(
  db: Db,
  batchId: string,
  from: readonly BatchStatus[],
  to: BatchStatus | null,
  columns: Partial<BatchRow>,
  now: number,
): Promise<StoredTransaction> {
  const moved = await db
    .updateTable("batches")
    .set({ ...columns, ...(to === null ? {} : { status: to }), updated_at: now })
    .where("id", "=", batchId)
    .where("status", "in", from)
    .executeTakeFirst();
  const transaction = await requireTransaction(db, batchId);
  if (moved.numUpdatedRows !== 1n) {
    throw new Error(
      `${transaction.kind} ${batchId} is ${transaction.status}, which cannot become ${to ?? "pending again"}`,
    );
  }
  return transaction;
}

export function markSubmitted(db: Db, batchId: string, now: number): Promise<StoredTransaction> {
  return move(db, batchId, ["simulated", "submitted", "reorged"], "submitted", {}, now);
}

export async function markMined(
  db: Db,
  batchId: string,
  mined: NonNullable<StoredBatch["mined"]>,
  now: number,
): Promise<Written> {
  const from = ["simulated", "submitted", "reorged"] as const;
  const transaction = await move(db, batchId, from, "mined", minedColumns(mined), now);
  return { transaction, events: await settleIntents(db, transaction, null, mined.transactionHash, now) };
}

export function markConfirmed(db: Db, batchId: string, now: number): Promise<StoredTransaction> {
  return move(db, batchId, ["mined"], "confirmed", {}, now);
}

export async function markReorged(db: Db, batchId: string, now: number): Promise<Written> {
  const { mined } = await requireTransaction(db, batchId);
  const transaction = await move(db, batchId, ["mined", "confirmed"], "reorged", minedColumns(null), now);
  const reason: IntentReason = {
    code: "Reorged",
    message: `The chain has dropped block ${mined?.blockNumber ?? "?"}, in which it was executed; it is being executed again.`,
  };
  return {
    transaction,
    events: await settleIntents(db, transaction, reason, mined?.transactionHash ?? null, now),
  };
}

export async function markFailed(
  db: Db,
  batchId: string,
  failure: IntentReason,
  now: number,
  status: "failed" | "replaced",
): Promise<Written> {
  const { reason_code, reason_message } = reasonColumns(failure);
  const columns = { failure_code: reason_code, failure_message: reason_message };
  const from = ["simulated", "submitted", "reorged"] as const;
  const transaction = await move(db, batchId, from, status, columns, now);
  return { transaction, events: await settleIntents(db, transaction, failure, null, now) };
}
