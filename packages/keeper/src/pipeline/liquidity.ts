/** The pools that a keeper may swap on, and the contract of its own that does so. */
import { parseHex, type Address, type SettlementError } from "@walras/sdk";
import type { Book, Pool, SolveOptions } from "@walras/solver";
import { Interface } from "ethers";
import type { Chain } from "../chain/Chain.ts";
import { PoolReader } from "../chain/pools.ts";
import { viewRequest } from "../chain/views.ts";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";

export type LiquidityOptions = {
  /** The keeper's `Executor`. */
  executor: Address;
  pools: readonly Address[];
  /** The chain's wrapped coin, in which the gas of a swap has a price where it is traded. */
  wrappedCoin?: Address | undefined;
};

/** About what a swap adds to a batch: the call, the pool's work and its transfers. */
const gasOfSwap = 130_000n;

const longestRest = 64;

const executorViews = new Interface(["function owner() view returns (address)"]);

/**
 * Pools for batches. They rest for some blocks when a batch with swaps has reverted on chain, longer each time: a pool may
 * move between a simulation and its block, and who knows how to move it must not burn the keeper's gas block after block.
 */
export class Liquidity {
  readonly options: LiquidityOptions;
  readonly #chain: Chain;
  readonly #reader: PoolReader;
  #reverts = 0;
  #restUntil = 0;

  constructor(chain: Chain, options: LiquidityOptions) {
    this.options = options;
    this.#chain = chain;
    this.#reader = new PoolReader(chain);
  }

  /** The pools as they stand at a block; none while they rest. @throws KeeperError `NodeUnreachable` */
  async read(block: BlockRef): Promise<Pool[]> {
    return block.number < this.#restUntil ? [] : this.#reader.read(this.options.pools, block);
  }

  /** What the gas of a swap costs at a block, where the wrapped coin is known. */
  swapCost({ baseFeePerGas }: BlockRef): SolveOptions["swapCost"] {
    const { wrappedCoin } = this.options;
    return wrappedCoin === undefined ? undefined : { token: wrappedCoin, amount: gasOfSwap * baseFeePerGas };
  }

  /** A batch with swaps has reverted on chain. */
  reverted(block: number): void {
    this.#reverts++;
    this.#restUntil = block + 1 + Math.min(longestRest, 2 ** (this.#reverts - 1));
  }

  /** A batch with swaps has settled. */
  settled(): void {
    this.#reverts = 0;
  }

  /**
   * Checks that the executor is the keeper's own, and that every pool is one.
   *
   * @throws KeeperError `InvalidConfig`, `NodeUnreachable`
   */
  async check(keeper: Address): Promise<void> {
    const { executor, pools } = this.options;
    const answer = await this.#chain.call(viewRequest(executor, executorViews, "owner", []));
    const owner =
      answer.ok && answer.data.length === 66 ? parseHex(`0x${answer.data.slice(26)}`, "owner") : null;
    if (owner?.toLowerCase() !== keeper.toLowerCase()) {
      const problem = `is ${executor}, which is no executor of ${keeper}`;
      const hint = "Deploy an Executor with the keeper's account as its owner (docs/PERIPHERY.md).";
      throw wrong("liquidity.executor", problem, hint);
    }
    const [stranger] = await this.#reader.strangers(pools, await this.#chain.latestBlock());
    if (stranger === undefined) return;
    const hint = "List Uniswap v2 pairs and v3 pools of this chain.";
    throw wrong("liquidity.pools", `has ${stranger}, which answers as no pool`, hint);
  }
}

function wrong(key: string, problem: string, hint: string): KeeperError {
  return new KeeperError("InvalidConfig", { source: "the node", key, problem, hint });
}

/** The book with pools to draw on, and the tokens that only they hold. */
export function withPools(book: Book, pools: readonly Pool[]): Book {
  const known = new Set(book.tokens.map(({ address }) => address.toLowerCase()));
  const more = new Set(
    pools.flatMap(({ tokens }) => tokens).filter((token) => !known.has(token.toLowerCase())),
  );
  return { ...book, tokens: [...book.tokens, ...Array.from(more, (address) => ({ address }))], pools };
}

const executorErrors = new Interface([
  "error CallFailed(uint256 call, address target, bytes reason)",
  "error PaymentTooHigh(uint256 amount, uint256 most)",
  "error UnexpectedCallback(address caller)",
  "error SweepFailed(uint256 amount)",
]);

/**
 * What has gone wrong with the swaps of a batch that reverted, in words; null where the fault is a fill's. A batch that failed
 * without naming a fill is put down to its swaps: a pool that has moved meanwhile must never harm an intent.
 */
export function swapFailure(
  { fillIndex, name, args, message }: SettlementError,
  executor: Address,
): string | null {
  const isWithExecutor = args["from"] === executor || args["to"] === executor;
  if (fillIndex !== null) return name === "TransferFailed" && isWithExecutor ? message : null;
  try {
    const parsed = executorErrors.parseError(String(args["data"]));
    return parsed === null
      ? message
      : `${parsed.name}(${Array.from<unknown>(parsed.args).map(String).join(", ")})`;
  } catch {
    return message;
  }
}
