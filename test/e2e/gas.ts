/** Gas is exact: a change that makes settling dearer fails here. `npm run bench:gas` measures anew. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { gasCases, type GasCase } from "../../bench/gas/cases.ts";
import { measure, type GasRow } from "../../bench/gas/measure.ts";
import { createWalras } from "../../bench/gas/walras.ts";

const key = ({ scenario, n, nonceWord, amounts, fill }: GasCase) =>
  [scenario, n, nonceWord, amounts, fill].join(" ");

describe("the gas of settling", () => {
  it("is at most what is committed in bench/results/gas.json", async () => {
    const file = new URL("../../bench/results/gas.json", import.meta.url);
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
