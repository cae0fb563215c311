/**
 * Writes the ABIs of the contracts that settle, as `hardhat build` left them in artifacts/, into the SDK as TypeScript:
 * `as const`, so that viem infers its types from them.
 *
 *   node scripts/generate-abi.ts           writes packages/sdk/src/generated/settlementAbi.ts and auctionAbi.ts
 *   node scripts/generate-abi.ts --check   fails if those files are not what would be written
 */
import { readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";

const contracts = [
  { name: "settlementAbi", what: "the settlement contract", artifact: "Settlement.sol/Settlement.json" },
  { name: "auctionAbi", what: "a call auction", artifact: "CallAuction.sol/CallAuction.json" },
];

async function readAbi(artifactFile: URL): Promise<unknown> {
  const artifact: unknown = JSON.parse(await readFile(artifactFile, "utf8"));
  if (typeof artifact === "object" && artifact !== null && "abi" in artifact) return artifact.abi;
  throw new Error(`${artifactFile.pathname} has no abi; build the contracts first (hardhat build)`);
}

for (const { name, what, artifact } of contracts) {
  const abiFile = new URL(`../packages/sdk/src/generated/${name}.ts`, import.meta.url);
  const abi = await readAbi(new URL(`../artifacts/contracts/${artifact}`, import.meta.url));
  const source = `/** The ABI of ${what}. Made by scripts/generate-abi.ts; do not edit. */
export const ${name} = ${JSON.stringify(abi)} as const;
`;
  const text = await format(source, { ...(await resolveConfig(abiFile)), filepath: abiFile.pathname });

  if (!process.argv.includes("--check")) {
    await writeFile(abiFile, text);
  } else if ((await readFile(abiFile, "utf8")) !== text) {
    console.error(`${name}.ts is out of date: run \`node scripts/generate-abi.ts\`.`);
    process.exitCode = 1;
  }
}
