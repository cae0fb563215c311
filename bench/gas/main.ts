/**
 * `npm run bench:gas`: what settling costs, beside peers and floors. Prints the tables, and writes them to docs/GAS.md, the
 * rows to bench/results/gas.json, the opcode account to bench/results/gas-account.json and the picture to docs/pictures/.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getBytes } from "ethers";
import hre from "hardhat";
import { format, resolveConfig } from "prettier";
import { accountOf, marginalAccount, traceSteps, type Account } from "./account.ts";
import { gasCases } from "./cases.ts";
import { createCow } from "./cow.ts";
import { fillMarkers } from "./document.ts";
import { createFloor } from "./floor.ts";
import { measure, type Measured } from "./measure.ts";
import { createOneInch } from "./oneinch.ts";
import { buildPeers } from "./peers.ts";
import { drawGas } from "./picture.ts";
import { createSeaport } from "./seaport.ts";
import type { SystemName } from "./system.ts";
import {
  accountTable,
  bytesTable,
  goalsTable,
  linearityTable,
  marginalsTable,
  totalsTable,
} from "./table.ts";
import { createWalras } from "./walras.ts";

const root = join(import.meta.dirname, "../..");
/** Peers spread their work over several contracts, of which a step does not say which it is in. */
const accounted: readonly SystemName[] = ["walras", "floor", "floor-abi"];
const [few, many] = [10, 100];

await hre.tasks.getTask("build").run({ quiet: true });
console.log("Compiling the peers' contracts (the first time, about two minutes) ...");
const peers = await buildPeers();

const accounts: Partial<Record<SystemName, Partial<Record<number, Account>>>> = {};
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
  account,
);

const perIntent: Partial<Record<SystemName, Account>> = {};
for (const system of accounted) {
  const { [few]: less, [many]: more } = accounts[system] ?? {};
  if (less !== undefined && more !== undefined) perIntent[system] = marginalAccount(less, more, many - few);
}

const tables = {
  totals: totalsTable(rows),
  marginals: marginalsTable(rows),
  bytes: bytesTable(rows),
  linearity: linearityTable(rows),
  account: accountTable(perIntent, accounted),
  goals: goalsTable(rows),
};
for (const table of Object.values(tables)) console.log(`\n${table}`);

await writeJson("bench/results/gas.json", rows);
await writeJson("bench/results/gas-account.json", { accounts, perIntent });

await mkdir(join(root, "docs/pictures"), { recursive: true });
await writeFile(join(root, "docs/pictures/gas.svg"), await drawGas(rows));

const document = join(root, "docs/GAS.md");
const text = fillMarkers(await readFile(document, "utf8"), tables);
await writeFile(document, await format(text, { ...(await resolveConfig(document)), parser: "markdown" }));
console.log("\nWritten to bench/results/, docs/GAS.md and docs/pictures/gas.svg.");

/** Accounts for the batches from which the table is made. */
async function account({ row, hash, data, world }: Measured): Promise<void> {
  const isPlain = row.nonceWord === "used" && row.amounts === "pairwise" && row.fill === "whole";
  if (!isPlain || !accounted.includes(row.system) || (row.n !== few && row.n !== many)) return;
  const found = accountOf(await traceSteps(world, hash), getBytes(data), row.gas);
  accounts[row.system] = { ...accounts[row.system], [row.n]: found };
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(join(root, file), `${JSON.stringify(value, undefined, 2)}\n`);
}
