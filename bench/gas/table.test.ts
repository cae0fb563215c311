import { expect } from "chai";
import { marginalAccount, type Account } from "./account.ts";
import type { GasRow } from "./measure.ts";
import {
  accountTable,
  accountText,
  count,
  goals,
  kinds,
  linearityTable,
  marginal,
  marginalsTable,
  markdownTable,
  totalsTable,
  type Kind,
} from "./table.ts";

function row(system: GasRow["system"], n: number, gas: number, kind: Kind = "word used"): GasRow {
  const scenario = n === 2 ? "pair" : n === 3 ? "ring3" : "batch";
  return { system, scenario, n, ...kinds[kind], gas, bytes: 10 * n, brotliBytes: 5 * n };
}

/** 30,000 and 1,000 for each intent; the peer costs twice that for each. */
const rows = [2, 3, 10, 50, 100].flatMap((n) => [
  row("walras", n, 30_000 + 1_000 * n),
  row("cow", n, 30_000 + 2_000 * n),
]);

describe("the tables of the gas bench", () => {
  it("tell what one more intent costs, without what every batch costs", () => {
    expect(marginal(rows, "walras", "word used")).to.equal(1_000);
    expect(marginal(rows, "cow", "word used", [10, 50])).to.equal(2_000);
  });

  it("do not mix kinds of batches, and show a dash for a case that a system does not have", () => {
    const more = [...rows, row("walras", 10, 1, "word fresh"), row("walras", 100, 91, "word fresh")];

    expect(marginal(more, "walras", "word used")).to.equal(1_000);
    expect(marginal(more, "walras", "word fresh")).to.equal(1);
    expect(marginal(more, "cow", "word fresh")).to.equal(undefined);
    expect(marginalsTable(more)).to.include("| CoW GPv2 | 2,000 | – | – | – | – | – |");
  });

  it("compare with Walras only systems that were measured", () => {
    const lines = totalsTable(rows).split("\n");

    expect(lines).to.have.length(4);
    expect(lines[2]).to.equal("| Walras | 32,000 | 33,000 | 40,000 | 80,000 | 130,000 | 1,000 | 1.00 |");
    expect(lines[3]).to.equal("| CoW GPv2 | 34,000 | 36,000 | 50,000 | 130,000 | 230,000 | 2,000 | 0.50 |");
  });

  it("call a goal met at its bound and not above it", () => {
    const at = (gas: number) => goals([row("walras", 2, gas)]).find(({ name }) => name === "2 intents");

    expect(at(92_000)).to.include({ isMet: true });
    expect(at(92_001)).to.include({ isMet: false });
  });

  it("call a goal not met when its case was not measured", () => {
    expect(goals([]).filter(({ isMet }) => isMet)).to.deep.equal([]);
  });

  it("show by how much the cost of one more intent grows", () => {
    const bent = [row("walras", 10, 10_000), row("walras", 50, 50_000), row("walras", 100, 105_000)];

    expect(linearityTable(rows)).to.include("| Walras | 1,000 | 1,000 | 0.00 % |");
    expect(linearityTable(bent)).to.include("| Walras | 1,000 | 1,100 | 10.00 % |");
  });

  it("account for the difference from the floor, category by category", () => {
    const account = (gas: number): Account => ({
      calldata: gas,
      ecrecover: 1,
      storage: 1,
      log: 1,
      "token calls": 1,
      hashing: 1,
      memory: 1,
      "calldata reads": 1,
      arithmetic: 1,
      stack: 1,
      jumps: 1,
    });

    const accounted = (system: GasRow["system"], gas: number, kind: Kind = "word used") => ({
      system,
      kind,
      few: account(0),
      many: account(0),
      perIntent: account(gas),
    });

    const lines = accountTable([
      accounted("walras", 90),
      accounted("walras", 95, "unequal amounts"),
      accounted("floor", 40),
    ]).split("\n");

    expect(lines).to.include("| calldata | 90 | 95 | 40 | 50 |");
    expect(lines.at(-1)).to.equal("| all | 100 | 105 | 50 | 50 |");
  });

  it("put the difference from the floor into words that add up", () => {
    const walras: Account = {
      calldata: 0,
      ecrecover: 1,
      storage: 2,
      log: 3,
      "token calls": 4,
      hashing: 5,
      memory: 6,
      "calldata reads": 7,
      arithmetic: 8,
      stack: 9,
      jumps: 10,
    };
    const nothing = marginalAccount(walras, walras, 1);
    const [kind, few, many] = ["word used", nothing, nothing] as const;

    const text = accountText([
      { system: "walras", kind, few, many, perIntent: walras },
      { system: "floor", kind, few, many, perIntent: nothing },
    ]);

    const [all, ...parts] = [...text.matchAll(/\d+/g)].map(Number);
    expect(all).to.equal(55);
    expect(parts).to.deep.equal([3, 34, 11, 0, 7]);
  });

  it("are Markdown, numbers to the right", () => {
    expect(
      markdownTable([
        ["a", "b"],
        ["c", count(1_234.5)],
      ]),
    ).to.equal("| a | b |\n| --- | ---: |\n| c | 1,235 |");
  });
});
