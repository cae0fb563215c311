/** Pools as traders: what lone intents, many of them and several pools come to, to the atom. */
import { expect } from "chai";
import {
  bookOf,
  buys,
  fillsOf,
  random,
  reasonsOf,
  sells,
  solveChecked,
  token,
  whole,
} from "../../test/support.ts";
import {
  type Book,
  type BookIntent,
  constantProductOut,
  type ConcentratedPool,
  type ConstantProductPool,
  type Pool,
  solve,
  type Solution,
  sqrtPriceAt,
  swapExactIn,
  type ViolationCode,
  verifySolution,
} from "../index.ts";

const E = 10n ** 18n;
const addressOf = (n: number): string => `0x${(0xf000 + n).toString(16).padStart(40, "0")}`;

function product(n: number, a: string, x: bigint, b: string, y: bigint): ConstantProductPool {
  const tokens = [token(a), token(b)] as const;
  return { kind: "constant-product", address: addressOf(n), tokens, reserves: [x, y], feePerThousand: 3n };
}

/** Liquidity over all prices, and ten times as much within 1 % of a price of 1. */
function ranges(n: number, a: string, b: string, liquidity: bigint): ConcentratedPool {
  return {
    kind: "concentrated",
    address: addressOf(n),
    tokens: [token(a), token(b)],
    sqrtPrice: sqrtPriceAt(0),
    tick: 0,
    liquidity: 11n * liquidity,
    feePips: 500n,
    tickSpacing: 60,
    ticks: [
      { tick: -887_220, liquidityNet: liquidity },
      { tick: -120, liquidityNet: 10n * liquidity },
      { tick: 120, liquidityNet: -10n * liquidity },
      { tick: 887_220, liquidityNet: -liquidity },
    ],
  };
}

function withPools(intents: readonly BookIntent[], ...pools: Pool[]): Book {
  return { ...bookOf(intents), pools };
}

/** The price of one token in another, in atoms. */
function priceOf({ tokens, prices }: Solution, a: string, b: string): number {
  const [p, q] = [a, b].map((name) => Number(prices[tokens.indexOf(token(name))]));
  return (p ?? 0) / (q ?? 1);
}

