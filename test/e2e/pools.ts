/** What the solver predicts of pools, against the bytecode of Uniswap v2 and v3: to the atom. */
import {
  constantProductInAt,
  constantProductOut,
  sqrtPriceAt,
  swapExactIn,
  type ConcentratedPool,
  type ConstantProductPool,
} from "@walras/solver";
import { expect } from "chai";
import type { Contract } from "ethers";
import { createV2Pair, createV3Pool, createWorld, ethers, keeperOf, type World } from "./peripheryWorld.ts";

const unit = 10n ** 18n;

/** The same numbers below 2^32 in every run. */
function sequence(seed: number): () => bigint {
  let state = BigInt(seed);
  return () => (state = (state * 6364136223846793005n + 1442695040888963407n) & (2n ** 64n - 1n)) >> 32n;
}

/** The integers of a contract's answer, in their order. */
function numbersOf(answer: unknown): bigint[] {
  return Array.isArray(answer) ? answer.filter((value) => typeof value === "bigint") : [];
}

/** Amounts up to `most`, of every size down to so many halvings of it. */
function amountOf(next: () => bigint, most: bigint, halvings: bigint): bigint {
  const size = most >> (next() % halvings);
  return 1n + ((next() * next()) % (size + 1n));
}

describe("predicting a constant-product pool", () => {
  let world: World;
  let pair: Contract;

  beforeEach(async () => {
    world = await createWorld();
    pair = await createV2Pair(world, 1000n * unit);
  });

  const read = async (): Promise<ConstantProductPool> => {
    const answer: unknown = await pair.getFunction("getReserves").staticCall();
    const [first, second] = numbersOf(answer);
    const [zero, one] = world.addresses;
    const address = await pair.getAddress();
    const reserves = [first ?? 0n, second ?? 0n] as const;
    return { kind: "constant-product", address, tokens: [zero, one], reserves, feePerThousand: 3n };
  };

  it("gives to the atom what the pair lets out, and not one atom more", async () => {
    const keeper = await keeperOf();
    const next = sequence(1);
    for (let i = 0; i < 60; i++) {
      const pool = await read();
      const sells = next() % 2n === 0n ? 0 : 1;
      const amountIn = amountOf(next, 400n * unit, 60n);
      const out = constantProductOut(pool, sells, amountIn);
      await world.tokens[sells].mint(pool.address, amountIn);
      const swap = pair.getFunction("swap");
      const asked = (more: bigint) => (sells === 0 ? [0n, out + more] : [out + more, 0n]);
      const tooMuch: unknown = await swap
        .staticCall(...asked(1n), keeper.address, "0x")
        .then(() => null)
        .catch((error: unknown) => error);
      expect(tooMuch, `swap ${i}`).to.be.instanceOf(Error);
      // A pair refuses to let nothing out; the input stays in it, and is part of the next reserves.
      if (out > 0n) await swap.send(...asked(0n), keeper.address, "0x");
      else await pair.getFunction("sync").send();
    }
  });

  it("answers a price with the input up to which the next atom is worth it", async () => {
    const pool = await read();
    for (const price of [0.5, 0.9, 0.99]) {
      const amountIn = BigInt(Math.floor(constantProductInAt(pool, 0, price)));
      const marginal = Number(
        constantProductOut(pool, 0, amountIn + unit / 1000n) - constantProductOut(pool, 0, amountIn),
      );
      expect(Math.abs(marginal / 1e15 - price) < 1e-4, `${marginal}`).to.equal(true);
    }
    expect(constantProductInAt(pool, 0, 1)).to.equal(0);
  });
});

