/** How a database gets from any earlier form to the present one. A migration that was released is never edited. */
import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import type { Database } from "./schema.ts";

// SQLite's adapter runs migrations outside a transaction: `ifNotExists` lets one that was cut short run again.
const first: Migration = {
  up: async (db) => {
    await db.schema
      .createTable("meta")
      .ifNotExists()
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("value", "text", (column) => column.notNull())
      .execute();

    let intents = db.schema
      .createTable("intents")
      .ifNotExists()
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("intent_hash", "text", (column) => column.notNull().unique());
    for (const name of [
      ...["owner", "sell_token", "buy_token", "receiver", "sell_amount", "buy_amount", "start_buy_amount"],
      ...["max_fee", "fee_per_wei", "nonce", "kind", "settler", "condition", "condition_data", "scheme"],
      ...["status", "filled_amount", "sold", "bought", "fee", "surplus"],
    ]) {
      intents = intents.addColumn(name, "text", (column) => column.notNull());
    }
    for (const name of ["valid_from", "decay_end", "valid_to", "created_at", "updated_at"]) {
      intents = intents.addColumn(name, "bigint", (column) => column.notNull());
    }
    intents = intents.addColumn("partially_fillable", "integer", (column) => column.notNull());
    for (const name of [
      ...["signature", "reason_code", "reason_message"],
      ...["ended", "ended_reason_code", "ended_reason_message"],
    ]) {
      intents = intents.addColumn(name, "text");
    }
    await intents.execute();
    await db.schema
      .createIndex("intents_by_owner")
      .ifNotExists()
      .on("intents")
      .columns(["owner", "seq"])
      .execute();
    await db.schema
      .createIndex("intents_by_status")
      .ifNotExists()
      .on("intents")
      .columns(["status", "seq"])
      .execute();

    await db.schema
      .createTable("events")
      .ifNotExists()
      .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("intent_hash", "text", (column) => column.notNull().references("intents.intent_hash"))
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("reason_code", "text")
      .addColumn("reason_message", "text")
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("batch_id", "text")
      .addColumn("transaction_hash", "text")
      .execute();
    await db.schema
      .createIndex("events_by_intent")
      .ifNotExists()
      .on("events")
      .columns(["intent_hash", "id"])
      .execute();

    await db.schema
      .createTable("batches")
      .ifNotExists()
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("id", "text", (column) => column.notNull().unique())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("calldata", "text", (column) => column.notNull())
      .addColumn("mined_transaction_hash", "text")
      .addColumn("mined_block_number", "bigint")
      .addColumn("mined_block_hash", "text")
      .addColumn("mined_gas_used", "text")
      .addColumn("mined_effective_gas_price", "text")
      .addColumn("failure_code", "text")
      .addColumn("failure_message", "text")
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .addColumn("updated_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("batches_by_status")
      .ifNotExists()
      .on("batches")
      .columns(["status", "seq"])
      .execute();

    await db.schema
      .createTable("batch_prices")
      .ifNotExists()
      .addColumn("batch_id", "text", (column) => column.notNull().references("batches.id"))
      .addColumn("token_index", "integer", (column) => column.notNull())
      .addColumn("token", "text", (column) => column.notNull())
      .addColumn("price", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("batch_prices_key", ["batch_id", "token_index"])
      .execute();

    let fills = db.schema
      .createTable("batch_fills")
      .ifNotExists()
      .addColumn("batch_id", "text", (column) => column.notNull().references("batches.id"))
      .addColumn("fill_index", "integer", (column) => column.notNull())
      .addColumn("intent_hash", "text", (column) => column.notNull().references("intents.intent_hash"));
    for (const name of ["owner", "executed", "sold", "bought", "fee", "surplus"]) {
      fills = fills.addColumn(name, "text", (column) => column.notNull());
    }
    await fills.addPrimaryKeyConstraint("batch_fills_key", ["batch_id", "fill_index"]).execute();
    await db.schema
      .createIndex("batch_fills_by_intent")
      .ifNotExists()
      .on("batch_fills")
      .column("intent_hash")
      .execute();

    let attempts = db.schema
      .createTable("attempts")
      .ifNotExists()
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("batch_id", "text", (column) => column.notNull().references("batches.id"))
      .addColumn("transaction_hash", "text", (column) => column.notNull().unique());
    for (const name of [
      ...["raw_transaction", "from_account", "gas_limit", "max_fee_per_gas", "max_priority_fee_per_gas"],
      "purpose",
    ]) {
      attempts = attempts.addColumn(name, "text", (column) => column.notNull());
    }
    await attempts
      .addColumn("account_nonce", "bigint", (column) => column.notNull())
      .addColumn("created_at", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex("attempts_by_batch")
      .ifNotExists()
      .on("attempts")
      .columns(["batch_id", "seq"])
      .execute();
  },
};

/** Calls of auctions, kept as batches are. */
const calls: Migration = {
  up: async (db) => {
    for (const [name, type] of [
      ["kind", "text"],
      ["target", "text"],
      ["window", "bigint"],
    ] as const) {
      if (await hasColumn(db, "batches", name)) continue;
      const fallback = name === "kind" ? "settle" : "";
      await db.schema
        .alterTable("batches")
        .addColumn(name, type, (column) => (type === "text" ? column.notNull().defaultTo(fallback) : column))
        .execute();
    }
    // What was sent before this went to the one contract that the database is for.
    await sql`update batches set target = (select value from meta where key = 'settlement') where target = ''`.execute(
      db,
    );
    await db.schema
      .createTable("call_intents")
      .ifNotExists()
      .addColumn("batch_id", "text", (column) => column.notNull().references("batches.id"))
      .addColumn("intent_index", "integer", (column) => column.notNull())
      .addColumn("intent_hash", "text", (column) => column.notNull().references("intents.intent_hash"))
      .addPrimaryKeyConstraint("call_intents_key", ["batch_id", "intent_index"])
      .execute();
    await db.schema
      .createIndex("call_intents_by_intent")
      .ifNotExists()
      .on("call_intents")
      .column("intent_hash")
      .execute();
  },
};

/** What the solver says of each batch. */
const values: Migration = {
  up: async (db) => {
    for (const [name, type] of [
      ["value_basis", "text"],
      ["value_surplus", "text"],
      ["value_bound", "text"],
      ["value_certified", "integer"],
    ] as const) {
      if (await hasColumn(db, "batches", name)) continue;
      await db.schema.alterTable("batches").addColumn(name, type).execute();
    }
  },
};

/** Intents of the sealed lane, and the mirror of the auctions that they are for. */
const auctions: Migration = {
  up: async (db) => {
    if (!(await hasColumn(db, "intents", "auction"))) {
      await db.schema.alterTable("intents").addColumn("auction", "text").execute();
    }
    await db.schema
      .createTable("auction_cursors")
      .ifNotExists()
      .addColumn("auction", "text", (column) => column.notNull())
      .addColumn("block_number", "bigint", (column) => column.notNull())
      .addColumn("block_hash", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("auction_cursors_key", ["auction", "block_number"])
      .execute();

    let orders = db.schema
      .createTable("auction_orders")
      .ifNotExists()
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement());
    for (const name of ["window", "order_id", "placed_block"]) {
      orders = orders.addColumn(name, "bigint", (column) => column.notNull());
    }
    for (const name of [
      ...["auction", "intent_hash", "owner", "state", "placing_fee", "closing_fee"],
      ...["executed", "bought", "returned", "placed_in"],
    ]) {
      orders = orders.addColumn(name, "text", (column) => column.notNull());
    }
    for (const name of ["rolled_window", "rolled_id", "closed_block"])
      orders = orders.addColumn(name, "bigint");
    await orders.addColumn("closed_in", "text").execute();
    await db.schema
      .createIndex("auction_orders_key")
      .ifNotExists()
      .unique()
      .on("auction_orders")
      .columns(["auction", "window", "order_id"])
      .execute();
    for (const [name, columns] of [
      ["auction_orders_by_intent", ["intent_hash", "seq"]],
      ["auction_orders_by_state", ["auction", "state", "window"]],
    ] as const) {
      await db.schema
        .createIndex(name)
        .ifNotExists()
        .on("auction_orders")
        .columns([...columns])
        .execute();
    }

    let windows = db.schema
      .createTable("auction_windows")
      .ifNotExists()
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("window", "bigint", (column) => column.notNull());
    for (const name of ["auction", "wei_per_order", "outcomes"]) {
      windows = windows.addColumn(name, "text", (column) => column.notNull());
    }
    await windows
      .addColumn("clearer", "text")
      .addColumn("block_number", "bigint")
      .addColumn("transaction_hash", "text")
      .execute();
    await db.schema
      .createIndex("auction_windows_key")
      .ifNotExists()
      .unique()
      .on("auction_windows")
      .columns(["auction", "window"])
      .execute();
  },
};

async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name, columns }) => name === table && columns.some((one) => one.name === column));
}

/** Brings the database to the present form. Throws what the database throws, also when a newer version has made it. */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrations = {
    "0001_first": first,
    "0002_calls": calls,
    "0003_values": values,
    "0004_auctions": auctions,
  };
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("the migration failed");
}
