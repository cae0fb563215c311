/** A terminal that keeps what is written to it, for tests of commands. */
import type { Terminal } from "../src/cli/Terminal.ts";
import { runCli } from "../src/cli/runCli.ts";

export type CliRun = { exitCode: number; out: string; err: string };

export type CliWorld = { cwd?: string; env?: Record<string, string>; input?: string; typed?: string | null };

/** Runs a command line such as "intent status 0x…"; an argument with spaces needs the array form. */
export async function cli(
  line: string | readonly string[],
  { cwd = "/", env = {}, input = "", typed = null }: CliWorld = {},
): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    env,
    cwd,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    readInput: () => Promise.resolve(input),
    askHidden: () => Promise.resolve(typed),
  };
  const exitCode = await runCli(typeof line === "string" ? line.split(" ") : line, terminal);
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}
