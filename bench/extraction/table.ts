/** The figures of the bench: rows, their summary, and the tables of the document. */
import type { ScarceRow } from "./scarce.ts";

/** The lanes, as the results name them. */
export const LANES = ["instant", "instant-decaying", "sealed"] as const;

/** What a greedy keeper takes of one book in one lane. */
export interface ExtractionRow {
  readonly book: string;
  readonly kind: "random" | "recorded";
  readonly lane: (typeof LANES)[number];
  /** Of the gains from trade: 1 is all of them. */
  readonly share: number;
  /** Of the value that the equilibrium trades. */
  readonly shareOfVolume: number;
}

/** One lane over many books. */
export interface LaneSummary {
  readonly lane: string;
  readonly books: number;
  readonly median: number;
  readonly mean: number;
  readonly greatest: number;
  readonly greatestOfVolume: number;
}

/** Per lane the median, the mean and the greatest share over the random books. */
export function summarise(rows: readonly ExtractionRow[]): LaneSummary[] {
  return LANES.map((lane) => {
    const own = rows.filter((row) => row.lane === lane && row.kind === "random");
    const shares = own.map(({ share }) => share).sort((a, b) => a - b);
    return {
      lane,
      books: own.length,
      median: shares[Math.floor(shares.length / 2)] ?? 0,
      mean: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
      greatest: shares.at(-1) ?? 0,
      greatestOfVolume: Math.max(0, ...own.map(({ shareOfVolume }) => shareOfVolume)),
    };
  });
}

/** The tables of docs/MECHANISM.md, by the name of their markers. */
export function markdown(
  rows: readonly ExtractionRow[],
  scarce: readonly ScarceRow[],
): Record<string, string> {
  const lanes = summarise(rows).map(
    ({ lane, median, mean, greatest, greatestOfVolume }) =>
      `| ${lane} | ${percent(median)} | ${percent(mean)} | ${percent(greatest)} | ${percent(greatestOfVolume)} |`,
  );
  const recorded = [...new Set(rows.filter(({ kind }) => kind === "recorded").map(({ book }) => book))].map(
    (book) => {
      const shares = LANES.map((lane) =>
        percent(rows.find((row) => row.book === book && row.lane === lane)?.share ?? 0),
      );
      return `| ${book} | ${shares.join(" | ")} |`;
    },
  );
  const outcomes = scarce.map(
    ({ bid, pool, sealed }) =>
      `| ${bid} | ${pool.least.toFixed(1)} to ${pool.most.toFixed(1)} | ${sealed.toFixed(1)} |`,
  );
  return {
    extraction: [
      "| lane | median | mean | greatest | greatest, of the volume |",
      "| ---- | -----: | ---: | -------: | ----------------------: |",
      ...lanes,
    ].join("\n"),
    recorded: [
      `| recorded book | ${LANES.join(" | ")} |`,
      `| ------------- | ${LANES.map(() => "---:").join(" | ")} |`,
      ...recorded,
    ].join("\n"),
    scarce: ["| bid | first come | sealed |", "| --- | ---------: | -----: |", ...outcomes].join("\n"),
  };
}

/** A share with three significant digits. */
function percent(share: number): string {
  return share === 0 ? "0 %" : `${Number((100 * share).toPrecision(3))} %`;
}
