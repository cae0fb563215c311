/** The simplex method with bounds, against HiGHS. */
import { expect } from "chai";
import { random } from "../test/support.ts";
import { loadHighs } from "./highs.ts";
import { type Condition, maximise } from "./simplex.ts";

describe("the simplex method", () => {
  it("finds the optimum that HiGHS finds, or like it none, on random programs", async () => {
    const highs = await loadHighs();
    const u = random(11);
    let solved = 0;
    for (let i = 0; i < 300; i++) {
      const columns = 2 + Math.floor(u() * 9);
      const gain = Float64Array.from({ length: columns }, () => u() * 2 - 1);
      const most = Float64Array.from({ length: columns }, () => (u() < 0.2 ? 5 : u()));
      const conditions = Array.from({ length: 1 + Math.floor(u() * 7) }, (): Condition => {
        const coefficients = Float64Array.from({ length: columns }, () => (u() < 0.4 ? 0 : u() * 2 - 1));
        return { coefficients, bound: u() - 0.4, isEqual: u() < 0.3 };
      });
      const found = maximise(gain, most, conditions);
      const expected = highs(
        {
          columns: [...gain].map((value, c) => ({
            gain: value,
            least: 0,
            most: most[c] ?? 0,
            isChoice: false,
          })),
          rows: conditions.map(({ coefficients, bound, isEqual }) => ({
            terms: [...coefficients].map((value, c) => [c, value] as const),
            least: isEqual ? bound : -Infinity,
            most: bound,
          })),
        },
        { timeMs: 5000, gap: 0 },
      );
      expect(found === undefined, `program ${i}`).to.equal(expected === undefined);
      if (found === undefined || expected === undefined) continue;
      solved++;
      const worth = (x: ArrayLike<number>): number =>
        gain.reduce((sum, value, c) => sum + value * (x[c] ?? 0), 0);
      expect(worth(found)).to.be.closeTo(worth(expected), 1e-6);
      for (const { coefficients, bound, isEqual } of conditions) {
        const left = coefficients.reduce((sum, value, c) => sum + value * (found[c] ?? 0), 0);
        expect(left).to.be.at.most(bound + 1e-9);
        if (isEqual) expect(left).to.be.at.least(bound - 1e-9);
      }
      found.forEach((value, c) => expect(value).to.be.within(-1e-9, (most[c] ?? 0) + 1e-9));
    }
    expect(solved).to.be.greaterThan(100);
  });

  it("says that a gain without bound has no greatest value", () => {
    const rising: Condition = { coefficients: Float64Array.of(-1), bound: 1, isEqual: false };
    expect(maximise(Float64Array.of(1), Float64Array.of(Infinity), [rising])).to.equal(undefined);
  });
});
