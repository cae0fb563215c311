/**
 * Writes the settlement contract's ABI, as `hardhat build` left it in artifacts/, into the SDK as TypeScript: `as const`,
 * so that viem infers its types from it.
 *
 *   node scripts/generate-abi.ts           writes packages/sdk/src/generated/settlementAbi.ts
 *   node scripts/generate-abi.ts --check   fails if that file is not what would be written
 */
import { readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";

const artifactFile = new URL("../artifacts/contracts/Settlement.sol/Settlement.json", import.meta.url);
const abiFile = new URL("../packages/sdk/src/generated/settlementAbi.ts", import.meta.url);

async function readAbi(): Promise<unknown> {
  const artifact: unknown = JSON.parse(await readFile(artifactFile, "utf8"));
  if (typeof artifact === "object" && artifact !== null && "abi" in artifact) return artifact.abi;
  throw new Error(`${artifactFile.pathname} has no abi; build the contracts first (hardhat build)`);
}

const source = `/** The ABI of the settlement contract. Made by scripts/generate-abi.ts; do not edit. */
export const settlementAbi = ${JSON.stringify(await readAbi())} as const;
`;
const text = await format(source, { ...(await resolveConfig(abiFile)), filepath: abiFile.pathname });

if (process.argv.includes("--check")) {
  if ((await readFile(abiFile, "utf8")) !== text) {
    console.error("settlementAbi.ts is out of date: run `node scripts/generate-abi.ts`.");
    process.exitCode = 1;
  }
} else {
  await writeFile(abiFile, text);
}
