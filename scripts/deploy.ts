/**
 * `npm run deploy -- --network NAME`: puts the settlement contract at its one CREATE2 address on a chain, the periphery
 * beside it, and the auction of the chain's market or of one that is named, and notes them in the SDK's deployments, where every other part finds them. Safe to repeat: what is there
 * already is left alone.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ZeroAddress } from "ethers";
import hre from "hardhat";
import { arbitrumDataFee, optimismDataFee } from "../deploy/modules/DataFee.ts";
import { auctionArguments, deployAuction, type AuctionArguments } from "../deploy/auction.ts";
import { leastSafeMinimum, markets, readMarket, riskyTokens } from "../deploy/markets.ts";
import settlementModule from "../deploy/modules/Settlement.ts";
import { dataFeeContract, settlementAddress } from "../deploy/parameters.ts";
import { deployPeriphery, type PeripheryAddresses } from "../deploy/periphery.ts";

const generated = join(import.meta.dirname, "../packages/sdk/src/generated");
const deploymentsFile = join(generated, "deployments.json");
const auctionsFile = join(generated, "auctionDeployments.json");
const peripheryFile = join(generated, "peripheryDeployments.json");

type Connection = Awaited<ReturnType<typeof hre.network.create>>;
type Deployments = Record<string, { address: string; block: number }>;
type NotedAuction = {
  address: string;
  block: number;
  tokens: string[];
  minimums: string[];
  windowLength: number;
  timeout: number;
  permit2: string;
};

const networks = Object.keys(hre.config.networks).filter(
  (name) => hre.config.networks[name]?.type === "http",
);

const help = `Usage: npm run deploy -- --network NAME [--market FILE]

Networks: ${networks.join(", ")}.
A testnet needs its RPC URL and the deployer's key, once, in Hardhat's encrypted keystore:
  npm run hardhat -- keystore set SEPOLIA_RPC_URL      (BASE_SEPOLIA_, ARBITRUM_SEPOLIA_, OPTIMISM_SEPOLIA_RPC_URL)
  npm run hardhat -- keystore set DEPLOYER_PRIVATE_KEY
For localhost, start a chain first: npm run chain
A market is a JSON file: {"tokens": {"0x...": "least amount of an order, in atoms"}, "windowLength": 300, "timeout": 3600}`;

const { values } = parseArgs({
  options: { network: { type: "string" }, market: { type: "string" }, help: { type: "boolean" } },
});
if (values.help === true || values.network === undefined || !networks.includes(values.network)) {
  if (values.help !== true) {
    console.error(
      values.network === undefined ? "Name a network." : `There is no network "${values.network}".`,
    );
  }
  console.error(help);
  process.exit(values.help === true ? 0 : 1);
}
await deploy(values.network, values.market);

async function deploy(networkName: string, marketFile: string | undefined): Promise<void> {
  await hre.tasks.getTask("build").run({ quiet: true });
  const connection = await hre.network.create(networkName);
  try {
    const { provider } = connection.ethers;
    const { chainId } = await provider.getNetwork();
    const { bytecode } = await hre.artifacts.readArtifact("Settlement");
    const dataFee = await deployDataFee(connection, chainId);
    const address = settlementAddress(bytecode, dataFee);

    if ((await provider.getCode(address)) !== "0x") {
      console.log(`Settlement is on chain ${chainId.toString()} already: ${address}`);
    } else {
      // The journal of a local chain that has been started anew speaks of contracts that are gone.
      if (chainId === 31337n) {
        await rm(join(hre.config.paths.ignition, "deployments", "chain-31337"), {
          recursive: true,
          force: true,
        });
      }
      const { settlement } = await connection.ignition.deploy(settlementModule, {
        strategy: "create2",
        parameters: { Settlement: { dataFee } },
      });
      const deployed = await settlement.getAddress();
      if (deployed !== address) throw new Error(`Settlement was deployed to ${deployed}, not to ${address}.`);
      console.log(`Settlement deployed to chain ${chainId.toString()}: ${address}`);
    }
    await note(chainId.toString(), address, await provider.getBlockNumber());

    const { addresses, isNew } = await deployPeriphery(connection, chainId.toString(), address);
    console.log(isNew ? "Periphery deployed:" : "The periphery is there already:");
    for (const [name, at] of Object.entries(addresses)) console.log(`  ${name.padEnd(24)}${at}`);
    await notePeriphery(chainId.toString(), addresses);

    const plan = marketFile === undefined ? markets[chainId.toString()] : await readMarket(marketFile);
    if (plan === undefined) return;
    for (const token of riskyTokens(plan)) {
      console.warn(
        `Warning: the minimum of ${token} is below ${leastSafeMinimum} atoms; where little is traded, somebody may void windows by rounding (docs/MECHANISM.md).`,
      );
    }
    const args = auctionArguments(plan, dataFee);
    const auction = await deployAuction(connection, args);
    console.log(
      auction.isNew
        ? `Auction deployed to chain ${chainId.toString()}: ${auction.address}`
        : `The auction is on chain ${chainId.toString()} already: ${auction.address}`,
    );
    await noteAuction(chainId.toString(), auction.address, await provider.getBlockNumber(), args);
  } finally {
    await connection.close();
  }
}

/** The contract that reads the chain's data fee; the zero address on a chain that has none. */
async function deployDataFee(connection: Connection, chainId: bigint): Promise<string> {
  const strategy = { strategy: "create2" } as const;
  switch (dataFeeContract(chainId)) {
    case "OptimismDataFee":
      return (await connection.ignition.deploy(optimismDataFee, strategy)).dataFee.getAddress();
    case "ArbitrumDataFee":
      return (await connection.ignition.deploy(arbitrumDataFee, strategy)).dataFee.getAddress();
    case null:
      return ZeroAddress;
  }
}

