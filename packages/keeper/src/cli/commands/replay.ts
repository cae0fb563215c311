import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBook, solve, verifySolution, type Book, type Solution } from "@walras/solver";
import { loadHighs } from "@walras/solver/highs";
import type { Command } from "commander";
import { KeeperError } from "../../errors.ts";
import { exitCodes, invalidArgument } from "../failures.ts";
import { withOutput, type OutputOptions } from "../options.ts";
import { solutionText } from "../solutionText.ts";
import { list, toJson } from "../table.ts";
import type { Context } from "../Terminal.ts";
import { parseCount, readJson } from "../values.ts";

type Options = OutputOptions & { time: string; settle?: true };

/** Milliseconds that the steps took. */
type Times = { read: number; solve: number; verify: number };

/** What settles a book on a local chain, in a checkout of the whole project. */
const demo = new URL("../../../../../demo/main.ts", import.meta.url);

async function replay(
  file: string,
  options: Options,
  { terminal }: Context,
): Promise<{ book: Book; solution: Solution; times: Times }> {
  const timeMs = parseCount(options.time, "--time");
  const mip = await loadHighs();
  const now = (): number => performance.now();
  const start = now();
  const book = parseBook(await readJson(file, terminal));
  const read = now();
  const solution = solve(book, { mip, deadline: { now, at: read + timeMs } });
  const solved = now();
  const [violation] = verifySolution(book, solution);
  if (violation !== undefined) {
    throw new KeeperError("Internal", {}, { cause: new Error(`${violation.code}: ${violation.detail}`) });
  }
  return { book, solution, times: { read: read - start, solve: solved - read, verify: now() - solved } };
}

/**
 * Settles the book on a local chain that it starts: signs and posts every intent, lets a keeper match and settle, audits.
 *
 * @throws KeeperError `InvalidArgument` outside a checkout
 */
async function settle(file: string, options: Options, { terminal }: Context): Promise<boolean> {
  const script = fileURLToPath(demo);
  await access(script).catch((cause: unknown) => {
    const hint = "Run it in a checkout of the project, which brings the contracts and a local chain.";
    throw invalidArgument("--settle", "needs the project's demo, which is not here", hint, { cause });
  });
  if (file === "-") {
    throw invalidArgument("--settle", "cannot read a book that is piped in", "Give the book as a file.");
  }
  const print = (text: string): void => {
    // With --json the result alone goes to stdout.
    if (options.json === true) terminal.err(text.trimEnd());
    else terminal.out(text.trimEnd());
  };
  const complain = (text: string): void => {
    terminal.err(text.trimEnd());
  };
  const child = spawn(process.execPath, [script, "--book", resolve(terminal.cwd, file)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8").on("data", print);
  child.stderr.setEncoding("utf8").on("data", complain);
  await once(child, "close");
  return child.exitCode === 0;
}

async function run(file: string, options: Options, context: Context): Promise<void> {
  const { terminal } = context;
  const { book, solution, times } = await replay(file, options, context);
  const rounded = Object.fromEntries(
    Object.entries(times).map(([step, ms]) => [step, Math.round(ms * 100) / 100]),
  );
  if (options.json === true) {
    terminal.out(toJson({ ...solution, warnings: book.warnings ?? [], times: rounded }));
  } else {
    const lines = Object.entries(rounded).map(([step, ms]) => [step, `${ms} ms`] as const);
    terminal.out(`${solutionText(book, solution)}\n\n${list(lines)}`);
  }
  if (options.settle === true && !(await settle(file, options, context))) {
    context.exitCode = exitCodes.refused;
  }
}

export function addReplayCommand(program: Command, context: Context): void {
  withOutput(program.command("replay"))
    .description(
      "solve a recorded book as the keeper does, with all means and within a time, and say how long each step took",
    )
    .argument("<book>", "JSON file in the form of docs/BOOK.md; - for what is piped in")
    .option("--time <ms>", "when to stop looking for something better", "1000")
    .option("--settle", "then settle the book on a local chain and audit it (in a checkout of the project)")
    .addHelpText(
      "after",
      `
Examples:
  $ walras replay book.json
  $ walras replay book.json --time 10000 --json | jq '.value.gap, .times'
  $ walras replay book.json --settle`,
    )
    .action((file: string, options: Options) => run(file, options, context));
}
