import { expect } from "chai";
import { gasCases, payments, plannedFills } from "./cases.ts";

const titleOf = (gasCase: object) => Object.values(gasCase).join(" ");

describe("the cases of the gas bench", () => {
  for (const gasCase of gasCases) {
    it(`let every owner pay and be paid in full by direct payments: ${titleOf(gasCase)}`, () => {
      const fills = plannedFills(gasCase);
      const owed = fills.map(({ executed }) => executed);
      const due = fills.map(({ executed }) => executed);

      for (const [from, to] of payments(gasCase)) {
        expect(fills[from]!.sellToken).to.equal(fills[to]!.buyToken);
        const moved = owed[from]! < due[to]! ? owed[from]! : due[to]!;
        owed[from]! -= moved;
        due[to]! -= moved;
      }

      expect(new Set([...owed, ...due])).to.deep.equal(new Set([0n]));
    });
  }

  it("are all different", () => {
    const titles = gasCases.map((gasCase) => JSON.stringify(Object.entries(gasCase).toSorted()));
    expect(new Set(titles).size).to.equal(gasCases.length);
  });

  it("need more payments than intents only where amounts are unequal, and never more than a hub would", () => {
    for (const gasCase of gasCases) {
      const count = payments(gasCase).length;
      if (gasCase.amounts === "pairwise") expect(count).to.equal(gasCase.n);
      else
        expect(count)
          .to.be.greaterThan(gasCase.n)
          .and.at.most(2 * gasCase.n);
    }
  });

  it("complete in the last part what the first part left", () => {
    const [first] = plannedFills(gasCases.find(({ fill }) => fill === "partial-first")!);
    const [last] = plannedFills(gasCases.find(({ fill }) => fill === "partial-rest")!);

    expect(first!.executed + last!.executed).to.equal(first!.amount);
    expect(first!.executed < first!.amount).to.equal(true);
  });
});
