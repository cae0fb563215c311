import { expect } from "chai";
import { Solver, unfilledReason } from "./solve.ts";

describe("the solver's time budget", () => {
  const empty = { tokens: [], intents: [], spendable: () => 0n };

  it("halves the search when it takes too long, and lets it grow back when it is quick", () => {
    let took = 0;
    let now = 0;
    const solver = new Solver(100, () => (now += took));
    const searchAfter = (milliseconds: number) => {
      took = milliseconds;
      solver.solve(empty, { maxFills: 9 });
      return solver.searchBudget;
    };
    const full = solver.searchBudget;
    expect(searchAfter(101)).to.equal(full / 2);
    expect(searchAfter(101)).to.equal(full / 4);
    expect(searchAfter(60)).to.equal(full / 4);
    expect(searchAfter(1)).to.equal(full / 2);
    expect(searchAfter(1)).to.equal(full);
    expect(searchAfter(1)).to.equal(full);
    for (let i = 0; i < 20; i++) searchAfter(500);
    expect(solver.searchBudget).to.equal(1);
  });

  it("spells the solver's reasons as the keeper spells its codes", () => {
    expect(unfilledReason("no-counterparty", "why")).to.deep.equal({
      code: "NoCounterparty",
      message: "why",
    });
    expect(unfilledReason("fill-or-kill-unmatched", "").code).to.equal("FillOrKillUnmatched");
  });
});
