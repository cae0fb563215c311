/** The pools that a keeper may swap on, and the contract of its own that does so. */
import { parseAddress, parseHex, type Address, type SettlementError } from "@walras/sdk";
import type { Book, Pool, SolveOptions } from "@walras/solver";
import { Interface } from "ethers";
import type { Chain } from "../chain/Chain.ts";
import { PoolFactories } from "../chain/poolFactories.ts";
import { PoolReader } from "../chain/pools.ts";
import { viewRequest } from "../chain/views.ts";
import type { BlockRef } from "../domain.ts";
import { KeeperError } from "../errors.ts";

export type LiquidityOptions = {
  /** The keeper's `Executor`. */
  executor: Address;
  pools: readonly Address[];
  /** Whose pools between the tokens of a book are drawn on as well. */
  factories: readonly Address[];
  /** The chain's wrapped coin, in which the gas of a swap has a price where it is traded. */
  wrappedCoin?: Address | undefined;
};

/** About what a swap adds to a batch: the call, the pool's work and its transfers. */
const gasOfSwap = 130_000n;

/** For so many blocks pools rest at most. */
const longestRest = 64;

/** So many tokens of a book are looked for with the factories, those of most intents first. */
const mostTokens = 24;

const executorViews = new Interface(["function owner() view returns (address)"]);

/**
 * Pools for batches. They rest for some blocks when a batch with swaps has reverted on chain, longer each time: a pool may
 * move between a simulation and its block, and who knows how to move it must not burn the keeper's gas block after block.
 */
export class Liquidity {
  readonly options: LiquidityOptions;
  readonly #chain: Chain;
  readonly #reader: PoolReader;
  readonly #factories: PoolFactories;
  /** Pools whose swaps have failed in simulation, and until which block they are left out. */
  readonly #faulty = new Map<Address, number>();
  #reverts = 0;
  #restUntil = 0;

  constructor(chain: Chain, options: LiquidityOptions) {
    this.options = options;
    this.#chain = chain;
    this.#reader = new PoolReader(chain);
    this.#factories = new PoolFactories(chain);
  }

  /** The pools for a book as they stand at a block; none while they rest. @throws KeeperError `NodeUnreachable` */
  async read(book: Book, block: BlockRef): Promise<Pool[]> {
    if (block.number < this.#restUntil) return [];
    const { pools, factories, wrappedCoin } = this.options;
    const tokens = [...tokensOf(book), ...(wrappedCoin === undefined ? [] : [wrappedCoin])];
    const found = await this.#factories.find(factories, tokens, block);
    for (const [pool, until] of this.#faulty) if (until <= block.number) this.#faulty.delete(pool);
    const addresses = [...new Set([...pools, ...found])].filter((address) => !this.#faulty.has(address));
    return this.#reader.read(addresses, block);
  }

  /** What the gas of a swap costs at a block, where the wrapped coin is known. */
  swapCost({ baseFeePerGas }: BlockRef): SolveOptions["swapCost"] {
    const { wrappedCoin } = this.options;
    return wrappedCoin === undefined ? undefined : { token: wrappedCoin, amount: gasOfSwap * baseFeePerGas };
  }

  /** Swaps on these pools fail for a reason that will not go away soon, such as a token that takes a fee. */
  leaveOut(pools: readonly Pool[], block: number): void {
    for (const { address } of pools) this.#faulty.set(parseAddress(address), block + longestRest);
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
   * Checks that the executor is the keeper's own, that every pool is one, and every factory.
   *
   * @throws KeeperError `InvalidConfig`, `NodeUnreachable`
   */
  async check(keeper: Address): Promise<void> {
    const { executor, pools, factories } = this.options;
    const answer = await this.#chain.call(viewRequest(executor, executorViews, "owner", []));
    const owner =
      answer.ok && answer.data.length === 66 ? parseHex(`0x${answer.data.slice(26)}`, "owner") : null;
    if (owner?.toLowerCase() !== keeper.toLowerCase()) {
      const problem = `is ${executor}, which is no executor of ${keeper}`;
      const hint = "Deploy an Executor with the keeper's account as its owner (docs/PERIPHERY.md).";
      throw wrong("liquidity.executor", problem, hint);
    }
    const block = await this.#chain.latestBlock();
    const [noPool] = await this.#reader.strangers(pools, block);
    if (noPool !== undefined) {
      const hint = "List Uniswap v2 pairs and v3 pools of this chain.";
      throw wrong("liquidity.pools", `has ${noPool}, which answers as no pool`, hint);
    }
    const [noFactory] = await this.#factories.strangers(factories, block);
    if (noFactory !== undefined) {
      const hint = "List factories of Uniswap v2 and v3 on this chain.";
      throw wrong("liquidity.factories", `has ${noFactory}, which answers as no factory`, hint);
    }
  }
}

function wrong(key: string, problem: string, hint: string): KeeperError {
  return new KeeperError("InvalidConfig", { source: "the node", key, problem, hint });
}

/** The tokens that most intents of a book trade. */
function tokensOf({ intents }: Book): Address[] {
  const counts = new Map<string, number>();
  for (const { sellToken, buyToken } of intents) {
    for (const token of [sellToken, buyToken]) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  const busiest = [...counts].sort(([, a], [, b]) => b - a).slice(0, mostTokens);
  return busiest.map(([token]) => parseAddress(token));
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

/** What has gone wrong with swaps, in words, and the contract that is to blame if one is named: a pool or a token. */
export type SwapFailure = { problem: string; culprit: Address | null };

/**
 * What has gone wrong with the swaps of a batch that reverted; null where the fault is a fill's. A batch that failed without
 * naming a fill is put down to its swaps: a pool that has moved meanwhile must never harm an intent.
 */
export function swapFailure(
  { fillIndex, name, args, message }: SettlementError,
  executor: Address,
): SwapFailure | null {
  const isWithExecutor = args["from"] === executor || args["to"] === executor;
  if (fillIndex !== null) {
    if (name !== "TransferFailed" || !isWithExecutor) return null;
    return { problem: message, culprit: parseAddress(args["token"]) };
  }
  try {
    const parsed = executorErrors.parseError(String(args["data"]));
    if (parsed === null) return { problem: message, culprit: null };
    const values = Array.from<unknown>(parsed.args);
    const problem = `${parsed.name}(${values.map(String).join(", ")})`;
    return { problem, culprit: parsed.name === "CallFailed" ? parseAddress(values[1]) : null };
  } catch {
    return { problem: message, culprit: null };
  }
}

/** Whether a contract that made a swap fail is the pool, or a token of it. */
export function isInvolved({ address, tokens }: Pool, culprit: Address): boolean {
  return [address, ...tokens].some((part) => parseAddress(part) === culprit);
}
