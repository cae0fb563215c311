/** Intents without a counterparty, filled by an executor from real Uniswap v2 and v3 pools. */
import {
  decodeSettlementError,
  encodeExecutorCalls,
  encodeExecutorExecute,
  encodeExecutorSettle,
  parseAddress,
  parseHex,
  uniswapV2SwapCalls,
  uniswapV3SwapCall,
  type Address,
  type Batch,
  type ExecutorCall,
  type ExecutorPlan,
} from "@walras/sdk";
import { expect } from "chai";
import type { Contract } from "ethers";
import {
  addressOf,
  createAccount,
  createBatch,
  createFill,
  createOwner,
  createV2Pair,
  createV3Pool,
  createWorld,
  funds,
  keeperOf,
  refusal,
  send,
  v2AmountOut,
  type World,
} from "./peripheryWorld.ts";

const unit = 10n ** 18n;
const reserve = 1_000n * unit;
const lonelyGives = 3n * unit;
const lonelyGets = 297n * 10n ** 16n;

type Scene = { owners: Address[]; batch: (calls: ExecutorCall[]) => Batch; plan: ExecutorPlan };

/**
 * At a price of 0.99 token 1 for one token 0: two intents that cross, and a third that sells 3 of token 0 and finds
 * nobody. What it sells goes to the executor, which owes it 2.97 of token 1.
 */
async function createScene(world: World): Promise<Scene> {
  const [zero, one] = world.addresses;
  const [ada, ben, cleo] = [await createOwner(world), await createOwner(world), await createOwner(world)];
  const given = 99n * 10n ** 16n;
  const fills = [
    await createFill(world.domain, ada, {
      sellToken: zero,
      sellAmount: unit,
      buyToken: one,
      buyAmount: given,
    }),
    await createFill(world.domain, ben, {
      sellToken: one,
      sellAmount: given,
      buyToken: zero,
      buyAmount: unit,
    }),
    await createFill(world.domain, cleo, {
      sellToken: zero,
      sellAmount: lonelyGives,
      buyToken: one,
      buyAmount: lonelyGets,
    }),
  ];
  return {
    owners: [ada, ben, cleo].map(({ address }) => parseAddress(address)),
    batch: (calls) =>
      createBatch(
        fills,
        { [zero]: 99n, [one]: 100n },
        {
          transfers: [
            [0, 1],
            [1, 0],
          ],
          callbackData: encodeExecutorCalls(calls),
        },
      ),
    plan: { payTokens: [one], sweepTokens: [zero, one] },
  };
}

/** What an account has of both tokens beyond what it began with. */
async function changes({ tokens }: World, account: Address, before = funds): Promise<[bigint, bigint]> {
  return [(await tokens[0].balanceOf(account)) - before, (await tokens[1].balanceOf(account)) - before];
}

async function expectSettled(world: World, { owners }: Scene, profit: bigint): Promise<void> {
  const keeper = await keeperOf();
  expect(await changes(world, owners[0]!)).to.deep.equal([-unit, 99n * 10n ** 16n]);
  expect(await changes(world, owners[1]!)).to.deep.equal([unit, -99n * 10n ** 16n]);
  expect(await changes(world, owners[2]!)).to.deep.equal([-lonelyGives, lonelyGets]);
  expect(await changes(world, parseAddress(keeper.address), 0n)).to.deep.equal([0n, profit]);
  expect(await changes(world, world.executorAddress, 0n)).to.deep.equal([0n, 0n]);
}

async function v2Calls(world: World, pair: Contract, amountIn: bigint, amountOut: bigint) {
  return uniswapV2SwapCalls({
    pair: await addressOf(pair),
    tokenIn: world.addresses[0],
    zeroForOne: true,
    amountIn,
    amountOut,
    recipient: world.executorAddress,
  });
}

async function v3Call(world: World, pool: Contract, amount: bigint) {
  return uniswapV3SwapCall({
    pool: await addressOf(pool),
    tokenIn: world.addresses[0],
    zeroForOne: true,
    amount,
    recipient: world.executorAddress,
  });
}

