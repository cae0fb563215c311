/** A chain with tokens and real Uniswap v2 and v3 pools of factories from npm, and a keeper's executor. */
import { parseAddress, type Address } from "@walras/sdk";
import v2Factory from "@uniswap/v2-core/build/UniswapV2Factory.json" with { type: "json" };
import v2Pair from "@uniswap/v2-core/build/UniswapV2Pair.json" with { type: "json" };
import v3Factory from "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json" with { type: "json" };
import v3Pool from "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json" with { type: "json" };
import {
  Contract,
  ContractFactory,
  Interface,
  JsonRpcProvider,
  type InterfaceAbi,
  type Signer,
} from "ethers";
import { erc20, walletOf } from "../../packages/keeper/test/localChain.ts";
import { startWorld, type World } from "../../packages/keeper/test/world.ts";

export const unit = 10n ** 18n;
const artifacts = {
  executor: "contracts/periphery/Executor.sol/Executor.json",
  provider: "test/mocks/V3LiquidityProvider.sol/V3LiquidityProvider.json",
};

export type PoolWorld = {
  world: World;
  provider: JsonRpcProvider;
  deployer: Signer;
  /** The keeper's. */
  executor: Address;
  /** A and B on v2, at 2 B for an A; B and C on v3; A and C on v3. */
  pools: [Address, Address, Address];
  factories: { v2: Address; v3: Address };
  mint(token: Address, to: string, amount: bigint): Promise<void>;
  tell(contract: Contract, name: string, ...args: unknown[]): Promise<void>;
  createPair(a: Address, b: Address, amounts: [bigint, bigint]): Promise<Address>;
  close(): Promise<void>;
};

export async function startPoolWorld(): Promise<PoolWorld> {
  const world = await startWorld();
  const provider = new JsonRpcProvider(world.local.rpcUrl, 31337, { cacheTimeout: -1 });
  const deployer = walletOf(0).connect(provider);

  async function deploy(abi: InterfaceAbi, bytecode: string, args: unknown[]): Promise<Contract> {
    const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
    await deployed.waitForDeployment();
    return new Contract(await deployed.getAddress(), abi, deployer);
  }

  async function mint(token: Address, to: string, amount: bigint): Promise<void> {
    await world.local.send(world.owner(6), token, erc20.encodeFunctionData("mint", [to, amount]));
  }

  async function ask(contract: Contract, name: string, ...args: unknown[]): Promise<Address> {
    const answer: unknown = await contract.getFunction(name).staticCall(...args);
    return parseAddress(answer);
  }

  async function tell(contract: Contract, name: string, ...args: unknown[]): Promise<void> {
    await (await contract.getFunction(name).send(...args)).wait();
  }

  async function createPair(a: Address, b: Address, amounts: [bigint, bigint]): Promise<Address> {
    await tell(v2, "createPair", a, b);
    const address = await ask(v2, "getPair", a, b);
    await mint(a, address, amounts[0]);
    await mint(b, address, amounts[1]);
    await tell(new Contract(address, v2Pair.abi, deployer), "mint", await deployer.getAddress());
    return address;
  }

  /** A pool at a price of 1 with liquidity far and near. */
  async function createRanges(a: Address, b: Address, liquidity: bigint): Promise<Address> {
    const [first, second] = BigInt(a) < BigInt(b) ? [a, b] : [b, a];
    await tell(v3, "createPool", first, second, 3000);
    const address = await ask(v3, "getPool", first, second, 3000);
    const pool = new Contract(address, v3Pool.abi, deployer);
    await tell(pool, "initialize", 2n ** 96n);
    const source = await world.local.deploy(artifacts.provider, ["address", "address"], [first, second]);
    for (const token of [first, second]) await mint(token, source, 10n ** 30n);
    const provide = new Interface(["function provide(address, int24, int24, uint128)"]);
    for (const [lower, upper, amount] of [
      [-887_220, 887_220, liquidity],
      [-120, 60, 5n * liquidity],
      [-6_000, -600, 3n * liquidity + 1n],
    ] as const) {
      const data = provide.encodeFunctionData("provide", [address, lower, upper, amount]);
      await world.local.send(world.owner(6), source, data);
    }
    return address;
  }

  const v2 = await deploy(v2Factory.abi, v2Factory.bytecode, [await deployer.getAddress()]);
  const v3 = await deploy(v3Factory.abi, v3Factory.bytecode, []);
  const executor = await world.local.deploy(
    artifacts.executor,
    ["address", "address"],
    [world.settlement, world.account.address],
  );
  const [a, b, c] = world.tokens;
  return {
    ...{ world, provider, deployer, executor, mint, tell, createPair },
    pools: [
      await createPair(a, b, [1_000n * unit, 2_000n * unit]),
      await createRanges(b, c, 800n * unit),
      await createRanges(a, c, 500n * unit),
    ],
    factories: { v2: parseAddress(await v2.getAddress()), v3: parseAddress(await v3.getAddress()) },
    async close() {
      provider.destroy();
      await world.close();
    },
  };
}
