/** Gas is exact: a change that makes settling dearer fails here. `npm run bench:gas` measures anew. */
import { readFile } from "node:fs/promises";
import { auctionCost } from "@walras/sdk";
import { expect } from "chai";
import { gasCases, type GasCase } from "../../bench/gas/cases.ts";
import { measure, type GasRow } from "../../bench/gas/measure.ts";
import { measureSealed, sealedCases, type SealedCase, type SealedRow } from "../../bench/gas/sealed.ts";
import { sealedGoals } from "../../bench/gas/sealedTable.ts";
import { createWalras } from "../../bench/gas/walras.ts";

const key = ({ scenario, n, nonceWord, amounts, fill }: GasCase) =>
  [scenario, n, nonceWord, amounts, fill].join(" ");

const file = new URL("../../bench/results/gas.json", import.meta.url);

describe("the gas of settling", () => {
  it("is at most what is committed in bench/results/gas.json", async () => {
    const committed = JSON.parse(await readFile(file, "utf8")) as GasRow[];
    const most = new Map(
      committed.filter(({ system }) => system === "walras").map((row) => [key(row), row.gas]),
    );
    const measured = await measure(
      [createWalras],
      gasCases.filter(({ n }) => n <= 10),
    );

    const risen = measured.filter((row) => row.gas > (most.get(key(row)) ?? 0));

    expect(
      risen.map((row) => `${key(row)}: ${row.gas}, committed ${most.get(key(row)) ?? "nothing"}`),
    ).to.deep.equal([]);
  });
});

describe("the gas of the sealed lane", () => {
  const sealedKey = ({ scenario, n, nonceWord }: SealedCase) => [scenario, n, nonceWord].join(" ");
  const readRows = async () => {
    const rows = JSON.parse(await readFile(file, "utf8")) as { system: string }[];
    return rows.filter((row): row is SealedRow => row.system === "walras-sealed");
  };

  it("is at most what is committed in bench/results/gas.json", async () => {
    const most = new Map((await readRows()).map((row) => [sealedKey(row), row.gas]));

    const measured = await measureSealed(sealedCases.filter(({ n }) => n <= 20));

    const risen = measured.filter((row) => row.gas > (most.get(sealedKey(row)) ?? 0));
    expect(
      risen.map((row) => `${sealedKey(row)}: ${row.gas}, committed ${most.get(sealedKey(row)) ?? "nothing"}`),
    ).to.deep.equal([]);
  });

  it("is within its bounds", async () => {
    const missed = sealedGoals(await readRows()).filter(({ measured, most }) => measured > most);
    expect(missed).to.deep.equal([]);
  });

  it("is more than the schedule pays for it", async () => {
    const steps = { place: "placing", clear: "clearing", claim: "claiming", roll: "rolling" } as const;
    const prices = { gasPrice: 1n, baseFee: 1n };
    for (const { scenario, n, nonceWord, gas } of await readRows()) {
      const paid = Number(auctionCost(steps[scenario], prices, n, 10)) * n;
      expect(paid, `${scenario} ${n} ${nonceWord}`).to.be.at.most(gas);
      // And by no more than a third, where a call is shared by many.
      if (n >= 20 && nonceWord === "used") expect(paid, `${scenario} ${n}`).to.be.at.least((gas * 2) / 3);
    }
  });
});