describe("predicting a concentrated-liquidity pool", () => {
  const least = 4295128740n;
  const most = 1461446703485210103287273052203988822378723970341n;

  /** A pool with liquidity over ranges that meet, overlap and leave gaps, on both sides of a price of 1. */
  async function createScene() {
    const world = await createWorld();
    const contract = await createV3Pool(world, 50n * unit);
    const provider = await ethers.deployContract("V3LiquidityProvider", world.addresses);
    const swapper = await ethers.deployContract("V3Swapper", world.addresses);
    for (const token of world.tokens) {
      await token.mint(await provider.getAddress(), 10n ** 30n);
      await token.mint(await swapper.getAddress(), 10n ** 30n);
    }
    const ranges: [number, number, bigint][] = [
      [-887_220, 887_220, 50n * unit],
      [-120, 180, 700n * unit + 1n],
      [60, 15_420, 90n * unit + 12_345n],
      [-30_720, -60, 333n * unit + 7n],
      [-19_980, -15_360, 12n],
      [46_080, 46_140, 2n ** 70n],
    ];
    for (const [lower, upper, liquidity] of ranges.slice(1)) {
      await provider.provide(await contract.getAddress(), lower, upper, liquidity);
    }
    const net = new Map<number, bigint>();
    for (const [lower, upper, liquidity] of ranges) {
      net.set(lower, (net.get(lower) ?? 0n) + liquidity);
      net.set(upper, (net.get(upper) ?? 0n) - liquidity);
    }
    const ticks = [...net]
      .map(([tick, liquidityNet]) => ({ tick, liquidityNet }))
      .sort((a, b) => a.tick - b.tick);
    const read = async (): Promise<ConcentratedPool> => {
      const slot: unknown = await contract.getFunction("slot0").staticCall();
      const [sqrtPrice, tick] = numbersOf(slot);
      const held: unknown = await contract.getFunction("liquidity").staticCall();
      const [liquidity = 0n] = numbersOf([held]);
      const [zero, one] = world.addresses;
      return {
        ...{ kind: "concentrated", address: await contract.getAddress(), tokens: [zero, one] },
        ...{ sqrtPrice: sqrtPrice ?? 0n, tick: Number(tick), liquidity },
        ...{ feePips: 3000n, tickSpacing: 60, ticks },
      };
    };
    return { contract, swapper, read };
  }

  it("gives to the atom what the pool gives, across ticks, words and gaps, and where it stands then", async () => {
    const { contract, swapper, read } = await createScene();
    const next = sequence(2);
    let crossed = 0;
    for (let i = 0; i < 80; i++) {
      const pool = await read();
      // Back over the ranges round a price of 1 every other time, and anywhere in between.
      const sells = (i % 2 === 0 ? pool.tick > 0 : next() % 2n === 0n) ? 0 : 1;
      const amountIn = amountOf(next, 100n * unit, i % 2 === 0 ? 6n : 60n);
      const predicted = swapExactIn(pool, sells, amountIn);
      const limit = sells === 0 ? least : most;
      const args = [await contract.getAddress(), sells === 0, amountIn, limit] as const;
      const moved: unknown = await swapper.getFunction("swap").staticCall(...args);
      const [zero, one] = numbersOf(moved);
      const [paid, got] = sells === 0 ? [zero, one] : [one, zero];
      expect(paid, `swap ${i}`).to.equal(amountIn);
      expect(predicted?.amountOut, `swap ${i}`).to.equal(-(got ?? 0n));
      await swapper.getFunction("swap").send(...args);
      expect(predicted?.after, `swap ${i}`).to.deep.equal(await read());
      if (predicted?.after.liquidity !== pool.liquidity) crossed++;
    }
    expect(crossed).to.be.greaterThan(10);
  });

  it("says that it cannot where the liquidity does not suffice", async () => {
    const { read } = await createScene();
    const pool = { ...(await read()), liquidity: 0n, ticks: [] };
    expect(swapExactIn(pool, 0, unit)).to.equal(undefined);
    expect(swapExactIn(pool, 1, unit)).to.equal(undefined);
  });

  it("knows the price at every tick as the pool does", () => {
    expect(sqrtPriceAt(-887_272)).to.equal(4295128739n);
    expect(sqrtPriceAt(887_272)).to.equal(most + 1n);
    expect(sqrtPriceAt(0)).to.equal(2n ** 96n);
    for (let tick = -887_000; tick < 887_000; tick += 4_999) {
      const ratio = Number(sqrtPriceAt(tick + 1)) / Number(sqrtPriceAt(tick));
      expect(Math.abs(ratio - Math.sqrt(1.0001)) < 1e-9, `${tick}`).to.equal(true);
    }
    expect(() => sqrtPriceAt(887_273)).to.throw(RangeError);
  });
});
