import type { Address, Hex } from "@walras/sdk";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import { read, revertDataOf } from "./answers.ts";
import type { CallOutcome, CallRequest, Chain, LogFilter } from "./Chain.ts";
import { createJsonRpc, RpcError, type JsonRpcOptions } from "./jsonRpc.ts";

/** For a node that does not suggest a tip: enough to be included by default miners. */
const fallbackPriorityFee = 1_000_000_000n;

/** How nodes say that a transaction is in their pool already. */
const knownAlready =
  /already (known|imported|exists|in)|known transaction|alreadyknown|duplicate transaction/i;

function toHex(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

/** EIP-1898: by hash, so that all answers are about one block, whatever happens to the chain between them. */
function atBlock(block: BlockRef): { blockHash: Hex } {
  return { blockHash: block.hash };
}

function callObject({ to, data, from, gas, gasPrice }: CallRequest): Record<string, Hex> {
  return {
    to,
    data,
    ...(from === undefined ? {} : { from }),
    ...(gas === undefined ? {} : { gas: toHex(gas) }),
    ...(gasPrice === undefined ? {} : { gasPrice: toHex(gasPrice) }),
  };
}

/** A refusal that is no answer of the EVM, such as an unknown block, is the node's trouble. */
function unreachable(error: RpcError): KeeperError {
  return new KeeperError("NodeUnreachable", { problem: error.message }, { cause: error });
}

function callFailure(error: unknown): { ok: false; revertData: Hex } {
  if (!(error instanceof RpcError)) throw error;
  const revertData = revertDataOf(error);
  if (revertData === null) throw unreachable(error);
  return { ok: false, revertData };
}

/**
 * A chain behind a JSON-RPC URL. Connects when it is first asked, and again whenever it is asked.
 *
 * @param options `timeoutMs` bounds every HTTP request; `signal` ends all that is under way
 */
export function connectChain(options: JsonRpcOptions): Chain {
  const rpc = createJsonRpc(options);

  async function ask(method: string, params: unknown[]): Promise<unknown> {
    try {
      return await rpc.send(method, params);
    } catch (error) {
      throw error instanceof RpcError ? unreachable(error) : error;
    }
  }

  return {
    chainId: async () => read.count(await ask("eth_chainId", [])),

    latestBlock: async () => read.block(await ask("eth_getBlockByNumber", ["latest", false])),

    syncing: async () => (await ask("eth_syncing", [])) !== false,

    blockByNumber: async (number) => {
      const answer = await ask("eth_getBlockByNumber", [toHex(number), false]);
      return answer === null ? null : read.block(answer);
    },

    call: async (request) => {
      try {
        return { ok: true, data: read.hex(await rpc.send("eth_call", [callObject(request), "latest"])) };
      } catch (error) {
        return callFailure(error);
      }
    },

    callMany: async (requests, block) => {
      const answers = await rpc.sendMany(
        requests.map((request) => ({ method: "eth_call", params: [callObject(request), atBlock(block)] })),
      );
      return answers.map((answer): CallOutcome => {
        return answer.ok ? { ok: true, data: read.hex(answer.result) } : callFailure(answer.error);
      });
    },

    estimateGas: async (request) => {
      try {
        return { ok: true, gas: read.quantity(await rpc.send("eth_estimateGas", [callObject(request)])) };
      } catch (error) {
        return callFailure(error);
      }
    },

    code: async (address, at) =>
      read.hex(await ask("eth_getCode", [address, at === undefined ? "latest" : toHex(at)])),

    accountNonce: async (address: Address, at) => {
      const block = typeof at === "string" ? at : atBlock(at);
      return read.count(await ask("eth_getTransactionCount", [address, block]));
    },

    balance: async (address) => read.quantity(await ask("eth_getBalance", [address, "latest"])),

    fees: async () => {
      const [history, tip] = await rpc.sendMany([
        { method: "eth_feeHistory", params: ["0x1", "latest", []] },
        { method: "eth_maxPriorityFeePerGas", params: [] },
      ]);
      if (history?.ok !== true) {
        throw new KeeperError("NodeUnreachable", { problem: "it gives no fee history" });
      }
      // The list ends with the base fee of the block to come.
      const baseFeePerGas = read.feeHistory(history.result).baseFeePerGas.at(-1) ?? 0n;
      const maxPriorityFeePerGas = tip?.ok === true ? read.quantity(tip.result) : fallbackPriorityFee;
      return { baseFeePerGas, maxPriorityFeePerGas };
    },

    broadcast: async (rawTransaction) => {
      try {
        await rpc.send("eth_sendRawTransaction", [rawTransaction]);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        if (knownAlready.test(error.message)) return;
        throw new KeeperError("BroadcastRefused", { problem: error.message }, { cause: error });
      }
    },

    receipt: async (transactionHash) => {
      const answer = await ask("eth_getTransactionReceipt", [transactionHash]);
      return answer === null ? null : read.receipt(answer);
    },

    logs: async ({ address, topics, fromBlock, toBlock }: LogFilter) => {
      const filter = { address, topics, fromBlock: toHex(fromBlock), toBlock: toHex(toBlock) };
      return read.logs(await ask("eth_getLogs", [filter]));
    },
  };
}
