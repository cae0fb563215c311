/** Adds intents to the store at argv[2] for ever, and writes each one's hash to stdout once it is acknowledged. */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../src/store/sqliteStore.ts";
import { admitted, identity } from "./samples.ts";

const path = process.argv[2] ?? "";
const store = await openSqliteStore(path, identity);
for (;;) {
  const { intent } = await store.addIntent(admitted(), Date.now());
  writeSync(1, `${intent.intentHash}\n`);
}
