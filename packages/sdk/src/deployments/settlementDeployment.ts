import { SdkError } from "../errors.ts";
import deployments from "../generated/deployments.json" with { type: "json" };
import { parseAddress, type Address } from "../hex.ts";
import type { IntentDomain } from "../intent/Intent.ts";

export type SettlementDeployment = {
  address: Address;
  /** The first block to look for its events in; it was deployed in this block or before. */
  block?: number;
};

const byChainId: Record<string, { address: string; block?: number }> = deployments;

/**
 * Where the settlement contract is on a chain. It was deployed by CREATE2, so the address is the same on all chains that
 * have the same version.
 *
 * @throws SdkError `UnknownChain`, naming the chains that are known
 */
export function settlementDeployment(chainId: number): SettlementDeployment {
  const deployment = byChainId[String(chainId)];
  if (deployment === undefined)
    throw new SdkError("UnknownChain", { chainId, known: Object.keys(byChainId) });
  return { ...deployment, address: parseAddress(deployment.address, "the deployment's address") };
}

/**
 * The EIP-712 domain that owners sign for on a chain.
 *
 * @throws SdkError `UnknownChain`
 */
export function settlementDomain(chainId: number): IntentDomain {
  return { chainId, verifyingContract: settlementDeployment(chainId).address };
}
