/** The world of the auction's reference on a real EVM, and the auction in it, whatever bytecode it has. */
import {
  auctionAbi,
  decodeClearResult,
  emptyProgress,
  findRevertData,
  parseAddress,
  zeroAddress,
  type Address,
  type ClearProgress,
} from "@walras/sdk";
import { AbiCoder, concat, ContractFactory, getCreateAddress, Interface, MaxUint256, toBeHex } from "ethers";
import { artifacts } from "hardhat";
import { auctionFunds, auctionHolders, auctionTerms, type AuctionWorld } from "./auctionSetting.ts";
import type { AuctionStep } from "./auctionSteps.ts";
import { accounts, hasDataFee, startTime, tipCap } from "./world.ts";
import { createNetwork } from "./createNetwork.ts";
import {
  chainId,
  different,
  gas,
  rpc,
  send,
  setNextBlock,
  snapshot,
  type Difference,
  type Provider,
} from "./wire.ts";

const auction = new Interface(auctionAbi);
const token = new Interface([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
]);

export class AuctionChain {
  readonly world: AuctionWorld;
  readonly #provider: Provider;
  #snapshot: string;
  /** What the last page of a clearing has answered. */
  #progress: ClearProgress = emptyProgress;

  private constructor(provider: Provider, world: AuctionWorld, taken: string) {
    this.#provider = provider;
    this.world = world;
    this.#snapshot = taken;
  }

  /** A chain with everything but the auction, whose address everybody has allowed to spend. */
  static async create(): Promise<AuctionChain> {
    const provider = await createNetwork();
    const world = await deployWorld(provider);
    return new AuctionChain(provider, world, await snapshot(provider));
  }

  /** Puts this bytecode at the auction's address, in the world as it was before the life of this seed. */
  async reset(bytecode: string, seed: number): Promise<void> {
    await rpc(this.#provider, "evm_revert", [this.#snapshot]);
    this.#snapshot = await snapshot(this.#provider);
    this.#progress = emptyProgress;
    const { tokens, minimums } = this.world.market;
    const dataFee = hasDataFee(seed) ? this.world.dataFee : zeroAddress;
    const args = [[tokens, minimums], auctionTerms.windowLength, auctionTerms.timeout, tipCap, dataFee];
    const types = ["tuple(address[], uint112[])", "uint32", "uint32", "uint256", "address", "address"];
    const constructorArguments = AbiCoder.defaultAbiCoder().encode(types, [...args, zeroAddress]);
    await setNextBlock(this.#provider, startTime - 1n, 0n);
    await send(this.#provider, {
      from: accounts.deployer.address,
      data: concat([bytecode, constructorArguments]),
    });
  }

  /** Plays a step and compares what it changes. */
  async play(step: AuctionStep): Promise<Difference> {
    const data = step.data(this.#progress);
    const before = step.kind === "trial" ? await snapshot(this.#provider) : null;
    const answer = await this.#act(step, data);
    if (before !== null) await rpc(this.#provider, "evm_revert", [before]);
    const difference = different("refusal", step.refused ?? "none", answer ?? "none");
    if (difference !== null) return difference;
    for (const { to, data: view, answer: expected } of step.readings) {
      const actual = await this.#read(to, view);
      if (actual !== expected) return { what: nameOf(view), expected, actual };
    }
    return null;
  }

  /** The name of the error, null if there is none. */
  async #act({ time, price, from, kind }: AuctionStep, data: string): Promise<string | null> {
    const to = this.world.market.auction;
    await setNextBlock(this.#provider, time, price.baseFee);
    try {
      if (kind === "page") {
        const gasPrice = toBeHex(price.gasPrice);
        const answer = await rpc(this.#provider, "eth_call", [{ from, to, data, gasPrice }, "pending"]);
        this.#progress = decodeClearResult(String(answer));
        await setNextBlock(this.#provider, time, price.baseFee);
      }
      const transaction = { from, to, data, gas, gasPrice: toBeHex(price.gasPrice) };
      await rpc(this.#provider, "eth_sendTransaction", [transaction]);
      return null;
    } catch (error) {
      const revertData = findRevertData(error);
      if (revertData === null) return error instanceof Error ? error.message : "no answer";
      // Some reverts say nothing.
      return (revertData.length < 10 ? null : auction.parseError(revertData)?.name) ?? revertData;
    }
  }

  async #read(to: string, data: string): Promise<string> {
    try {
      return String(await rpc(this.#provider, "eth_call", [{ to, data }, "latest"]));
    } catch (error) {
      return findRevertData(error) ?? "no answer";
    }
  }
}

/** Of a view, for who reads about a difference. */
const nameOf = (data: string) => auction.getFunction(data.slice(0, 10))?.name ?? "balances";

async function deployWorld(provider: Provider): Promise<AuctionWorld> {
  const from = accounts.wallet.address;
  const deploy = async (name: string, args: readonly unknown[] = []) => {
    const { abi, bytecode } = await artifacts.readArtifact(name);
    const { data } = await new ContractFactory(JSON.stringify(abi), bytecode).getDeployTransaction(...args);
    const nonce = Number(await rpc(provider, "eth_getTransactionCount", [from, "latest"]));
    await send(provider, { from, data });
    return parseAddress(getCreateAddress({ from, nonce }), "address");
  };
  const { tokenCount, minimum, windowLength, timeout } = auctionTerms;
  const tokens: Address[] = [];
  while (tokens.length < tokenCount) tokens.push(await deploy("TestToken", ["Test", "T", 18]));
  tokens.sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1));
  const address = parseAddress(getCreateAddress({ from: accounts.deployer.address, nonce: 0 }), "auction");
  for (const to of tokens) {
    for (const holder of auctionHolders) {
      const mint = token.encodeFunctionData("mint", [holder, auctionFunds(holder)]);
      await send(provider, { from, to, data: mint });
      await send(provider, {
        from: holder,
        to,
        data: token.encodeFunctionData("approve", [address, MaxUint256]),
      });
    }
  }
  const minimums = tokens.map(() => minimum);
  return {
    market: { chainId, auction: address, tokens, minimums, windowLength, timeout, permit2: zeroAddress },
    dataFee: await deploy("LinearDataFee"),
    reader: await deploy("BalanceReader"),
  };
}
