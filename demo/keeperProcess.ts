/** Starts the keeper as its users do: `walras keeper start` in a process of its own, with a configuration file. */
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { openSync } from "node:fs";
import { join } from "node:path";
import { createKeeperClient, parseAddress, type Address, type KeeperClient } from "@walras/sdk";
import { Wallet, id, toBeHex } from "ethers";
import { freePort } from "./chain.ts";
import type { DemoPool } from "./pool.ts";
import type { World } from "./world.ts";

const root = join(import.meta.dirname, "..");

export type KeeperProcess = {
  url: string;
  address: Address;
  client: KeeperClient;
  logFile: string;
  stop(): void;
};

const wallet = new Wallet(id("walras demo keeper"));

/** The keeper's account. */
export const keeperAddress = parseAddress(wallet.address, "keeper");

/** What a keeper serves besides the settlement contract. */
export type Served = { auctions: readonly Address[]; pool: DemoPool | null };

/**
 * @param directory Where the keeper keeps its database, its configuration and its log; emptied first.
 * @param batchIntervalMs How long the keeper gathers intents before it makes a batch of them.
 * @param served The auctions that it serves, and the pool whose factory it may draw on.
 */
export async function startKeeper(
  world: World,
  directory: string,
  batchIntervalMs: number,
  { auctions, pool }: Served,
): Promise<KeeperProcess> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await world.chain.provider.send("hardhat_setBalance", [wallet.address, toBeHex(10n ** 20n)]);

  const port = await freePort(8547);
  const config = {
    chain: { rpcUrl: world.chain.rpcUrl, chainId: world.chainId, pollIntervalMs: 300, confirmations: 2 },
    settlement: world.settlement,
    keeper: { batchIntervalMs, fee: "cap" },
    auctions: { addresses: auctions },
    liquidity: pool === null ? {} : { executor: pool.executor, factories: [pool.factory] },
    store: { path: join(directory, "walras.sqlite") },
    http: { host: "127.0.0.1", port },
    limits: { minValiditySeconds: 5 },
  };
  const configFile = join(directory, "walras.json");
  await writeFile(configFile, JSON.stringify(config, undefined, 2));

  const logFile = join(directory, "keeper.log");
  const log = openSync(logFile, "a");
  const child = spawn(
    "node",
    ["packages/keeper/src/cli/main.ts", "keeper", "start", "--config", configFile],
    {
      cwd: root,
      env: { ...process.env, WALRAS_PRIVATE_KEY: wallet.privateKey },
      stdio: ["ignore", log, log],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const client = createKeeperClient({ url });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const health = await client.health().catch(() => undefined);
    if (health?.status === "ok") break;
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The keeper did not start; see ${logFile}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    address: keeperAddress,
    client,
    logFile,
    stop: () => child.kill("SIGTERM"),
  };
}
