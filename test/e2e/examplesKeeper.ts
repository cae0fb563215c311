/** The keeper of docs/INTEGRATING.md: its own inventory, beside a real keeper's book; and a real Uniswap v2 pair. */
import {
  createKeeperClient,
  parseAddress,
  uniswapV2SwapCalls,
  type Batch,
  type KeeperClient,
} from "@walras/sdk";
import { expect } from "chai";
import { JsonRpcProvider, type Signer } from "ethers";
import { startKeeperProcess, type KeeperProcess } from "../../packages/keeper/test/keeperProcess.ts";
import { walletOf } from "../../packages/keeper/test/localChain.ts";
import { Database } from "../../packages/keeper/test/testKeeper.ts";
import { fortune, startWorld, type World as KeeperWorld } from "../../packages/keeper/test/world.ts";
import { chooseBatch, readBook, settleFromInventory, settleFromPool } from "../../examples/keeper/keeper.ts";
import {
  addressOf,
  createFill,
  createOwner,
  createV2Pair,
  createWorld,
  funds,
  keeperOf,
  networkHelpers,
  v2AmountOut,
} from "./peripheryWorld.ts";

const unit = 10n ** 18n;

describe("the keeper that pays from its inventory", () => {
  let world: KeeperWorld;
  let database: Database;
  let process: KeeperProcess;
  let provider: JsonRpcProvider;
  let client: KeeperClient;
  let maker: Signer;
  const makerIndex = 5;

  before(async () => {
    world = await startWorld();
    database = new Database();
    process = startKeeperProcess(world, database);
    client = createKeeperClient({ url: await process.url });
    provider = new JsonRpcProvider(world.local.rpcUrl, 31337, { cacheTimeout: -1 });
    maker = walletOf(makerIndex).connect(provider);
  });

  after(async () => {
    provider.destroy();
    process.child.kill("SIGTERM");
    await process.ended;
    database.remove();
    await world.close();
  });

  /** An intent of the book: sells `sellAmount` A for at least `buyAmount` B. */
  async function post(index: number, sellAmount: bigint, buyAmount: bigint) {
    const [a, b] = world.tokens;
    const intent = await world.sign(index, { sellToken: a, buyToken: b, sellAmount, buyAmount });
    await client.postIntent(intent.signed);
    return intent;
  }

  it("fills what its price satisfies, leaves out what fails in simulation, and keeps the rest for later", async () => {
    const [a, b] = world.tokens;
    const cheap = await post(1, 10n * unit, 10n * unit);
    const moved = await post(2, 20n * unit, 20n * unit);
    const dear = await post(3, 10n * unit, 30n * unit);
    const book = await readBook(client, a, b);
    expect(book).to.have.length(3);
    // Owner 2 has nothing left by the time that the batch is simulated.
    const owner = walletOf(2).connect(provider);
    const data = `0xa9059cbb${world.owner(6).slice(2).padStart(64, "0")}${fortune.toString(16).padStart(64, "0")}`;
    await (await owner.sendTransaction({ to: a, data })).wait();

    const { timestamp } = await world.local.chain.latestBlock();
    const batch = chooseBatch(book, { sell: 1n, buy: 2n }, 1_000n * unit, timestamp);
    expect(batch?.fills).to.have.length(2);
    const settled = await settleFromInventory(maker, world.domain, batch!);

    expect(settled).to.deep.equal([
      {
        keeper: world.owner(makerIndex),
        fills: [
          {
            event: "Fill",
            intentHash: cheap.intentHash,
            owner: world.owner(1),
            sold: 10n * unit,
            bought: 20n * unit,
          },
        ],
      },
    ]);
    expect(await world.balance(a, world.owner(makerIndex))).to.equal(fortune + 10n * unit);
    expect(await world.balance(b, world.owner(makerIndex))).to.equal(fortune - 20n * unit);
    expect(await world.balance(b, world.owner(1))).to.equal(fortune + 20n * unit);
    expect((await client.getIntent(dear.intentHash)).status).to.equal("open");
    expect(moved.owner).to.equal(world.owner(2));
  });

  it("spends no more than its inventory, and settles nothing when nothing is left of the batch", async () => {
    const [a, b] = world.tokens;
    const large = await post(4, 10n * unit, 10n * unit);
    const small = await post(3, unit, unit);
    const hashes = [large.intentHash, small.intentHash];
    const { timestamp } = await world.local.chain.latestBlock();
    const price = { sell: 1n, buy: 2n };
    const book = (await readBook(client, a, b)).filter(({ signed }) => signed.intent.buyAmount <= 10n * unit);
    const ofThese = book.filter(({ signed }) =>
      [large, small].some(({ signed: { intent } }) => intent.nonce === signed.intent.nonce),
    );
    expect(ofThese).to.have.length(hashes.length);

    const batch = chooseBatch(ofThese, price, 2n * unit, timestamp);
    expect(batch?.fills.map(({ intent }) => intent.sellAmount)).to.deep.equal([unit]);
    expect(chooseBatch(ofThese, price, 2n * unit - 1n, timestamp)).to.equal(null);
    expect(chooseBatch(ofThese, price, 21n * unit, timestamp)?.fills, "either of them").to.have.length(1);
    expect(chooseBatch(ofThese, { sell: 2n, buy: 1n }, fortune, timestamp)).to.equal(null);

    expect(await settleFromInventory(maker, world.domain, batch!)).to.have.length(1);
    expect(await settleFromInventory(maker, world.domain, batch!), "the nonce is spent").to.deep.equal([]);
  });
});

