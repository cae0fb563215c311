import { parseAddress, type Address } from "@walras/sdk";
import type { ConcentratedPool, Pool, PoolTick } from "@walras/solver";
import { Interface } from "ethers";
import type { BlockRef } from "../domain.ts";
import type { CallOutcome, CallRequest, Chain } from "./Chain.ts";
import { viewRequest } from "./views.ts";

const poolViews = new Interface([
  "function token0() view returns (address)",
  "function token1() view returns (address)",
  "function getReserves() view returns (uint112, uint112, uint32)",
  "function slot0() view returns (uint160, int24, uint16, uint16, uint16, uint8, bool)",
  "function liquidity() view returns (uint128)",
  "function fee() view returns (uint24)",
  "function tickSpacing() view returns (int24)",
  "function tickBitmap(int16) view returns (uint256)",
  "function ticks(int24) view returns (uint128, int128, uint256, uint256, int56, uint160, uint32, bool)",
]);

/** What a Uniswap v2 pair keeps of each thousand that comes in; pairs do not tell. */
const pairFee = 3n;

/** Ticks of one word of a concentrated pool's bitmap, and how far from the price ticks are read: a factor of about 1.3. */
const ticksOfWord = 256;
const tickReach = 2_600;

/** What a pool never changes. */
type Shape =
  | { kind: "constant-product"; tokens: [Address, Address] }
  | { kind: "concentrated"; tokens: [Address, Address]; feePips: bigint; tickSpacing: number };

/** Reads how pools stand: Uniswap v2 pairs and v3 pools, told apart by what they answer. What never changes is read once. */
export class PoolReader {
  readonly #chain: Pick<Chain, "callMany">;
  readonly #shapes = new Map<Address, Shape>();

  constructor(chain: Pick<Chain, "callMany">) {
    this.#chain = chain;
  }

  /**
   * The pools as they stand at a block. Addresses that answer as no pool are left out, as are pools without liquidity.
   *
   * @throws KeeperError `NodeUnreachable`
   */
  async read(addresses: readonly Address[], block: BlockRef): Promise<Pool[]> {
    await this.#learn(addresses, block);
    const known = addresses.flatMap((address) => {
      const shape = this.#shapes.get(address);
      return shape === undefined ? [] : [{ address, shape }];
    });
    const answers = await this.#ask(
      known.flatMap(({ address, shape }) =>
        shape.kind === "constant-product"
          ? [view(address, "getReserves"), view(address, "liquidity")]
          : [view(address, "slot0"), view(address, "liquidity")],
      ),
      block,
    );
    const drafts = known.map(({ address, shape }, i) => {
      const [first, second] = [answers[2 * i], answers[2 * i + 1]];
      return shape.kind === "constant-product"
        ? pairOf(address, shape, first)
        : rangesOf(address, shape, first, second);
    });
    const pools = drafts.filter((draft) => draft !== null);
    return this.#withTicks(pools, block);
  }

  /** Which of the addresses are no pool that the keeper knows how to swap on. @throws KeeperError `NodeUnreachable` */
  async strangers(addresses: readonly Address[], block: BlockRef): Promise<Address[]> {
    await this.#learn(addresses, block);
    return addresses.filter((address) => !this.#shapes.has(address));
  }

  async #learn(addresses: readonly Address[], block: BlockRef): Promise<void> {
    const fresh = addresses.filter((address) => !this.#shapes.has(address));
    const asked = ["token0", "token1", "getReserves", "slot0", "fee", "tickSpacing"];
    const answers = await this.#ask(
      fresh.flatMap((address) => asked.map((name) => view(address, name))),
      block,
    );
    fresh.forEach((address, i) => {
      const [token0, token1, reserves, slot, fee, spacing] = answers.slice(
        asked.length * i,
        asked.length * (i + 1),
      );
      const [first, second] = [wordsOf("token0", token0)[0], wordsOf("token1", token1)[0]];
      if (typeof first !== "string" || typeof second !== "string") return;
      const tokens: [Address, Address] = [parseAddress(first), parseAddress(second)];
      const [feePips, tickSpacing] = [wordsOf("fee", fee)[0], wordsOf("tickSpacing", spacing)[0]];
      if (wordsOf("getReserves", reserves).length > 0) {
        this.#shapes.set(address, { kind: "constant-product", tokens });
      } else if (
        wordsOf("slot0", slot).length > 0 &&
        typeof feePips === "bigint" &&
        Number(tickSpacing) > 0
      ) {
        this.#shapes.set(address, {
          kind: "concentrated",
          tokens,
          feePips,
          tickSpacing: Number(tickSpacing),
        });
      }
    });
  }

  /** Reads the bitmaps round each concentrated pool's price, then the ticks that they name. */
  async #withTicks(pools: readonly Pool[], block: BlockRef): Promise<Pool[]> {
    const words = pools.flatMap((pool) =>
      pool.kind === "concentrated" ? wordsAround(pool).map((word) => ({ pool, word })) : [],
    );
    const bitmaps = await this.#ask(
      words.map(({ pool, word }) => view(parseAddress(pool.address), "tickBitmap", [word])),
      block,
    );
    const places = words.flatMap(({ pool, word }, i) => {
      const [bitmap] = wordsOf("tickBitmap", bitmaps[i]);
      return typeof bitmap !== "bigint"
        ? []
        : bitsOf(bitmap).map((bit) => ({ pool, tick: (word * ticksOfWord + bit) * pool.tickSpacing }));
    });
    const answers = await this.#ask(
      places.map(({ pool, tick }) => view(parseAddress(pool.address), "ticks", [tick])),
      block,
    );
    const ticks = new Map<Pool, PoolTick[]>();
    places.forEach(({ pool, tick }, i) => {
      const [, liquidityNet] = wordsOf("ticks", answers[i]);
      if (typeof liquidityNet !== "bigint") return;
      ticks.set(pool, [...(ticks.get(pool) ?? []), { tick, liquidityNet }]);
    });
    // A bitmap or a tick that was not answered would make predictions wrong: such a pool is left out.
    const isRead = (pool: Pool): boolean =>
      words.every(({ pool: of }, i) => of !== pool || bitmaps[i]?.ok === true) &&
      places.every(({ pool: of }, i) => of !== pool || answers[i]?.ok === true);
    return pools.filter(isRead).map((pool) => {
      if (pool.kind === "constant-product") return pool;
      const around = wordsAround(pool);
      const [first = 0, last = 0] = [around[0], around.at(-1)];
      const known = [
        first * ticksOfWord * pool.tickSpacing,
        (last * ticksOfWord + ticksOfWord - 1) * pool.tickSpacing,
      ] as const;
      return { ...pool, ticks: ticks.get(pool) ?? [], known };
    });
  }

  async #ask(requests: CallRequest[], block: BlockRef): Promise<CallOutcome[]> {
    return requests.length === 0 ? [] : this.#chain.callMany(requests, block);
  }
}

