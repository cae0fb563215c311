/**
 * The reference: Tâtonnement and a linear program, written plainly from the description of SPEEDEX (Ramseyer, Goel and
 * Mazières, NSDI 2023, sections 5 and 6). It queries the same books by the same code as the engine, but for the sketch of large
 * books, which is the engine's own.
 */
import type { LegacyHighs } from "highs/legacy-types";
import type { Books } from "../../packages/solver/src/engine/books.ts";
import { Demand } from "../../packages/solver/src/engine/demand.ts";
import { withKernelMemory } from "../../packages/solver/src/engine/kernel.ts";
import type { Section } from "../../packages/solver/src/engine/sections.ts";
import { guessPrices } from "../../packages/solver/src/engine/smooth.ts";

/** Intents within this share of the price may fill in part. */
export const MU = 2 ** -10;
/** Commission of the linear program: a token may be short by this share of what is bought. */
export const EPSILON = 2 ** -15;
/** Imbalance of a token, as a share of what it turns over, at which the search for prices ends. */
const TOLERANCE = 2 ** -15;
const LONGEST_MS = 10_000;
/** Steps grow while the imbalance falls, and shrink where it does not. */
const GROW = 1.4;
const SHRINK = 0.6;
const LEAST_STEP = 1e-9;

export interface ReferencePrices {
  readonly prices: Float64Array;
  readonly steps: number;
  readonly converged: boolean;
  readonly ms: number;
}

/** Prices by Tâtonnement: those of tokens in excess supply fall, each step in proportion to the imbalance over the turnover. */
export function tatonnement(books: Books, section: Section): ReferencePrices {
  return withKernelMemory(() => search(books, section));
}

function search(books: Books, section: Section): ReferencePrices {
  const begun = performance.now();
  const demand = new Demand(books, section);
  let prices = guessPrices(demand);
  const smoothing = { width: MU, blur: 0 };
  const turnover = new Float64Array(prices.length);
  const measure = (at: Float64Array): { off: Float64Array; norm: number; worst: number } => {
    demand.evaluate(at, smoothing);
    turnover.fill(0);
    demand.sold.forEach((sold, k) => {
      const [a, b] = [section.sell[k] ?? 0, section.buy[k] ?? 0];
      const value = sold * (at[a] ?? 0);
      turnover[a] = (turnover[a] ?? 0) + value;
      turnover[b] = (turnover[b] ?? 0) + value;
    });
    const off = demand.imbalance.map((value, t) => (2 * value) / ((turnover[t] ?? 0) + Number.MIN_VALUE));
    const norm = off.reduce((sum, value) => sum + value * value, 0);
    return { off, norm, worst: off.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
  };
  let here = measure(prices);
  let step = 0.01;
  let steps = 0;
  for (; here.worst > TOLERANCE && performance.now() - begun < LONGEST_MS; steps++) {
    const next = prices.map(
      (price, t) => price * Math.exp(-step * Math.max(-1, Math.min(1, here.off[t] ?? 0))),
    );
    const there = measure(next);
    if (there.norm <= here.norm * 1.001 || step <= LEAST_STEP) {
      prices = next;
      here = there;
      step *= GROW;
    } else {
      step = Math.max(LEAST_STEP, step * SHRINK);
    }
  }
  return { prices, steps, converged: here.worst <= TOLERANCE, ms: performance.now() - begun };
}

/** Most trade at given prices by HiGHS: what beats the price by more than mu in full if that can balance, the rest as it can. */
export function linearProgram(
  highs: LegacyHighs,
  books: Books,
  section: Section,
  prices: Float64Array,
): { sold: Float64Array; status: string; ms: number } {
  const begun = performance.now();
  const most = new Float64Array(section.books.length);
  const least = new Float64Array(section.books.length);
  section.books.forEach((book, k) => {
    const price = prices[section.sell[k] ?? 0] ?? 1;
    const ratio = price / (prices[section.buy[k] ?? 0] ?? 1);
    most[k] = books.supply(book, ratio) * price;
    least[k] = books.supply(book, ratio * (1 - MU)) * price;
  });
  const unit = most.reduce((sum, value) => Math.max(sum, value), 0) / 1e6;
  for (const floor of [least, new Float64Array(least.length)]) {
    const text = programText(section, floor, most, unit);
    const solution = highs.solve(text, { output_flag: false });
    if (solution.Status !== "Optimal") continue;
    const sold = most.map((_, k) => {
      const column = solution.Columns[`y${k}`];
      const value = column !== undefined && "Primal" in column ? column.Primal : 0;
      return (value * unit) / (prices[section.sell[k] ?? 0] ?? 1);
    });
    return {
      sold,
      status: floor === least ? "optimal" : "without lower bounds",
      ms: performance.now() - begun,
    };
  }
  return { sold: most.map(() => 0), status: "infeasible", ms: performance.now() - begun };
}

function programText(section: Section, least: Float64Array, most: Float64Array, unit: number): string {
  const rows: string[][] = Array.from(section.tokens, () => []);
  const goal: string[] = [];
  const bounds: string[] = [];
  most.forEach((value, k) => {
    goal.push(`+ y${k}`);
    rows[section.sell[k] ?? 0]?.push(`+ y${k}`);
    rows[section.buy[k] ?? 0]?.push(`- ${1 - EPSILON} y${k}`);
    bounds.push(` ${(least[k] ?? 0) / unit} <= y${k} <= ${value / unit}`);
  });
  const lines = (terms: string[]): string =>
    terms.map((term, i) => (i % 20 === 19 ? `${term}\n` : term)).join(" ");
  const balances = rows.flatMap((terms, t) => (terms.length > 0 ? [` r${t}: ${lines(terms)} >= 0`] : []));
  return `Maximize\n obj: ${lines(goal)}\nSubject To\n${balances.join("\n")}\nBounds\n${bounds.join("\n")}\nEnd\n`;
}
