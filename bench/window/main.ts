/**
 * `npm run bench:window`: one large sealed window, 5,000 orders over 20 tokens, placed, solved, cleared in pages and claimed on a
 * local EVM. Prints gas and time, and writes bench/results/window.json and the table of docs/MECHANISM.md. `-- quick` takes 500
 * orders and writes nothing; `-- built` takes the contracts as they have been built.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { format, resolveConfig } from "prettier";
import { fillMarkers } from "../gas/document.ts";
import { measureWindow, type WindowRow } from "./measure.ts";

const root = join(import.meta.dirname, "../..");
const isQuick = process.argv.includes("quick");

if (!process.argv.includes("built")) await hre.tasks.getTask("build").run({ quiet: true });
const rows = await measureWindow({ orders: isQuick ? 500 : 5000, tokens: 20 });
console.table(rows);
if (!isQuick) {
  const results = join(root, "bench/results/window.json");
  await writeFile(results, `${JSON.stringify(rows, undefined, 2)}\n`);
  const document = join(root, "docs/MECHANISM.md");
  const text = fillMarkers(await readFile(document, "utf8"), { window: markdown(rows) });
  await writeFile(document, await format(text, { ...(await resolveConfig(document)), filepath: document }));
  console.log(`Written to ${results}`);
}

function markdown(table: readonly WindowRow[]): string {
  const lines = table.map(
    ({ step, orders, tokens, transactions, gas, gasPerOrder, bytes, ms }) =>
      `| ${[step, orders, tokens, transactions, gas, gasPerOrder, bytes, ms].map((cell) => cell.toLocaleString("en")).join(" | ")} |`,
  );
  return [
    "| step | orders | tokens | transactions | gas | gas per order | bytes of data | ms |",
    "| ---- | -----: | -----: | -----------: | --: | ------------: | ------------: | -: |",
    ...lines,
  ].join("\n");
}
