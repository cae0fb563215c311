import { parseBook, solve, verifySolution, type SolveOptions } from "@walras/solver";
import type { Command } from "commander";
import { KeeperError } from "../../errors.ts";
import { withOutput, type OutputOptions } from "../options.ts";
import { solutionText } from "../solutionText.ts";
import { toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";
import { parseCount, readJson } from "../values.ts";

type Options = OutputOptions & { maxFills?: string; searchBudget?: string };

async function run(file: string, options: Options, { terminal }: Context): Promise<void> {
  const book = parseBook(await readJson(file, terminal));
  const budget: SolveOptions = {
    ...(options.maxFills === undefined ? {} : { maxFills: parseCount(options.maxFills, "--max-fills") }),
    ...(options.searchBudget === undefined
      ? {}
      : { searchBudget: parseCount(options.searchBudget, "--search-budget") }),
  };
  const solution = solve(book, budget);
  const [violation] = verifySolution(book, solution);
  if (violation !== undefined) {
    throw new KeeperError("Internal", {}, { cause: new Error(`${violation.code}: ${violation.detail}`) });
  }
  const json = { ...solution, warnings: book.warnings ?? [] };
  terminal.out(options.json === true ? toJson(json) : solutionText(book, solution));
}

export function addSolveCommand(program: Command, context: Context): void {
  withOutput(program.command("solve"))
    .description(
      "match the intents of a book file, without a chain: prices, fills, what the solution is worth, and why the others are not in it",
    )
    .argument("<book>", "JSON file in the form of docs/BOOK.md; - for what is piped in")
    .option("--max-fills <number>", "the most fills in the batch")
    .option("--search-budget <number>", "price vectors to try for fill-or-kill intents")
    .addHelpText(
      "after",
      `
Examples:
  $ walras solve book.json
  $ walras solve book.json --json | jq .value`,
    )
    .action((file: string, options: Options) => run(file, options, context));
}
