import { expect } from "chai";
import { unfilledReason } from "./solve.ts";

describe("what the solver says", () => {
  it("is spelt as the keeper spells its codes", () => {
    expect(unfilledReason("no-counterparty", "why")).to.deep.equal({
      code: "NoCounterparty",
      message: "why",
    });
    expect(unfilledReason("fill-or-kill-unmatched", "").code).to.equal("FillOrKillUnmatched");
  });
});
