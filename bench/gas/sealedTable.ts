/** What the rows of the sealed lane say: per order, and beside the bounds. Pure. */
import type { SealedRow } from "./sealed.ts";

export type SealedGoal = { name: string; most: number; measured: number };

function gasOf(rows: readonly SealedRow[], scenario: SealedRow["scenario"], n: number): number {
  const row = rows.find(
    (candidate) => candidate.scenario === scenario && candidate.n === n && candidate.nonceWord === "used",
  );
  if (row === undefined) throw new Error(`Nothing was measured of ${scenario} with ${n} orders.`);
  return row.gas;
}

/** What each step should cost at most for one order, in gas. */
export function sealedGoals(rows: readonly SealedRow[]): SealedGoal[] {
  const [few, many] = [100, 1_000];
  return [
    { name: "place, 20 in a call", most: 80_000, measured: gasOf(rows, "place", 20) / 20 },
    {
      name: `clear, one more order (${few} to ${many})`,
      most: 3_500,
      measured: (gasOf(rows, "clear", many) - gasOf(rows, "clear", few)) / (many - few),
    },
    { name: "claim, 20 in a call", most: 32_000, measured: gasOf(rows, "claim", 20) / 20 },
  ];
}

const figure = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** All rows, as a table in Markdown. */
export function sealedTable(rows: readonly SealedRow[]): string {
  const lines = rows.map(({ scenario, n, nonceWord, gas, bytes, brotliBytes }) => {
    const label = scenario === "place" ? `place, word ${nonceWord}` : scenario;
    return `| ${label} | ${[n, gas, gas / n, bytes, brotliBytes].map((value) => figure.format(value)).join(" | ")} |`;
  });
  return [
    "| call | orders | gas | per order | bytes | brotli |",
    "| --- | --: | --: | --: | --: | --: |",
    ...lines,
  ].join("\n");
}

/** The bounds beside what was measured, as a table in Markdown. */
export function sealedGoalsTable(rows: readonly SealedRow[]): string {
  const lines = sealedGoals(rows).map(
    ({ name, most, measured }) =>
      `| ${name} | ${figure.format(most)} | ${figure.format(measured)} | ${measured <= most ? "met" : "missed"} |`,
  );
  return ["| per order | at most | measured | |", "| --- | --: | --: | --- |", ...lines].join("\n");
}
