/** The few calls of a chain's own interface that campaigns are played with. */
import { toBeHex } from "ethers";
import type { network } from "hardhat";

export type Provider = Awaited<ReturnType<typeof network.create>>["provider"];
export type Log = { address: string; topics: string[]; data: string };

/** What a step has come to that the reference did not say; null if all is as it said. */
export type Difference = { what: string; expected: string; actual: string } | null;

export const chainId = 31337;
export const gas = toBeHex(16_000_000);

/** As the provider, but nobody has said what it answers. */
export function rpc(provider: Provider, method: string, params: unknown[]): Promise<unknown> {
  return provider.request({ method, params });
}

export async function snapshot(provider: Provider): Promise<string> {
  return String(await rpc(provider, "evm_snapshot", []));
}

/** Sends a transaction, which is mined at once, and gives its events. */
export async function send(
  provider: Provider,
  transaction: { from: string; to?: string; data: string },
  gasPrice = 0n,
): Promise<Log[]> {
  const hash = await rpc(provider, "eth_sendTransaction", [
    { ...transaction, gas, gasPrice: toBeHex(gasPrice) },
  ]);
  const receipt = await rpc(provider, "eth_getTransactionReceipt", [hash]);
  const logs: unknown =
    typeof receipt === "object" && receipt !== null ? Reflect.get(receipt, "logs") : undefined;
  if (!Array.isArray(logs)) throw new TypeError("a receipt expected");
  return logs.map((log: { address: unknown; topics: readonly unknown[]; data: unknown }) => ({
    address: String(log.address).toLowerCase(),
    topics: log.topics.map(String),
    data: String(log.data),
  }));
}

/** The next transaction is mined in this second, at this base fee. */
export async function setNextBlock(provider: Provider, time: bigint, baseFee: bigint): Promise<void> {
  await rpc(provider, "evm_setNextBlockTimestamp", [toBeHex(time)]);
  await rpc(provider, "hardhat_setNextBlockBaseFeePerGas", [toBeHex(baseFee)]);
}

export function different(what: string, expected: string, actual: string): Difference {
  return expected === actual ? null : { what, expected, actual };
}
