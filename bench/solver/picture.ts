/** The pictures of the solver bench. */
import { FRAME, toSvg } from "../chart.ts";
import type { SolverRow } from "./measure.ts";

const SERIES: Record<string, { readonly title: string; readonly colour: string }> = {
  "smooth warm": { title: "smooth, warm", colour: "#60a5fa" },
  "smooth cold": { title: "smooth", colour: "#1d4ed8" },
  "exact cold": { title: "exact, certified", colour: "#0f766e" },
  "tatonnement cold": { title: "Tâtonnement and linear program", colour: "#c2410c" },
};

/** Time against the number of intents, a panel for each number of tokens; SVG. */
export function drawTimes(rows: readonly SolverRow[]): Promise<string> {
  const values = rows.flatMap((row) => {
    const series = SERIES[`${row.method} ${row.start}`];
    return row.instance === "market" && series !== undefined
      ? [{ series: series.title, intents: row.intents, ms: row.solveMs, tokens: `${row.tokens} tokens` }]
      : [];
  });
  return toSvg({
    ...FRAME,
    title: { text: "Clearing time in milliseconds, one core" },
    data: { values },
    columns: 3,
    facet: { field: "tokens", type: "ordinal", title: null, sort: ["10 tokens", "20 tokens", "50 tokens"] },
    spec: {
      width: 230,
      height: 250,
      mark: { type: "line", point: true },
      encoding: {
        x: {
          field: "intents",
          type: "quantitative",
          scale: { type: "log" },
          title: "intents",
          axis: DECADES,
        },
        y: { field: "ms", type: "quantitative", scale: { type: "log" }, title: null, axis: MS_DECADES },
        color: {
          field: "series",
          type: "nominal",
          title: null,
          scale: {
            domain: Object.values(SERIES).map(({ title }) => title),
            range: Object.values(SERIES).map(({ colour }) => colour),
          },
          legend: { orient: "bottom", labelLimit: 0 },
        },
      },
    },
  });
}

/** A time that a change of the books takes, against their size. */
export interface UpdateRow {
  readonly intents: number;
  readonly updateMs: number;
}

/** What 1,000 inserts and 1,000 removals cost; SVG. */
export function drawUpdates(rows: readonly UpdateRow[]): Promise<string> {
  return toSvg({
    ...FRAME,
    title: { text: "1,000 inserts and 1,000 removals, milliseconds" },
    width: 360,
    height: 220,
    data: { values: rows.map(({ intents, updateMs }) => ({ intents, updateMs })) },
    mark: { type: "line", point: true, color: "#1d4ed8" },
    encoding: {
      x: {
        field: "intents",
        type: "quantitative",
        scale: { type: "log" },
        title: "intents in the books",
        axis: DECADES,
      },
      y: { field: "updateMs", type: "quantitative", title: null, scale: { zero: true } },
    },
  });
}

/** A line and a label at each power of ten: 1k, 10M; milliseconds as they are. */
const DECADES = { values: Array.from({ length: 10 }, (_, power) => 10 ** (power - 2)), format: "~s" };
const MS_DECADES = { ...DECADES, format: "~g" };
