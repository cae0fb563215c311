/** Queries about intents and their history. Each runs inside the caller's transaction. */
import type { Address, Hex, IntentReason, IntentStatus } from "@walras/sdk";
import type { Kysely } from "kysely";
import type { AdmittedIntent, StoredEvent, StoredIntent } from "../domain.ts";
import { finalStatuses, pendingBatchStatuses } from "../domain.ts";
import { cutPage, decodeCursor } from "./cursor.ts";
import { eventOf, intentOf, newIntentRow, reasonColumns, reasonOf } from "./rows.ts";
import type { Database, IntentRow } from "./schema.ts";
import type { Page } from "./Store.ts";

type Db = Kysely<Database>;

/** SQLite binds 32,766 values at most, PostgreSQL 65,535. */
const chunkSize = 500;

export const liveStatuses = ["open", "partiallyFilled", "invalid", "executing", "placed"] as const;

const isFinal = (status: IntentStatus) => finalStatuses.some((final) => final === status);

/** What led to an event: why, and by which transaction. */
export type Cause = { reason: IntentReason | null; batchId: string | null; transactionHash: Hex | null };

const noCause: Cause = { reason: null, batchId: null, transactionHash: null };

export async function writeEvent(
  db: Db,
  intentHash: Hex,
  status: IntentStatus,
  { reason, batchId, transactionHash }: Cause,
  now: number,
): Promise<StoredEvent> {
  const row = await db
    .insertInto("events")
    .values({
      intent_hash: intentHash,
      status,
      ...reasonColumns(reason),
      at: now,
      batch_id: batchId,
      transaction_hash: transactionHash,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return eventOf(row);
}

export async function getIntentRow(db: Db, intentHash: Hex): Promise<IntentRow | null> {
  const row = await db
    .selectFrom("intents")
    .selectAll()
    .where("intent_hash", "=", intentHash)
    .executeTakeFirst();
  return row ?? null;
}

export async function addIntent(
  db: Db,
  admitted: AdmittedIntent,
  now: number,
): Promise<{ created: boolean; intent: StoredIntent }> {
  const created = await db
    .insertInto("intents")
    .values(newIntentRow(admitted, now))
    .onConflict((conflict) => conflict.column("intent_hash").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (created !== undefined) {
    await writeEvent(db, admitted.intentHash, "open", noCause, now);
    return { created: true, intent: intentOf(created) };
  }
  const row = await db
    .selectFrom("intents")
    .selectAll()
    .where("intent_hash", "=", admitted.intentHash)
    .executeTakeFirstOrThrow();
  return { created: false, intent: intentOf(row) };
}

export async function listIntents(
  db: Db,
  filter: { owner: Address; status?: IntentStatus; limit: number; cursor?: string },
): Promise<Page<StoredIntent>> {
  let query = db.selectFrom("intents").selectAll().where("owner", "=", filter.owner);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.cursor !== undefined) query = query.where("seq", "<", decodeCursor(filter.cursor));
  const rows = await query
    .orderBy("seq", "desc")
    .limit(filter.limit + 1)
    .execute();

  const { page, nextCursor } = cutPage(rows, filter.limit);
  return { items: page.map(intentOf), nextCursor };
}

/** Of the instant lane. */
export async function listLiveIntents(db: Db): Promise<StoredIntent[]> {
  const query = db.selectFrom("intents").selectAll().where("status", "in", liveStatuses);
  return (await query.where("auction", "is", null).orderBy("seq").execute()).map(intentOf);
}

/** Of the sealed lane, those that wait to be placed. */
export async function listWaitingIntents(db: Db, auction: Address): Promise<StoredIntent[]> {
  const query = db.selectFrom("intents").selectAll().where("status", "in", ["open", "invalid"]);
  return (await query.where("auction", "=", auction).orderBy("seq").execute()).map(intentOf);
}

/** See `Store.updateIntents`. A reason whose code stays, with other figures in its sentence, is kept without an event. */
export async function updateIntents(
  db: Db,
  changes: { intentHash: Hex; status: IntentStatus; reason: IntentReason | null }[],
  now: number,
): Promise<StoredEvent[]> {
  const present = new Map<Hex, Pick<IntentRow, "status" | "reason_code" | "reason_message">>();
  for (let from = 0; from < changes.length; from += chunkSize) {
    const hashes = changes.slice(from, from + chunkSize).map(({ intentHash }) => intentHash);
    const rows = await db
      .selectFrom("intents")
      .select(["intent_hash", "status", "reason_code", "reason_message"])
      .where("intent_hash", "in", hashes)
      .execute();
    for (const row of rows) present.set(row.intent_hash, row);
  }

  const events: StoredEvent[] = [];
  for (const { intentHash, status, reason } of changes) {
    const row = present.get(intentHash);
    if (row === undefined || row.status === "executing" || row.status === "placed" || isFinal(row.status))
      continue;
    const columns = reasonColumns(reason);
    const same = row.status === status && row.reason_code === columns.reason_code;
    if (same && row.reason_message === columns.reason_message) continue;

    const end = isFinal(status)
      ? {
          ended: status,
          ended_reason_code: columns.reason_code,
          ended_reason_message: columns.reason_message,
        }
      : {};
    await db
      .updateTable("intents")
      .set({ status, ...columns, ...end, updated_at: now })
      .where("intent_hash", "=", intentHash)
      .execute();
    if (!same) events.push(await writeEvent(db, intentHash, status, { ...noCause, reason }, now));
    present.set(intentHash, { status, ...columns });
  }
  return events;
}

export async function listEvents(db: Db, intentHash: Hex, afterId: number): Promise<StoredEvent[]> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("intent_hash", "=", intentHash)
    .where("id", ">", afterId)
    .orderBy("id")
    .execute();
  return rows.map(eventOf);
}

/** What the chain and the keeper's own transactions make of an intent. */
type Standing = {
  status: IntentStatus;
  reason: IntentReason | null;
  filledAmount: bigint;
  sold: bigint;
  bought: bigint;
  fee: bigint;
  surplus: bigint;
};

/**
 * Brings an intent in line with what has become of its batches: the sums over the mined ones, and the status that
 * follows. Asking the batches anew each time, not adding and subtracting, keeps a reorg from leaving anything behind.
 *
 * @returns the event, if the status or the filled amount has changed
 */
export async function settleIntent(
  db: Db,
  intentHash: Hex,
  cause: Cause,
  now: number,
): Promise<StoredEvent | null> {
  const row = await db
    .selectFrom("intents")
    .selectAll()
    .where("intent_hash", "=", intentHash)
    .executeTakeFirstOrThrow();
  const standing =
    row.auction === null ? await instantStanding(db, row, cause) : await sealedStanding(db, row, cause);
  const { status, reason, filledAmount } = standing;
  await db
    .updateTable("intents")
    .set({
      status,
      ...reasonColumns(reason),
      filled_amount: filledAmount.toString(),
      sold: standing.sold.toString(),
      bought: standing.bought.toString(),
      fee: standing.fee.toString(),
      surplus: standing.surplus.toString(),
      updated_at: now,
    })
    .where("intent_hash", "=", intentHash)
    .execute();

  // From one window to the next an intent stays placed; which window it is, its reason tells.
  const moved = status === "placed" && row.reason_message !== reason?.message;
  const changed = moved || status !== row.status || BigInt(row.filled_amount) !== filledAmount;
  return changed ? writeEvent(db, intentHash, status, { ...cause, reason }, now) : null;
}

/** Whether a call that places the intent may still be mined, or is, and the auction's events were not read so far. */
async function isBeingPlaced(db: Db, intentHash: Hex): Promise<boolean> {
  const calls = await db
    .selectFrom("call_intents")
    .innerJoin("batches", "batches.id", "call_intents.batch_id")
    .select("batches.status")
    .where("call_intents.intent_hash", "=", intentHash)
    .where("batches.status", "in", pendingBatchStatuses)
    .execute();
  return calls.length > 0;
}

async function sealedStanding(db: Db, row: IntentRow, cause: Cause): Promise<Standing> {
  const orders = await db
    .selectFrom("auction_orders")
    .selectAll()
    .where("intent_hash", "=", row.intent_hash)
    .orderBy("seq")
    .execute();
  const executed = orders.reduce((sum, order) => sum + BigInt(order.executed), 0n);
  const bought = orders.reduce((sum, order) => sum + BigInt(order.bought), 0n);
  const fee = orders.reduce((sum, o) => sum + BigInt(o.placing_fee) + BigInt(o.closing_fee), 0n);
  const amount = BigInt(row.sell_amount) - BigInt(row.max_fee);
  const due = (executed * BigInt(row.buy_amount) + amount - 1n) / amount;
  const sums = { filledAmount: executed, sold: executed + fee, bought, fee, surplus: bought - due };

  const last = orders.at(-1);
  if (last === undefined) {
    const ended = row.ended === null ? null : reasonOf(row.ended_reason_code, row.ended_reason_message);
    if (await isBeingPlaced(db, row.intent_hash))
      return { ...sums, status: "executing", reason: cause.reason };
    return { ...sums, status: row.ended ?? "open", reason: row.ended === null ? cause.reason : ended };
  }
  const place = `order ${last.order_id} of window ${last.window}`;
  const because = (code: string, message: string): IntentReason => ({ code, message });
  switch (last.state) {
    case "placed":
    case "rolled":
      return { ...sums, status: "placed", reason: because("Placed", `It is ${place}.`) };
    case "cancelled":
      return {
        ...{ ...sums, status: "cancelled" },
        reason: because("CancelledOnChain", `Its owner has taken ${place} back.`),
      };
    case "refunded":
      return {
        ...{ ...sums, status: "expired" },
        reason: because(
          "WindowVoid",
          `Nobody cleared window ${last.window} in time; its tokens have gone back.`,
        ),
      };
    case "claimed":
      break;
  }
  if (executed >= amount) return { ...sums, status: "filled", reason: null };
  const reason =
    executed === 0n
      ? because(
          "NotExecuted",
          `No window had a price that meets its limit, ${place} being the last; all has gone back.`,
        )
      : because("RestReturned", `${executed} of ${amount} were executed; the rest has gone back.`);
  return { ...sums, status: "expired", reason };
}

async function instantStanding(db: Db, row: IntentRow, cause: Cause): Promise<Standing> {
  const fills = await db
    .selectFrom("batch_fills")
    .innerJoin("batches", "batches.id", "batch_fills.batch_id")
    .select(["batches.status", "executed", "sold", "bought", "fee", "surplus"])
    .where("batch_fills.intent_hash", "=", row.intent_hash)
    .execute();

  const mined = fills.filter(({ status }) => status === "mined" || status === "confirmed");
  const sum = (field: "executed" | "sold" | "bought" | "fee" | "surplus") =>
    mined.reduce((total, fill) => total + BigInt(fill[field]), 0n);
  const filledAmount = sum("executed");
  const pending = fills.some(
    ({ status }) => status === "simulated" || status === "submitted" || status === "reorged",
  );
  const whole = BigInt(row.kind === "sell" ? row.sell_amount : row.buy_amount);

  let status: IntentStatus;
  let reason = cause.reason;
  if (pending) status = "executing";
  else if (filledAmount >= whole) status = "filled";
  else if (row.ended !== null) {
    status = row.ended;
    reason = reasonOf(row.ended_reason_code, row.ended_reason_message);
  } else status = filledAmount > 0n ? "partiallyFilled" : "open";

  const sums = { sold: sum("sold"), bought: sum("bought"), fee: sum("fee"), surplus: sum("surplus") };
  return { status, reason, filledAmount, ...sums };
}