describe("solve, with pools", () => {
  const pool = product(1, "X", 1000n * E, "Y", 2000n * E);

  it("fills an intent that has no counterparty against a pool, for all that the pool gives but dust", () => {
    for (const intent of [
      sells("a", 10n * E, "X", 15n * E, "Y"),
      whole(sells("a", 10n * E, "X", 15n * E, "Y")),
    ]) {
      const solution = solveChecked(withPools([intent], pool));

      const given = constantProductOut(pool, 0, 10n * E);
      expect(solution.swaps).to.deep.equal([
        {
          pool: pool.address,
          tokenIn: token("X"),
          tokenOut: token("Y"),
          amountIn: 10n * E,
          amountOut: given,
        },
      ]);
      const [sold, bought] = fillsOf(solution)["a"] ?? [0n, 0n];
      expect(sold).to.equal(10n * E);
      expect(given - bought < 10_000n, `${given - bought}`).to.equal(true);
    }
  });

  it("buys exactly what is asked for, for little more than the pool takes", () => {
    const solution = solveChecked(withPools([whole(buys("a", 15n * E, "Y", 10n * E, "X"))], pool));

    const [sold, bought] = fillsOf(solution)["a"] ?? [0n, 0n];
    expect(bought).to.equal(15n * E);
    expect(Number(sold) / 7.579414990657e18).to.be.closeTo(1, 1e-6);
  });

  it("fills no more of a partial intent than the pool gives at its limit", () => {
    const solution = solveChecked(withPools([sells("a", 1000n * E, "X", 1500n * E, "Y")], pool));

    const [sold] = fillsOf(solution)["a"] ?? [0n];
    // The average price is 1.5 after (0.997 * 2000 / 1.5 - 1000) / 0.997.
    expect(Number(sold) / 1e18).to.be.closeTo((0.997 * 2000) / 1.5 / 0.997 - 1000 / 0.997, 1e-6);
  });

  it("lets a limit that the pool cannot meet wait", () => {
    const solution = solveChecked(
      withPools([whole(sells("a", 10n * E, "X", 1990n * 10n ** 16n, "Y"))], pool),
    );

    expect(solution.fills).to.deep.equal([]);
    expect(solution.swaps).to.deep.equal([]);
  });

  it("matches intents with each other first, and swaps only what is left, once and at one price", () => {
    const intents = [
      sells("a", 10n * E, "X", 15n * E, "Y"),
      whole(sells("b", 17n * E, "X", 20n * E, "Y")),
      sells("c", 7n * E, "Y", 3n * E, "X"),
    ];
    const solution = solveChecked(withPools(intents, pool));

    const fills = fillsOf(solution);
    expect(Object.keys(fills).sort()).to.deep.equal(["a", "b", "c"]);
    expect(solution.swaps).to.have.length(1);
    const [swap] = solution.swaps;
    const bought = fills["c"]?.[1] ?? 0n;
    expect(Number(swap?.amountIn) / Number(27n * E - bought)).to.be.closeTo(1, 1e-12);
    const average = Number(swap?.amountOut) / Number(swap?.amountIn);
    expect(average / priceOf(solution, "X", "Y")).to.be.closeTo(1, 1e-9);
  });

  it("keeps an intent's fee out of the swap", () => {
    const intent = sells("a", 10n * E, "X", 15n * E, "Y", { maxFee: E / 10n, fee: E / 10n });
    const solution = solveChecked(withPools([intent], pool));

    expect(Number(solution.swaps[0]?.amountIn) / 9.9e18).to.be.closeTo(1, 1e-12);
    const share = solution.toKeeper.find((entry) => entry.token === token("X"));
    expect(Number(share?.amount) / 1e17).to.be.closeTo(1, 1e-9);
  });

  it("does the same with liquidity between ticks, beyond which there is less", () => {
    const deep = ranges(2, "X", "Y", 1000n * E);
    for (const amount of [E, 60n * E, 200n * E]) {
      const solution = solveChecked(withPools([sells("a", amount, "X", amount / 2n, "Y")], deep));

      const given = swapExactIn(deep, 0, amount)?.amountOut ?? 0n;
      expect(solution.swaps.map(({ amountIn, amountOut }) => [amountIn, amountOut])).to.deep.equal([
        [amount, given],
      ]);
      expect(Number(fillsOf(solution)["a"]?.[1]) / Number(given)).to.be.closeTo(1, 1e-12);
    }
  });

  it("leads over a token that nobody trades", () => {
    const pools = [pool, product(3, "Y", 500n * E, "Z", 700n * E)];
    const solution = solveChecked(withPools([sells("a", 2n * E, "X", E, "Z")], ...pools));

    const first = constantProductOut(pool, 0, 2n * E);
    expect(solution.swaps.map(({ pool: address }) => address)).to.deep.equal([addressOf(1), addressOf(3)]);
    expect(Number(solution.swaps[0]?.amountOut) / Number(first)).to.be.closeTo(1, 1e-9);
    const second = constantProductOut(pools[1] ?? pool, 0, first);
    expect(Number(fillsOf(solution)["a"]?.[1]) / Number(second)).to.be.closeTo(1, 1e-9);
  });

  it("divides among pools of one pair, all at the average price that clears", () => {
    const pools = [pool, product(4, "X", 300n * E, "Y", 600n * E), product(5, "Y", 900n * E, "X", 451n * E)];
    const solution = solveChecked(withPools([sells("a", 60n * E, "X", 10n * E, "Y")], ...pools));

    expect(solution.swaps).to.have.length(3);
    const averages = solution.swaps.map(({ amountIn, amountOut }) => Number(amountOut) / Number(amountIn));
    for (const average of averages) expect(average / priceOf(solution, "X", "Y")).to.be.closeTo(1, 1e-6);
    expect(fillsOf(solution)["a"]?.[0]).to.equal(60n * E);
  });

  it("uses no pool whose gas is worth more than what it adds", () => {
    const intents = [sells("a", 10n * E, "X", 15n * E, "Y"), sells("b", 10n * E, "Y", 4n * E, "X")];
    const book = withPools(intents, pool);
    const cheap = solveChecked(book, { swapCost: { token: token("X"), amount: 1000n } });
    const dear = solveChecked(book, { swapCost: { token: token("X"), amount: E } });

    expect(cheap.swaps).to.have.length(1);
    expect(dear.swaps).to.deep.equal([]);
    expect(Object.keys(fillsOf(dear)).sort()).to.deep.equal(["a", "b"]);
  });

  it("says of an intent beyond every pool that nobody sells it what it buys", () => {
    const solution = solveChecked(withPools([sells("a", E, "X", E, "Q")], pool, product(6, "Y", E, "Z", E)));

    expect(reasonsOf(solution)).to.deep.equal({ a: "no-counterparty" });
  });

  it("trusts no liquidity beyond the ticks that are known", () => {
    const known = { ...ranges(2, "X", "Y", 1000n * E), known: [-60 * 256, 255 * 60] as const };
    const far = { ...known, ticks: known.ticks.slice(1, 3) };
    expect(swapExactIn(far, 0, E)?.amountOut).to.equal(swapExactIn(known, 0, E)?.amountOut);
    expect(swapExactIn(far, 0, 10_000n * E)).to.equal(undefined);
  });

  it("gives a sound batch for any pools and intents, worth no less than without pools", () => {
    let swaps = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const next = random(seed);
      const atoms = (most: bigint): bigint => 1n + (BigInt(Math.floor(next() * 2 ** 40)) * most) / 2n ** 40n;
      const names = ["X", "Y", "Z"];
      const pair = (): [string, string] => {
        const first = Math.floor(next() * 3);
        return [names[first] ?? "X", names[(first + 1 + Math.floor(next() * 2)) % 3] ?? "Y"];
      };
      const pools = Array.from({ length: 3 }, (_, i): Pool => {
        const [a, b] = pair();
        if (next() < 0.4) return ranges(i, a, b, atoms(10n ** 20n));
        const x = atoms(10n ** (9n + BigInt(Math.floor(next() * 13))));
        return product(i, a, x, b, (x * BigInt(980 + Math.floor(next() * 40))) / 1000n);
      });
      const intents = Array.from({ length: 4 }, (_, i) => {
        const [a, b] = pair();
        const amount = atoms(10n ** (6n + BigInt(Math.floor(next() * 14))));
        const least = 1n + (amount * BigInt(900 + Math.floor(next() * 110))) / 1000n;
        const intent = next() < 0.7 ? sells(`${i}`, amount, a, least, b) : buys(`${i}`, least, b, amount, a);
        return next() < 0.3 ? whole(intent) : intent;
      });
      const references = { X: E, Y: E, Z: E };
      const book = { ...bookOf(intents, { references }), pools };
      const options = { searchBudget: 40 };
      const solution = solveChecked(book, options);
      const alone = solveChecked({ ...book, pools: [] }, options);
      swaps += solution.swaps.length;
      expect(solution.stats.degraded, `seed ${seed}`).to.equal(0);
      const lost = alone.value.surplus - solution.value.surplus;
      expect(lost <= 0n, `seed ${seed}: ${lost}`).to.equal(true);
    }
    expect(swaps).to.be.greaterThan(5);
  });
});

