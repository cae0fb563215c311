/** A real EVM in this process (EDR), behind a real HTTP port that a test can take down or slow down. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type Address, type Hex, parseAddress, parseHex, zeroAddress } from "@walras/sdk";
import { AbiCoder, HDNodeWallet, Interface, Mnemonic } from "ethers";
import { network } from "hardhat";
import { z } from "zod";
import { connectChain } from "../src/chain/connectChain.ts";
import type { Chain } from "../src/chain/Chain.ts";

/** What the HTTP port does with a call. `null` answers as the chain does. */
export type Fault = (method: string) => "hang" | "drop" | "http500" | { after: number } | null;

export type LocalChain = {
  rpcUrl: string;
  chain: Chain;
  /** Asks the EVM itself, past every fault. */
  request(method: string, params?: unknown[]): Promise<unknown>;
  /** Set to disturb the HTTP port. */
  fault: Fault;
  /** Set to change what the HTTP port answers, so that it is as on another chain. */
  disguise: (call: RpcCall, result: unknown) => unknown;
  /** Every method that came through the HTTP port. */
  calls: string[];
  /** Sends a transaction from an account and returns its hash; throws if it reverts. */
  send(from: Address, to: Address | null, data: string): Promise<Hex>;
  deploy(artifact: string, types?: string[], values?: unknown[]): Promise<Address>;
  /** @param dataFee the adapter for the chain's data fee; default: none */
  deploySettlement(dataFee?: Address): Promise<Address>;
  mine(blocks?: number): Promise<void>;
  close(): Promise<void>;
};

const callSchema = z.object({
  id: z.unknown(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
/** What somebody asks of the HTTP port. */
export type RpcCall = z.output<typeof callSchema>;
const payloadSchema = z.union([z.array(callSchema), callSchema]);
const failureSchema = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() });
const receiptSchema = z.object({ contractAddress: z.string().nullable() });

const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

/** One of the twenty accounts that the EVM starts with, each with 10,000 ether. */
export function walletOf(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`);
}

function bytecodeOf(artifact: string): string {
  const path = new URL(`../../../artifacts/${artifact}`, import.meta.url);
  try {
    return z.object({ bytecode: z.string() }).parse(JSON.parse(readFileSync(path, "utf8"))).bytecode;
  } catch (cause) {
    throw new Error(`${path.pathname} is not there: run \`hardhat build\` at the root first`, { cause });
  }
}

export const artifacts = {
  settlement: "contracts/Settlement.sol/Settlement.json",
  auction: "contracts/CallAuction.sol/CallAuction.json",
  token: "test/mocks/TestToken.sol/TestToken.json",
  dataFee: "test/mocks/LinearDataFee.sol/LinearDataFee.json",
};

/** The most of a gas price above the base fee that counts as cost, in wei per gas. */
const tipCap = 2_000_000_000n;

export const erc20 = new Interface([
  "function mint(address, uint256)",
  "function approve(address, uint256)",
  "function transfer(address, uint256)",
  "function balanceOf(address) view returns (uint256)",
]);

export async function startLocalChain(): Promise<LocalChain> {
  const connection = await network.create();
  const request = (method: string, params: unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params });

  async function answer(call: RpcCall): Promise<unknown> {
    const { id, method, params } = call;
    local.calls.push(method);
    try {
      return { jsonrpc: "2.0", id, result: local.disguise(call, await request(method, params)) };
    } catch (error) {
      const failure = failureSchema.safeParse(error);
      return { jsonrpc: "2.0", id, error: failure.data ?? { code: -32603, message: String(error) } };
    }
  }

  const server = createServer((incoming, outgoing) => {
    let body = "";
    incoming.on("data", (data: Buffer) => (body += data.toString()));
    incoming.on("end", () => {
      void (async () => {
        const payload = payloadSchema.parse(JSON.parse(body));
        const calls = Array.isArray(payload) ? payload : [payload];
        for (const { method } of calls) {
          const fault = local.fault(method);
          if (fault === "hang") return;
          if (fault === "drop") return void outgoing.destroy();
          if (fault === "http500") return void outgoing.writeHead(500).end("<html>bad gateway</html>");
          if (fault !== null) await new Promise((resolve) => setTimeout(resolve, fault.after));
        }
        const answers = [];
        for (const call of calls) answers.push(await answer(call));
        outgoing.setHeader("content-type", "application/json");
        outgoing.end(JSON.stringify(Array.isArray(payload) ? answers : answers[0]));
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const rpcUrl = `http://127.0.0.1:${port}`;

  const local: LocalChain = {
    rpcUrl,
    chain: connectChain({ rpcUrl, timeoutMs: 5000 }),
    request,
    fault: () => null,
    disguise: (_, result) => result,
    calls: [],
    async send(from, to, data) {
      const transaction = { from, data, ...(to === null ? {} : { to }) };
      return parseHex(await request("eth_sendTransaction", [transaction]), "transactionHash", 32);
    },
    async deploy(artifact, types = [], values = []) {
      const args = AbiCoder.defaultAbiCoder().encode(types, values).slice(2);
      const deployer = parseAddress(walletOf(0).address);
      const transactionHash = await local.send(deployer, null, bytecodeOf(artifact) + args);
      const receipt = await request("eth_getTransactionReceipt", [transactionHash]);
      return parseAddress(receiptSchema.parse(receipt).contractAddress, "contractAddress");
    },
    deploySettlement: (dataFee = zeroAddress) =>
      local.deploy(artifacts.settlement, ["uint256", "address"], [tipCap, dataFee]),
    async mine(blocks = 1) {
      await request("hardhat_mine", [`0x${blocks.toString(16)}`]);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connection.close();
    },
  };
  return local;
}
