import { expect } from "chai";
import { sealedGoals, sealedGoalsTable, sealedTable } from "./sealedTable.ts";
import type { SealedRow } from "./sealed.ts";

const row = (scenario: SealedRow["scenario"], n: number, gas: number): SealedRow => ({
  system: "walras-sealed",
  scenario,
  n,
  nonceWord: "used",
  gas,
  bytes: 100,
  brotliBytes: 10,
});
const rows = [
  row("place", 20, 1_600_000),
  row("clear", 100, 500_000),
  row("clear", 1_000, 3_650_900),
  row("claim", 20, 600_000),
];

describe("the tables of the sealed lane", () => {
  it("bound what one more order costs, without the fixed part of clearing", () => {
    expect(sealedGoals(rows).map(({ measured }) => measured)).to.deep.equal([80_000, 3_501, 30_000]);
  });

  it("say which bound is missed", () => {
    const [, , place, clear, claim] = sealedGoalsTable(rows).split("\n");
    expect([place, clear, claim].map((line) => line?.split("|")[4]?.trim())).to.deep.equal([
      "met",
      "missed",
      "met",
    ]);
  });

  it("have a line for every row, with the gas for each order", () => {
    const lines = sealedTable(rows).split("\n");
    expect(lines).to.have.length(6);
    expect(lines[2]).to.equal("| place, word used | 20 | 1,600,000 | 80,000 | 100 | 10 |");
  });

  it("need all that the bounds are about", () => {
    expect(() => sealedGoals(rows.slice(1))).to.throw("place");
  });
});
