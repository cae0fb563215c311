/** The demo's chain: a Hardhat node as a process of its own, and the few things that the demo does on it directly. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { JsonRpcProvider, Wallet, type TransactionRequest } from "ethers";

const root = join(import.meta.dirname, "..");

/** The first account of every Hardhat node; its key is public. */
const firstAccountKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

export type DemoChain = {
  rpcUrl: string;
  provider: JsonRpcProvider;
  /** Has plenty of ether. */
  deployer: Wallet;
  stop(): void;
};

/** A port that is free now, the wanted one if it is. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!listening) continue;
    const address = server.address();
    server.close();
    await once(server, "close");
    if (address !== null && typeof address === "object") return address.port;
  }
  throw new Error("There is no free port on 127.0.0.1.");
}

export async function startChain(): Promise<DemoChain> {
  const port = await freePort(8545);
  const child = spawn("hardhat", ["node", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let problem = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (problem += chunk));

  const rpcUrl = `http://127.0.0.1:${port}`;
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  const deadline = Date.now() + 60_000;
  while (!(await answers(rpcUrl))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The local chain did not start.\n${problem}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    rpcUrl,
    provider,
    deployer: new Wallet(firstAccountKey, provider),
    stop() {
      provider.destroy();
      child.kill();
    },
  };
}

async function answers(rpcUrl: string): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  try {
    return (await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body }))
      .ok;
  } catch {
    return false;
  }
}

/** One transaction to be sent by a wallet. */
export type Sending = { from: Wallet; transaction: TransactionRequest };

/** Sends many transactions into few blocks, each wallet's in their order, and checks that every one succeeded. */
export async function sendAll({ provider }: DemoChain, sendings: Sending[]): Promise<void> {
  const [{ chainId }, fees] = await Promise.all([provider.getNetwork(), provider.getFeeData()]);
  const maxFeePerGas = (fees.maxFeePerGas ?? 10n ** 9n) * 2n;
  const nonces = new Map<string, number>();
  await provider.send("evm_setAutomine", [false]);
  const hashes: string[] = [];
  for (const { from, transaction } of sendings) {
    const nonce = nonces.get(from.address) ?? (await provider.getTransactionCount(from.address));
    nonces.set(from.address, nonce + 1);
    const signed = await from.signTransaction({
      gasLimit: 150_000n,
      ...transaction,
      chainId,
      nonce,
      type: 2,
      maxFeePerGas,
      maxPriorityFeePerGas: 0n,
    });
    hashes.push(String(await provider.send("eth_sendRawTransaction", [signed])));
    // A block has room for 30 million gas.
    if (hashes.length % 150 === 0) await provider.send("evm_mine", []);
  }
  await provider.send("evm_mine", []);
  await provider.send("evm_setAutomine", [true]);
  for (const hash of hashes) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status !== 1) throw new Error(`Transaction ${hash} of the set-up did not succeed.`);
  }
}
