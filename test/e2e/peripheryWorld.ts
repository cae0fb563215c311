/** What the periphery's end-to-end tests stand on: a settlement, an executor, tokens, and real Uniswap pools. */
import {
  batchTokens,
  buildIntent,
  parseAddress,
  parseHex,
  signIntent,
  type Address,
  type Batch,
  type BuildIntentInput,
  type Fill,
  type Hex,
  type IntentDomain,
  type Transfer,
} from "@walras/sdk";
import v2Factory from "@uniswap/v2-core/build/UniswapV2Factory.json" with { type: "json" };
import v2Pair from "@uniswap/v2-core/build/UniswapV2Pair.json" with { type: "json" };
import v3Factory from "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json" with { type: "json" };
import v3Pool from "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json" with { type: "json" };
import {
  Contract,
  ContractFactory,
  MaxUint256,
  Wallet,
  ZeroAddress,
  type HDNodeWallet,
  type InterfaceAbi,
} from "ethers";
import { network } from "hardhat";
import { tipCap } from "../../deploy/parameters.ts";
import type { Executor, ISettlement, TestToken } from "../../types/ethers-contracts/index.ts";

export const { ethers, networkHelpers } = await network.create();

/** What each account and pool is given of each token: enough that no test has to count. */
export const funds = 10n ** 24n;

export type World = {
  settlement: ISettlement;
  domain: IntentDomain;
  executor: Executor;
  executorAddress: Address;
  /** In ascending order, so that the first is token 0 of every pool. */
  tokens: [TestToken, TestToken];
  addresses: [Address, Address];
};

export async function addressOf(contract: { getAddress(): Promise<string> }): Promise<Address> {
  return parseAddress(await contract.getAddress());
}

/** The keeper, who owns the executor. */
export async function keeperOf() {
  const [keeper] = await ethers.getSigners();
  return keeper!;
}

export async function deploySettlement(): Promise<{ settlement: ISettlement; domain: IntentDomain }> {
  const deployed = await ethers.deployContract("Settlement", [tipCap, ZeroAddress]);
  const verifyingContract = await addressOf(deployed);
  return {
    settlement: await ethers.getContractAt("ISettlement", verifyingContract),
    domain: { chainId: 31337, verifyingContract },
  };
}

export async function createWorld(): Promise<World> {
  const { settlement, domain } = await deploySettlement();
  const keeper = await keeperOf();
  const executor = await ethers.deployContract("Executor", [domain.verifyingContract, keeper.address]);
  const one = await ethers.deployContract("TestToken", ["One", "ONE", 18]);
  const two = await ethers.deployContract("TestToken", ["Two", "TWO", 18]);
  const tokens: World["tokens"] =
    BigInt(await one.getAddress()) < BigInt(await two.getAddress()) ? [one, two] : [two, one];
  return {
    settlement,
    domain,
    executor,
    executorAddress: await addressOf(executor),
    tokens,
    addresses: [await addressOf(tokens[0]), await addressOf(tokens[1])],
  };
}

/** An account with ether, and nothing else. */
export async function createAccount(): Promise<HDNodeWallet> {
  const account = Wallet.createRandom(ethers.provider);
  const keeper = await keeperOf();
  await keeper.sendTransaction({ to: account.address, value: 10n ** 19n });
  return account;
}

/** An account with ether, funds of both tokens, and allowances for all of it. */
export async function createOwner({ tokens, domain }: World): Promise<HDNodeWallet> {
  const owner = await createAccount();
  for (const token of tokens) {
    await token.mint(owner.address, funds);
    await token.connect(owner).approve(domain.verifyingContract, MaxUint256);
  }
  return owner;
}

/** A signed fill of a whole intent. */
export async function createFill(
  domain: IntentDomain,
  owner: HDNodeWallet,
  terms: Omit<BuildIntentInput, "validFor" | "validTo">,
): Promise<Fill> {
  const intent = buildIntent({ ...terms, validTo: 4_000_000_000 });
  const executed = intent.kind === "sell" ? intent.sellAmount : intent.buyAmount;
  return { ...(await signIntent(intent, domain, owner)), executed, fee: 0n };
}

/** A batch at prices by token. */
export function createBatch(
  fills: Fill[],
  prices: Record<Address, bigint>,
  { transfers = [], callbackData = "0x" }: { transfers?: Transfer[]; callbackData?: Hex } = {},
): Batch {
  const tokens = batchTokens(fills);
  return { tokens, prices: tokens.map((token) => prices[token] ?? 0n), fills, transfers, callbackData };
}

/** Sends calldata from an account, the keeper unless told otherwise. */
export async function send(to: Address, data: Hex, from?: HDNodeWallet) {
  const sender = from ?? (await keeperOf());
  const response = await sender.sendTransaction({ to, data });
  return (await response.wait())!;
}

/** The data with which a call reverts. */
export async function refusal(to: Address, data: Hex, from?: Address): Promise<Hex> {
  const keeper = await keeperOf();
  try {
    await ethers.provider.call({ to, data, from: from ?? keeper.address });
  } catch (error) {
    if (error instanceof Error && "data" in error) return parseHex(error.data, "revert data");
    throw error;
  }
  throw new Error("The call was not refused.");
}

/* UNISWAP, as it is on every chain */

async function deployArtifact(abi: InterfaceAbi, bytecode: string, args: unknown[]): Promise<Contract> {
  const factory = new ContractFactory(abi, bytecode, await keeperOf());
  const deployed = await factory.deploy(...args);
  return new Contract(await deployed.getAddress(), abi, await keeperOf());
}

/** A v2 pair of the world's tokens with `reserve` of each. */
export async function createV2Pair({ tokens, addresses }: World, reserve: bigint): Promise<Contract> {
  const keeper = await keeperOf();
  const factory = await deployArtifact(v2Factory.abi, v2Factory.bytecode, [keeper.address]);
  await factory.getFunction("createPair").send(...addresses);
  const pairAddress: unknown = await factory.getFunction("getPair").staticCall(...addresses);
  const pair = new Contract(parseAddress(pairAddress), v2Pair.abi, keeper);
  for (const token of tokens) await token.mint(parseAddress(pairAddress), reserve);
  await pair.getFunction("mint").send(keeper.address);
  return pair;
}

/** What a v2 pair with equal reserves gives for an input: its fee is 0.3 %. */
export function v2AmountOut(amountIn: bigint, reserve: bigint): bigint {
  return (amountIn * 997n * reserve) / (reserve * 1000n + amountIn * 997n);
}

/** A v3 pool (0.3 %) of the world's tokens at price 1 with liquidity over the whole range. */
export async function createV3Pool({ tokens, addresses }: World, liquidity: bigint): Promise<Contract> {
  const keeper = await keeperOf();
  const factory = await deployArtifact(v3Factory.abi, v3Factory.bytecode, []);
  await factory.getFunction("createPool").send(...addresses, 3000);
  const poolAddress: unknown = await factory.getFunction("getPool").staticCall(...addresses, 3000);
  const pool = new Contract(parseAddress(poolAddress), v3Pool.abi, keeper);
  await pool.getFunction("initialize").send(2n ** 96n);
  const provider = await ethers.deployContract("V3LiquidityProvider", addresses);
  for (const token of tokens) await token.mint(await provider.getAddress(), funds);
  await provider.provide(await pool.getAddress(), -887_220, 887_220, liquidity);
  return pool;
}
