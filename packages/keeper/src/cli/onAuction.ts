/** What the commands share that send transactions to an auction without a keeper. */
import { parseAddress, parseHex, type Address } from "@walras/sdk";
import type { Chain } from "../chain/Chain.ts";
import { connectChain } from "../chain/connectChain.ts";
import type { SimulatedCall } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { readMeans, type Means } from "../pipeline/submit.ts";
import { readServedAuction, type ServedAuction } from "../sealed/auctionMarket.ts";
import { Account } from "../signer/account.ts";
import { invalidArgument } from "./failures.ts";
import type { KeyOptions } from "./options.ts";
import { loadSigner } from "./signer.ts";
import type { Terminal } from "./Terminal.ts";

export type OnAuctionOptions = KeyOptions & { auction: string; rpcUrl?: string };

/** An auction on a chain that answers. */
export type AuctionOnChain = { chain: Chain; chainId: number; auction: ServedAuction };

/**
 * The auction that is named, read from the node that is named.
 *
 * @throws KeeperError `InvalidArgument`, `NodeUnreachable`, `WrongAuction`
 */
export async function auctionOf(options: OnAuctionOptions, { env }: Terminal): Promise<AuctionOnChain> {
  const rpcUrl = options.rpcUrl ?? env["WALRAS_CHAIN_RPC_URL"] ?? "";
  if (!URL.canParse(rpcUrl)) {
    const problem = rpcUrl === "" ? "is missing" : `is ${rpcUrl}`;
    throw invalidArgument("--rpc-url", problem, "Name a node by its URL (env WALRAS_CHAIN_RPC_URL).");
  }
  const address: Address = parseAddress(options.auction, "--auction");
  const chain = connectChain({ rpcUrl, timeoutMs: 30_000 });
  const chainId = await chain.chainId();
  return { chain, chainId, auction: await readServedAuction(chain, chainId, address) };
}

/** The account that sends. @throws KeeperError `InvalidArgument`, `InvalidConfig` */
export async function accountOf(options: KeyOptions, chainId: number, terminal: Terminal): Promise<Account> {
  const { privateKey } = await loadSigner(options.keyFile, terminal);
  return new Account(parseHex(privateKey, "privateKey", 32), chainId);
}

/** @throws KeeperError `BroadcastRefused` when the account cannot send anything; `NodeUnreachable` */
export async function meansOf(chain: Chain, account: Account): Promise<Means> {
  const means = await readMeans({ chain, account, maxFeePerGas: undefined });
  if ("code" in means) throw new KeeperError("BroadcastRefused", { problem: means.message });
  return means;
}

/**
 * Sends a call, waits until it is mined, and says so.
 *
 * @returns whether it went well
 * @throws KeeperError `BroadcastRefused`, `NodeUnreachable`
 */
export async function sendAndWait(
  { to, calldata: data, gasLimit }: SimulatedCall,
  { balance: _, ...fees }: Means,
  { chain, account, terminal }: { chain: Chain; account: Account; terminal: Terminal },
): Promise<boolean> {
  const { rawTransaction, transactionHash } = account.sign({ to, data, gasLimit, ...fees });
  await chain.broadcast(rawTransaction);
  for (;;) {
    const receipt = await chain.receipt(transactionHash);
    if (receipt !== null) {
      const { gasUsed, succeeded } = receipt;
      terminal.err(`${transactionHash}: ${succeeded ? "mined" : "reverted"}, ${gasUsed} gas`);
      return succeeded;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
