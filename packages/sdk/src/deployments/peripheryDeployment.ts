import { SdkError } from "../errors.ts";
import deployments from "../generated/peripheryDeployments.json" with { type: "json" };
import { parseAddress, type Address } from "../hex.ts";

/** The contracts around the settlement that are deployed once per chain, and what they wrap. */
export const peripheryContracts = [
  "lens",
  "nativeIntents",
  "wrappedNative",
  "priceFeedCondition",
  "minimumBalanceCondition",
  "nonceFilledCondition",
  "timeSlicedCondition",
  "allOfCondition",
  "anyOfCondition",
] as const;

export type PeripheryContract = (typeof peripheryContracts)[number];
export type PeripheryDeployment = Record<PeripheryContract, Address>;

const byChainId: Record<string, Record<PeripheryContract, string>> = deployments;

/**
 * Where the contracts around the settlement are on a chain. A keeper's `Executor` is its own and not among them.
 *
 * @throws SdkError `UnknownPeriphery`, naming the chains that are known
 */
export function peripheryDeployment(chainId: number): PeripheryDeployment {
  const deployment = byChainId[String(chainId)];
  if (deployment === undefined) {
    throw new SdkError("UnknownPeriphery", { chainId, known: Object.keys(byChainId) });
  }
  const at = (name: PeripheryContract) => parseAddress(deployment[name], name);
  return {
    lens: at("lens"),
    nativeIntents: at("nativeIntents"),
    wrappedNative: at("wrappedNative"),
    priceFeedCondition: at("priceFeedCondition"),
    minimumBalanceCondition: at("minimumBalanceCondition"),
    nonceFilledCondition: at("nonceFilledCondition"),
    timeSlicedCondition: at("timeSlicedCondition"),
    allOfCondition: at("allOfCondition"),
    anyOfCondition: at("anyOfCondition"),
  };
}