function view(address: Address, name: string, values: unknown[] = []): CallRequest {
  return viewRequest(address, poolViews, name, values);
}

/** The values of an answer; none where it reverted or is not of the expected form. */
function wordsOf(name: string, outcome: CallOutcome | undefined): unknown[] {
  if (outcome?.ok !== true) return [];
  try {
    return Array.from<unknown>(poolViews.decodeFunctionResult(name, outcome.data));
  } catch {
    return [];
  }
}

function pairOf(address: Address, { tokens }: Shape, answer: CallOutcome | undefined): Pool | null {
  const [first, second] = wordsOf("getReserves", answer);
  if (typeof first !== "bigint" || typeof second !== "bigint" || first === 0n || second === 0n) return null;
  return { kind: "constant-product", address, tokens, reserves: [first, second], feePerThousand: pairFee };
}

function rangesOf(
  address: Address,
  { tokens, feePips, tickSpacing }: Extract<Shape, { kind: "concentrated" }>,
  slot: CallOutcome | undefined,
  held: CallOutcome | undefined,
): Pool | null {
  const [sqrtPrice, tick] = wordsOf("slot0", slot);
  const [liquidity] = wordsOf("liquidity", held);
  if (typeof sqrtPrice !== "bigint" || typeof tick !== "bigint" || typeof liquidity !== "bigint") return null;
  if (sqrtPrice === 0n) return null;
  const state = { sqrtPrice, tick: Number(tick), liquidity, feePips, tickSpacing, ticks: [] };
  return { kind: "concentrated", address, tokens, ...state };
}

/** The bitmap's words round a pool's price, ascending. */
function wordsAround({ tick, tickSpacing }: ConcentratedPool): number[] {
  const here = Math.floor(Math.floor(tick / tickSpacing) / ticksOfWord);
  const reach = Math.ceil(tickReach / (ticksOfWord * tickSpacing));
  return Array.from({ length: 2 * reach + 1 }, (_, i) => here - reach + i);
}

function bitsOf(bitmap: bigint): number[] {
  return Array.from({ length: ticksOfWord }, (_, bit) => bit).filter(
    (bit) => ((bitmap >> BigInt(bit)) & 1n) === 1n,
  );
}