describe("an executor on Uniswap v2", () => {
  it("fills the intent that has no counterparty from a pair, and its owner keeps what the pair gives beyond", async () => {
    const world = await createWorld();
    const pair = await createV2Pair(world, reserve);
    const scene = await createScene(world);
    const amountOut = v2AmountOut(lonelyGives, reserve);

    const calls = await v2Calls(world, pair, lonelyGives, amountOut);
    await send(world.executorAddress, encodeExecutorSettle(scene.batch(calls), scene.plan));

    await expectSettled(world, scene, amountOut - lonelyGets);
    expect(await changes(world, await addressOf(pair), reserve)).to.deep.equal([lonelyGives, -amountOut]);
  });

  it("settles nothing when the pair's price has moved and the swap cannot be made", async () => {
    const world = await createWorld();
    const pair = await createV2Pair(world, reserve);
    const scene = await createScene(world);
    const calls = await v2Calls(world, pair, lonelyGives, v2AmountOut(lonelyGives, reserve));
    const data = encodeExecutorSettle(scene.batch(calls), scene.plan);
    await world.tokens[0].mint(await pair.getAddress(), 10n * unit);
    await pair.getFunction("sync").send();

    const reason = await refusal(world.executorAddress, data);

    const error = world.executor.interface.parseError(reason);
    expect(error?.name).to.equal("CallFailed");
    expect(error?.args[0]).to.equal(1n);
    const inner = decodeSettlementError(parseHex(error?.args[2], "reason"));
    expect(inner.message).to.include("UniswapV2: K");
    for (const owner of scene.owners) expect(await changes(world, owner)).to.deep.equal([0n, 0n]);
  });

  it("gives nothing to a pair that calls it back", async () => {
    const world = await createWorld();
    const pair = await createV2Pair(world, reserve);
    await world.tokens[0].mint(world.executorAddress, unit);
    const swap = pair.interface.encodeFunctionData("swap", [0n, unit / 2n, world.executorAddress, "0x01"]);
    const calls = [{ target: await addressOf(pair), data: parseHex(swap, "swap") }];

    const reason = await refusal(world.executorAddress, encodeExecutorExecute(calls));

    expect(world.executor.interface.parseError(reason)?.name).to.equal("CallFailed");
  });
});

describe("an executor on Uniswap v3", () => {
  it("fills the intent that has no counterparty from a pool, which takes its input by callback", async () => {
    const world = await createWorld();
    const pool = await createV3Pool(world, reserve);
    const scene = await createScene(world);
    const before = await world.tokens[1].balanceOf(await pool.getAddress());

    const calls = [await v3Call(world, pool, lonelyGives)];
    await send(world.executorAddress, encodeExecutorSettle(scene.batch(calls), scene.plan));

    const amountOut = before - (await world.tokens[1].balanceOf(await pool.getAddress()));
    expect(amountOut > lonelyGets).to.equal(true);
    await expectSettled(world, scene, amountOut - lonelyGets);
  });

  it("buys exactly what is short, for at most what the call allows", async () => {
    const world = await createWorld();
    const [zero, one] = world.addresses;
    const pool = await createV3Pool(world, reserve);
    const owner = await createOwner(world);
    const fill = await createFill(world.domain, owner, {
      kind: "buy",
      sellToken: one,
      sellAmount: 3n * unit,
      buyToken: zero,
      buyAmount: 2n * unit,
    });
    const swap = async (most: bigint) =>
      uniswapV3SwapCall({
        pool: await addressOf(pool),
        tokenIn: one,
        zeroForOne: false,
        amount: 2n * unit,
        exactOutput: true,
        most,
        recipient: world.executorAddress,
      });
    const settle = async (most: bigint) => {
      const callbackData = encodeExecutorCalls([await swap(most)]);
      const batch = createBatch([fill], { [zero]: 3n, [one]: 2n }, { callbackData });
      return encodeExecutorSettle(batch, { payTokens: [zero], sweepTokens: [zero, one] });
    };

    const reason = await refusal(world.executorAddress, await settle(2n * unit));
    const error = world.executor.interface.parseError(reason);
    expect(world.executor.interface.parseError(parseHex(error?.args[2], "reason"))?.name).to.equal(
      "PaymentTooHigh",
    );

    await send(world.executorAddress, await settle(3n * unit));
    expect(await changes(world, parseAddress(owner.address))).to.deep.equal([2n * unit, -3n * unit]);
    expect(await changes(world, world.executorAddress, 0n)).to.deep.equal([0n, 0n]);
  });

  it("pays no pool that it has not called, and nobody who plays one", async () => {
    const world = await createWorld();
    const pool = await createV3Pool(world, reserve);
    await world.tokens[0].mint(world.executorAddress, unit);
    const stranger = await createAccount();

    // A real pool, called by a stranger in the executor's name: the pool asks the stranger, not the executor.
    const callback = world.executor.interface.encodeFunctionData("uniswapV3SwapCallback", [unit, 0n, "0x"]);
    const asked = await refusal(
      world.executorAddress,
      parseHex(callback, "callback"),
      parseAddress(stranger.address),
    );
    expect(world.executor.interface.parseError(asked)?.name).to.equal("UnexpectedCallback");
    const asPool = await refusal(
      world.executorAddress,
      parseHex(callback, "callback"),
      await addressOf(pool),
    );
    expect(world.executor.interface.parseError(asPool)?.name).to.equal("UnexpectedCallback");
  });

  it("fills one intent from both kinds of pools", async () => {
    const world = await createWorld();
    const pair = await createV2Pair(world, reserve);
    const pool = await createV3Pool(world, reserve);
    const scene = await createScene(world);
    const [first, second] = [unit, 2n * unit];
    const v2Out = v2AmountOut(first, reserve);
    const before = await world.tokens[1].balanceOf(await pool.getAddress());

    const calls = [...(await v2Calls(world, pair, first, v2Out)), await v3Call(world, pool, second)];
    await send(world.executorAddress, encodeExecutorSettle(scene.batch(calls), scene.plan));

    const v3Out = before - (await world.tokens[1].balanceOf(await pool.getAddress()));
    await expectSettled(world, scene, v2Out + v3Out - lonelyGets);
  });
});
