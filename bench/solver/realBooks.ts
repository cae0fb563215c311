/** Recorded books, where they lie beside the project: cleared by the whole solver, integers and verifier included. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBook, solve, verifySolution } from "../../packages/solver/src/index.ts";
import { least, type SolverRow } from "./measure.ts";

const RUNS = 5;

/** One row per book in `../shared/data` beside the project; none where that folder is missing. */
export function measureRealBooks(root: string): SolverRow[] {
  const folder = join(root, "../shared/data");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name): SolverRow => {
      const text: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const { ms: buildMs, result: book } = least(RUNS, () => parseBook(text));
      const { ms: solveMs, result: solution } = least(RUNS, () => solve(book));
      const { gap, bound } = solution.value;
      return {
        instance: name.replace(/\.json$/, ""),
        tokens: book.tokens.length,
        intents: book.intents.length,
        method: book.intents.every((intent) => intent.partiallyFillable) ? "exact" : "fok",
        start: "cold",
        buildMs,
        solveMs,
        gap: bound > 0n ? Number(gap) / Number(bound) : null,
        certified: solution.stats.converged,
        violations: verifySolution(book, solution).length,
      };
    });
}
