/**
 * The sealed lane's part of `npm run bench:gas`; alone, without the peers, by `node bench/gas/sealedMain.ts`. Prints the tables
 * and writes them to docs/GAS.md, and the rows to bench/results/gas.json in place of those of the last run.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { format, resolveConfig } from "prettier";
import { fillMarkers } from "./document.ts";
import { measureSealed, sealedCases } from "./sealed.ts";
import { sealedGoalsTable, sealedTable } from "./sealedTable.ts";

const root = join(import.meta.dirname, "../..");

/** Measures all cases and writes what they come to. */
export async function benchSealed(): Promise<void> {
  const rows = await measureSealed(sealedCases);
  const tables = { sealed: sealedTable(rows), "sealed-goals": sealedGoalsTable(rows) };
  for (const table of Object.values(tables)) console.log(`\n${table}`);

  const results = join(root, "bench/results/gas.json");
  const noted = JSON.parse(await readFile(results, "utf8")) as { system: string }[];
  const others = noted.filter(({ system }) => system !== "walras-sealed");
  await writeFile(results, `${JSON.stringify([...others, ...rows], undefined, 2)}\n`);

  const document = join(root, "docs/GAS.md");
  const text = fillMarkers(await readFile(document, "utf8"), tables);
  await writeFile(document, await format(text, { ...(await resolveConfig(document)), parser: "markdown" }));
}

if (import.meta.main) {
  await hre.tasks.getTask("build").run({ quiet: true });
  await benchSealed();
}
