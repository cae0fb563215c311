/** What the keeper asks of a node. Every call has a timeout and throws `KeeperError` `NodeUnreachable` when it fails. */
import type { Address, Hex } from "@walras/sdk";
import type { BlockRef } from "../domain.ts";

export type TransactionReceipt = {
  transactionHash: Hex;
  blockNumber: number;
  blockHash: Hex;
  succeeded: boolean;
  gasUsed: bigint;
  effectiveGasPrice: bigint;
  logs: { address: Address; topics: Hex[]; data: Hex }[];
};

export type CallRequest = { to: Address; data: Hex; from?: Address; gas?: bigint; gasPrice?: bigint };

/** What an `eth_call` came to. A revert is an answer, not an error of the node. */
export type CallOutcome = { ok: true; data: Hex } | { ok: false; revertData: Hex };

/** What an `eth_estimateGas` came to. */
export type GasEstimate = { ok: true; gas: bigint } | { ok: false; revertData: Hex };

export type Log = TransactionReceipt["logs"][number] & {
  blockNumber: number;
  blockHash: Hex;
  transactionHash: Hex;
};

/** Logs of one contract in a range of blocks, both ends included; a null topic stands for any. */
export type LogFilter = { address: Address; topics: (Hex | null)[]; fromBlock: number; toBlock: number };

export interface Chain {
  chainId(): Promise<number>;
  latestBlock(): Promise<BlockRef>;
  /** Whether the node says that it is still catching up with the network. */
  syncing(): Promise<boolean>;
  blockByNumber(number: number): Promise<BlockRef | null>;
  call(request: CallRequest): Promise<CallOutcome>;
  /** Many calls in as few round trips as the node takes, all on the same block. */
  callMany(requests: CallRequest[], block: BlockRef): Promise<CallOutcome[]>;
  estimateGas(request: CallRequest): Promise<GasEstimate>;
  /** At the latest block, or at the one of this number: only an archive node has states that are old. */
  code(address: Address, at?: number): Promise<Hex>;
  accountNonce(address: Address, at: "latest" | "pending" | BlockRef): Promise<number>;
  balance(address: Address): Promise<bigint>;
  /** Suggested fees for the next block, in wei. */
  fees(): Promise<{ baseFeePerGas: bigint; maxPriorityFeePerGas: bigint }>;
  /** A transaction that the node knows already is not an error. @throws KeeperError `BroadcastRefused` with the node's words */
  broadcast(rawTransaction: Hex): Promise<void>;
  receipt(transactionHash: Hex): Promise<TransactionReceipt | null>;
  /** Oldest first. */
  logs(filter: LogFilter): Promise<Log[]>;
}

/** What an intent needs to know of the chain before it can settle; one read for admission and for the book. */
export type OwnerState = {
  balance: bigint;
  allowance: bigint;
  nonceSpent: boolean;
  filledAmount: bigint;
  /** For scheme "approval" only. */
  approved: boolean;
};
