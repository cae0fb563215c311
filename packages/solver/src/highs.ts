import type HighsModule from "highs";
import type { Mip, MipProblem } from "./mip.ts";

type Loader = typeof HighsModule.default;

/** Line length that the LP format allows is 560; terms are broken over lines well before. */
const TERMS_A_LINE = 8;

/**
 * Loads HiGHS (MIT licence, in WebAssembly) for {@link SolveOptions.mip}. It runs in the calling thread, and blocks it for up
 * to the time it is given.
 */
export async function loadHighs(): Promise<Mip> {
  const { default: load }: { default: unknown } = await import("highs");
  if (!isLoader(load)) throw new TypeError("the package highs has no loader");
  const highs = await load();
  return (problem, { timeMs, gap }) => {
    try {
      const { Columns: columns, Status: status } = highs.solve(lpText(problem), {
        time_limit: Math.max(0.01, timeMs / 1000),
        mip_rel_gap: gap,
        output_flag: false,
      });
      if (status !== "Optimal" && status !== "Time limit reached") return undefined;
      const values = problem.columns.map((_, c) => {
        const column = columns[`c${c}`];
        return column !== undefined && "Primal" in column ? column.Primal : 0;
      });
      return values.every(Number.isFinite) ? values : undefined;
    } catch {
      // It throws where it found nothing, and where numbers are too far apart for it: no answer, either way.
      return undefined;
    }
  };
}

/** The package's types are those of its CommonJS build, in which the loader lies one level deeper than in this one. */
function isLoader(value: unknown): value is Loader {
  return typeof value === "function";
}

/** The program in the CPLEX LP format. */
export function lpText({ columns, rows }: MipProblem): string {
  const terms = (list: readonly (readonly [number, number])[]): string => {
    const written = list.filter(([, value]) => value !== 0).map(([c, value]) => `${signed(value)} c${c}`);
    // An empty expression is no valid one.
    if (written.length === 0) return "0 c0";
    return written.map((term, i) => (i > 0 && i % TERMS_A_LINE === 0 ? `\n${term}` : term)).join(" ");
  };
  const constraints = rows.flatMap(({ terms: list, least, most }, r) => {
    const left = terms(list);
    if (least === most) return [`r${r}: ${left} = ${least}`];
    return [
      ...(Number.isFinite(least) ? [`a${r}: ${left} >= ${least}`] : []),
      ...(Number.isFinite(most) ? [`b${r}: ${left} <= ${most}`] : []),
    ];
  });
  const bounds = columns.flatMap(({ least, most, isChoice }, c) =>
    isChoice ? [] : [`${least} <= c${c} <= ${most}`],
  );
  const choices = columns.flatMap(({ isChoice }, c) => (isChoice ? [`c${c}`] : []));
  return [
    "Maximize",
    `gain: ${terms(columns.map(({ gain }, c) => [c, gain] as const))}`,
    "Subject To",
    ...constraints,
    "Bounds",
    ...bounds,
    ...(choices.length > 0 ? ["Binary", ...choices] : []),
    "End",
  ].join("\n");
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"} ${Math.abs(value)}`;
}
