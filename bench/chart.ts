/** What all pictures of the benches have in common. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Paper, margins and letters. */
export const FRAME = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  background: "white",
  padding: 16,
  config: {
    font: "system-ui, sans-serif",
    axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#e5e7eb" },
    title: { fontSize: 14, anchor: "start", offset: 14 },
  },
} as const;

/** Draws a chart; the text ends with a line break. */
export async function toSvg(source: TopLevelSpec): Promise<string> {
  const { spec } = compile(source);
  const view = new View(parse(spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}
