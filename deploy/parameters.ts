import { AbiCoder, ZeroAddress } from "ethers";
import { deploymentAddress } from "./address.ts";

/** The most of a gas price above the base fee that the settlement counts as cost, in wei per gas. */
export const tipCap = 2_000_000_000n;

/** Which contract reads the data fee, by chain id; a chain that is not listed has no data fee. */
const dataFeeContracts: Partial<Record<string, "OptimismDataFee" | "ArbitrumDataFee">> = {
  84532: "OptimismDataFee",
  11155420: "OptimismDataFee",
  421614: "ArbitrumDataFee",
};

/** Name of the contract that reads a chain's data fee; null for a chain without one. */
export function dataFeeContract(chainId: bigint): "OptimismDataFee" | "ArbitrumDataFee" | null {
  return dataFeeContracts[chainId.toString()] ?? null;
}

/**
 * Where the settlement contract comes to lie: one address for all chains whose data fee is read in the same way.
 *
 * @param bytecode Creation code, hex.
 * @param dataFee Address of the contract that reads the data fee; without it, none does.
 */
export function settlementAddress(bytecode: string, dataFee: string = ZeroAddress): string {
  return deploymentAddress(
    bytecode,
    AbiCoder.defaultAbiCoder().encode(["uint256", "address"], [tipCap, dataFee]),
  );
}
