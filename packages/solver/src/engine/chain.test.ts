import { expect } from "chai";
import { randomFrom } from "../../test/families.ts";
import { centre, factorGenerator, solveFactored, stationaryVector } from "./chain.ts";
import { doubles, doublesFrom, withKernelMemory } from "./kernel.ts";

/** Rates of a random chain, over many orders of magnitude. */
function randomRates(n: number, seed: number, orders: number): Float64Array {
  const { uniform } = randomFrom(seed);
  return Float64Array.from({ length: n * n }, (_, i) =>
    Math.floor(i / n) === i % n ? 0 : 10 ** (orders * (uniform() - 0.5)),
  );
}

describe("stationaryVector", () => {
  it("balances every state of the chain, also where rates are thirty orders of magnitude apart", () => {
    for (const n of [1, 2, 3, 7, 20]) {
      const rates = randomRates(n, n, 30);
      const vector = withKernelMemory(() => {
        const out = doubles(n);
        stationaryVector(doublesFrom(rates), n, out);
        return out.slice();
      });
      for (let t = 0; t < n; t++) {
        let leaving = 0;
        let entering = 0;
        for (let s = 0; s < n; s++) {
          leaving += vector[t]! * rates[t * n + s]!;
          entering += vector[s]! * rates[s * n + t]!;
        }
        expect(entering).to.be.closeTo(leaving, 1e-12 * (leaving + Number.MIN_VALUE));
      }
    }
  });
});

describe("solveFactored", () => {
  it("solves for any right side that sums to 0", () => {
    const n = 9;
    const rates = randomRates(n, 5, 4);
    const matrix = new Float64Array(n * n);
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let row = 0; row < n; row++) {
        if (row === column) continue;
        matrix[row * n + column] = -rates[row * n + column]!;
        sum += rates[row * n + column]!;
      }
      matrix[column * n + column] = sum;
    }
    const { normal } = randomFrom(6);
    const right = Float64Array.from({ length: n }, normal);
    right[0] = right[0]! - right.reduce((sum, value) => sum + value, 0);
    const solution = withKernelMemory(() => {
      const factors = doublesFrom(matrix);
      const unknowns = doublesFrom(right);
      factorGenerator(factors, n);
      solveFactored(factors, unknowns, n);
      return unknowns.slice();
    });
    for (let row = 0; row < n; row++) {
      let sum = 0;
      for (let column = 0; column < n; column++) sum += matrix[row * n + column]! * solution[column]!;
      expect(sum).to.be.closeTo(right[row]!, 1e-10);
    }
  });
});

describe("centre", () => {
  it("takes the median away, so that one wild entry moves no other", () => {
    const logs = Float64Array.from([1, 2, 3, 4, 500]);
    centre(logs, new Float64Array(5));
    expect([...logs]).to.deep.equal([-2, -1, 0, 1, 497]);
  });
});
