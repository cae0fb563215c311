/** A keeper that finds its pools by the factories of Uniswap v2 and v3. */
import { parseAddress, type Address } from "@walras/sdk";
import { expect } from "chai";
import { PoolFactories } from "../../packages/keeper/src/chain/poolFactories.ts";
import { Liquidity } from "../../packages/keeper/src/pipeline/liquidity.ts";
import { erc20 } from "../../packages/keeper/test/localChain.ts";
import { Database, startTestKeeper, type TestKeeper } from "../../packages/keeper/test/testKeeper.ts";
import { bookOf, sells } from "../../packages/solver/test/support.ts";
import { startPoolWorld, unit, type PoolWorld } from "./poolWorld.ts";

describe("a keeper with factories of pools", function () {
  this.timeout(60_000);
  let market: PoolWorld;
  let factories: Address[];
  let database: Database;
  let keeper: TestKeeper | undefined;
  let snapshot: unknown;

  before(async () => {
    market = await startPoolWorld();
    factories = [market.factories.v2, market.factories.v3];
  });
  after(() => market.close());
  beforeEach(async () => {
    snapshot = await market.world.local.request("evm_snapshot");
    database = new Database();
  });
  afterEach(async () => {
    await keeper?.stop();
    keeper = undefined;
    database.remove();
    await market.world.local.request("evm_revert", [snapshot]);
  });

  async function start(): Promise<TestKeeper> {
    const liquidity = { executor: market.executor, pools: [], factories };
    return (keeper = await startTestKeeper(market.world, database, { options: { liquidity } }));
  }

  it("finds the pools of both kinds between the tokens, and no others, and asks once", async () => {
    const { world, pools } = market;
    const { local } = world;
    const [a, b, c] = world.tokens;
    const finder = new PoolFactories(local.chain);
    const block = await local.chain.latestBlock();
    expect(await finder.find(factories, [a, b], block)).to.deep.equal([pools[0]]);
    expect(await finder.find(factories, [c, b, a], block)).to.have.members(pools);
    local.calls.length = 0;
    expect(await finder.find(factories, [c, b, a], block)).to.have.members(pools);
    expect(local.calls).to.be.empty;
  });

  it("finds a pool that was not there before, some blocks later", async () => {
    const { local, tokens } = market.world;
    const { chain } = local;
    const [, b, c] = tokens;
    const finder = new PoolFactories(chain);
    const find = async () => finder.find([market.factories.v2], [b, c], await chain.latestBlock());
    expect(await find()).to.be.empty;
    const pair = await market.createPair(b, c, [unit, unit]);
    expect(await find()).to.be.empty;
    await local.mine(300);
    expect(await find()).to.deep.equal([pair]);
  });

  it("looks over the wrapped coin as well, where it is known", async () => {
    const { world, pools, executor } = market;
    const { chain } = world.local;
    const [a, b, c] = world.tokens;
    const lone = { ...sells("lone", 1n, "A", 1n, "C"), sellToken: a, buyToken: c };
    const book = bookOf([lone]);
    const read = async (more: { wrappedCoin?: Address }) => {
      const liquidity = new Liquidity(chain, { executor, pools: [], factories, ...more });
      const found = await liquidity.read(book, await chain.latestBlock());
      return found.map(({ address }) => parseAddress(address));
    };
    expect(await read({})).to.deep.equal([pools[2]]);
    expect(await read({ wrappedCoin: b })).to.have.members(pools);
  });

  it("fills from a pool that nobody has named", async () => {
    const [a, b] = market.world.tokens;
    const intent = await market.world.sign(1, {
      ...{ sellToken: a, buyToken: b, sellAmount: unit, buyAmount: (19n * unit) / 10n },
    });
    const test = await start();
    await test.add(intent);
    const [filled] = await test.until("filled", intent);
    expect((filled?.bought ?? 0n) > (19n * unit) / 10n).to.equal(true);
  });

  it("leaves out the pool of a token that takes a fee, and fills others from theirs in the same batch", async () => {
    const { world } = market;
    const { local } = world;
    const [a, b] = world.tokens;
    const bad = await local.deploy("test/mocks/FeeOnTransferToken.sol/FeeOnTransferToken.json");
    const owner = world.owner(3);
    await local.send(owner, bad, erc20.encodeFunctionData("mint", [owner, 100n * unit]));
    await local.send(owner, bad, erc20.encodeFunctionData("approve", [world.settlement, 100n * unit]));
    const pair = await market.createPair(bad, b, [1_000n * unit, 1_000n * unit]);
    const spoiler = await world.sign(3, {
      ...{ sellToken: bad, buyToken: b, sellAmount: unit, buyAmount: unit / 2n },
    });
    const good = await world.sign(1, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount: unit });

    const test = await start();
    await test.add(spoiler, good);
    await test.until("filled", good);
    const failures = test.lines.filter((line) => line.includes("a swap fails"));
    expect(
      failures.some((line) => [bad, pair].some((culprit) => line.includes(`"culprit":"${culprit}"`))),
    ).to.equal(true);
    expect((await test.store.getIntent(spoiler.intentHash))?.status).to.equal("open");
    const later = await world.sign(2, { sellToken: a, buyToken: b, sellAmount: unit, buyAmount: unit });
    await test.add(later);
    await test.until("filled", later);
    expect(test.lines.filter((line) => line.includes("a swap fails"))).to.have.length(failures.length);
    const [batch] = (await test.store.listBatches({ limit: 1 })).items;
    expect(parseAddress(batch?.to)).to.equal(market.executor);
  });
});
