/** One try of a call of an auction on the latest block. */
import { decodeAuctionError } from "@walras/sdk";
import type { SimulatedCall } from "../domain.ts";
import { simulateTransaction, simulatedCall } from "../pipeline/simulate.ts";
import type { Try } from "./blame.ts";
import type { SealedDeps } from "./SealedDeps.ts";

/** What a try needs to know: who sends, on which chain, and at which gas price fees are paid. */
export type AttemptDeps = Pick<SealedDeps, "chain" | "account"> & { gasPrice: bigint };

/** Simulates a call as the keeper's transaction. @throws KeeperError `NodeUnreachable` */
export async function attemptCall(
  call: Pick<SimulatedCall, "kind" | "to" | "window" | "intentHashes" | "calldata">,
  { chain, account, gasPrice }: AttemptDeps,
): Promise<Try<SimulatedCall>> {
  const { to, calldata } = call;
  const target = { to, data: calldata, gasPrice };
  const simulation = await simulateTransaction({ chain, keeper: account.address }, target);
  if (simulation.outcome === "reverted") {
    return { outcome: "reverted", error: decodeAuctionError(simulation.revertData) };
  }
  if (simulation.outcome === "tooBig") return { outcome: "tooBig" };
  return { outcome: "accepted", accepted: simulatedCall(call, simulation) };
}
