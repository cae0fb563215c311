/** A real Uniswap v2 pair on the demo's chain, and the keeper's executor that may swap on it. */
import { parseAddress, type Address } from "@walras/sdk";
import v2Factory from "@uniswap/v2-core/build/UniswapV2Factory.json" with { type: "json" };
import v2Pair from "@uniswap/v2-core/build/UniswapV2Pair.json" with { type: "json" };
import { Contract, ContractFactory, Interface, parseUnits, type InterfaceAbi, type Log } from "ethers";
import { erc20, readArtifact, tokenOf, type World } from "./world.ts";

export type DemoPool = { factory: Address; pair: Address; executor: Address; tokens: [Address, Address] };

/** What the pair took and gave, in atoms; negative amounts went out. */
export type DemoSwap = { amounts: [bigint, bigint] };

/** Whole tokens in the pair: a COMP for 50 LUSD. */
const reserves = { COMP: "1000", LUSD: "50000" };

const pairEvents = new Interface([
  "event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)",
]);

/** @param keeper the account that is to own the executor */
export async function deployPool(world: World, keeper: Address): Promise<DemoPool> {
  const { deployer } = world.chain;
  const deploy = async (abi: InterfaceAbi, bytecode: string, args: unknown[]): Promise<Contract> => {
    const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
    await deployed.waitForDeployment();
    return new Contract(await deployed.getAddress(), abi, deployer);
  };
  const tell = async (contract: Contract, name: string, ...args: unknown[]): Promise<void> => {
    await (await contract.getFunction(name).send(...args)).wait();
  };

  const factory = await deploy(v2Factory.abi, v2Factory.bytecode, [deployer.address]);
  const listed = Object.keys(reserves).map((symbol) => tokenOf(world, symbol).address);
  await tell(factory, "createPair", ...listed);
  const pair = parseAddress(await factory.getFunction("getPair").staticCall(...listed));
  for (const [symbol, amount] of Object.entries(reserves)) {
    const { address, decimals } = tokenOf(world, symbol);
    await tell(new Contract(address, erc20, deployer), "mint", pair, parseUnits(amount, decimals));
  }
  await tell(new Contract(pair, v2Pair.abi, deployer), "mint", deployer.address);

  const { abi, bytecode } = await readArtifact("contracts/periphery", "Executor");
  const executor = await deploy(abi, bytecode, [world.settlement, keeper]);
  const [first, second] = listed.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  if (first === undefined || second === undefined) throw new Error("A pair has two tokens.");
  return {
    factory: parseAddress(await factory.getAddress()),
    pair,
    executor: parseAddress(await executor.getAddress()),
    tokens: [first, second],
  };
}

/** The pair's own account of what a transaction swapped on it. */
export function swapsOn({ pair }: DemoPool, logs: readonly Log[]): DemoSwap[] {
  return logs.flatMap((log) => {
    if (parseAddress(log.address) !== pair) return [];
    const parsed = pairEvents.parseLog(log);
    if (parsed === null) return [];
    const [in0 = 0n, in1 = 0n, out0 = 0n, out1 = 0n] = Array.from<unknown>(parsed.args).filter(
      (value) => typeof value === "bigint",
    );
    return [{ amounts: [in0 - out0, in1 - out1] }];
  });
}
