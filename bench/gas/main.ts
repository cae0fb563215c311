/** `npm run bench:gas`: what settling costs, beside peers and floors. Writes bench/results/gas.json. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import hre from "hardhat";
import { gasCases } from "./cases.ts";
import { createCow } from "./cow.ts";
import { createFloor } from "./floor.ts";
import { measure } from "./measure.ts";
import { createOneInch } from "./oneinch.ts";
import { buildPeers } from "./peers.ts";
import { createSeaport } from "./seaport.ts";
import { bytesTable, goalsTable, linearityTable, marginalsTable, totalsTable } from "./table.ts";
import { createWalras } from "./walras.ts";

const root = join(import.meta.dirname, "../..");

await hre.tasks.getTask("build").run({ quiet: true });
console.log("Compiling the peers' contracts (the first time, about two minutes) ...");
const peers = await buildPeers();

const rows = await measure(
  [
    createWalras,
    createCow(peers),
    createOneInch(peers),
    createSeaport(peers),
    createFloor(peers, "floor"),
    createFloor(peers, "floor-abi"),
  ],
  gasCases,
);

for (const table of [totalsTable, marginalsTable, bytesTable, linearityTable, goalsTable]) {
  console.log(`\n${table(rows)}`);
}

const file = join(root, "bench/results/gas.json");
await writeFile(file, `${JSON.stringify(rows, undefined, 2)}\n`);
console.log(`\nWritten to ${file}`);
