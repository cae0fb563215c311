/** The world of the reference on a real EVM, and the settlement in it, whatever bytecode it has. */
import { findRevertData, settlementAbi } from "@walras/sdk";
import {
  AbiCoder,
  concat,
  ContractFactory,
  getBytes,
  getCreateAddress,
  Interface,
  toBeHex,
  ZeroAddress,
} from "ethers";
import { artifacts } from "hardhat";
import type { OwnerCall, Step } from "./steps.ts";
import {
  accounts,
  hasDataFee,
  holders,
  startingAllowance,
  startingBalance,
  startTime,
  tipCap,
  type World,
} from "./world.ts";
import { createNetwork } from "./createNetwork.ts";
import { chainId, different, rpc, send, snapshot, type Difference, type Log, type Provider } from "./wire.ts";

const settlement = new Interface(settlementAbi);
const token = new Interface([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
  "event Transfer(address indexed from, address indexed to, uint256 amount)",
]);
const executors = new Interface([
  "function execute(address target, bytes data)",
  "function execute(address target, uint256 value, bytes data)",
]);
const reader = new Interface([
  "function read(address settlement, address[] tokens, address[] holders, address[] owners, uint256[] nonces, bytes32[] intentHashes) view returns (uint256[])",
]);

export class Chain {
  readonly world: World;
  readonly #provider: Provider;
  #snapshot: string;

  private constructor(provider: Provider, world: World, snapshot: string) {
    this.#provider = provider;
    this.world = world;
    this.#snapshot = snapshot;
  }

  /** A chain with everything but the settlement, whose address everybody has allowed to spend. */
  static async create(): Promise<Chain> {
    const provider = await createNetwork();
    const world = await deployWorld(provider);
    return new Chain(provider, world, await snapshot(provider));
  }

  /** Puts this bytecode at the settlement's address, in the world as it was before the campaign of this seed. */
  async reset(bytecode: string, seed: number): Promise<void> {
    await rpc(this.#provider, "evm_revert", [this.#snapshot]);
    this.#snapshot = await snapshot(this.#provider);
    // Else the block would be as late as the clock on the wall says, which may be after the first step.
    await this.#setTime(startTime - 1n);
    const dataFee = hasDataFee(seed) ? this.world.dataFee : ZeroAddress;
    const constructorArguments = AbiCoder.defaultAbiCoder().encode(["uint256", "address"], [tipCap, dataFee]);
    await send(this.#provider, {
      from: accounts.deployer.address,
      data: concat([bytecode, constructorArguments]),
    });
  }

