/** What the auction's end-to-end tests stand on: an auction of three tokens, the real Permit2, owners, and the clock. */
import { readFile } from "node:fs/promises";
import {
  buildSealedIntent,
  encodePlace,
  lockOf,
  parseAddress,
  parseHex,
  permit2Address,
  readAuction,
  signSealedIntent,
  windowAt,
  type Address,
  type AuctionMarket,
  type Hex,
  type Placement,
  type SealedIntent,
  type SealedIntentInput,
} from "@walras/sdk";
import { MaxUint256, Wallet, ZeroAddress, type HDNodeWallet, type TransactionRequest } from "ethers";
import { network } from "hardhat";
import { tipCap } from "../../deploy/parameters.ts";
import type { ICallAuction, TestToken } from "../../types/ethers-contracts/index.ts";

export const { ethers, networkHelpers, provider } = await network.create();

/** What each owner is given of each token. */
export const funds = 10n ** 24n;
export const windowLength = 300;
export const timeout = 900;
export const minimum = 1n << 20n;

export type AuctionWorld = {
  auction: ICallAuction;
  market: AuctionMarket;
  /** In the market's order. */
  tokens: TestToken[];
};

/** Reads the chain, as a user of the SDK does. */
export const call = (transaction: { to: Address; data: Hex }): Promise<string> =>
  ethers.provider.call(transaction);

/** The package ships the code as it is on every chain, but does not export it. */
export async function permit2Code(): Promise<Hex> {
  const file = new URL("../../node_modules/@1inch/solidity-utils/dist/src/permit2.json", import.meta.url);
  const artifact: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof artifact === "object" && artifact !== null && "bytecode" in artifact)
    return parseHex(artifact.bytecode, "bytecode");
  throw new Error("There is no code of Permit2.");
}

export async function addressOf(contract: { getAddress(): Promise<string> }): Promise<Address> {
  return parseAddress(await contract.getAddress());
}

export async function keeperOf() {
  const [keeper] = await ethers.getSigners();
  return keeper!;
}

const byAddress = (one: string, other: string) => (BigInt(one) < BigInt(other) ? -1 : 1);

/** An auction of tokens, made anew unless they are given; its clock stands at the first second of a window. */
export async function createAuctionWorld(tokenCount = 3, given: Address[] = []): Promise<AuctionWorld> {
  await networkHelpers.setCode(permit2Address, await permit2Code());
  const addresses = [...given];
  while (addresses.length < tokenCount) {
    addresses.push(await addressOf(await ethers.deployContract("TestToken", ["Token", "T", 18])));
  }
  addresses.sort(byAddress);
  const minimums = addresses.map(() => minimum);
  const deployed = await ethers.deployContract("CallAuction", [
    { tokens: addresses, minimums },
    windowLength,
    timeout,
    tipCap,
    ZeroAddress,
    permit2Address,
  ]);
  const address = await addressOf(deployed);
  const tokens = await Promise.all(addresses.map((token) => ethers.getContractAt("TestToken", token)));
  const market = await readAuction(address, 31337, { call });
  await startWindow(market);
  return { auction: await ethers.getContractAt("ICallAuction", address), market, tokens };
}

/* THE CLOCK */

export const now = () => networkHelpers.time.latest();

/** Goes to the first second of the next window, and returns it. */
export async function startWindow(market: AuctionMarket): Promise<number> {
  const next = windowAt(market, await now()) + 1;
  await networkHelpers.time.increaseTo(next * market.windowLength);
  return next;
}

/** Goes to the second from which a window can be cleared. */
export async function lock(market: AuctionMarket, window: number): Promise<void> {
  await networkHelpers.time.increaseTo(lockOf(market, window));
}

/* OWNERS */

/** An account with ether, and nothing else. */
export async function createAccount(): Promise<HDNodeWallet> {
  const account = Wallet.createRandom(ethers.provider);
  const keeper = await keeperOf();
  await keeper.sendTransaction({ to: account.address, value: 10n ** 19n });
  return account;
}

/** An account with ether and funds of all tokens, and allowances to `spender`, the auction unless told otherwise. */
export async function createOwner(world: AuctionWorld, spender?: Address): Promise<HDNodeWallet> {
  const owner = await createAccount();
  for (const token of world.tokens) {
    await token.mint(owner.address, funds);
    await token.connect(owner).approve(spender ?? world.market.auction, MaxUint256);
  }
  return owner;
}

export type SaleTerms = Omit<SealedIntentInput, "windows" | "validTo" | "validFor" | "now"> & {
  windows?: number;
};

/** A sealed intent for the current window, or as many as are asked for. */
export async function buildSale({ market }: AuctionWorld, { windows = 1, ...terms }: SaleTerms) {
  return buildSealedIntent({ ...terms, windows, now: await now() }, market);
}

/** The same, signed for the auction. */
export async function signSale(
  world: AuctionWorld,
  owner: HDNodeWallet,
  terms: SaleTerms,
): Promise<SealedIntent> {
  return signSealedIntent(await buildSale(world, terms), world.market, owner);
}

/* TRANSACTIONS */

/** Sends calldata to the auction, from the keeper unless told otherwise. */
export async function send(
  { market }: AuctionWorld,
  data: Hex,
  from?: HDNodeWallet,
  more: TransactionRequest = {},
) {
  const sender = from ?? (await keeperOf());
  const response = await sender.sendTransaction({ ...more, to: market.auction, data });
  return (await response.wait())!;
}

/** Brings placements into the current window, from the keeper unless told otherwise. */
export async function place(world: AuctionWorld, placements: readonly Placement[], from?: HDNodeWallet) {
  return send(world, encodePlace(placements), from);
}

/** The data with which a call of the auction reverts. */
export async function refusal({ market }: AuctionWorld, data: Hex, from?: string): Promise<Hex> {
  const keeper = await keeperOf();
  try {
    await ethers.provider.call({ to: market.auction, data, from: from ?? keeper.address });
  } catch (error) {
    if (error instanceof Error && "data" in error) return parseHex(error.data, "revert data");
    throw error;
  }
  throw new Error("The call was not refused.");
}