describe("solve, with many pools at once", () => {
  /** Sells over five tokens, all worth the same, and pools whose prices are off by about twice their fees. */
  function crowd(seed: number, pools: number, share: number): Book {
    const next = random(seed);
    const names = ["V", "W", "X", "Y", "Z"];
    const pair = (): [string, string] => {
      const first = Math.floor(next() * 5);
      return [names[first] ?? "V", names[(first + 1 + Math.floor(next() * 4)) % 5] ?? "W"];
    };
    const atoms = (value: number): bigint => BigInt(Math.floor(value * 1e9)) * 10n ** 9n;
    const made = Array.from({ length: pools }, (_, i) => {
      const x = 100 + 900 * next();
      return product(i, ...pairOf(pair(), atoms(x), atoms(x * (1 + 0.012 * (next() - 0.5)))));
    });
    const intents = Array.from({ length: 16 }, (_, i) => {
      const [a, b] = pair();
      const size = 5 + 20 * next();
      const intent = sells(`${i}`, atoms(size), a, atoms(size * (0.95 + 0.06 * next())), b);
      return next() < share ? whole(intent) : intent;
    });
    const references = Object.fromEntries(names.map((name) => [name, E]));
    return { ...bookOf(intents, { references }), pools: made };
  }

  function pairOf([a, b]: [string, string], x: bigint, y: bigint): [string, bigint, string, bigint] {
    return [a, x, b, y];
  }

  it("swaps on them for all that they add, and is never worth less than without them", () => {
    for (const [seed, count, share] of [
      [1, 10, 0],
      [2, 16, 0],
      [3, 24, 0],
      [4, 12, 0.3],
    ] as const) {
      const book = crowd(seed, count, share);
      const options = { searchBudget: 40 };
      const solution = solveChecked(book, options);
      const alone = solveChecked({ ...book, pools: [] }, options);
      expect(solution.value.surplus >= alone.value.surplus, `seed ${seed}`).to.equal(true);
      if (share > 0) continue;
      expect(solution.swaps.length, `seed ${seed}`).to.be.greaterThan(3);
      expect(Number(solution.value.surplus)).to.be.greaterThan(0.85 * Number(solution.value.bound));
    }
  });

  it("looks at the deadline between one equilibrium and the next", () => {
    const book = crowd(5, 24, 0.3);
    let looks = 0;
    const at = 30;
    const { stats } = solveChecked(book, { deadline: { now: () => ++looks, at } });
    expect(looks).to.be.below(at + 30);
    expect(stats.rounds).to.be.below(at + 30);
  });
});

