import { decodeSettlementError, type Address, type Hex, type SettlementError } from "@walras/sdk";
import type { CallRequest, Chain } from "../chain/Chain.ts";
import type { BlockRef, SimulatedCall, SimulatedSettlement } from "../domain.ts";
import { KeeperError } from "../errors.ts";
import type { EncodedSettlement } from "./encode.ts";

/** EIP-7825: no transaction may have a higher gas limit. */
export const gasLimitCap = 16_777_216n;

export type SimulationDeps = { chain: Chain; settlement: Address; keeper: Address };

/** What a transaction came to on the latest block. */
export type RawSimulation =
  | { outcome: "accepted"; gasLimit: bigint; simulatedAt: BlockRef }
  | { outcome: "reverted"; revertData: Hex }
  /** The contract accepts it, but a transaction cannot have so much gas. */
  | { outcome: "tooBig"; gas: bigint };

export type Simulation =
  Exclude<RawSimulation, { outcome: "reverted" }> | { outcome: "reverted"; error: SettlementError };

/** A keeper that cannot pay for so much gas cannot settle; its simulations cost nothing. */
const leastGas = 500_000n;

/** A block came in between so often that there is no saying what the latest one is. */
const tries = 5;

/**
 * Runs a call of the settlement contract on the latest block as the transaction would run it.
 *
 * @param to whom the transaction calls, where that is the keeper's executor, which passes the settlement's errors on
 * @throws KeeperError `NodeUnreachable`
 */
export async function simulateCall(
  { chain, settlement, keeper }: SimulationDeps,
  data: Hex,
  to: Address = settlement,
): Promise<Simulation> {
  const simulation = await simulateTransaction({ chain, keeper }, { to, data });
  if (simulation.outcome !== "reverted") return simulation;
  return { outcome: "reverted", error: decodeSettlementError(simulation.revertData) };
}

/**
 * Runs a transaction of the keeper's account on the latest block.
 *
 * @param target with a gas price, if it takes more gas at a higher one: an auction's fees are paid only where they round to
 * something. Default: the least that the transaction can have.
 * @throws KeeperError `NodeUnreachable`
 */
export async function simulateTransaction(
  deps: Omit<SimulationDeps, "settlement">,
  target: { to: Address; data: Hex; gasPrice?: bigint },
): Promise<RawSimulation> {
  const { chain } = deps;
  let block = await chain.latestBlock();
  const { gas: mostGas, ...request } = await priced(deps, target, block);
  for (let i = 0; i < tries; i++) {
    const call = await chain.call({ ...request, gas: mostGas });
    if (!call.ok) return { outcome: "reverted", revertData: call.revertData };
    const estimate = await chain.estimateGas(request);
    if (!estimate.ok) return { outcome: "reverted", revertData: estimate.revertData };
    if (estimate.gas > gasLimitCap) return { outcome: "tooBig", gas: estimate.gas };

    // "Latest" was this block all the while only if it still is.
    const latest = await chain.latestBlock();
    if (latest.hash === block.hash) {
      // A sixth more, for storage that is fresh then and was not now; gas that is not used is not paid for.
      const gas = estimate.gas + estimate.gas / 6n;
      return { outcome: "accepted", gasLimit: gas < gasLimitCap ? gas : gasLimitCap, simulatedAt: block };
    }
    block = latest;
  }
  throw new KeeperError("NodeUnreachable", { problem: "its newest block changes faster than it answers" });
}

/**
 * The call at the least gas price that its transaction can have: what a fee that is bound to the metered cost may be depends
 * on it. A node runs a priced call only for a sender that can pay for all the gas it may use.
 */
async function priced(
  { chain, keeper }: Omit<SimulationDeps, "settlement">,
  { to, data, gasPrice: given }: { to: Address; data: Hex; gasPrice?: bigint },
  { baseFeePerGas }: BlockRef,
): Promise<CallRequest & { gas: bigint }> {
  const request = { to, data, from: keeper };
  const gasPrice = given !== undefined && given > baseFeePerGas ? given : baseFeePerGas;
  const affordable = gasPrice === 0n ? 0n : (await chain.balance(keeper)) / gasPrice;
  if (affordable < leastGas) return { ...request, gas: gasLimitCap };
  return { ...request, gasPrice, gas: affordable < gasLimitCap ? affordable : gasLimitCap };
}

/** This and the next are the places where the proof is given: the latest block has accepted these bytes. */
export function simulatedSettlement(
  encoded: EncodedSettlement,
  { gasLimit, simulatedAt }: Extract<Simulation, { outcome: "accepted" }>,
): SimulatedSettlement {
  const settlement = { ...encoded, gasLimit, simulatedAt };
  // A brand can only be given by an assertion.
  return settlement as SimulatedSettlement;
}

export function simulatedCall(
  call: Pick<SimulatedCall, "kind" | "to" | "window" | "intentHashes" | "calldata">,
  { gasLimit, simulatedAt }: Extract<RawSimulation, { outcome: "accepted" }>,
): SimulatedCall {
  const simulated = { ...call, gasLimit, simulatedAt };
  // A brand can only be given by an assertion.
  return simulated as SimulatedCall;
}
