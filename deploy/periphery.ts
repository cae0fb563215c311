import type { PeripheryContract } from "@walras/sdk";
import { AbiCoder } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { deploymentAddress } from "./address.ts";
import localWrappedNativeModule from "./modules/LocalWrappedNative.ts";
import peripheryModule from "./modules/Periphery.ts";

/** The chain's own coin as an ERC-20, by chain id: what each chain's own documentation calls its WETH. */
export const wrappedNatives: Record<string, string> = {
  "11155111": "0xfFf9976782d46CC05630D1f6eBAb18b2324d6B14",
  "84532": "0x4200000000000000000000000000000000000006",
  "11155420": "0x4200000000000000000000000000000000000006",
  "421614": "0x980B62Da83eFf3D4576C647993b0c1D7faf17c73",
};

/** Which artifact is behind each name that the SDK knows, and with which addresses it is made. */
const artifacts: Record<
  Exclude<PeripheryContract, "wrappedNative">,
  { artifact: string; args: ("settlement" | "wrappedNative")[] }
> = {
  lens: { artifact: "SettlementLens", args: ["settlement"] },
  nativeIntents: { artifact: "NativeIntents", args: ["settlement", "wrappedNative"] },
  priceFeedCondition: { artifact: "PriceFeedCondition", args: [] },
  minimumBalanceCondition: { artifact: "MinimumBalanceCondition", args: [] },
  nonceFilledCondition: { artifact: "NonceFilledCondition", args: ["settlement"] },
  timeSlicedCondition: { artifact: "TimeSlicedCondition", args: ["settlement"] },
  allOfCondition: { artifact: "AllOfCondition", args: [] },
  anyOfCondition: { artifact: "AnyOfCondition", args: [] },
};

type Connection = Pick<NetworkConnection, "ethers" | "ignition">;
export type PeripheryAddresses = Record<PeripheryContract, string>;

/**
 * Where the periphery is, or will be, on a chain: every address follows from the code, the settlement's address and the
 * wrapped coin's.
 */
export async function peripheryAddresses(
  { ethers }: Connection,
  settlement: string,
  wrappedNative: string,
): Promise<PeripheryAddresses> {
  const given = { settlement, wrappedNative };
  const entries = Object.entries(artifacts).map(async ([name, { artifact, args }]) => {
    const { bytecode } = await ethers.getContractFactory(artifact);
    const encoded = AbiCoder.defaultAbiCoder().encode(
      args.map(() => "address"),
      args.map((arg) => given[arg]),
    );
    return [name, deploymentAddress(bytecode, encoded)] as const;
  });
  const addresses = Object.fromEntries(await Promise.all(entries));
  return { wrappedNative, ...addresses } as PeripheryAddresses;
}

/**
 * Deploys the periphery by CREATE2, unless it is there. A chain without a known WETH, a local one, gets one.
 *
 * @returns where everything is, and whether anything had to be deployed
 */
export async function deployPeriphery(
  connection: Connection,
  chainId: string,
  settlement: string,
): Promise<{ addresses: PeripheryAddresses; isNew: boolean }> {
  const { ethers, ignition } = connection;
  const isThere = async (address: string) => (await ethers.provider.getCode(address)) !== "0x";

  let wrappedNative = wrappedNatives[chainId];
  if (wrappedNative === undefined) {
    const { bytecode } = await ethers.getContractFactory("WrappedEther");
    wrappedNative = deploymentAddress(bytecode);
    if (!(await isThere(wrappedNative)))
      await ignition.deploy(localWrappedNativeModule, { strategy: "create2" });
  }

  const addresses = await peripheryAddresses(connection, settlement, wrappedNative);
  const missing = await Promise.all(
    Object.values(addresses).map(async (address) => !(await isThere(address))),
  );
  if (!missing.includes(true)) return { addresses, isNew: false };

  await ignition.deploy(peripheryModule, {
    strategy: "create2",
    parameters: { Periphery: { settlement, wrappedNative } },
  });
  for (const [name, address] of Object.entries(addresses)) {
    if (!(await isThere(address))) throw new Error(`${name} was not deployed to ${address}.`);
  }
  return { addresses, isNew: true };
}
