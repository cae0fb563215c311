/** What a chain charges beside gas, as the adapter says that a contract of ours was deployed with. */
import { parseHex, zeroAddress, type Address } from "@walras/sdk";
import { Interface } from "ethers";
import type { BlockRef } from "../domain.ts";
import type { CallOutcome, CallRequest, Chain } from "./Chain.ts";
import { viewRequest } from "./views.ts";

/** The fee for so many bytes, in wei, and what each gas costs beside the gas price, in wei per gas. */
export type ChainFee = (bytes: bigint) => { dataFee: bigint; weiPerGas: bigint };

/** As on Ethereum. */
export const noChainFee: ChainFee = () => ({ dataFee: 0n, weiPerGas: 0n });

const views = new Interface([
  "function DATA_FEE() view returns (address)",
  "function quote(uint256 size) view returns (uint256 dataFee, uint256 weiPerGas)",
]);

/** Chains charge by the byte, so that two sizes tell of all. */
const sizes = [1_000n, 101_000n] as const;

/** Reads chain fees, block by block. Which adapter a contract has is read once, for it never changes. */
export class DataFees {
  readonly #chain: Pick<Chain, "callMany">;
  readonly #adapters = new Map<Address, Address>();

  constructor(chain: Pick<Chain, "callMany">) {
    this.#chain = chain;
  }

  /**
   * The chain fee that a settlement contract or an auction reckons with at a block; nothing where its adapter fails.
   *
   * @throws KeeperError `NodeUnreachable`
   */
  async at(contract: Address, block: BlockRef): Promise<ChainFee> {
    const adapter = await this.#adapterOf(contract, block);
    if (adapter === zeroAddress) return noChainFee;
    const requests = sizes.map((size) => view(adapter, "quote", [size]));
    const [small, large] = await this.#chain.callMany(requests, block);
    const [least, most] = [wordsOf(small), wordsOf(large)];
    const [from = 0n, weiPerGas = 0n] = least;
    const [to = from] = most;
    const [first, last] = sizes;
    return (bytes) => {
      const dataFee = from + ((to - from) * (bytes - first)) / (last - first);
      return { dataFee: dataFee > 0n ? dataFee : 0n, weiPerGas };
    };
  }

  async #adapterOf(contract: Address, block: BlockRef): Promise<Address> {
    const known = this.#adapters.get(contract);
    if (known !== undefined) return known;
    const [outcome] = await this.#chain.callMany([view(contract, "DATA_FEE", [])], block);
    const [word = 0n] = wordsOf(outcome);
    const adapter = parseHex(`0x${word.toString(16).padStart(40, "0")}`, "DATA_FEE");
    this.#adapters.set(contract, adapter);
    return adapter;
  }
}

function view(to: Address, name: string, values: unknown[]): CallRequest {
  return viewRequest(to, views, name, values);
}

/** The words of an answer; none where it reverted. */
function wordsOf(outcome: CallOutcome | undefined): bigint[] {
  if (outcome?.ok !== true) return [];
  return Array.from(outcome.data.slice(2).matchAll(/.{64}/g), ([word]) => BigInt(`0x${word}`));
}
