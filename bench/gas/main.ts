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
import { measure, type GasRow, type Measured } from "./measure.ts";
import { createOneInch } from "./oneinch.ts";
import { buildPeers } from "./peers.ts";
import { drawGas } from "./picture.ts";
import { createSeaport } from "./seaport.ts";
import { benchSealed } from "./sealedMain.ts";
import {
  accounted,
  accountTable,
  accountText,
  bytesTable,
  goalsTable,
  linearityTable,
  marginalsTable,
  rowOf,
  totalsTable,
  type Accounted,
} from "./table.ts";
import { createWalras } from "./walras.ts";

const root = join(import.meta.dirname, "../..");
const [few, many] = [10, 100];

await hre.tasks.getTask("build").run({ quiet: true });
console.log("Compiling the peers' contracts (the first time, about two minutes) ...");
const peers = await buildPeers();

const accounts = new Map<GasRow, Account>();
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

const accountedRows = accounted.map(({ system, kind }): Accounted => {
  const [less, more] = [few, many].map((n) => {
    const row = rowOf(rows, system, n, kind);
    return row && accounts.get(row);
  });
  if (less === undefined || more === undefined) throw new Error(`${system} was not accounted for.`);
  return { system, kind, few: less, many: more, perIntent: marginalAccount(less, more, many - few) };
});

const tables = {
  totals: totalsTable(rows),
  marginals: marginalsTable(rows),
  bytes: bytesTable(rows),
  linearity: linearityTable(rows),
  account: `${accountTable(accountedRows)}\n\n${accountText(accountedRows)}`,
  goals: goalsTable(rows),
};
for (const table of Object.values(tables)) console.log(`\n${table}`);

await writeJson("bench/results/gas.json", rows);
await writeJson("bench/results/gas-account.json", accountedRows);

await mkdir(join(root, "docs/pictures"), { recursive: true });
await writeFile(join(root, "docs/pictures/gas.svg"), await drawGas(rows));

const document = join(root, "docs/GAS.md");
const text = fillMarkers(await readFile(document, "utf8"), tables);
await writeFile(document, await format(text, { ...(await resolveConfig(document)), parser: "markdown" }));
await benchSealed();
console.log("\nWritten to bench/results/, docs/GAS.md and docs/pictures/gas.svg.");

/** Traces the settlements that the account is made from, while the EVM still has them. */
async function account({ row, hash, data, world }: Measured): Promise<void> {
  const isAccounted = accounted.some(({ system, kind }) =>
    [few, many].some((n) => rowOf([row], system, n, kind) !== undefined),
  );
  if (isAccounted) accounts.set(row, accountOf(await traceSteps(world, hash), getBytes(data), row.gas));
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(join(root, file), `${JSON.stringify(value, undefined, 2)}\n`);
}