/** Notes the deployment unless the same address is noted already: the first block is the one that followers start from. */
async function note(chainId: string, address: string, block: number): Promise<void> {
  const deployments = JSON.parse(await readFile(deploymentsFile, "utf8")) as Deployments;
  if (deployments[chainId]?.address === address) return;

  // A local chain begins anew each time, so its first block is the only one that is always right.
  deployments[chainId] = { address, block: chainId === "31337" ? 0 : block };
  await writeFile(deploymentsFile, `${JSON.stringify(deployments, undefined, 2)}\n`);
  console.log(`Noted in ${deploymentsFile}`);
}

/** Notes where the contracts around the settlement are. */
async function notePeriphery(chainId: string, addresses: PeripheryAddresses): Promise<void> {
  const noted = await readFile(peripheryFile, "utf8");
  const deployments = JSON.parse(noted) as Record<string, PeripheryAddresses>;
  const text = `${JSON.stringify({ ...deployments, [chainId]: addresses }, undefined, 2)}\n`;
  if (text === noted) return;
  await writeFile(peripheryFile, text);
  console.log(`Noted in ${peripheryFile}`);
}

/** Notes an auction with all that it is made of, unless it is noted already. */
async function noteAuction(
  chainId: string,
  address: string,
  block: number,
  [market, windowLength, timeout, , , permit2]: AuctionArguments,
): Promise<void> {
  const deployments = JSON.parse(await readFile(auctionsFile, "utf8")) as Record<string, NotedAuction[]>;
  const noted = deployments[chainId] ?? [];
  if (noted.some((auction) => auction.address === address)) return;

  const first = chainId === "31337" ? 0 : block;
  const minimums = market.minimums.map(String);
  const auction = { address, block: first, tokens: market.tokens, minimums, windowLength, timeout, permit2 };
  // What a local chain had before it began anew is gone.
  deployments[chainId] = chainId === "31337" ? [auction] : [...noted, auction];
  await writeFile(auctionsFile, `${JSON.stringify(deployments, undefined, 2)}\n`);
  console.log(`Noted in ${auctionsFile}`);
}