  /** Plays a step and compares all that it changes. What might be refused as too dear is undone. */
  async play(step: Step): Promise<Difference> {
    for (const call of step.calls) {
      const difference = compareCall(call, await this.#act(step, call.owner, call.data), this.world);
      if (difference !== null) return difference;
    }
    if (step.claim === null) return this.#settle(step);
    const before = await snapshot(this.#provider);
    const difference = await this.#settle(step);
    await rpc(this.#provider, "evm_revert", [before]);
    return difference;
  }

  async #settle(step: Step): Promise<Difference> {
    const outcome = await this.#act(step, step.keeper, step.data);
    if (step.claim !== null) {
      const gasUsed = (await this.#gasUsed()) - dataGas(step.data);
      const difference = compareClaim(step.claim, outcome, gasUsed, step.keeper === this.world.keeper);
      if (difference !== null || isTooDear(outcome)) return difference;
    }
    return compareOutcome(step, outcome, this.world) ?? compareState(step, await this.#state(step));
  }

  /** By the last transaction. */
  async #gasUsed(): Promise<bigint> {
    const block = await rpc(this.#provider, "eth_getBlockByNumber", ["latest", false]);
    return BigInt(String(typeof block === "object" && block !== null ? Reflect.get(block, "gasUsed") : 0));
  }

  /** Somebody calls the settlement: the events, or what it reverts with. */
  async #act({ time, price }: Step, caller: string, data: string): Promise<Log[] | string> {
    await this.#setTime(time);
    const { gasPrice, baseFee } = price;
    await rpc(this.#provider, "hardhat_setNextBlockBaseFeePerGas", [toBeHex(baseFee)]);
    const { settlement: to, wallet, keeper } = this.world;
    const from = accounts.wallet.address;
    try {
      if (caller === wallet) {
        const execute = executors.encodeFunctionData("execute(address,uint256,bytes)", [to, 0, data]);
        return await send(this.#provider, { from, to: wallet, data: execute }, gasPrice);
      }
      if (caller === keeper) {
        return await send(this.#provider, { from, to: keeper, data: viaExecutor(to, data) }, gasPrice);
      }
      return await send(this.#provider, { from: caller, to, data }, gasPrice);
    } catch (error) {
      return findRevertData(error) ?? (error instanceof Error ? error.message : "no answer");
    }
  }

  async #state({ nonces }: Step): Promise<bigint[]> {
    const { settlement: target, tokens, reader: to } = this.world;
    const owners = nonces.map(({ owner }) => owner);
    const numbers = nonces.map(({ nonce }) => nonce);
    const hashes = nonces.map(({ intentHash }) => intentHash);
    const data = reader.encodeFunctionData("read", [
      target,
      tokens,
      holders(this.world),
      owners,
      numbers,
      hashes,
    ]);
    try {
      const answer = await rpc(this.#provider, "eth_call", [{ to, data }, "latest"]);
      const words: unknown = AbiCoder.defaultAbiCoder()
        .decode(["uint256[]"], String(answer))
        .toArray(true)[0];
      return Array.isArray(words) ? words.map((each) => BigInt(String(each))) : [];
    } catch (error) {
      if (findRevertData(error) === null) throw error;
      return [];
    }
  }

  async #setTime(time: bigint): Promise<void> {
    await rpc(this.#provider, "evm_setNextBlockTimestamp", [toBeHex(time)]);
  }
}

const viaExecutor = (target: string, data: string) =>
  executors.encodeFunctionData("execute(address,bytes)", [target, data]);

/* COMPARING */

function compareCall({ event }: OwnerCall, actual: Log[] | string, world: World): Difference {
  const log = { address: world.settlement, ...settlement.encodeEventLog(event.name, event.args) };
  return different(
    "an owner's call",
    line(log),
    typeof actual === "string" ? actual : actual.map(line).join("\n"),
  );
}

const isTooDear = (outcome: Log[] | string): outcome is string =>
  typeof outcome === "string" &&
  outcome.startsWith(settlement.getError("FeesAboveCost")?.selector ?? "no error");

/** Gas that is used before the settlement begins to count, or after it has ended, at most. */
const uncountedGas = 3_000n;

/** Refused if, and only if, what is claimed is more than the gas that the transaction has used, but for its calldata's. */
function compareClaim(
  { claimed, weiPerGas, dataFee }: NonNullable<Step["claim"]>,
  outcome: Log[] | string,
  gasUsed: bigint,
  isContract: boolean,
): Difference {
  const costOf = (gas: bigint) => gas * weiPerGas + dataFee;
  if (!isTooDear(outcome)) {
    // A fifth may have been refunded.
    const most = costOf((gasUsed * 5n) / 4n);
    return claimed <= most ? null : { what: "cost", expected: `at most ${most}`, actual: String(claimed) };
  }
  const [answered, cost] = settlement
    .decodeErrorResult("FeesAboveCost", outcome)
    .map((each) => BigInt(String(each)));
  // A contract uses gas of its own, too.
  const [least, most] = [isContract ? 0n : costOf(gasUsed - uncountedGas), costOf(gasUsed)];
  const isRight =
    answered === claimed && cost !== undefined && cost < claimed && least <= cost && cost <= most;
  return isRight
    ? null
    : { what: "cost", expected: `${claimed}, ${least} to ${most}`, actual: `${answered}, ${cost}` };
}

/** What the bytes of a transaction cost (EIP-2028). */
function dataGas(data: string): bigint {
  return getBytes(data).reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 0n);
}

/** The revert data, or every event in its order, but for what the keeper minted to itself. */
function compareOutcome({ keeper, expected }: Step, actual: Log[] | string, world: World): Difference {
  if (expected.refused || typeof actual === "string") {
    return different(
      "revert data",
      expected.refused ? expected.data : "settled",
      typeof actual === "string" ? actual : "settled",
    );
  }
  const logs = [
    ...expected.fills.map(({ intentHash, owner, sold, bought }) => ({
      address: world.settlement,
      ...settlement.encodeEventLog("Fill", [intentHash, owner, (sold << 128n) | bought]),
    })),
    ...expected.transfers.map(({ token: address, from, to, amount }) => ({
      address,
      ...token.encodeEventLog("Transfer", [from, to, amount]),
    })),
    { address: world.settlement, ...settlement.encodeEventLog("Settle", [keeper]) },
  ];
  const moved = actual.filter(({ topics }) => BigInt(topics[1] ?? 1) !== 0n);
  return different("events", logs.map(line).join("\n"), moved.map(line).join("\n"));
}

const line = ({ address, topics, data }: Log) => [address, ...topics, data].join(" ");

function compareState({ state }: Step, actual: readonly bigint[]): Difference {
  return different("state", state.map(String).join("\n"), actual.map(String).join("\n"));
}

/* THE WORLD */

async function deployWorld(provider: Provider): Promise<World> {
  const deploy = async (name: string, args: readonly unknown[] = []) => {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const { data } = await new ContractFactory(JSON.stringify(abi), bytecode).getDeployTransaction(...args);
    const from = accounts.wallet.address;
    const nonce = Number(await rpc(provider, "eth_getTransactionCount", [from, "latest"]));
    await send(provider, { from, data });
    return getCreateAddress({ from, nonce }).toLowerCase();
  };

  const settlementAddress = getCreateAddress({ from: accounts.deployer.address, nonce: 0 }).toLowerCase();
  const silentToken = await deploy("NoReturnToken");
  const tokens = [silentToken];
  for (const decimals of [0, 6, 8, 18]) tokens.push(await deploy("TestToken", ["Test", "T", decimals]));
  const world: World = {
    chainId,
    settlement: settlementAddress,
    tokens: tokens.sort(),
    silentToken,
    wallet: await deploy("Wallet1271", [accounts.wallet.address]),
    keeper: await deploy("MintingKeeper"),
    condition: await deploy("HashOutcome"),
    reader: await deploy("StateReader"),
    dataFee: await deploy("LinearDataFee"),
  };

  const from = accounts.wallet.address;
  for (const to of tokens) {
    for (const holder of holders(world)) {
      await send(provider, {
        from,
        to,
        data: token.encodeFunctionData("mint", [holder, startingBalance(holder)]),
      });
      const approve = token.encodeFunctionData("approve", [settlementAddress, startingAllowance(holder)]);
      if (holder === world.wallet) {
        const data = executors.encodeFunctionData("execute(address,uint256,bytes)", [to, 0, approve]);
        await send(provider, { from, to: holder, data });
      } else if (holder === world.keeper) {
        await send(provider, { from, to: holder, data: viaExecutor(to, approve) });
      } else {
        await send(provider, { from: holder, to, data: approve });
      }
    }
  }
  return world;
}
