/** `npm run bench:gas`: what settling costs, in gas and in calldata. Writes bench/results/gas.json. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { gasCases, measureWalras, type GasRow } from "./walras.ts";

const file = join(import.meta.dirname, "../results/gas.json");

await hre.tasks.getTask("build").run({ quiet: true });
const rows = await measureWalras(gasCases);
console.table(
  rows.map((row) => ({
    ...row,
    gasPerIntent: Math.round(row.gas / row.n),
    bytesPerIntent: Math.round(row.bytes / row.n),
  })),
);

/** What one more intent costs, from 10 to 100. */
function marginal(match: (row: GasRow) => boolean): string {
  const [few, many] = [10, 100].map((n) => rows.find((row) => row.n === n && match(row))?.gas ?? NaN);
  return (((many ?? NaN) - (few ?? NaN)) / 90).toFixed(0);
}

const used = (row: GasRow) => row.nonceWord === "used";
console.log("Marginal gas per intent, 10 to 100, nonce word used before:");
console.log(
  `  pairwise amounts   ${marginal((row) => used(row) && row.amounts === "pairwise" && row.fill === "whole")}`,
);
console.log(`  unequal amounts    ${marginal((row) => used(row) && row.amounts === "unequal")}`);
console.log(`  first partial fill ${marginal((row) => row.fill === "partial-first")}`);
console.log(`  last partial fill  ${marginal((row) => row.fill === "partial-rest")}`);

await writeFile(file, `${JSON.stringify(rows, undefined, 2)}\n`);
console.log(`Written to ${file}`);
