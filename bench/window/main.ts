/**
 * `npm run bench:window`: one large sealed window, 5,000 orders over 20 tokens, placed, solved, cleared in pages and claimed on a
 * local EVM. Prints gas and time, and writes bench/results/window.json. `-- quick` takes 500 orders and writes nothing.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { measureWindow } from "./measure.ts";

const root = join(import.meta.dirname, "../..");
const isQuick = process.argv.includes("quick");

await hre.tasks.getTask("build").run({ quiet: true });
const rows = await measureWindow({ orders: isQuick ? 500 : 5000, tokens: 20 });
console.table(rows);
if (!isQuick) {
  const results = join(root, "bench/results/window.json");
  await writeFile(results, `${JSON.stringify(rows, undefined, 2)}\n`);
  console.log(`Written to ${results}`);
}
