/** The picture of the gas bench: total gas against the number of intents, and what one more intent costs. */
import type { TopLevelSpec } from "vega-lite";
import { FRAME, toSvg } from "../chart.ts";
import type { GasRow } from "./measure.ts";
import { systemNames, type SystemName } from "./system.ts";
import { gasOf, marginal, titles } from "./table.ts";

const colours: Record<SystemName, string> = {
  walras: "#1d4ed8",
  cow: "#c2410c",
  "1inch": "#7e22ce",
  seaport: "#0f766e",
  floor: "#6b7280",
  "floor-abi": "#a1a1aa",
};

/** Draws the rows whose nonce word was used before, amounts pairwise, fill or kill; SVG. */
export function drawGas(rows: readonly GasRow[]): Promise<string> {
  return toSvg(specOf(rows));
}

function specOf(rows: readonly GasRow[]): TopLevelSpec {
  // Walras last, so that no other line covers its own.
  const totals = systemNames.toReversed().flatMap((system) =>
    [2, 3, 10, 50, 100].map((n) => ({
      system: titles[system],
      n,
      gas: (gasOf(rows, system, n, "word used") ?? NaN) / 1e6,
    })),
  );
  const marginals = systemNames.map((system) => ({
    system: titles[system],
    gas: Math.round(marginal(rows, system, "word used") ?? NaN),
  }));
  const names = systemNames.map((system) => titles[system]);
  const colour = {
    field: "system",
    type: "nominal",
    scale: { domain: names, range: systemNames.map((system) => colours[system]) },
    legend: null,
  } as const;

  return {
    ...FRAME,
    config: { ...FRAME.config, view: { stroke: null } },
    title: {
      text: "Settling N signed intents",
      subtitle: "fill or kill, amounts that match pairwise, each owner's nonce word in use before",
      subtitleFontSize: 12,
      subtitlePadding: 6,
    },
    spacing: 16,
    hconcat: [
      {
        title: "Whole transaction, million gas",
        width: 360,
        height: 280,
        data: { values: totals },
        encoding: {
          x: { field: "n", type: "quantitative", title: "intents in the batch", axis: { tickCount: 5 } },
          y: { field: "gas", type: "quantitative", title: null },
          color: colour,
        },
        layer: [
          { mark: { type: "line", strokeWidth: 2 } },
          { mark: { type: "point", filled: true, size: 40, opacity: 1 } },
          {
            // The floors end in one place; one label stands for both.
            transform: [{ filter: `datum.n === 100 && datum.system !== "${titles["floor-abi"]}"` }],
            mark: { type: "text", align: "left", dx: 8, fontSize: 12 },
            encoding: { text: { field: "system", type: "nominal" } },
          },
        ],
      },
      {
        title: "One more intent, gas",
        width: 300,
        height: 280,
        data: { values: marginals },
        encoding: {
          x: { field: "gas", type: "quantitative", axis: null, scale: { domainMax: 85_000 } },
          y: {
            field: "system",
            type: "nominal",
            sort: null,
            title: null,
            axis: { domain: false, ticks: false, labelPadding: 8 },
          },
        },
        layer: [
          { mark: { type: "bar", height: 24 }, encoding: { color: colour } },
          {
            mark: { type: "text", align: "left", dx: 6, fontSize: 12, color: "#111827" },
            encoding: { text: { field: "gas", type: "quantitative", format: "," } },
          },
        ],
      },
    ],
  };
}
