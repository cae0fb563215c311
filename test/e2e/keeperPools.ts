/** A keeper with an executor on real Uniswap v2 and v3 pools: what it predicts is what comes, to the atom. */
import { parseAddress, type Address } from "@walras/sdk";
import { amountOutOf, type Pool } from "@walras/solver";
import v2Pair from "@uniswap/v2-core/build/UniswapV2Pair.json" with { type: "json" };
import { expect } from "chai";
import { Contract, Interface, type JsonRpcProvider, type Signer } from "ethers";
import type { Chain } from "../../packages/keeper/src/chain/Chain.ts";
import { PoolReader } from "../../packages/keeper/src/chain/pools.ts";
import { Liquidity } from "../../packages/keeper/src/pipeline/liquidity.ts";
import { Database, startTestKeeper, type TestKeeper } from "../../packages/keeper/test/testKeeper.ts";
import type { World } from "../../packages/keeper/test/world.ts";
import { startPoolWorld, unit, type PoolWorld } from "./poolWorld.ts";

const swapEvents = new Interface([
  "event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)",
  "event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)",
]);

describe("a keeper with pools", function () {
  this.timeout(60_000);
  let market: PoolWorld;
  let world: World;
  let provider: JsonRpcProvider;
  let deployer: Signer;
  let executor: Address;
  let pools: PoolWorld["pools"];
  let database: Database;
  let keeper: TestKeeper | undefined;

  before(async () => {
    market = await startPoolWorld();
    ({ world, provider, deployer, executor, pools } = market);
  });

  after(() => market.close());

  let snapshot: unknown;
  beforeEach(async () => {
    snapshot = await world.local.request("evm_snapshot");
    database = new Database();
  });

  afterEach(async () => {
    await keeper?.stop();
    keeper = undefined;
    database.remove();
    await world.local.request("evm_setAutomine", [true]);
    await world.local.request("evm_revert", [snapshot]);
  });

  async function start(addresses: Address[] = pools, chain: Chain = world.local.chain): Promise<TestKeeper> {
    return (keeper = await startTestKeeper(world, database, {
      chain,
      options: { liquidity: { executor, pools: addresses, factories: [] } },
    }));
  }

  async function readPools(addresses: Address[] = pools): Promise<Pool[]> {
    const { chain } = world.local;
    return new PoolReader(chain).read(addresses, await chain.latestBlock());
  }

  /** What a pool, as it stands, gives for a token. */
  function given(pool: Pool | undefined, tokenIn: Address, amountIn: bigint): bigint {
    if (pool === undefined) throw new Error("there is no such pool");
    return amountOutOf(pool, parseAddress(pool.tokens[0]) === tokenIn ? 0 : 1, amountIn);
  }

  /** The swaps in the batch that has settled last, by pool, and what each pool says that it took and gave. */
  async function swapsOfLast(test: TestKeeper): Promise<{ pool: Address; took: bigint; gave: bigint }[]> {
    const [batch] = await test.store.listConfirmedTransactions(1);
    const receipt = await provider.getTransactionReceipt(batch?.mined?.transactionHash ?? "");
    return (receipt?.logs ?? []).flatMap((log) => {
      const parsed = swapEvents.parseLog(log);
      if (parsed === null) return [];
      const numbers = Array.from<unknown>(parsed.args).filter((value) => typeof value === "bigint");
      const [w = 0n, x = 0n, y = 0n, z = 0n] = numbers;
      const moves = parsed.args.length === 6 ? [w - y, x - z] : [w, x];
      const [first = 0n, second = 0n] = moves;
      const [took, gave] = first > 0n ? [first, -second] : [second, -first];
      return [{ pool: parseAddress(log.address), took, gave }];
    });
  }

  it("fills a lone intent from a v2 pair, with all that the pair gives but dust", async () => {
    const [a, b] = world.tokens;
    const amount = 3n * unit;
    const [pool] = await readPools([pools[0]]);
    const expected = given(pool, a, amount);
    const intent = await world.sign(1, {
      sellToken: a,
      buyToken: b,
      sellAmount: amount,
      buyAmount: 5n * unit,
    });
    const before = await world.balance(b, world.owner(1));

    const test = await start([pools[0]]);
    await test.add(intent);
    const [filled] = await test.until("filled", intent);

    expect(await swapsOfLast(test)).to.deep.equal([{ pool: pools[0], took: amount, gave: expected }]);
    const got = (await world.balance(b, world.owner(1))) - before;
    expect(filled?.bought).to.equal(got);
    expect(await world.balance(b, executor)).to.equal(expected - got);
    expect(expected - got < 100_000n, `${expected - got}`).to.equal(true);
  });

  it("fills a lone intent from a v3 pool across its ticks, to the atom as predicted", async () => {
    const [, b, c] = world.tokens;
    for (const amount of [unit, 70n * unit]) {
      const [pool] = await readPools([pools[1]]);
      const expected = given(pool, b, amount);
      const intent = await world.sign(amount === unit ? 1 : 2, {
        ...{ sellToken: b, buyToken: c, sellAmount: amount, buyAmount: amount / 2n },
        ...{ validTo: (await world.local.chain.latestBlock()).timestamp + 50_000 },
      });
      const test = keeper ?? (await start([pools[1]]));
      await test.add(intent);
      const [filled] = await test.until("filled", intent);

      expect(await swapsOfLast(test)).to.deep.equal([{ pool: pools[1], took: amount, gave: expected }]);
      expect(expected - (filled?.bought ?? 0n) < 10n ** 9n).to.equal(true);
    }
  });

  it("lets several intents share one swap at one price, and matches what it can without", async () => {
    const [a, b] = world.tokens;
    const intents = [
      await world.sign(1, { sellToken: a, buyToken: b, sellAmount: 10n * unit, buyAmount: 15n * unit }),
      await world.sign(2, {
        ...{ sellToken: a, buyToken: b, sellAmount: 20n * unit, buyAmount: 30n * unit },
        ...{ partiallyFillable: false, maxFee: unit / 50n },
      }),
      await world.sign(3, { sellToken: b, buyToken: a, sellAmount: 12n * unit, buyAmount: 5n * unit }),
      await world.sign(4, {
        ...{ kind: "buy", sellToken: a, buyToken: b, sellAmount: 3n * unit, buyAmount: 4n * unit },
      } as const),
    ];
    const test = await start([pools[0]], gathering(intents.length));
    await test.add(...intents);
    const filled = await test.until("filled", ...intents);

    expect(await test.store.listConfirmedTransactions(9)).to.have.length(1);
    const swaps = await swapsOfLast(test);
    expect(swaps).to.have.length(1);
    const net = (token: Address): bigint =>
      filled.reduce((sum, { signed: { intent }, sold, bought, fee }) => {
        if (intent.sellToken === token) return sum + sold - fee;
        return sum - bought;
      }, 0n);
    const [swap] = swaps;
    // What the pool took and gave is what the intents left over and lacked.
    const [spare, lack] = [net(a) - (swap?.took ?? 0n), (swap?.gave ?? 0n) + net(b)];
    expect(spare >= 0n && spare < 10n ** 12n, `${spare}`).to.equal(true);
    expect(lack >= 0n && lack < 10n ** 12n, `${lack}`).to.equal(true);
    const prices = filled.map(({ signed: { intent }, sold, bought, fee }) =>
      intent.sellToken === a ? Number(bought) / Number(sold - fee) : Number(sold) / Number(bought),
    );
    for (const price of prices) {
      expect(Math.abs(price / (prices[0] ?? 1) - 1) < 1e-12, `${price}`).to.equal(true);
    }
    expect(await world.balance(a, world.account.address)).to.equal(unit / 50n + spare);
  });

  it("leads over pools of both kinds to a token that no pool of the first has", async () => {
    const [a, b, c] = world.tokens;
    const amount = 2n * unit;
    const [first, second] = await readPools([pools[0], pools[1]]);
    const intent = await world.sign(1, { sellToken: a, buyToken: c, sellAmount: amount, buyAmount: unit });
    const test = await start([pools[0], pools[1]]);
    await test.add(intent);
    await test.until("filled", intent);

    const swaps = await swapsOfLast(test);
    expect(swaps.map(({ pool }) => pool)).to.deep.equal([pools[0], pools[1]]);
    expect(swaps[0]?.gave).to.equal(given(first, a, swaps[0]?.took ?? 0n));
    expect(swaps[1]?.gave).to.equal(given(second, b, swaps[1]?.took ?? 0n));
    expect(amount - (swaps[0]?.took ?? 0n) < 10n ** 12n).to.equal(true);
  });

  it("makes the batch anew when a pool has moved before it is simulated, and blames nobody", async () => {
    const [a, b] = world.tokens;
    let moved = 0;
    const chain: Chain = {
      ...world.local.chain,
      call: async (request) => {
        if (request.to === executor && moved++ === 0) await movePair(5n * unit);
        return world.local.chain.call(request);
      },
    };
    const intent = await world.sign(1, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount: unit });
    const test = await start([pools[0]], chain);
    await test.add(intent);
    await test.until("filled", intent);

    expect(moved).to.be.greaterThan(1);
    expect(test.lines.filter((line) => line.includes("a swap fails"))).to.have.length(1);
    expect(test.lines.some((line) => line.includes("sits out"))).to.equal(false);
  });

  it("lets the pools rest and the intents settle later when a pool moves before the batch is mined", async () => {
    const [a, b] = world.tokens;
    const intent = await world.sign(1, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount: unit });
    const test = await start([pools[0]]);
    await world.local.request("evm_setAutomine", [false]);
    await test.add(intent);
    await test.until("executing", intent);
    // Ahead of the batch in its block.
    const pair = new Contract(pools[0], v2Pair.abi, deployer);
    const fast = { gasLimit: 300_000n, maxPriorityFeePerGas: 10n ** 12n, maxFeePerGas: 2n * 10n ** 12n };
    const to = await deployer.getAddress();
    const token = new Contract(a, ["function mint(address, uint256)"], deployer);
    await token.getFunction("mint").send(pools[0], 5n * unit, fast);
    const zero = BigInt(a) < BigInt(b);
    await pair.getFunction("swap").send(zero ? 0n : unit, zero ? unit : 0n, to, "0x", fast);
    await world.local.mine();
    await world.local.request("evm_setAutomine", [true]);
    await test.until("open", intent);
    expect(test.lines.some((line) => line.includes("SettlementReverted"))).to.equal(true);

    for (let i = 0; i < 3; i++) await world.local.mine();
    await test.until("filled", intent);
    expect(test.lines.some((line) => line.includes("sits out"))).to.equal(false);
  });

  it("settles for those who name the keeper's account, which no executor can, in turn", async () => {
    const [a, b] = world.tokens;
    // At its limit it meets no other but the pool.
    const buyAmount = (3n * unit) / 2n;
    const lone = await world.sign(1, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount });
    const settler = world.account.address;
    const own = [
      await world.sign(2, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount: unit, settler }),
      await world.sign(3, { sellToken: b, buyToken: a, sellAmount: unit, buyAmount: unit, settler }),
    ];
    const test = await start([pools[0]]);
    await test.add(lone, ...own);
    const ticking = setInterval(() => void world.local.mine(), 3_000);
    await test.until("filled", lone, ...own);
    clearInterval(ticking);
  });

  it("is refused an executor of somebody else, and what is no pool", async () => {
    const { chain } = world.local;
    const stranger = world.owner(1);
    type Options = { executor: Address; pools: Address[]; factories?: Address[] };
    const refusal = async (options: Options, of: Address) =>
      new Liquidity(chain, { factories: [], ...options }).check(of).then(
        () => "",
        (error: unknown) => (error instanceof Error ? error.message : ""),
      );
    expect(await refusal({ executor, pools }, world.account.address)).to.equal("");
    expect(await refusal({ executor, pools }, stranger)).to.include("no executor of");
    expect(await refusal({ executor: stranger, pools }, stranger)).to.include("no executor of");
    const bad = [pools[0], world.tokens[0]];
    expect(await refusal({ executor, pools: bad }, world.account.address)).to.include("answers as no pool");
    const { v2, v3 } = market.factories;
    const withFactories = (factories: Address[]) =>
      refusal({ executor, pools: [], factories }, world.account.address);
    expect(await withFactories([v2, v3])).to.equal("");
    expect(await withFactories([v2, pools[0]])).to.include(`${pools[0]}, which answers as no factory`);
  });

  /** Somebody else's swap: the pair gets dearer. */
  async function movePair(amount: bigint): Promise<void> {
    const [a, b] = world.tokens;
    const [pool] = await readPools([pools[0]]);
    const out = given(pool, a, amount);
    await market.mint(a, pools[0], amount);
    const zero = BigInt(a) < BigInt(b);
    const to = await deployer.getAddress();
    await market.tell(
      new Contract(pools[0], v2Pair.abi, deployer),
      "swap",
      zero ? 0n : out,
      zero ? out : 0n,
      to,
      "0x",
    );
  }

  /** A chain that is away until the store holds so many intents, so that they come into one batch. */
  function gathering(count: number): Chain {
    return {
      ...world.local.chain,
      latestBlock: async () => {
        const open = keeper === undefined ? 0 : (await keeper.store.counts()).openIntents;
        if (open < count && keeper !== undefined) throw new Error("not yet");
        return world.local.chain.latestBlock();
      },
    };
  }
});
