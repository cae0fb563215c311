/** Recorded books: cleared by the whole solver, integers and verifier included. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBook, solve, verifySolution } from "../../packages/solver/src/index.ts";
import { least, type SolverRow } from "./measure.ts";

const RUNS = 5;

/** One row per book (docs/BOOK.md) in the folder; none without a folder. */
export function measureRealBooks(folder: string | undefined): SolverRow[] {
  if (folder === undefined) return [];
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
        certified: solution.stats.certified,
        violations: verifySolution(book, solution).length,
      };
    });
}