describe("the keeper that pays from a pool", () => {
  it("swaps what sellers give for what buyers get, within one transaction, and keeps the difference", async () => {
    const world = await createWorld();
    const [zero, one] = world.addresses;
    const reserve = 1_000n * unit;
    const pair = await createV2Pair(world, reserve);
    const pairAddress = await addressOf(pair);
    const keeper = await keeperOf();
    const poor = await createOwner(world);
    await world.tokens[0].connect(poor).approve(world.domain.verifyingContract, 0n);
    const owner = await createOwner(world);
    const terms = { sellToken: zero, sellAmount: 3n * unit, buyToken: one, buyAmount: 2n * unit };
    const book = [
      { signed: await createFill(world.domain, poor, terms), left: 3n * unit },
      { signed: await createFill(world.domain, owner, terms), left: 3n * unit },
    ];
    const swaps = ({ fills }: Batch) => {
      const amountIn = fills.reduce((sum, { executed }) => sum + executed, 0n);
      const amountOut = v2AmountOut(amountIn, reserve);
      const recipient = world.executorAddress;
      return uniswapV2SwapCalls({
        ...{ pair: pairAddress, tokenIn: zero, zeroForOne: true },
        ...{ amountIn, amountOut, recipient },
      });
    };

    const batch = chooseBatch(book, { sell: 100n, buy: 98n }, reserve, await networkHelpers.time.latest());
    expect(batch?.fills).to.have.length(2);
    const settled = await settleFromPool(keeper, world.domain, world.executorAddress, batch!, swaps);

    const bought = (3n * unit * 98n) / 100n;
    expect(settled.map(({ fills }) => fills.map((fill) => [fill.owner, fill.bought]))).to.deep.equal([
      [[parseAddress(owner.address), bought]],
    ]);
    expect(await world.tokens[1].balanceOf(owner.address)).to.equal(funds + bought);
    const profit = v2AmountOut(3n * unit, reserve) - bought;
    expect(profit > 0n).to.equal(true);
    expect(await world.tokens[1].balanceOf(keeper.address)).to.equal(profit);
    expect(await world.tokens[1].balanceOf(world.executorAddress)).to.equal(0n);
  });
});
