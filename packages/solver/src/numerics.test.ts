/** The numerical tools: ratios, exact null vectors, stationary vectors, linear programs. */
import { expect } from "chai";
import fc from "fast-check";
import { random } from "../test/support.ts";
import { positiveNullVector } from "./nullvector.ts";
import { bitLength, formatRatio, gcd, log2, reduce, toNumber } from "./ratio.ts";
import { stationaryVector } from "./engine/chain.ts";
import { doubles, doublesFrom, withKernelMemory } from "./engine/kernel.ts";
import { solveLinear } from "./engine/linear.ts";

const big = fc.bigInt({ min: 1n, max: 2n ** 400n });

describe("ratio", () => {
  it("measures integers of any size", () => {
    fc.assert(
      fc.property(big, (value) => {
        expect(bitLength(value)).to.equal(value.toString(2).length);
        expect(log2(value)).to.be.closeTo(bitLength(value) - 0.5, 0.51);
      }),
      { seed: 1 },
    );
    expect(bitLength(0n)).to.equal(0);
  });

  it("turns fractions of any size into the nearest double", () => {
    fc.assert(
      fc.property(
        big,
        fc.bigInt({ min: 1n, max: 2n ** 40n }),
        fc.bigInt({ min: 1n, max: 2n ** 40n }),
        (scale, num, den) => {
          const exact = Number(num) / Number(den);
          expect(toNumber({ num: num * scale, den: den * scale }) / exact).to.be.closeTo(1, 1e-15);
        },
      ),
      { seed: 2 },
    );
  });

  it("reduces to lowest terms", () => {
    expect(reduce({ num: 84n, den: 36n })).to.deep.equal({ num: 7n, den: 3n });
    expect(gcd(0n, 5n)).to.equal(5n);
  });

  it("writes fractions with six digits, and very large ones as they are", () => {
    expect(formatRatio({ num: 1n, den: 3n })).to.equal("0.333333");
    expect(formatRatio({ num: 0n, den: 3n })).to.equal("0");
    expect(formatRatio({ num: 10n ** 400n, den: 1n })).to.equal(`${10n ** 400n}/1`);
  });
});

describe("positiveNullVector", () => {
  it("finds the prices of a ring exactly", () => {
    const rows = [
      [100n, 0n, -300n],
      [-100n, 200n, 0n],
      [0n, -200n, 300n],
    ];

    expect(positiveNullVector(rows, [1, 1, 1])).to.deep.equal([6n, 3n, 2n]);
  });

  it("follows the guess where the equations leave more than the scale free", () => {
    const x = positiveNullVector([[2n, -1n, 0n, 0n]], [1, 2, 8, 0.5]);
    const [a, b, c, d] = (x ?? []).map(Number);

    expect((b ?? 0) / (a ?? 1)).to.equal(2);
    expect((c ?? 0) / (b ?? 1)).to.be.closeTo(4, 1e-12);
    expect((c ?? 0) / (d ?? 1)).to.be.closeTo(16, 1e-12);
  });

  it("says so when no positive vector solves the equations", () => {
    expect(positiveNullVector([[1n, 1n]], [1, 1])).to.equal(undefined);
    expect(
      positiveNullVector(
        [
          [1n, 0n],
          [0n, 1n],
        ],
        [1, 1],
      ),
    ).to.equal(undefined);
  });

  it("solves random balanced systems to the last digit", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const u = random(seed);
      const n = 2 + Math.floor(u() * 5);
      const rows: bigint[][] = Array.from({ length: n }, () => new Array<bigint>(n).fill(0n));
      for (let k = 0; k < 3 * n; k++) {
        const from = k < n ? k : Math.floor(u() * n);
        const to = k < n ? (k + 1) % n : Math.floor(u() * n);
        const amount = BigInt(Math.floor(u() * 1e15)) * 10n ** 6n + 1n;
        if (rows[from] !== undefined) rows[from][from] = (rows[from][from] ?? 0n) + amount;
        if (rows[to] !== undefined) rows[to][from] = (rows[to][from] ?? 0n) - amount;
      }
      const x = positiveNullVector(rows, new Array<number>(n).fill(1)) ?? [];
      expect(x.length, `seed ${seed}`).to.equal(n);
      for (const row of rows)
        expect(row.reduce((sum, entry, i) => sum + entry * (x[i] ?? 0n), 0n)).to.equal(0n);
    }
  });
});

describe("stationaryVector", () => {
  it("balances the flows of a chain whose rates are thirty orders of magnitude apart", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const u = random(seed);
      const n = 2 + Math.floor(u() * 8);
      const rates = Float64Array.from({ length: n * n }, () => 10 ** (-15 + 30 * u()));
      const x = withKernelMemory(() => {
        const vector = doubles(n);
        stationaryVector(doublesFrom(rates), n, vector);
        return vector.slice();
      });
      for (let i = 0; i < n; i++) {
        let out = 0;
        let into = 0;
        for (let j = 0; j < n; j++) {
          if (i === j) continue;
          out += (x[i] ?? 0) * (rates[i * n + j] ?? 0);
          into += (x[j] ?? 0) * (rates[j * n + i] ?? 0);
        }
        expect(out / into, `seed ${seed}`).to.be.closeTo(1, 1e-12);
      }
    }
  });
});

describe("solveLinear", () => {
  it("solves, and leaves at 0 what the matrix does not determine", () => {
    const right = Float64Array.from([3, 5, 0]);
    solveLinear(Float64Array.from([0, 1, 0, 2, 0, 0, 0, 0, 0]), right, 3);

    expect([...right]).to.deep.equal([2.5, 3, 0]);
  });
});
