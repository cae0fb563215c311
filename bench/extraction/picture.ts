/** The pictures of the extraction bench. */
import { FRAME, toSvg } from "../chart.ts";
import type { ScarceRow } from "./scarce.ts";
import { type ExtractionRow, LANES } from "./table.ts";

const COLOURS: Record<string, string> = {
  instant: "#c2410c",
  "instant-decaying": "#ca8a04",
  sealed: "#0f766e",
};
/** Shares below this are drawn at it: a logarithmic axis has no zero. */
const FLOOR = 1e-9;

/** Per lane, the share of the gains from trade that the keeper takes of each book; SVG. */
export function drawExtraction(rows: readonly ExtractionRow[]): Promise<string> {
  return toSvg({
    ...FRAME,
    title: { text: "Share of the gains from trade that a greedy keeper takes, one tick per book" },
    width: 520,
    height: 150,
    data: { values: rows.map(({ lane, share }) => ({ lane, share: Math.max(FLOOR, share) })) },
    encoding: {
      y: { field: "lane", type: "nominal", title: null, sort: [...LANES] },
      color: {
        field: "lane",
        type: "nominal",
        legend: null,
        scale: { domain: [...LANES], range: LANES.map((lane) => COLOURS[lane] ?? "#000") },
      },
    },
    layer: [
      {
        mark: { type: "tick", thickness: 1.5, opacity: 0.45, height: 24 },
        encoding: {
          x: {
            field: "share",
            type: "quantitative",
            scale: { type: "log", domain: [FLOOR, 1] },
            title: "share, logarithmic (1 is everything)",
            axis: { values: [1e-8, 1e-6, 1e-4, 1e-2, 1], format: "~e" },
          },
        },
      },
      {
        mark: { type: "point", filled: true, size: 70, stroke: "black" },
        encoding: { x: { field: "share", type: "quantitative", aggregate: "median" } },
      },
    ],
  });
}

/** What each bidder gets: by every order of arrival where the first takes all, and in the sealed window; SVG. */
export function drawScarce(rows: readonly ScarceRow[]): Promise<string> {
  const [{ price, poolPrice } = { price: 0, poolPrice: 0 }] = rows;
  const first = `first come, at ${poolPrice}`;
  const sealed = `sealed window, at ${Number(price.toPrecision(4))}`;
  const values = rows.flatMap(({ bid, pool, sealed: fill }) => [
    ...[...new Set(pool.outcomes)].map((units) => ({ bid: `wants ${bid}`, lane: first, units })),
    { bid: `wants ${bid}`, lane: sealed, units: fill },
  ]);
  return toSvg({
    ...FRAME,
    title: { text: "100 for sale: what each of four bidders gets, in all 24 orders of arrival" },
    data: { values },
    facet: { column: { field: "lane", type: "nominal", title: null, sort: [first, sealed] } },
    spec: {
      width: 250,
      height: 150,
      layer: [
        {
          mark: { type: "rule", strokeWidth: 3, opacity: 0.35 },
          encoding: {
            ...BID,
            x: { field: "units", type: "quantitative", aggregate: "min", title: "units" },
            x2: { field: "units", aggregate: "max" },
          },
        },
        {
          mark: { type: "point", filled: true, size: 80, opacity: 1 },
          encoding: { ...BID, x: { field: "units", type: "quantitative", title: "units" } },
        },
      ],
    },
  });
}

const BID = {
  y: { field: "bid", type: "nominal", title: null, sort: null },
  color: { field: "lane", type: "nominal", legend: null, scale: { range: ["#c2410c", "#0f766e"] } },
} as const;
