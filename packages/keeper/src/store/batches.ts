/** Queries about batches, their fills and their attempts. Each runs inside the caller's transaction. */
import { randomUUID } from "node:crypto";
import type { BatchStatus, Hex, IntentReason } from "@walras/sdk";
import type { Kysely } from "kysely";
import type { Attempt, SimulatedSettlement, StoredBatch, StoredEvent } from "../domain.ts";
import { finalStatuses, pendingBatchStatuses } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { getIntentRow, settleIntent, type Cause } from "./intents.ts";
import { attemptRow, batchOf, fillRow, minedColumns, reasonColumns, type BatchParts } from "./rows.ts";
import type { BatchRow, Database } from "./schema.ts";
import type { Page } from "./Store.ts";

type Db = Kysely<Database>;
type Written = { batch: StoredBatch; events: StoredEvent[] };

async function withParts(db: Db, rows: BatchRow[]): Promise<StoredBatch[]> {
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
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("batch_id", "in", ids)
    .orderBy("seq")
    .execute();

  const parts = new Map<string, BatchParts>(ids.map((id) => [id, { prices: [], fills: [], attempts: [] }]));
  for (const price of prices) parts.get(price.batch_id)?.prices.push(price);
  for (const fill of fills) parts.get(fill.batch_id)?.fills.push(fill);
  for (const attempt of attempts) parts.get(attempt.batch_id)?.attempts.push(attempt);
  return rows.map((row) => batchOf(row, parts.get(row.id) ?? { prices: [], fills: [], attempts: [] }));
}

export async function getBatch(db: Db, batchId: string): Promise<StoredBatch | null> {
  const rows = await db.selectFrom("batches").selectAll().where("id", "=", batchId).execute();
  return (await withParts(db, rows))[0] ?? null;
}

async function requireBatch(db: Db, batchId: string): Promise<StoredBatch> {
  const batch = await getBatch(db, batchId);
  if (batch === null) throw new KeeperError("NotFound", { what: "batch", id: batchId });
  return batch;
}

export async function listBatches(
  db: Db,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<StoredBatch>> {
  let query = db.selectFrom("batches").selectAll();
  if (cursor !== undefined) query = query.where("seq", "<", decodeCursor(cursor));
  const rows = await query
    .orderBy("seq", "desc")
    .limit(limit + 1)
    .execute();

  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > page.length && last !== undefined;
  return { items: await withParts(db, page), nextCursor: more ? encodeCursor(last.seq) : null };
}

export async function listPendingBatches(db: Db): Promise<StoredBatch[]> {
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
  return withParts(db, rows);
}

/** Brings every intent of the batch in line with it. */
async function settleIntents(
  db: Db,
  batch: StoredBatch,
  reason: IntentReason | null,
  transactionHash: Hex | null,
  now: number,
): Promise<StoredEvent[]> {
  const cause: Cause = { reason, batchId: batch.id, transactionHash };
  const events: StoredEvent[] = [];
  for (const { intentHash } of batch.fills) {
    const event = await settleIntent(db, intentHash, cause, now);
    if (event !== null) events.push(event);
  }
  return events;
}

export async function addBatch(
  db: Db,
  settlement: SimulatedSettlement,
  attempt: Omit<Attempt, "batchId">,
  now: number,
): Promise<Written> {
  // The batch was made from what the store said some time ago. Whoever was cancelled since then must not be in it.
  for (const { intentHash } of settlement.fills) {
    const row = await getIntentRow(db, intentHash);
    if (row === null) throw new KeeperError("NotFound", { what: "intent", id: intentHash });
    if (row.status === "executing" || finalStatuses.some((status) => status === row.status)) {
      throw new KeeperError("BatchOutdated", { intentHash, status: row.status });
    }
  }

  const id = randomUUID();
  await db
    .insertInto("batches")
    .values({
      id,
      status: "simulated",
      calldata: settlement.calldata,
      ...minedColumns(null),
      failure_code: null,
      failure_message: null,
      created_at: now,
      updated_at: now,
    })
    .execute();
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

  const batch = await requireBatch(db, id);
  return { batch, events: await settleIntents(db, batch, null, attempt.transactionHash, now) };
}

export async function addAttempt(db: Db, attempt: Attempt, now: number): Promise<StoredBatch> {
  await move(db, attempt.batchId, ["simulated", "submitted", "reorged"], null, {}, now);
  await db.insertInto("attempts").values(attemptRow(attempt)).execute();
  return requireBatch(db, attempt.batchId);
}

/** Takes the batch from one of `from` to `to` (null: where it is). Anything else is a fault of the caller. */
async function move(
  db: Db,
  batchId: string,
  from: readonly BatchStatus[],
  to: BatchStatus | null,
  columns: Partial<BatchRow>,
  now: number,
): Promise<StoredBatch> {
  const moved = await db
    .updateTable("batches")
    .set({ ...columns, ...(to === null ? {} : { status: to }), updated_at: now })
    .where("id", "=", batchId)
    .where("status", "in", from)
    .executeTakeFirst();
  const batch = await requireBatch(db, batchId);
  if (moved.numUpdatedRows !== 1n) {
    throw new Error(`batch ${batchId} is ${batch.status}, which cannot become ${to ?? "pending again"}`);
  }
  return batch;
}

export function markSubmitted(db: Db, batchId: string, now: number): Promise<StoredBatch> {
  return move(db, batchId, ["simulated", "submitted", "reorged"], "submitted", {}, now);
}

export async function markMined(
  db: Db,
  batchId: string,
  mined: NonNullable<StoredBatch["mined"]>,
  now: number,
): Promise<Written> {
  const from = ["simulated", "submitted", "reorged"] as const;
  const batch = await move(db, batchId, from, "mined", minedColumns(mined), now);
  return { batch, events: await settleIntents(db, batch, null, mined.transactionHash, now) };
}

export function markConfirmed(db: Db, batchId: string, now: number): Promise<StoredBatch> {
  return move(db, batchId, ["mined"], "confirmed", {}, now);
}

export async function markReorged(db: Db, batchId: string, now: number): Promise<Written> {
  const { mined } = await requireBatch(db, batchId);
  const batch = await move(db, batchId, ["mined", "confirmed"], "reorged", minedColumns(null), now);
  const reason: IntentReason = {
    code: "Reorged",
    message: `The chain has dropped block ${mined?.blockNumber ?? "?"}, in which it was settled; it is being settled again.`,
  };
  return { batch, events: await settleIntents(db, batch, reason, mined?.transactionHash ?? null, now) };
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
  const batch = await move(db, batchId, from, status, columns, now);
  return { batch, events: await settleIntents(db, batch, failure, null, now) };
}
