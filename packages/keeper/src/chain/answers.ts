/** The shapes of a node's answers, checked: what a node says is input like any other. */
import { isHex, parseAddress, type Hex } from "@walras/sdk";
import { z } from "zod";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { Log, TransactionReceipt } from "./Chain.ts";
import type { RpcError } from "./jsonRpc.ts";

const hex = z.custom<Hex>((value) => isHex(value), "is not hex of whole bytes");
const hash = z.custom<Hex>((value) => isHex(value, 32), "is not 32 bytes of hex");
const address = z
  .custom<Hex>((value) => isHex(value, 20), "is not an address")
  .transform((value) => parseAddress(value));
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]+$/i, "is not a quantity")
  .transform((value) => BigInt(value));
const count = quantity.transform(Number);

const block = z
  .object({
    number: count,
    hash,
    parentHash: hash,
    timestamp: count,
    // Chains from before EIP-1559 and some that copy them leave it out.
    baseFeePerGas: quantity.default(0n),
  })
  .transform((value): BlockRef => value);

const log = z
  .object({
    address,
    topics: z.array(hash),
    data: hex,
    blockNumber: count,
    blockHash: hash,
    transactionHash: hash,
  })
  .transform((value): Log => value);

const receipt = z
  .object({
    transactionHash: hash,
    blockNumber: count,
    blockHash: hash,
    status: count,
    gasUsed: quantity,
    effectiveGasPrice: quantity.default(0n),
    logs: z.array(z.object({ address, topics: z.array(hash), data: hex })),
  })
  .transform(({ status, ...value }): TransactionReceipt => ({ ...value, succeeded: status === 1 }));

function reader<Schema extends z.ZodType>(schema: Schema, what: string) {
  return (value: unknown): z.output<Schema> => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const problem = `its ${what} is malformed (${parsed.error.issues[0]?.message ?? "no reason"})`;
    throw new KeeperError("NodeUnreachable", { problem }, { cause: parsed.error });
  };
}

/** Each reads one kind of answer. @throws KeeperError `NodeUnreachable` when the answer is malformed */
export const read = {
  hex: reader(hex, "hex string"),
  quantity: reader(quantity, "quantity"),
  count: reader(count, "number"),
  block: reader(block, "block"),
  receipt: reader(receipt, "receipt"),
  logs: reader(z.array(log), "list of logs"),
  feeHistory: reader(z.object({ baseFeePerGas: z.array(quantity).min(1) }), "fee history"),
};

/** How nodes say that the EVM gave up, when they do not hand the revert data over. */
const executionFailed =
  /revert|out of gas|gas required exceeds|invalid opcode|bad instruction|bad jump|stack (under|over)flow|VM Exception|VM execution|gas floor|intrinsic gas/i;

/**
 * The revert data in the error of an `eth_call` or `eth_estimateGas`; null when it was not the call that failed.
 *
 * Seen: geth, anvil and Hardhat `data: "0x…"`; older Hardhat `data: {data: "0x…"}`; Parity's heirs
 * `data: "Reverted 0x…"`; geth for lack of gas, and nodes that hide it, no data at all.
 */
export function revertDataOf({ code, message, data }: RpcError): Hex | null {
  const found = findHex(data);
  if (found !== null) return found;
  return code === 3 || executionFailed.test(message) ? "0x" : null;
}

function findHex(data: unknown): Hex | null {
  if (isHex(data)) return data;
  if (typeof data === "string") {
    const bare = data.replace(/^Reverted /, "");
    return isHex(bare) ? bare : null;
  }
  return typeof data === "object" && data !== null && "data" in data ? findHex(data.data) : null;
}
