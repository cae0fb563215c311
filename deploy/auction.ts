import { AbiCoder, id, ZeroAddress } from "ethers";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { NetworkConnection } from "hardhat/types/network";
import { parseAddress, type Address } from "@walras/sdk";
import { deploymentAddress } from "./address.ts";
import { permit2, type MarketPlan } from "./markets.ts";
import { tipCap } from "./parameters.ts";

type Connection = Pick<NetworkConnection, "ethers" | "ignition">;

/** What an auction is constructed with, in the constructor's order. */
export type AuctionArguments = readonly [
  market: { tokens: Address[]; minimums: bigint[] },
  windowLength: number,
  timeout: number,
  tipCap: bigint,
  dataFee: string,
  permit2: Address,
];

/**
 * The constructor's arguments for a market.
 *
 * @param dataFee Address of the contract that reads the chain's data fee; without it, none does.
 */
export function auctionArguments(plan: MarketPlan, dataFee: string = ZeroAddress): AuctionArguments {
  const ascending = plan.tokens.toSorted((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const tokens = ascending.map(({ address }) => address);
  const minimums = ascending.map(({ minimum }) => minimum);
  return [{ tokens, minimums }, plan.windowLength, plan.timeout, tipCap, dataFee, permit2];
}

/** Where the auction of a market is, or will be: the address follows from the code and all that it is constructed with. */
export function auctionAddress(bytecode: string, args: AuctionArguments): Address {
  return parseAddress(deploymentAddress(bytecode, encode(args)), "auction");
}

/**
 * Deploys the auction of a market by CREATE2, unless it is there.
 *
 * @returns where it is, and whether it had to be deployed
 */
export async function deployAuction(
  { ethers, ignition }: Connection,
  args: AuctionArguments,
): Promise<{ address: Address; isNew: boolean }> {
  const { bytecode } = await ethers.getContractFactory("CallAuction");
  const address = auctionAddress(bytecode, args);
  if ((await ethers.provider.getCode(address)) !== "0x") return { address, isNew: false };

  // A module is deployed once, with the same parameters for ever; each market is one of its own.
  const module = buildModule(`Auction_${id(encode(args)).slice(2, 18)}`, (m) => ({
    auction: m.contract("CallAuction", [...args]),
  }));
  const { auction } = await ignition.deploy(module, { strategy: "create2" });
  const deployed = await auction.getAddress();
  if (deployed !== address) throw new Error(`The auction was deployed to ${deployed}, not to ${address}.`);
  return { address, isNew: true };
}

function encode([{ tokens, minimums }, ...others]: AuctionArguments): string {
  return AbiCoder.defaultAbiCoder().encode(
    ["tuple(address[], uint112[])", "uint32", "uint32", "uint256", "address", "address"],
    [[tokens, minimums], ...others],
  );
}
