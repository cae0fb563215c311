import { parseAddress, type Address } from "@walras/sdk";
import { Interface } from "ethers";
import type { BlockRef } from "../domain.ts";
import type { CallOutcome, CallRequest, Chain } from "./Chain.ts";
import { firstWord, viewRequest } from "./views.ts";

const views = new Interface([
  "function allPairsLength() view returns (uint256)",
  "function getPair(address, address) view returns (address)",
  "function feeAmountTickSpacing(uint24) view returns (int24)",
  "function getPool(address, address, uint24) view returns (address)",
]);

/** The fees of concentrated pools that are in use, in millionths. */
const feeTiers = [100, 500, 3_000, 10_000];

/** For how many blocks it is remembered that a pool is not there. */
const memory = 300;

type Factory = { address: Address; kind: "v2" | "v3" };

/** What was asked for, and the pool if there was one when it was. */
type Entry = { request: CallRequest; pool: Address | null; askedAt: number };

/** Finds pools by their factories: Uniswap v2 and v3, told apart by what they answer. */
export class PoolFactories {
  readonly #chain: Pick<Chain, "callMany">;
  readonly #factories = new Map<Address, Factory>();
  readonly #entries = new Map<string, Entry>();

  constructor(chain: Pick<Chain, "callMany">) {
    this.#chain = chain;
  }

  /**
   * The pools of the factories between any two of the tokens, of every usual fee. One that was found is not asked for again,
   * one that is not there only after some hundred blocks.
   *
   * @throws KeeperError `NodeUnreachable`
   */
  async find(factories: readonly Address[], tokens: readonly Address[], block: BlockRef): Promise<Address[]> {
    await this.#learn(factories, block);
    const sorted = [...new Set(tokens)].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const pairs = sorted.flatMap((a, i) => sorted.slice(i + 1).map((b) => [a, b] as const));
    const wanted = factories.flatMap((address) => {
      const factory = this.#factories.get(address);
      return factory === undefined ? [] : pairs.flatMap(([a, b]) => requestsFor(factory, a, b));
    });
    const entries = wanted.map((request) => this.#entryOf(request));
    const due = entries.filter(({ pool, askedAt }) => pool === null && block.number >= askedAt + memory);
    const answers = await this.#ask(
      due.map(({ request }) => request),
      block,
    );
    due.forEach((entry, i) => {
      entry.pool = addressOf(answers[i]);
      entry.askedAt = block.number;
    });
    return entries.flatMap(({ pool }) => pool ?? []);
  }

  /** Which of the addresses are no factory that the keeper knows. @throws KeeperError `NodeUnreachable` */
  async strangers(factories: readonly Address[], block: BlockRef): Promise<Address[]> {
    await this.#learn(factories, block);
    return factories.filter((address) => !this.#factories.has(address));
  }

  #entryOf(request: CallRequest): Entry {
    const key = request.to + request.data;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const fresh = { request, pool: null, askedAt: Number.NEGATIVE_INFINITY };
    this.#entries.set(key, fresh);
    return fresh;
  }

  async #learn(addresses: readonly Address[], block: BlockRef): Promise<void> {
    const fresh = addresses.filter((address) => !this.#factories.has(address));
    const answers = await this.#ask(
      fresh.flatMap((address) => [
        viewRequest(address, views, "allPairsLength", []),
        viewRequest(address, views, "feeAmountTickSpacing", [3_000]),
      ]),
      block,
    );
    fresh.forEach((address, i) => {
      const [length, spacing] = [firstWord(answers[2 * i]), firstWord(answers[2 * i + 1])];
      if (length !== null) this.#factories.set(address, { address, kind: "v2" });
      else if (spacing !== null && spacing > 0n) this.#factories.set(address, { address, kind: "v3" });
    });
  }

  async #ask(requests: CallRequest[], block: BlockRef): Promise<CallOutcome[]> {
    return requests.length === 0 ? [] : this.#chain.callMany(requests, block);
  }
}

function requestsFor({ address, kind }: Factory, a: Address, b: Address): CallRequest[] {
  return kind === "v2"
    ? [viewRequest(address, views, "getPair", [a, b])]
    : feeTiers.map((fee) => viewRequest(address, views, "getPool", [a, b, fee]));
}

/** Null where there is none. */
function addressOf(outcome: CallOutcome | undefined): Address | null {
  const word = firstWord(outcome);
  if (word === null || word === 0n || word >> 160n !== 0n) return null;
  return parseAddress(`0x${word.toString(16).padStart(40, "0")}`);
}