describe("verifySolution, of swaps", () => {
  const pool = product(1, "X", 1000n * E, "Y", 2000n * E);
  const book = withPools([sells("a", 10n * E, "X", 15n * E, "Y")], pool);
  const solution = solve(book);
  const [swap] = solution.swaps;

  const codesOf = (changed: Partial<Solution>, of: Book = book): Set<ViolationCode> =>
    new Set(verifySolution(of, { ...solution, ...changed }).map(({ code }) => code));

  it("refuses a swap on a pool that is not in the book", () => {
    expect(codesOf({}, { ...book, pools: [] })).to.include("unknown-pool");
  });

  it("refuses two swaps on one pool", () => {
    expect(codesOf({ swaps: [...solution.swaps, ...solution.swaps] })).to.include("pool-twice");
  });

  it("refuses an atom more or less than the pool gives", () => {
    if (swap === undefined) throw new Error("there is no swap");
    for (const by of [1n, -1n]) {
      expect(codesOf({ swaps: [{ ...swap, amountOut: swap.amountOut + by }] })).to.include("swap-wrong");
    }
    const turned = { ...swap, tokenIn: swap.tokenOut, tokenOut: swap.tokenIn };
    expect(codesOf({ swaps: [turned] })).to.include("swap-wrong");
  });

  it("refuses a swap whose input is not there, and buyers whom nothing pays", () => {
    if (swap === undefined) throw new Error("there is no swap");
    const amountIn = swap.amountIn + 1n;
    const amountOut = constantProductOut(pool, 0, amountIn);
    expect(codesOf({ swaps: [{ ...swap, amountIn, amountOut }] })).to.include("swap-unfunded");
    expect(codesOf({ swaps: [] })).to.include("buyer-unpaid");
  });

  it("refuses prices at which the keeper would gain by the swap", () => {
    const [fill] = solution.fills;
    if (fill === undefined) throw new Error("there is no fill");
    const bought = (fill.bought * 999n) / 1000n;
    const prices = solution.tokens.map((address) => (address === token("X") ? bought : fill.sold));
    const surplus = bought - 15n * E;
    expect(codesOf({ prices, fills: [{ ...fill, bought, surplus }] })).to.include("swap-unfair");
  });
});
